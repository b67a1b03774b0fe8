// SPDX-License-Identifier: GPL-2.0-or-later
/* What is done to a group that stays above its quota: hooks are told, and pind-act does it. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "excess-internal.h"
#include "journal.h"

void excess_asked_free(struct asked *asked)
{
	*asked->link = asked->next;
	if (asked->next)
		asked->next->link = asked->link;
	asked->excess->calls--;
	free((char *)asked->group.path);
	free(asked);
}

/* Has pind-act called. Else a sentence, of which @size bytes have room. */
static int call(struct pind_excess *excess, const char *method, struct entry *entry,
		const struct pind_group_info *group, pind_actor_done done, char *sentence,
		size_t size)
{
	struct asked *asked = calloc(1, sizeof(*asked));
	char *path = strdup(group->path);
	int r;

	if (!asked || !path) {
		free(asked);
		free(path);
		(void)snprintf(sentence, size, "there is not enough memory");
		return -ENOMEM;
	}
	asked->excess = excess;
	asked->group = *group;
	asked->group.path = path;
	asked->reaction = entry->reaction;
	asked->turn = entry->turn;
	asked->next = excess->asked;
	asked->link = &excess->asked;
	if (asked->next)
		asked->next->link = &asked->next;
	excess->asked = asked;
	excess->calls++;
	r = pind_actor_call(excess->rooms.actor, method, &asked->group, &asked->reaction,
			    PIND_HOLDS_MAX - entry->holds, done, asked, sentence, size);
	if (r < 0)
		excess_asked_free(asked);
	return r;
}

/* How an act ended, or that it did not come to it. @entry: NULL if it is of no matter any more */
static void tell_end(struct pind_excess *excess, struct entry *entry,
		     const struct pind_group_info *group, const struct pind_reaction *reaction,
		     int r, const char *sentence)
{
	const struct pind_excess_event event = {
		.stage = r < 0 ? PIND_STAGE_FAILED : PIND_STAGE_DONE,
		.group = group,
		.reaction = *reaction,
		.sentence = sentence,
	};

	if (entry && r < 0) {
		entry->since = pind_clock_now() + RETRY_USEC;
		excess_enter(excess, entry, OVER);
	} else if (entry) {
		excess_enter(excess, entry, DONE);
	}
	excess->told(&event, excess->userdata);
}

/* The entry that was asked about, if nothing has come between. */
static struct entry *entry_of(const struct asked *asked)
{
	struct entry *entry = excess_find(asked->excess, asked->group.id);

	return entry && entry->turn == asked->turn ? entry : NULL;
}

static void on_acted(int r, const char *sentence, const cJSON *answer, void *userdata)
{
	struct asked *asked = userdata;
	struct pind_excess *excess = asked->excess;

	tell_end(excess, entry_of(asked), &asked->group, &asked->reaction, r, sentence);
	excess_asked_free(asked);
	excess_settle(excess);
}

static void act(struct pind_excess *excess, struct entry *entry, const struct asked *asked)
{
	const struct pind_group *group =
		pind_groups_by_id(pind_mirror_groups(excess->rooms.mirror), entry->id);
	char sentence[256];
	int r;

	if (!group)
		return;
	excess_enter(excess, entry, ACTING);
	excess_save(excess);
	r = call(excess, "Act", entry, &group->info, on_acted, sentence, sizeof(sentence));
	if (r < 0)
		tell_end(excess, entry, &asked->group, &asked->reaction, r, sentence);
}

/* A hook asks for the act to be held off. Is that granted? */
static bool hold(struct pind_excess *excess, struct entry *entry, const struct asked *asked,
		 const char *by)
{
	const struct pind_reaction *reaction = &asked->reaction;
	struct pind_excess_event event = {
		.stage = PIND_STAGE_HELD,
		.group = &asked->group,
		.reaction = *reaction,
	};
	char sentence[PATH_MAX + 128];

	if (!by)
		return false;
	if (entry->holds >= PIND_HOLDS_MAX) {
		pind_log(LOG_NOTICE, "%s was held off %d times: it is not held off again",
			 asked->group.path, PIND_HOLDS_MAX);
		return false;
	}
	entry->holds++;
	/* also without a time of grace hooks are not told all the time */
	entry->since = pind_clock_now() + (reaction->grace < SECOND ? SECOND - reaction->grace : 0);
	excess_enter(excess, entry, OVER);
	(void)snprintf(sentence, sizeof(sentence), "%s holds it off (%u times of %d)", by,
		       entry->holds, PIND_HOLDS_MAX);
	/* once it is told it counts, also for a daemon that comes after this one was killed */
	excess_save(excess);
	event.sentence = sentence;
	excess->told(&event, excess->userdata);
	return true;
}

/* Hooks were told: if the group is over still, and none holds it off, it is acted on. */
static void on_told(int r, const char *sentence, const cJSON *answer, void *userdata)
{
	const cJSON *told = cJSON_GetObjectItemCaseSensitive(answer, "told"), *line;
	const char *held_by =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "held_by"));
	struct asked *asked = userdata;
	struct pind_excess *excess = asked->excess;
	struct entry *entry = entry_of(asked);

	cJSON_ArrayForEach (line, told)
		if (cJSON_IsString(line))
			pind_log(LOG_INFO, "told of %s: %s", asked->group.path, line->valuestring);
	if (entry && r < 0) {
		tell_end(excess, entry, &asked->group, &asked->reaction, r, sentence);
	} else if (entry) {
		pind_mirror_tick(excess->rooms.mirror);
		r = excess_look(excess, entry);
		if (entry->state == TELLING && r < 0)
			tell_end(excess, entry, &asked->group, &asked->reaction, r,
				 "what it pins now cannot be known");
		else if (entry->state == TELLING && !hold(excess, entry, asked, held_by))
			act(excess, entry, asked);
	}
	excess_asked_free(asked);
	excess_settle(excess);
}

void excess_begin(struct pind_excess *excess, struct entry *entry,
		  const struct pind_group_info *group)
{
	struct pind_excess_event event = { .stage = PIND_STAGE_DUE, .group = group };
	char sentence[256];
	int r;

	event.reaction = entry->reaction;
	event.dry_run = entry->reaction.dry_run || group->mode == PIND_MODE_OBSERVE;
	excess->told(&event, excess->userdata);
	if (event.dry_run) {
		excess_enter(excess, entry, DONE);
		return;
	}
	excess_enter(excess, entry, TELLING);
	r = call(excess, "Tell", entry, group, on_told, sentence, sizeof(sentence));
	if (r < 0)
		tell_end(excess, entry, group, &event.reaction, r, sentence);
}
