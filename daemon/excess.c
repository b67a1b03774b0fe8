// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pind/cleanup.h>

#include "excess.h"
#include "journal.h"
#include "order.h"

#define SECOND	   (1000ULL * 1000)
/* Between two looks at groups. */
#define LOOK_USEC  SECOND
/* Groups that are looked at, whose reaction is looked up, and that are told of, in one turn. */
#define LOOKS	   16
#define LOOK_UPS   256
#define TOLD	   64
/* Calls of pind-act under way. */
#define CALLS_MAX  8
/* The journal has a group that comes and goes once in so long; so long it is remembered. */
#define QUIET_USEC (60 * SECOND)
/* After a failure, and the time of grace is added. */
#define RETRY_USEC (60 * SECOND)

enum state {
	SUSPECT, /* it is to be looked at */
	OVER,
	TELLING, /* hooks are told */
	ACTING,
	DONE, /* nothing is to be done any more */
	BELOW,
	GONE,
};

struct entry {
	uint64_t id;
	enum state state;
	uint64_t turn;	    /* another one with each state: an answer to an older one is void */
	uint64_t since;	    /* CLOCK_MONOTONIC, us: when it came to be over, or below */
	bool told_over;	    /* what was told of it last */
	uint64_t journaled; /* when the journal was told last that it is over; 0: never */
	bool quiet;	    /* it was not told this time, and so not that it is below again */
	bool known;	    /* the reaction is that which is wanted now */
	bool looked_up;	    /* it was once */
	struct pind_reaction reaction;
};

/* Whom pind-act was asked about. */
struct asked {
	struct asked *next, **link;
	struct pind_excess *excess;
	struct pind_group_info group; /* as it was then; its path is its own */
	struct pind_reaction reaction;
	uint64_t turn;
};

struct pind_excess {
	struct pind_excess_rooms rooms;
	void (*told)(const struct pind_excess_event *event, void *userdata);
	void *userdata;
	sd_event_source *timer;
	struct entry *entries; /* by id */
	size_t n, size;
	size_t next; /* to be looked at */
	uint64_t turn;
	uint64_t looked; /* when groups were looked at last */
	struct asked *asked;
	unsigned int calls;
};

DEFINE_CLEANUP(struct pind_excess, pind_excess_free, excess_freep)

static uint64_t now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec / 1000;
}

const char *pind_stage_name(enum pind_stage stage)
{
	static const char *const names[] = { "over", "below", "due", "done", "failed" };

	return names[stage];
}

static bool is_over(const struct entry *entry)
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

static struct entry *find(const struct pind_excess *excess, uint64_t id)
{
	size_t at = position(excess, id);

	return at < excess->n && excess->entries[at].id == id ? &excess->entries[at] : NULL;
}

static void enter(struct pind_excess *excess, struct entry *entry, enum state state)
{
	entry->state = state;
	entry->turn = ++excess->turn;
}

/* Without memory a group is not noted until it is heard of again. */
static void add(struct pind_excess *excess, uint64_t id, enum state state)
{
	size_t at = position(excess, id);

	if (excess->n == excess->size) {
		size_t size = excess->size ? 2 * excess->size : 16;
		struct entry *entries = reallocarray(excess->entries, size, sizeof(*entries));

		if (!entries)
			return;
		excess->entries = entries;
		excess->size = size;
	}
	memmove(&excess->entries[at + 1], &excess->entries[at],
		(excess->n - at) * sizeof(*excess->entries));
	excess->entries[at] = (struct entry){ .id = id, .since = now_usec() };
	enter(excess, &excess->entries[at], state);
	excess->n++;
}

static void wake(struct pind_excess *excess, uint64_t when)
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

static void arm(struct pind_excess *excess)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < excess->n; i++) {
		uint64_t when = due_at(excess, &excess->entries[i]);

		next = when < next ? when : next;
	}
	(void)sd_event_source_set_enabled(excess->timer, SD_EVENT_OFF);
	if (excess->n)
		wake(excess, next);
}

void pind_excess_group(struct pind_excess *excess, const struct pind_group *group)
{
	struct entry *entry = find(excess, group->info.id);
	bool over = pind_group_is_over(&group->info);

	if (group->info.dead) {
		pind_excess_forget(excess, group->info.id);
		return;
	}
	if (!entry && !over)
		return;
	if (!entry) {
		add(excess, group->info.id, OVER);
	} else if (over != is_over(entry)) {
		/* who is below and was only suspected is forgotten with the look */
		if (!over && entry->state == SUSPECT)
			return;
		entry->since = now_usec();
		enter(excess, entry, over ? OVER : BELOW);
	}
	wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_suspect(struct pind_excess *excess, uint64_t id)
{
	if (!find(excess, id))
		add(excess, id, SUSPECT);
	wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_changed(struct pind_excess *excess, uint64_t id)
{
	struct entry *entry = find(excess, id);

	if (!entry || !is_over(entry))
		return;
	entry->known = false;
	entry->since = now_usec();
	/* what is being done is done */
	if (entry->state != ACTING)
		enter(excess, entry, OVER);
	wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_rules_changed(struct pind_excess *excess)
{
	for (size_t i = 0; i < excess->n; i++)
		excess->entries[i].known = false;
	if (excess->n)
		wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_forget(struct pind_excess *excess, uint64_t id)
{
	struct entry *entry = find(excess, id);

	/* it is taken out in the next turn: we may be in the middle of one */
	if (entry)
		enter(excess, entry, GONE);
	if (entry)
		wake(excess, excess->looked + LOOK_USEC);
}

void pind_excess_forget_all(struct pind_excess *excess)
{
	for (size_t i = 0; i < excess->n; i++)
		enter(excess, &excess->entries[i], GONE);
	if (excess->n)
		wake(excess, excess->looked + LOOK_USEC);
}

/* Reads the group anew: what it is now is taken in through the mirror. Negative: it is not known.
 */
static int look(struct pind_excess *excess, struct entry *entry)
{
	struct pind_kernel *kernel = excess->rooms.kernel;
	int r = kernel->ops->group_get(kernel, entry->id, pind_mirror_take, excess->rooms.mirror);

	if (r == -ENOENT || entry->state == SUSPECT)
		enter(excess, entry, GONE);
	return r;
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
		entry->since = now_usec();
		if (entry->state == DONE)
			enter(excess, entry, OVER);
	}
	entry->looked_up = true;
	entry->reaction = reaction;
}

/* Tells that a group came to be over, or below. */
static void tell(struct pind_excess *excess, struct entry *entry,
		 const struct pind_group_info *group, uint64_t now)
{
	struct pind_excess_event event = {
		.stage = is_over(entry) ? PIND_STAGE_OVER : PIND_STAGE_BELOW,
		.group = group,
	};

	entry->told_over = is_over(entry);
	if (entry->told_over) {
		entry->quiet = entry->journaled && now - entry->journaled < QUIET_USEC;
		entry->journaled = entry->quiet ? entry->journaled : now;
	}
	event.quiet = entry->quiet;
	excess->told(&event, excess->userdata);
}

static void asked_free(struct asked *asked)
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
	r = pind_actor_call(excess->rooms.actor, method, &asked->group, &asked->reaction, done,
			    asked, sentence, size);
	if (r < 0)
		asked_free(asked);
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
		entry->since = now_usec() + RETRY_USEC;
		enter(excess, entry, OVER);
	} else if (entry) {
		enter(excess, entry, DONE);
	}
	excess->told(&event, excess->userdata);
}

/* The entry that was asked about, if nothing has come between. */
static struct entry *entry_of(const struct asked *asked)
{
	struct entry *entry = find(asked->excess, asked->group.id);

	return entry && entry->turn == asked->turn ? entry : NULL;
}

static void on_acted(int r, const char *sentence, const cJSON *told, void *userdata)
{
	struct asked *asked = userdata;
	struct pind_excess *excess = asked->excess;

	tell_end(excess, entry_of(asked), &asked->group, &asked->reaction, r, sentence);
	asked_free(asked);
	arm(excess);
}

static void act(struct pind_excess *excess, struct entry *entry, const struct asked *asked)
{
	const struct pind_group *group =
		pind_groups_by_id(pind_mirror_groups(excess->rooms.mirror), entry->id);
	char sentence[256];
	int r;

	if (!group)
		return;
	enter(excess, entry, ACTING);
	r = call(excess, "Act", entry, &group->info, on_acted, sentence, sizeof(sentence));
	if (r < 0)
		tell_end(excess, entry, &asked->group, &asked->reaction, r, sentence);
}

/* Hooks were told: if the group is over still, it is acted on. */
static void on_told(int r, const char *sentence, const cJSON *told, void *userdata)
{
	struct asked *asked = userdata;
	struct pind_excess *excess = asked->excess;
	struct entry *entry = entry_of(asked);
	const cJSON *line;

	cJSON_ArrayForEach (line, told)
		if (cJSON_IsString(line))
			pind_log(LOG_INFO, "told of %s: %s", asked->group.path, line->valuestring);
	if (entry && r < 0) {
		tell_end(excess, entry, &asked->group, &asked->reaction, r, sentence);
	} else if (entry) {
		pind_mirror_tick(excess->rooms.mirror);
		r = look(excess, entry);
		if (entry->state == TELLING && r < 0)
			tell_end(excess, entry, &asked->group, &asked->reaction, r,
				 "what it pins now cannot be known");
		else if (entry->state == TELLING)
			act(excess, entry, asked);
	}
	asked_free(asked);
	arm(excess);
}

/* The group is to be acted on: that is told, and hooks are. */
static void begin(struct pind_excess *excess, struct entry *entry,
		  const struct pind_group_info *group)
{
	struct pind_excess_event event = { .stage = PIND_STAGE_DUE, .group = group };
	char sentence[256];
	int r;

	event.reaction = entry->reaction;
	event.dry_run = entry->reaction.dry_run || group->mode == PIND_MODE_OBSERVE;
	excess->told(&event, excess->userdata);
	if (event.dry_run) {
		enter(excess, entry, DONE);
		return;
	}
	enter(excess, entry, TELLING);
	r = call(excess, "Tell", entry, group, on_told, sentence, sizeof(sentence));
	if (r < 0)
		tell_end(excess, entry, group, &event.reaction, r, sentence);
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
		(void)look(excess, entry);
	}
	group = pind_groups_by_id(groups, entry->id);
	if (entry->state == SUSPECT || entry->state == GONE)
		return;
	if (!group ||
	    (entry->state == BELOW && !entry->told_over && now >= entry->since + QUIET_USEC)) {
		enter(excess, entry, GONE);
		return;
	}
	if (is_over(entry) != entry->told_over && left->told > 0) {
		left->told--;
		tell(excess, entry, &group->info, now);
	}
	if (is_over(entry) && !entry->known && left->look_ups > 0) {
		left->look_ups--;
		look_up(excess, entry, &group->info);
	}
	if (is_due(excess, entry, now) && entry->told_over && left->looks > 0) {
		left->looks--;
		/* where that cannot be known it is not said to have stayed above */
		if (look(excess, entry) < 0)
			entry->since = now + LOOK_USEC;
		else if (entry->state == OVER)
			begin(excess, entry, &group->info);
	}
}

static void look_around(struct pind_excess *excess, unsigned int looks)
{
	for (size_t i = 0; i < excess->n && looks > 0; i++) {
		struct entry *entry = &excess->entries[excess->next++ % excess->n];

		if (!is_over(entry))
			continue;
		looks--;
		(void)look(excess, entry);
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
	uint64_t now = now_usec();

	pind_mirror_tick(excess->rooms.mirror);
	for (size_t i = 0; i < excess->n; i++)
		attend(excess, &excess->entries[i], &left, now);
	if (now >= excess->looked + LOOK_USEC) {
		look_around(excess, left.looks);
		excess->looked = now;
	}
	take_out_gone(excess);
	arm(excess);
	/* the rest of what is to be told, after all others who wait */
	if (left.told == 0 || left.look_ups == 0)
		wake(excess, now);
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
	r = sd_event_add_time(event, &excess->timer, CLOCK_MONOTONIC, UINT64_MAX, SECOND / 20,
			      on_timer, excess);
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
			asked_free(excess->asked);
		(void)sd_event_source_disable_unref(excess->timer);
		free(excess->entries);
		free(excess);
	}
	return NULL;
}
