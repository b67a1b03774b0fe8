// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <pind/cleanup.h>

#include "actor.h"
#include "order.h"

#define INTERFACE   "org.pind1.Act"
/* Hooks have 10 s, and systemd starts a process. */
#define WAIT_USEC   (40ULL * 1000 * 1000)
/* The longest answer, with its end. */
#define ANSWER_SIZE (64 * 1024)

struct call {
	struct call *next, **link;
	int fd;
	sd_event_source *io, *timer;
	char *text; /* of the answer, as far as it came */
	size_t length;
	pind_actor_done done;
	void *userdata;
};

struct pind_actor {
	sd_event *event;
	struct sockaddr_un address;
	struct call *calls;
};

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)

static void call_free(struct call *call)
{
	if (call->link) {
		*call->link = call->next;
		if (call->next)
			call->next->link = call->link;
	}
	(void)sd_event_source_disable_unref(call->io);
	(void)sd_event_source_disable_unref(call->timer);
	if (call->fd >= 0)
		(void)close(call->fd);
	free(call->text);
	free(call);
}

DEFINE_CLEANUP(struct call, call_free, call_freep)

static void end(struct call *call, int r, const char *sentence, const cJSON *answer)
{
	pind_actor_done done = call->done;
	void *userdata = call->userdata;

	call_free(call);
	done(r, sentence, answer, userdata);
}

/* The whole answer is there. */
static void end_answered(struct call *call)
{
	_cleanup_(cjson_deletep) cJSON *answer = cJSON_Parse(call->text);
	const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(answer, "parameters");
	const char *sentence =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(parameters, "sentence"));
	const char *error = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "error"));

	if (!parameters)
		end(call, -EBADMSG, "pind-act gave an answer that is not understood", NULL);
	else
		end(call, error ? -EPERM : 0, sentence ?: error ?: "", parameters);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct call *call = userdata;
	ssize_t n = recv(fd, call->text + call->length, ANSWER_SIZE - call->length, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		end(call, -ECONNRESET,
		    "pind-act ended without an answer (its unit's entries in the "
		    "journal may say why)",
		    NULL);
		return 0;
	}
	call->length += (size_t)n;
	if (!call->text[call->length - 1])
		end_answered(call);
	else if (call->length == ANSWER_SIZE)
		end(call, -EMSGSIZE, "pind-act gave an answer that is too long", NULL);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t time, void *userdata)
{
	end(userdata, -ETIMEDOUT, "pind-act did not answer in time", NULL);
	return 0;
}

/* A limit that is none is left out. */
static bool add_size(cJSON *object, const char *key, uint64_t size)
{
	char digits[24];

	if (size == PIND_UNLIMITED)
		return true;
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, size);
	return cJSON_AddRawToObject(object, key, digits);
}

/* The text of the call; to be freed. NULL without memory. */
static char *text_of(const char *method, const struct pind_group_info *group,
		     const struct pind_reaction *reaction, unsigned int holds_left)
{
	_cleanup_(cjson_deletep) cJSON *call = cJSON_CreateObject();
	cJSON *event =
		cJSON_AddObjectToObject(cJSON_AddObjectToObject(call, "parameters"), "event");
	char name[64];

	(void)snprintf(name, sizeof(name), INTERFACE ".%s", method);
	if (!cJSON_AddStringToObject(call, "method", name) ||
	    !cJSON_AddStringToObject(event, "path", group->path) ||
	    !add_size(event, "id", group->id) || !add_size(event, "current", group->current) ||
	    !add_size(event, "held", group->held) || !add_size(event, "max", group->max) ||
	    !add_size(event, "max_held", group->max_held) ||
	    !cJSON_AddStringToObject(event, "on_exceed",
				     pind_on_exceed_name(reaction->on_exceed)) ||
	    !cJSON_AddNumberToObject(event, "holds_left", holds_left))
		return NULL;
	if (reaction->signal &&
	    !cJSON_AddStringToObject(event, "signal", pind_signal_name(reaction->signal)))
		return NULL;
	return cJSON_PrintUnformatted(call);
}

/* Connects and sends. 0 or a negative errno. */
static int open_call(const struct pind_actor *actor, struct call *call, const char *text)
{
	ssize_t n;

	call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (call->fd < 0 ||
	    connect(call->fd, (const struct sockaddr *)&actor->address, sizeof(actor->address)) < 0)
		return -errno;
	n = send(call->fd, text, strlen(text) + 1, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(text) + 1 ? 0 : -EMSGSIZE;
}

static int add_sources(struct pind_actor *actor, struct call *call)
{
	int r;

	r = sd_event_add_io(actor->event, &call->io, call->fd, EPOLLIN, on_io, call);
	r = r < 0 ? r : sd_event_source_set_priority(call->io, PIND_ORDER_TELL);
	r = r < 0 ? r
		  : sd_event_add_time_relative(actor->event, &call->timer, CLOCK_MONOTONIC,
					       WAIT_USEC, 0, on_timer, call);
	return r < 0 ? r : sd_event_source_set_priority(call->timer, PIND_ORDER_TELL);
}

int pind_actor_call(struct pind_actor *actor, const char *method,
		    const struct pind_group_info *group, const struct pind_reaction *reaction,
		    unsigned int holds_left, pind_actor_done done, void *userdata, char *sentence,
		    size_t size)
{
	_cleanup_free_ char *text = text_of(method, group, reaction, holds_left);
	_cleanup_(call_freep) struct call *call = calloc(1, sizeof(*call));
	int r;

	if (call)
		call->fd = -EBADF;
	if (call)
		call->text = malloc(ANSWER_SIZE);
	r = text && call && call->text ? open_call(actor, call, text) : -ENOMEM;
	if (r < 0) {
		(void)snprintf(sentence, size, "pind-act cannot be reached at %s: %s",
			       actor->address.sun_path, strerror(-r));
		return r;
	}
	r = add_sources(actor, call);
	if (r < 0) {
		(void)snprintf(sentence, size, "%s", strerror(-r));
		return r;
	}
	call->done = done;
	call->userdata = userdata;
	call->next = actor->calls;
	call->link = &actor->calls;
	if (call->next)
		call->next->link = &call->next;
	actor->calls = TAKE_PTR(call);
	return 0;
}

int pind_actor_new(sd_event *event, const char *path, struct pind_actor **ret)
{
	struct pind_actor *actor = calloc(1, sizeof(*actor));

	if (!actor)
		return -ENOMEM;
	actor->event = event;
	actor->address.sun_family = AF_UNIX;
	(void)snprintf(actor->address.sun_path, sizeof(actor->address.sun_path), "%s", path);
	*ret = actor;
	return 0;
}

struct pind_actor *pind_actor_free(struct pind_actor *actor)
{
	while (actor && actor->calls)
		call_free(actor->calls);
	free(actor);
	return NULL;
}
