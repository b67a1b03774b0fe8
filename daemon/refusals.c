// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <search.h>
#include <string.h>

#include <pind/cleanup.h>

#include "budget.h"
#include "clock.h"
#include "journal.h"
#include "order.h"
#include "refusals.h"

/* Rows told in one turn of the loop. */
#define ROWS_AT_ONCE 8

/* The two ways in which a row is told. */
enum way { WAY_JOURNAL, WAY_SIGNAL, WAYS };

static const uint64_t intervals[WAYS] = {
	[WAY_SIGNAL] = PIND_REFUSALS_SIGNAL_USEC,
	[WAY_JOURNAL] = PIND_REFUSALS_JOURNAL_USEC,
};

/* What happened since the row was last told in one way. */
struct news {
	uint64_t count; /* 0: nothing */
	uint64_t first;
	uint64_t wanted_min;
	uint64_t wanted_max;
	uint64_t due; /* not told before, us of CLOCK_MONOTONIC; 0: never told yet */
};

struct row {
	struct pind_refusal last; /* its strings are the row's own, see strings_of() */
	uint64_t known; /* count, as the module last said */
	struct news news[WAYS];
};

/* One limit of one group. */
struct level {
	struct level *next;
	struct level **link; /* what points to it */
	uint64_t by_id;
	uint32_t limit;
	uint64_t turn; /* in the journal: who has the least comes next */
	size_t n;
	struct row *rows[PIND_REFUSALS_ROWS];
	struct row *rest; /* what is beyond them, or NULL */
	uint64_t gone;	  /* the newest refusal of a row that made room, all of which was told */
};

struct pind_refusals {
	sd_event_source *timer;
	const struct pind_refusals_handlers *handlers;
	void *userdata;
	void *tree; /* tsearch(3): levels by group and limit */
	struct level *levels;
	struct pind_budget journal;
	uint64_t turns;
	uint64_t unwritten; /* refusals that the journal has no room for, of groups that went */
	uint64_t next; /* when the timer comes, us of CLOCK_MONOTONIC */
};

static int compare_level(const void *a, const void *b)
{
	const struct level *x = a, *y = b;

	if (x->by_id != y->by_id)
		return x->by_id < y->by_id ? -1 : 1;
	return x->limit < y->limit ? -1 : x->limit > y->limit;
}

enum { STRINGS = 5 };

static void strings_of(struct pind_refusal *refusal, const char **ret[STRINGS])
{
	ret[0] = &refusal->path;
	ret[1] = &refusal->by_path;
	ret[2] = &refusal->comm;
	ret[3] = &refusal->symbol;
	ret[4] = &refusal->module;
}

static void row_free(struct row *row)
{
	const char **strings[STRINGS];

	if (!row)
		return;
	strings_of(&row->last, strings);
	for (int i = 0; i < STRINGS; i++)
		free((char *)*strings[i]);
	free(row);
}

DEFINE_CLEANUP(struct row, row_free, row_freep)

/* Puts a copy of @refusal into the row. Nothing has changed where memory runs out. */
static int row_take(struct row *row, const struct pind_refusal *refusal)
{
	const char **new[STRINGS], **old[STRINGS];
	struct pind_refusal copy = *refusal;

	strings_of(&copy, new);
	strings_of(&row->last, old);
	for (int i = 0; i < STRINGS; i++) {
		*new[i] = *old[i] && !strcmp(*new[i], *old[i]) ? *old[i] : strdup(*new[i]);
		if (*new[i])
			continue;
		while (i-- > 0)
			if (*new[i] != *old[i])
				free((char *)*new[i]);
		return -ENOMEM;
	}
	for (int i = 0; i < STRINGS; i++)
		if (*new[i] != *old[i])
			free((char *)*old[i]);
	row->last = copy;
	return 0;
}

static bool row_waits(const struct row *row)
{
	return row->news[WAY_SIGNAL].count || row->news[WAY_JOURNAL].count;
}

/* A process may have several: one function may pin at two places, and an old row may have gone. */
static bool row_is_of(const struct row *row, const struct pind_refusal *refusal)
{
	return row->last.group_id == refusal->group_id && row->last.pid == refusal->pid &&
	       row->last.first == refusal->first && !strcmp(row->last.symbol, refusal->symbol) &&
	       !strcmp(row->last.module, refusal->module);
}

static void level_free(struct level *level)
{
	for (size_t i = 0; i < level->n; i++)
		row_free(level->rows[i]);
	row_free(level->rest);
	free(level);
}

static struct level *level_want(struct pind_refusals *refusals, const struct pind_refusal *refusal)
{
	struct level *level = calloc(1, sizeof(*level));
	struct level **node;

	if (!level)
		return NULL;
	level->by_id = refusal->by_id;
	level->limit = refusal->limit;
	node = tsearch(level, &refusals->tree, compare_level);
	if (!node || *node != level) {
		free(level);
		return node ? *node : NULL;
	}
	level->next = refusals->levels;
	level->link = &refusals->levels;
	if (level->next)
		level->next->link = &level->next;
	refusals->levels = level;
	level->turn = ++refusals->turns;
	return level;
}

/*
 * Where the refusal goes: its row, a new one, the place of one that has been quiet the
 * longest, or, where all have something to tell, the row of what is beyond them. The module's
 * numbers say which has been quiet, not its times: the clock may be set back.
 */
static struct row **row_place(struct level *level, const struct pind_refusal *refusal)
{
	struct row **quiet = NULL;
	uint64_t now = pind_clock_now();

	for (size_t i = 0; i < level->n; i++)
		if (row_is_of(level->rows[i], refusal))
			return &level->rows[i];
	if (level->n < PIND_REFUSALS_ROWS)
		return &level->rows[level->n]; /* which is empty */
	for (size_t i = 0; i < level->n; i++) {
		struct row **row = &level->rows[i];

		if (!row_waits(*row) && (*row)->news[WAY_JOURNAL].due <= now &&
		    (!quiet || (*row)->last.seq < (*quiet)->last.seq))
			quiet = row;
	}
	return quiet ?: &level->rest;
}

static void news_add(struct news *news, const struct pind_refusal *refusal, uint64_t count)
{
	/* of a row that the module had before, the first ones are of the past */
	uint64_t first = count == refusal->count ? refusal->first : refusal->last;
	uint64_t min = count == refusal->count ? refusal->wanted_min : refusal->wanted;
	uint64_t max = count == refusal->count ? refusal->wanted_max : refusal->wanted;

	if (news->count == 0 || first < news->first)
		news->first = first;
	if (news->count == 0 || min < news->wanted_min)
		news->wanted_min = min;
	if (news->count == 0 || max > news->wanted_max)
		news->wanted_max = max;
	news->count += count;
}

/* What was admitted may be the first piece of a region: it is told when the others are there. */
static void row_let_go_on(struct row *row)
{
	uint64_t due = pind_clock_now() + PIND_REFUSALS_SIGNAL_USEC;

	for (int way = 0; way < WAYS; way++)
		if (row->news[way].due < due)
			row->news[way].due = due;
}

static void timer_set(struct pind_refusals *refusals, uint64_t next)
{
	refusals->next = next;
	(void)sd_event_source_set_time(refusals->timer, next);
	(void)sd_event_source_set_enabled(refusals->timer, next == UINT64_MAX ? SD_EVENT_OFF :
									       SD_EVENT_ONESHOT);
}

static struct row *row_at(const struct level *level, size_t i)
{
	return i < level->n ? level->rows[i] : level->rest;
}

/* When the row has to be told next. */
static uint64_t row_next(const struct pind_refusals *refusals, const struct row *row)
{
	uint64_t next = UINT64_MAX;

	for (int way = 0; row && way < WAYS; way++) {
		uint64_t due = row->news[way].due;

		if (way == WAY_JOURNAL && due < pind_budget_next(&refusals->journal))
			due = pind_budget_next(&refusals->journal);
		if (row->news[way].count && due < next)
			next = due;
	}
	return next;
}

/* The timer goes to when the next row is due. */
static void refusals_settle(struct pind_refusals *refusals)
{
	uint64_t next = refusals->unwritten ? pind_budget_next(&refusals->journal) : UINT64_MAX;

	for (struct level *level = refusals->levels; level; level = level->next)
		for (size_t i = 0; i <= level->n; i++) {
			uint64_t due = row_next(refusals, row_at(level, i));

			if (due < next)
				next = due;
		}
	timer_set(refusals, next);
}

/* The row of what is beyond the others stands for several processes and groups. */
static struct pind_refusal rest_of(const struct pind_refusal *refusal)
{
	struct pind_refusal rest = *refusal;

	rest.pid = 0;
	rest.comm = "";
	rest.path = refusal->by_path;
	rest.group_id = refusal->by_id;
	return rest;
}

/* Is the refusal's own row there? */
static bool place_is_of(const struct level *level, struct row *const *place,
			const struct pind_refusal *refusal)
{
	return place != &level->rest && *place && row_is_of(*place, refusal);
}

/* The row at @place takes the refusal; a new one is made where that was another's. */
static struct row *place_take(struct level *level, struct row **place,
			      const struct pind_refusal *refusal)
{
	_cleanup_(row_freep) struct row *new = NULL;
	bool other = place == &level->rest ? !*place : !place_is_of(level, place, refusal);
	struct row *row = *place;

	if (other)
		row = new = calloc(1, sizeof(*new));
	if (!row || row_take(row, refusal) < 0)
		return NULL;
	if (!other)
		return row;
	if (place != &level->rest && !*place)
		level->n++;
	else if (*place && (*place)->last.seq > level->gone)
		level->gone = (*place)->last.seq;
	row_free(*place);
	*place = TAKE_PTR(new);
	return row;
}

/* @read: it may be of all that are read at once, told before or not */
static bool is_news(const struct level *level, struct row *const *place,
		    const struct pind_refusal *refusal, bool read)
{
	/* it waited while all were read, and its row was read with what came behind it */
	if (place_is_of(level, place, refusal))
		return refusal->seq >= (*place)->last.seq;
	/* what is lost is read soon: it is newer than rows that had been quiet by then */
	return !read || (place != &level->rest && refusal->seq > level->gone);
}

int pind_refusals_add(struct pind_refusals *refusals, const struct pind_refusal *refusal, bool told,
		      bool again)
{
	const struct level key = { .by_id = refusal->by_id, .limit = refusal->limit };
	struct level **node = tfind(&key, &refusals->tree, compare_level);
	struct level *level = node ? *node : level_want(refusals, refusal);
	struct pind_refusal taken = *refusal;
	struct row **place, *row;
	uint64_t count;

	if (!level)
		return -ENOMEM;
	place = row_place(level, refusal);
	if (place == &level->rest)
		taken = rest_of(refusal);
	if (!is_news(level, place, refusal, told || again))
		return 0;
	row = place_take(level, place, &taken);
	if (!row)
		return -ENOMEM;
	/* how many of the rest the module counted before is not known */
	if (place == &level->rest)
		count = taken.count = 1;
	else
		count = row->known <= refusal->count ? refusal->count - row->known : refusal->count;
	row->known = refusal->count;
	if (told || count == 0)
		return 0;
	for (int way = 0; way < WAYS; way++)
		news_add(&row->news[way], &taken, count);
	if (refusal->mode == PIND_MODE_OBSERVE)
		row_let_go_on(row);
	if (row_next(refusals, row) < refusals->next)
		timer_set(refusals, row_next(refusals, row));
	return 0;
}

/* Tells the row in one way, if there is something. @last: it cannot be told later */
static bool row_tell(struct pind_refusals *refusals, struct row *row, enum way way, uint64_t now,
		     bool last)
{
	struct news *news = &row->news[way];
	struct pind_refusal refusal = row->last;

	if (!news->count || (news->due > now && !last))
		return false;
	if (way == WAY_JOURNAL && !pind_budget_take(&refusals->journal, now)) {
		if (!last)
			return false;
		refusals->unwritten += news->count;
		*news = (struct news){ .due = now + intervals[way] };
		return false;
	}
	refusal.count = news->count;
	refusal.first = news->first;
	refusal.wanted_min = news->wanted_min;
	refusal.wanted_max = news->wanted_max;
	*news = (struct news){ .due = now + intervals[way] };
	if (way == WAY_SIGNAL)
		refusals->handlers->signal(&refusal, refusals->userdata);
	else
		refusals->handlers->journal(&refusal, refusals->userdata);
	return true;
}

/* Tells in one way what is due, at most @most rows. @last: tells all. Return: how many. */
static size_t level_tell(struct pind_refusals *refusals, struct level *level, enum way way,
			 size_t most, bool last)
{
	uint64_t now = pind_clock_now();
	size_t n = 0;

	for (size_t i = 0; i <= level->n && n < most; i++)
		if (row_at(level, i))
			n += row_tell(refusals, row_at(level, i), way, now, last);
	return n;
}

static void level_tell_all(struct pind_refusals *refusals, struct level *level)
{
	for (int way = 0; way < WAYS; way++)
		(void)level_tell(refusals, level, way, SIZE_MAX, true);
}

static bool level_is_due(const struct level *level, uint64_t now)
{
	for (size_t i = 0; i <= level->n; i++) {
		const struct row *row = row_at(level, i);

		if (row && row->news[WAY_JOURNAL].count && row->news[WAY_JOURNAL].due <= now)
			return true;
	}
	return false;
}

/* One entry of the limit whose turn it is. Return: was there one? */
static bool write_one(struct pind_refusals *refusals)
{
	uint64_t now = pind_clock_now();
	struct level *next = NULL;

	if (pind_budget_next(&refusals->journal) > now)
		return false;
	for (struct level *level = refusals->levels; level; level = level->next)
		if ((!next || level->turn < next->turn) && level_is_due(level, now))
			next = level;
	if (!next)
		return false;
	next->turn = ++refusals->turns;
	return level_tell(refusals, next, WAY_JOURNAL, 1, false) > 0;
}

/* What the journal has no entry of, once there is room for one. */
static void tell_unwritten(struct pind_refusals *refusals)
{
	if (!refusals->unwritten || !pind_budget_take(&refusals->journal, pind_clock_now()))
		return;
	pind_log(LOG_WARNING,
		 "%" PRIu64 " refusals of groups that are gone have no entry of their own: "
		 "there were too many",
		 refusals->unwritten);
	refusals->unwritten = 0;
}

static int on_timer(sd_event_source *source, uint64_t time, void *userdata)
{
	struct pind_refusals *refusals = userdata;
	size_t n = 0;

	refusals->handlers->begin(refusals->userdata);
	for (struct level *level = refusals->levels; level && n < ROWS_AT_ONCE; level = level->next)
		n += level_tell(refusals, level, WAY_SIGNAL, ROWS_AT_ONCE - n, false);
	for (n = 0; n < ROWS_AT_ONCE && write_one(refusals); n++)
		;
	tell_unwritten(refusals);
	refusals_settle(refusals);
	return 0;
}

void pind_refusals_flush(struct pind_refusals *refusals)
{
	refusals->handlers->begin(refusals->userdata);
	for (struct level *level = refusals->levels; level; level = level->next)
		level_tell_all(refusals, level);
	tell_unwritten(refusals);
	refusals_settle(refusals);
}

static void level_forget(struct pind_refusals *refusals, struct level *level)
{
	level_tell_all(refusals, level);
	(void)tdelete(level, &refusals->tree, compare_level);
	*level->link = level->next;
	if (level->next)
		level->next->link = level->link;
	level_free(level);
}

void pind_refusals_forget(struct pind_refusals *refusals, uint64_t by_id)
{
	static const uint32_t limits[] = { PIND_LIMIT_MAX, PIND_LIMIT_MAX_HELD };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct level key = { .by_id = by_id, .limit = limits[i] };
		struct level **node = tfind(&key, &refusals->tree, compare_level);

		if (node)
			level_forget(refusals, *node);
	}
}

void pind_refusals_clear(struct pind_refusals *refusals)
{
	while (refusals->levels)
		level_forget(refusals, refusals->levels);
	timer_set(refusals, UINT64_MAX);
}

int pind_refusals_new(sd_event *event, const struct pind_refusals_handlers *handlers,
		      void *userdata, struct pind_refusals **ret)
{
	struct pind_refusals *refusals = calloc(1, sizeof(*refusals));
	int r;

	if (!refusals)
		return -ENOMEM;
	refusals->handlers = handlers;
	refusals->userdata = userdata;
	refusals->next = UINT64_MAX;
	r = sd_event_add_time(event, &refusals->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer,
			      refusals);
	r = r < 0 ? r : sd_event_source_set_enabled(refusals->timer, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_priority(refusals->timer, PIND_ORDER_TELL);
	r = r < 0 ? r : sd_event_source_set_description(refusals->timer, "pind-refusals");
	if (r < 0) {
		(void)pind_refusals_free(refusals);
		return r;
	}
	*ret = refusals;
	return 0;
}

struct pind_refusals *pind_refusals_free(struct pind_refusals *refusals)
{
	if (!refusals)
		return NULL;
	while (refusals->levels) {
		struct level *level = refusals->levels;

		(void)tdelete(level, &refusals->tree, compare_level);
		refusals->levels = level->next;
		level_free(level);
	}
	(void)sd_event_source_disable_unref(refusals->timer);
	free(refusals);
	return NULL;
}
