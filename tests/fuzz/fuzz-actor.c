// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message of Varlink as pind-act gets it: a call of the daemon's, and what a hook answers,
 * which is read by the same function.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pind/cgroup.h>

#include "event.h"
#include "fuzz.h"
#include "message.h"

static void understand(const cJSON *call)
{
	const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(call, "parameters");
	char sentence[ACTOR_SENTENCE_SIZE] = "", *text;
	struct actor_event event;

	if (actor_event_read(parameters, &event, sentence) < 0) {
		demand(sentence[0]);
		return;
	}
	demand(!pind_cgroup_path_wrong(event.path) && event.id > 0);
	text = cJSON_PrintUnformatted(event.json);
	demand(text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *call = NULL;
	int pair[2], r;

	demand(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	demand(size == 0 || send(pair[1], data, size, MSG_DONTWAIT) == (ssize_t)size);
	(void)close(pair[1]);
	r = actor_message_read(pair[0], 1000, &call);
	demand(r == 0 ? call != NULL : r == -EBADMSG);
	if (call)
		understand(call);
	cJSON_Delete(call);
	(void)close(pair[0]);
	return 0;
}
