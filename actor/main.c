// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pind-act: one call of org.pind1.Act (docs/varlink/), which comes on the socket that is
 * standard input. Started by pind-act.socket for each connection of the daemon, which has
 * none of the rights that it takes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "cgroup.h"
#include "hook.h"
#include "message.h"

#define INTERFACE "org.pind1.Act"

static const struct actor_hook_places places = {
	.programs = "/etc/pind/exceeded.d",
	.sockets = "/run/pind/exceeded.hook",
	.timeout_ms = 10 * 1000,
};

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)

/* An answer: what there is to tell, or an error. @held_by: NULL, or another thing of it */
static int answer(const char *error, const char *key, cJSON *value, const char *held_by)
{
	_cleanup_(cjson_deletep) cJSON *message = cJSON_CreateObject();
	cJSON *parameters = cJSON_AddObjectToObject(message, "parameters");

	if ((error && !cJSON_AddStringToObject(message, "error", error)) || !value ||
	    !cJSON_AddItemToObject(parameters, key, value)) {
		cJSON_Delete(value);
		return -ENOMEM;
	}
	if (held_by && !cJSON_AddStringToObject(parameters, "held_by", held_by))
		return -ENOMEM;
	return actor_message_write(STDIN_FILENO, message);
}

static int answer_refusal(const char *sentence)
{
	return answer(INTERFACE ".Refused", "sentence", cJSON_CreateString(sentence), NULL);
}

static int tell(const struct actor_event *event)
{
	_cleanup_free_ char *held_by = NULL;
	cJSON *told;
	int r = actor_hooks_tell(&places, event, &told, &held_by);

	return r < 0 ? r : answer(NULL, "told", told, held_by);
}

static int act(const struct actor_event *event, char *sentence)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	const char *mount = pind_cgroup_mount();
	int r;

	if (!mount)
		return answer_refusal("there is no cgroup v2 hierarchy");
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return answer_refusal("it is not known who asks");
	r = actor_cgroup_act(mount, peer.pid, event, sentence);
	if (r < 0)
		return answer_refusal(sentence);
	return answer(NULL, "sentence", cJSON_CreateString(sentence), NULL);
}

static int serve(void)
{
	_cleanup_(cjson_deletep) cJSON *call = NULL;
	char sentence[ACTOR_SENTENCE_SIZE];
	struct actor_event event;
	const char *method;
	int r;

	r = actor_message_read(STDIN_FILENO, 10 * 1000, &call);
	if (r < 0)
		return r;
	method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call, "method")) ?: "";
	r = actor_event_read(cJSON_GetObjectItemCaseSensitive(call, "parameters"), &event,
			     sentence);
	if (r < 0)
		return answer_refusal(sentence);
	if (!strcmp(method, INTERFACE ".Tell"))
		return tell(&event);
	if (!strcmp(method, INTERFACE ".Act"))
		return act(&event, sentence);
	return answer("org.varlink.service.MethodNotFound", "method", cJSON_CreateString(method),
		      NULL);
}

int main(int argc, char **argv)
{
	int r;

	if (argc > 1) {
		(void)fprintf(stderr, "pind-act: '%s' is too much: it takes no arguments\n",
			      argv[1]);
		return EXIT_FAILURE;
	}
	r = serve();
	if (r < 0)
		(void)fprintf(stderr, "pind-act: the call on standard input fails: %s\n",
			      strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
