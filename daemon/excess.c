// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "excess-internal.h"
#include "order.h"

/* Groups that are looked at, whose reaction is looked up, and that are told of, in one turn. */
#define LOOKS	   16
#define LOOK_UPS   256
#define TOLD	   64

DEFINE_CLEANUP(struct pind_excess, pind_excess_free, excess_freep)

/* The entry came to be over: an earlier life may know since when, if that is about the same. */
static void recall(struct pind_excess *excess, struct entry *entry,
		   const struct pind_group_info *group)
{
	struct pind_since_row row;

	if (!pind_since_take(excess->since, pind_mirror_info(excess->rooms.mirror)->load_id,
			     entry->id, &row) ||
	    row.max != group->max || row.max_held != group->max_held ||
	    row.since > entry->since + RETRY_USEC)
		return;
	entry->since = row.since;
	entry->reaction = row.reaction;
	entry->holds = row.holds;
	entry->looked_up = true;
	entry->told_over = true;
	if (row.done)
		excess_enter(excess, entry, DONE);
}

void pind_excess_group(struct pind_excess *excess, const struct pind_group *group)
{
	struct entry *entry = excess_find(excess, group->info.id);
	bool over = pind_group_is_over(&group->info);

	if (group->info.dead) {
		pind_excess_forget(excess, group->info.id);
		return;
	}
	if (!entry && !over)
		return;
	if (!entry) {
		entry = excess_add(excess, group->info.id, OVER);
		if (entry)
			recall(excess, entry, &group->info);
	} else if (over != excess_is_over(entry)) {
		/* who is below and was only suspected is forgotten with the look */
		if (!over && entry->state == SUSPECT)
			return;
		entry->since = pind_clock_now();
		entry->holds = 0;
		excess_enter(excess, entry, over ? OVER : BELOW);
		if (over)
			recall(excess, entry, &group->info);
	}
	excess_wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_suspect(struct pind_excess *excess, uint64_t id)
{
	if (!excess_find(excess, id))
		(void)excess_add(excess, id, SUSPECT);
	excess_wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_changed(struct pind_excess *excess, uint64_t id)
{
	struct entry *entry = excess_find(excess, id);

	if (!entry || !excess_is_over(entry))
		return;
	entry->known = false;
	entry->since = pind_clock_now();
	entry->holds = 0;
	/* what is being done is done */
	if (entry->state != ACTING)
		excess_enter(excess, entry, OVER);
	excess_wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_rules_changed(struct pind_excess *excess)
{
	for (size_t i = 0; i < excess->n; i++)
		excess->entries[i].known = false;
	if (excess->n)
		excess_wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_forget(struct pind_excess *excess, uint64_t id)
{
	struct entry *entry = excess_find(excess, id);

	/* it is taken out in the next turn: we may be in the middle of one */
	if (entry)
		excess_enter(excess, entry, GONE);
	if (entry)
		excess_wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_forget_all(struct pind_excess *excess)
{
	for (size_t i = 0; i < excess->n; i++)
		excess_enter(excess, &excess->entries[i], GONE);
	if (excess->n)
		excess_wake(excess, excess->looked + LOOK_USEC);
}

/* What is wanted to be done to it: from when it was wanted, if that is later. */
static void look_up(struct pind_excess *excess, struct entry *entry,
		    const struct pind_group_info *group)
{
	struct pind_reaction reaction = {};

	if (strcmp(group->path, "/") != 0)
		reaction = pind_wanted_find(excess->rooms.wanted, group->path, group->id).reaction;
	entry->known = true;
	if (entry->looked_up && !pind_reaction_same(&reaction, &entry->reaction)) {
		entry->since = pind_clock_now();
		entry->holds = 0;
		if (entry->state == DONE)
			excess_enter(excess, entry, OVER);
	}
	entry->looked_up = true;
	entry->reaction = reaction;
	excess->changed = true;
}

/* Tells that a group came to be over, or below. */
static void tell(struct pind_excess *excess, struct entry *entry,
		 const struct pind_group_info *group, uint64_t now)
{
	struct pind_excess_event event = {
		.stage = excess_is_over(entry) ? PIND_STAGE_OVER : PIND_STAGE_BELOW,
		.group = group,
	};

	entry->told_over = excess_is_over(entry);
	if (entry->told_over) {
		entry->quiet = entry->journaled && now - entry->journaled < QUIET_USEC;
		entry->journaled = entry->quiet ? entry->journaled : now;
	}
	event.quiet = entry->quiet;
	excess->told(&event, excess->userdata);
}

static bool is_due(const struct pind_excess *excess, const struct entry *entry, uint64_t now)
{
	return entry->state == OVER && entry->known &&
	       entry->reaction.on_exceed != PIND_ON_EXCEED_NOTHING && excess->calls < CALLS_MAX &&
	       now >= entry->since + entry->reaction.grace;
}

/* What a turn may do yet. */
struct budget {
	unsigned int looks, look_ups, told;
};

/* Does what is to be done about one. */
static void attend(struct pind_excess *excess, struct entry *entry, struct budget *left,
		   uint64_t now)
{
	const struct pind_groups *groups = pind_mirror_groups(excess->rooms.mirror);
	const struct pind_group *group;

	if (entry->state == SUSPECT && left->looks > 0) {
		left->looks--;
		(void)excess_look(excess, entry);
	}
	group = pind_groups_by_id(groups, entry->id);
	if (entry->state == SUSPECT || entry->state == GONE)
		return;
	if (!group ||
	    (entry->state == BELOW && !entry->told_over && now >= entry->since + QUIET_USEC)) {
		excess_enter(excess, entry, GONE);
		return;
	}
	if (excess_is_over(entry) != entry->told_over && left->told > 0) {
		left->told--;
		tell(excess, entry, &group->info, now);
	}
	if (excess_is_over(entry) && !entry->known && left->look_ups > 0) {
		left->look_ups--;
		look_up(excess, entry, &group->info);
	}
	if (is_due(excess, entry, now) && entry->told_over && left->looks > 0) {
		left->looks--;
		/* where that cannot be known it is not said to have stayed above */
		if (excess_look(excess, entry) < 0)
			entry->since = now + LOOK_USEC;
		else if (entry->state == OVER)
			excess_begin(excess, entry, &group->info);
	}
}

static void look_around(struct pind_excess *excess, unsigned int looks)
{
	for (size_t i = 0; i < excess->n && looks > 0; i++) {
		struct entry *entry = &excess->entries[excess->next++ % excess->n];

		if (!excess_is_over(entry))
			continue;
		looks--;
		(void)excess_look(excess, entry);
	}
}

static void take_out_gone(struct pind_excess *excess)
{
	size_t n = 0;

	for (size_t i = 0; i < excess->n; i++)
		if (excess->entries[i].state != GONE)
			excess->entries[n++] = excess->entries[i];
	excess->n = n;
}

static int on_timer(sd_event_source *source, uint64_t time, void *userdata)
{
	struct budget left = { LOOKS, LOOK_UPS, TOLD };
	struct pind_excess *excess = userdata;
	uint64_t now = pind_clock_now();

	pind_mirror_tick(excess->rooms.mirror);
	for (size_t i = 0; i < excess->n; i++)
		attend(excess, &excess->entries[i], &left, now);
	if (now >= excess->looked + LOOK_USEC) {
		look_around(excess, left.looks);
		excess->looked = now;
	}
	take_out_gone(excess);
	excess_arm(excess);
	/* the rest of what is to be told, after all others who wait */
	if (left.told == 0 || left.look_ups == 0)
		excess_wake(excess, now);
	else if (excess->changed)
		excess_save(excess);
	return 0;
}

int pind_excess_new(sd_event *event, const struct pind_excess_rooms *rooms,
		    void (*told)(const struct pind_excess_event *event, void *userdata),
		    void *userdata, struct pind_excess **ret)
{
	_cleanup_(excess_freep) struct pind_excess *excess = calloc(1, sizeof(*excess));
	int r;

	if (!excess)
		return -ENOMEM;
	excess->rooms = *rooms;
	excess->told = told;
	excess->userdata = userdata;
	r = pind_since_open(rooms->directory, pind_clock_now(), &excess->since);
	r = r < 0 ? r
		  : sd_event_add_time(event, &excess->timer, CLOCK_MONOTONIC, UINT64_MAX,
				      SECOND / 20, on_timer, excess);
	r = r < 0 ? r : sd_event_source_set_enabled(excess->timer, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_priority(excess->timer, PIND_ORDER_TELL);
	r = r < 0 ? r : sd_event_source_set_exit_on_failure(excess->timer, true);
	r = r < 0 ? r : sd_event_source_set_description(excess->timer, "pind-excess");
	if (r < 0)
		return r;
	*ret = TAKE_PTR(excess);
	return 0;
}

struct pind_excess *pind_excess_free(struct pind_excess *excess)
{
	if (excess) {
		while (excess->asked)
			excess_asked_free(excess->asked);
		if (excess->changed && excess->since)
			excess_save(excess);
		(void)pind_since_free(excess->since);
		(void)sd_event_source_disable_unref(excess->timer);
		free(excess->entries);
		free(excess);
	}
	return NULL;
}
