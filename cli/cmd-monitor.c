// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl monitor: what happens, as it happens, until it is interrupted. */
#include <errno.h>
#include <stdio.h>

#include <pind/cleanup.h>

#include "event-text.h"
#include "json.h"
#include "screen.h"
#include "source.h"
#include "verb.h"
#include "when.h"

static const char *const event_words[] = {
	[PIND_EVENT_REFUSED] = "refused",
	[PIND_EVENT_HIGH] = "high",
	[PIND_EVENT_GROUP_NEW] = "group-new",
	[PIND_EVENT_GROUP_DEAD] = "group-dead",
	[PIND_EVENT_QUOTA] = "quota",
	[PIND_EVENT_STATE] = "state",
	[PIND_EVENT_DAEMON_GONE] = "daemon-gone",
	[PIND_EVENT_DAEMON_BACK] = "daemon-back",
	[PIND_EVENT_MODULE_GONE] = "module-gone",
	[PIND_EVENT_MODULE_BACK] = "module-back",
	[PIND_EVENT_BOOKS] = "books",
	[PIND_EVENT_MISUSE] = "misuse",
	[PIND_EVENT_EXCEEDED] = "exceeded",
	[PIND_EVENT_LOST] = "lost",
};

static int add_details(cJSON *object, const struct pind_event *event)
{
	int r = 0;

	/* A refusal brings its own time; the others happened just now. */
	if (event->refusal)
		return json_add_record(object, &pind_refusal_kind, event->refusal);
	r = json_add_number(object, "time", when_now(CLOCK_REALTIME));
	if (r == 0 && event->group)
		r = json_add_record(object, &pind_group_kind, event->group);
	if (r == 0 && event->books)
		r = json_add_record(object, &pind_books_kind, event->books);
	if (r == 0 && event->misuse)
		r = json_add_record(object, &pind_misuse_kind, event->misuse);
	if (r == 0 && event->exceeded)
		r = json_add_record(object, &pind_exceeded_kind, event->exceeded);
	if (r == 0 && event->type == PIND_EVENT_GROUP_DEAD &&
	    !cJSON_AddBoolToObject(object, "gone", event->gone))
		r = -ENOMEM;
	if (r == 0 && event->state)
		r = json_add_text(object, "state", event->state);
	if (r == 0 && event->reason)
		r = json_add_text(object, "reason", event->reason);
	/* 0 stands for "some": the socket overflowed. */
	if (r == 0 && event->type == PIND_EVENT_LOST && event->number > 0)
		r = json_add_number(object, "lost", event->number);
	return r;
}

static int print_json(const struct pind_event *event)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (object && (json_add_text(object, "event", event_words[event->type]) < 0 ||
		       add_details(object, event) < 0)) {
		cJSON_Delete(object);
		object = NULL;
	}
	return json_print(object, true);
}

static int on_event(const struct pind_event *event, void *userdata)
{
	const struct pind_options *options = userdata;
	int r = options->json ? print_json(event) : event_print(event);

	return r != 0 ? r : screen_flush();
}

/* Whoever looks at an empty screen wants to know that it works. */
static int say_ready(void)
{
	if (screen_is_terminal())
		(void)puts("watching…");
	return screen_flush();
}

int cmd_monitor(const struct pind_options *options)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r != 0)
		return r;
	return source->ops->watch(source, say_ready, on_event, (void *)options);
}
