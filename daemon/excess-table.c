// SPDX-License-Identifier: GPL-2.0-or-later
/* The groups that are above their quota, what is known of them, and what is due next. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "excess-internal.h"

bool excess_is_over(const struct entry *entry)
{
	return entry->state >= OVER && entry->state <= DONE;
}

/* Where the entry is, or would be. */
static size_t position(const struct pind_excess *excess, uint64_t id)
{
	size_t low = 0, high = excess->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (excess->entries[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct entry *excess_find(const struct pind_excess *excess, uint64_t id)
{
	size_t at = position(excess, id);

	return at < excess->n && excess->entries[at].id == id ? &excess->entries[at] : NULL;
}

void excess_enter(struct pind_excess *excess, struct entry *entry, enum state state)
{
	entry->state = state;
	entry->turn = ++excess->turn;
	excess->changed = true;
}

struct entry *excess_add(struct pind_excess *excess, uint64_t id, enum state state)
{
	size_t at = position(excess, id);

	if (excess->n == excess->size) {
		size_t size = excess->size ? 2 * excess->size : 16;
		struct entry *entries = reallocarray(excess->entries, size, sizeof(*entries));

		if (!entries)
			return NULL;
		excess->entries = entries;
		excess->size = size;
	}
	memmove(&excess->entries[at + 1], &excess->entries[at],
		(excess->n - at) * sizeof(*excess->entries));
	excess->entries[at] = (struct entry){ .id = id, .since = pind_clock_now() };
	excess_enter(excess, &excess->entries[at], state);
	excess->n++;
	return &excess->entries[at];
}

void excess_wake(struct pind_excess *excess, uint64_t when)
{
	uint64_t before;

	if (sd_event_source_get_enabled(excess->timer, NULL) != 0 &&
	    sd_event_source_get_time(excess->timer, &before) >= 0 && before <= when)
		return;
	(void)sd_event_source_set_time(excess->timer, when);
	(void)sd_event_source_set_enabled(excess->timer, SD_EVENT_ONESHOT);
}

/* When something is to be done about it. */
static uint64_t due_at(const struct pind_excess *excess, const struct entry *entry)
{
	uint64_t look = excess->looked + LOOK_USEC, due;

	if (entry->state == BELOW && !entry->told_over)
		return entry->since + QUIET_USEC;
	if (entry->state != OVER || !entry->known || excess->calls >= CALLS_MAX ||
	    entry->reaction.on_exceed == PIND_ON_EXCEED_NOTHING)
		return look;
	due = entry->since + entry->reaction.grace;
	return due < look ? due : look;
}

void excess_arm(struct pind_excess *excess)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < excess->n; i++) {
		uint64_t when = due_at(excess, &excess->entries[i]);

		next = when < next ? when : next;
	}
	(void)sd_event_source_set_enabled(excess->timer, SD_EVENT_OFF);
	if (excess->n)
		excess_wake(excess, next);
}

static bool is_to_be_done(const struct entry *entry)
{
	return excess_is_over(entry) && entry->looked_up &&
	       entry->reaction.on_exceed != PIND_ON_EXCEED_NOTHING;
}

void excess_save(struct pind_excess *excess)
{
	_cleanup_free_ struct pind_since_row *rows = calloc(excess->n + 1, sizeof(*rows));
	const struct pind_groups *groups = pind_mirror_groups(excess->rooms.mirror);
	const struct pind_group *group;
	size_t n = 0;

	for (size_t i = 0; rows && i < excess->n; i++) {
		const struct entry *entry = &excess->entries[i];

		group = is_to_be_done(entry) ? pind_groups_by_id(groups, entry->id) : NULL;
		if (!group)
			continue;
		rows[n++] = (struct pind_since_row){
			.id = entry->id,
			/* who ends in the middle of an act does not know how it went */
			.since = entry->state == ACTING ? pind_clock_now() + RETRY_USEC
							: entry->since,
			.max = group->info.max,
			.max_held = group->info.max_held,
			.reaction = entry->reaction,
			.done = entry->state == DONE,
			.holds = entry->holds,
		};
	}
	if (rows)
		pind_since_write(excess->since, pind_mirror_info(excess->rooms.mirror)->load_id,
				 pind_clock_now(), rows, n);
	excess->changed = false;
}

void excess_settle(struct pind_excess *excess)
{
	if (excess->changed)
		excess_save(excess);
	excess_arm(excess);
}

int excess_look(struct pind_excess *excess, struct entry *entry)
{
	struct pind_kernel *kernel = excess->rooms.kernel;
	int r = kernel->ops->group_get(kernel, entry->id, pind_mirror_take, excess->rooms.mirror);

	if (r == -ENOENT || entry->state == SUSPECT)
		excess_enter(excess, entry, GONE);
	return r;
}
