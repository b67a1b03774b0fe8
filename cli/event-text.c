// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/rules.h>
#include <pind/size.h>

#include "event-text.h"
#include "fail.h"
#include "group-text.h"
#include "reaction-text.h"
#include "screen.h"
#include "text.h"
#include "when.h"

__attribute__((format(printf, 4, 5))) static int
print_line(uint64_t time, enum screen_style style, const char *word, const char *format, ...)
{
	_cleanup_free_ char *line = NULL;
	char clock[WHEN_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0) {
		line = NULL;
		return fail_memory();
	}
	text_clean(line);
	(void)printf("%s  %s%-10s%s  %s\n", when_time(time, clock), screen_on(style), word,
		     screen_off(style), line);
	return 0;
}

static int print_refusal(const struct pind_refusal_info *refusal)
{
	bool observed = refusal->mode == PIND_MODE_OBSERVE;
	char wanted[SIZE_FORMAT_MAX], current[SIZE_FORMAT_MAX], max[SIZE_FORMAT_MAX];
	char reserved[SIZE_FORMAT_MAX + 32] = "", size[SIZE_FORMAT_MAX], times[32] = "";
	char process[64] = "a process", taken[SIZE_FORMAT_MAX + 32] = "";

	if (refusal->pid)
		(void)snprintf(process, sizeof(process), "%s[%u]", model_shown(refusal->comm),
			       refusal->pid);
	if (refusal->count > 1)
		(void)snprintf(times, sizeof(times), " (%" PRIu64 " times)", refusal->count);
	if (refusal->taken)
		(void)snprintf(taken, sizeof(taken), " after %s in the same go",
			       size_format(refusal->taken, size));
	if (refusal->reserved)
		(void)snprintf(reserved, sizeof(reserved), ", and %s reserved",
			       size_format(refusal->reserved, size));
	return print_line(refusal->last, observed ? SCREEN_WARN : SCREEN_BAD,
			  observed ? "observed" : "refused",
			  "%s: %s wanted %s by %s%s, but %s has %s of %s%s%s%s", refusal->path,
			  process, size_format(refusal->wanted, wanted),
			  refusal->driver ?: "a driver", taken, refusal->by,
			  size_format(refusal->current, current),
			  size_format(refusal->max, max), reserved, observed ? " (admitted)" : "",
			  times);
}

static int print_high(uint64_t now, const struct pind_group_info *group)
{
	char current[SIZE_FORMAT_MAX], high[SIZE_FORMAT_MAX];

	return print_line(now, SCREEN_WARN, "high", "%s rose above %s, and has %s now", group->path,
			  size_format(group->high, high), size_format(group->current, current));
}

static int print_exceeded(uint64_t now, const struct pind_exceeded_info *e)
{
	/* what has one limit only is told by that one, also when it is below it again */
	bool held = e->max == PIND_UNLIMITED || (e->current <= e->max && e->held > e->max_held);
	char pins[SIZE_FORMAT_MAX], max[SIZE_FORMAT_MAX], buffer[PIND_REACTION_TEXT_SIZE];
	const char *act = reaction_text(buffer, e->on_exceed, e->grace, e->dry_run, e->signal);

	(void)size_format(held ? e->held : e->current, pins);
	(void)size_format(held ? e->max_held : e->max, max);
	if (strcmp(e->stage, "over") == 0)
		return print_line(now, SCREEN_BAD, "over", "%s has %s, and its %s is %s", e->path,
				  pins, held ? "max held" : "max", max);
	if (strcmp(e->stage, "below") == 0)
		return print_line(now, SCREEN_GOOD, "below", "%s has %s of %s", e->path, pins, max);
	if (strcmp(e->stage, "due") == 0)
		return print_line(now, SCREEN_BAD, "due", "%s stayed over, with %s of %s: %s",
				  e->path, pins, max, act ?: "nothing");
	return print_line(now, SCREEN_BAD, e->stage, "%s stayed over: %s", e->path,
			  model_shown(e->sentence));
}

static int print_books(uint64_t now, const struct pind_books *books)
{
	char sentence[PIND_BOOKS_SENTENCE_SIZE];

	return print_line(now, books->difference ? SCREEN_BAD : SCREEN_GOOD, "books", "%s",
			  pind_books_sentence(books, sentence));
}

static int print_misuse(const struct pind_misuse_info *misuse)
{
	char sentence[PIND_MISUSE_SENTENCE_SIZE];

	return print_line(
		misuse->first, SCREEN_BAD, "misuse", "%s",
		pind_misuse_sentence(sentence, misuse->kind, misuse->symbol, misuse->module));
}

static const char *limit(uint64_t bytes, char *buffer)
{
	return bytes == PIND_UNLIMITED ? "none" : size_format(bytes, buffer);
}

static int print_quota(uint64_t now, const struct pind_group_info *group)
{
	const struct pind_kind *kind = &pind_group_kind;
	char max[SIZE_FORMAT_MAX + 8] = "", high[SIZE_FORMAT_MAX + 8] = "", size[SIZE_FORMAT_MAX];
	char max_held[SIZE_FORMAT_MAX + 16] = "";
	bool mode = model_has(kind, group, "mode"), runtime = model_has(kind, group, "runtime");

	if (model_has(kind, group, "max"))
		(void)snprintf(max, sizeof(max), ", max %s", limit(group->max, size));
	if (group_has_max_held(group))
		(void)snprintf(max_held, sizeof(max_held), ", max held %s",
			       limit(group->max_held, size));
	if (model_has(kind, group, "high"))
		(void)snprintf(high, sizeof(high), ", high %s", limit(group->high, size));
	return print_line(now, SCREEN_BOLD, "quota", "%s changed%s%s%s%s%s%s%s", group->path, max,
			  max_held, high, mode ? ", mode " : "",
			  mode ? model_mode(group->mode) : "",
			  group_payer_text(group_charges_owner(group)),
			  !runtime	   ? ""
			  : group->runtime ? ", runtime"
					   : ", kept");
}

int event_print(const struct pind_event *event)
{
	uint64_t now = when_now(CLOCK_REALTIME);

	switch (event->type) {
	case PIND_EVENT_REFUSED:
		return print_refusal(event->refusal);
	case PIND_EVENT_HIGH:
		return print_high(now, event->group);
	case PIND_EVENT_GROUP_NEW:
		return print_line(now, SCREEN_DIM, "group-new", "%s", event->group->path);
	case PIND_EVENT_GROUP_DEAD:
		return print_line(now, SCREEN_DIM, "group-dead", "%s %s", event->group->path,
				  event->gone ? "is gone" : "was removed; its pins live on");
	case PIND_EVENT_QUOTA:
		return print_quota(now, event->group);
	case PIND_EVENT_STATE:
		return print_line(now, SCREEN_BOLD, "state", "%s%s%s", event->state,
				  event->reason && event->reason[0] ? ": " : "",
				  event->reason ? event->reason : "");
	case PIND_EVENT_DAEMON_GONE:
		return print_line(now, SCREEN_BAD, "daemon", "pind went away; the module goes on");
	case PIND_EVENT_DAEMON_BACK:
		return print_line(now, SCREEN_GOOD, "daemon", "pind is back");
	case PIND_EVENT_MODULE_GONE:
		return print_line(now, SCREEN_BAD, "module",
				  "the kernel module is not loaded; nothing is counted");
	case PIND_EVENT_MODULE_BACK:
		return print_line(now, SCREEN_GOOD, "module", "the kernel module is back");
	case PIND_EVENT_BOOKS:
		return print_books(now, &event->books->sums);
	case PIND_EVENT_MISUSE:
		return print_misuse(event->misuse);
	case PIND_EVENT_EXCEEDED:
		return print_exceeded(now, event->exceeded);
	case PIND_EVENT_LOST:
		if (event->number == 0)
			return print_line(now, SCREEN_WARN, "lost", "some events were lost");
		return print_line(now, SCREEN_WARN, "lost", "%llu events were lost",
				  (unsigned long long)event->number);
	}
	return 0;
}
