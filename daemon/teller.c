// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <systemd/sd-daemon.h>

#include <pind/cleanup.h>

#include "budget.h"
#include "clock.h"
#include "journal.h"
#include "order.h"
#include "refusals.h"
#include "reported.h"
#include "teller.h"

/* Groups that wait for the end of the event at hand; beyond it all are looked at. */
#define CHANGED_MAX 64
/* The journal has a group that comes and goes above its high once in so long. */
#define HIGH_USEC   (60ULL * 1000 * 1000)

struct pind_teller {
	struct pind_kernel *kernel;
	struct pind_mirror *mirror;
	struct pind_health *health;
	struct pind_bus *bus;
	struct pind_refusals *refusals; /* on their way to journal and bus */
	struct pind_reported *reported; /* which were told */
	uint64_t since;			/* refusals up to this number were told before we ran */
	uint64_t last;			/* the newest one that was heard of, told or not */
	bool read;			/* they were read once in this life */
	struct pind_budget journal;	/* for groups that come and go above a limit */
	uint64_t unwritten;		/* of what the journal has no entry, as there was no room */
	sd_event_source *later;
	/* Groups of which the bus has to be told, by id; @changed_all: more than there is room for.
	 */
	uint64_t changed[CHANGED_MAX];
	size_t n_changed;
	bool changed_all;
};

DEFINE_CLEANUP(struct pind_teller, pind_teller_free, teller_freep)

/* Sends a signal about a group, with the values at hand; before the bus is up, none. */
static void emit(struct pind_teller *teller,
		 void (*signal)(struct pind_bus *bus, const struct pind_group *group),
		 const struct pind_group *group)
{
	if (!teller->bus)
		return;
	pind_mirror_freeze(teller->mirror, true);
	signal(teller->bus, group);
	pind_mirror_freeze(teller->mirror, false);
}

void pind_teller_added(struct pind_teller *teller, const struct pind_group *group)
{
	emit(teller, pind_bus_emit_added, group);
}

void pind_teller_removed(struct pind_teller *teller, const struct pind_group *group)
{
	emit(teller, pind_bus_emit_removed, group);
}

void pind_teller_changed(struct pind_teller *teller, struct pind_group *group)
{
	(void)sd_event_source_set_enabled(teller->later, SD_EVENT_ONESHOT);
	if (group->changed)
		return;
	group->changed = true;
	if (teller->n_changed < CHANGED_MAX)
		teller->changed[teller->n_changed++] = group->info.id;
	else
		teller->changed_all = true;
}

static int emit_if_changed(struct pind_group *group, void *userdata)
{
	struct pind_teller *teller = userdata;
	const struct pind_groups *groups = pind_mirror_groups(teller->mirror);

	if (group->changed && pind_groups_by_path(groups, group->info.path) == group)
		emit(teller, pind_bus_emit_group_changed, group);
	group->changed = false;
	return 0;
}

static int on_later(sd_event_source *source, void *userdata)
{
	struct pind_teller *teller = userdata;
	const struct pind_groups *groups = pind_mirror_groups(teller->mirror);

	pind_mirror_tick(teller->mirror);
	if (teller->changed_all)
		(void)pind_groups_visit(groups, emit_if_changed, teller);
	for (size_t i = 0; i < teller->n_changed; i++) {
		struct pind_group *group = pind_groups_by_id(groups, teller->changed[i]);

		if (group)
			(void)emit_if_changed(group, teller);
	}
	teller->n_changed = 0;
	teller->changed_all = false;
	pind_health_settle(teller->health);
	return 0;
}

void pind_teller_settle_later(struct pind_teller *teller)
{
	(void)sd_event_source_set_enabled(teller->later, SD_EVENT_ONESHOT);
}

void pind_teller_status(struct pind_teller *teller)
{
	(void)sd_notifyf(false, "STATUS=%s", pind_health_told(teller->health));
	if (!teller->bus)
		return;
	pind_mirror_freeze(teller->mirror, true);
	pind_bus_emit_status_changed(teller->bus);
	pind_mirror_freeze(teller->mirror, false);
}

/*
 * May the journal have one more entry of a group above a limit? There is one a minute of each, but
 * a tenant may make and remove groups without end.
 */
static bool may_write(struct pind_teller *teller)
{
	if (!pind_budget_take(&teller->journal, pind_clock_now())) {
		teller->unwritten++;
		return false;
	}
	if (teller->unwritten)
		pind_log(LOG_WARNING,
			 "%" PRIu64 " entries of groups that were above their high or quota, or no "
			 "longer, are missing: there were too many",
			 teller->unwritten);
	teller->unwritten = 0;
	return true;
}

void pind_teller_high(struct pind_teller *teller, const struct pind_group_info *group)
{
	const struct pind_groups *groups = pind_mirror_groups(teller->mirror);
	struct pind_group *known = pind_groups_by_id(groups, group->id);
	uint64_t now = pind_clock_now();

	if ((!known || !known->high_journaled || now - known->high_journaled >= HIGH_USEC) &&
	    may_write(teller)) {
		pind_journal_high(group);
		if (known)
			known->high_journaled = now;
	}
	if (teller->bus)
		pind_bus_emit_high(teller->bus, group);
}

void pind_teller_quota(struct pind_teller *teller, const struct pind_change *change)
{
	pind_journal_quota(change);
	if (teller->bus)
		pind_bus_emit_quota(teller->bus, change);
}

void pind_teller_excess(struct pind_teller *teller, const struct pind_excess_event *event)
{
	/* what is done to a group is always in the journal */
	if (!event->quiet && (event->stage >= PIND_STAGE_DUE || may_write(teller)))
		pind_journal_excess(event);
	if (teller->bus)
		pind_bus_emit_excess(teller->bus, event);
}

void pind_teller_books(struct pind_teller *teller, const struct pind_books *books)
{
	pind_journal_books(books);
	if (teller->bus)
		pind_bus_emit_books(teller->bus, books);
}

void pind_teller_misuse(struct pind_teller *teller, const struct pind_misuse *misuse)
{
	pind_journal_misuse(misuse);
	if (teller->bus)
		pind_bus_emit_misuse(teller->bus, misuse);
}

void pind_teller_refusal(struct pind_teller *teller, const struct pind_refusal *refusal)
{
	bool told = refusal->seq <= teller->since;
	bool again = refusal->seq <= teller->last;

	if (pind_refusals_add(teller->refusals, refusal, told, again) < 0)
		pind_log(LOG_ERR, "out of memory: a refusal is not told");
	if (!again)
		teller->last = refusal->seq;
}

static void on_refusal_signal(const struct pind_refusal *refusal, void *userdata)
{
	struct pind_teller *teller = userdata;

	if (teller->bus)
		pind_bus_emit_refused(teller->bus, refusal);
}

static void on_refusal_journal(const struct pind_refusal *refusal, void *userdata)
{
	pind_journal_refusal(refusal);
}

static void on_refusals_begin(void *userdata)
{
	struct pind_teller *teller = userdata;

	if (pind_mirror_present(teller->mirror) &&
	    teller->last > pind_reported_last(teller->reported))
		pind_reported_set(teller->reported, pind_mirror_info(teller->mirror)->load_id,
				  teller->last);
}

static const struct pind_refusals_handlers refusals_handlers = {
	.signal = on_refusal_signal,
	.journal = on_refusal_journal,
	.begin = on_refusals_begin,
};

static int take_refusal(const struct pind_refusal *refusal, void *userdata)
{
	pind_teller_refusal(userdata, refusal);
	return 0;
}

int pind_teller_read_refusals(struct pind_teller *teller)
{
	uint64_t load_id = pind_mirror_info(teller->mirror)->load_id;
	bool history = !teller->read && !pind_reported_knows(teller->reported, load_id);
	int r;

	if (history)
		teller->since = UINT64_MAX;
	else if (!teller->read)
		teller->since = pind_reported_last(teller->reported);
	r = teller->kernel->ops->refusal_dump(teller->kernel, take_refusal, teller);
	if (history)
		teller->since = teller->last;
	if (r < 0)
		return r;
	if (history)
		pind_reported_set(teller->reported, load_id, teller->last);
	teller->read = true;
	return 0;
}

void pind_teller_no_history(struct pind_teller *teller)
{
	teller->read = true;
}

void pind_teller_forget(struct pind_teller *teller, uint64_t id)
{
	pind_refusals_forget(teller->refusals, id);
}

void pind_teller_forget_all(struct pind_teller *teller)
{
	pind_refusals_clear(teller->refusals);
	teller->since = 0;
	teller->last = 0;
}

void pind_teller_set_bus(struct pind_teller *teller, struct pind_bus *bus)
{
	teller->bus = bus;
}

int pind_teller_new(sd_event *event, const char *directory, struct pind_kernel *kernel,
		    struct pind_mirror *mirror, struct pind_health *health,
		    struct pind_teller **ret)
{
	_cleanup_(teller_freep) struct pind_teller *teller = calloc(1, sizeof(*teller));
	int r;

	if (!teller)
		return -ENOMEM;
	teller->kernel = kernel;
	teller->mirror = mirror;
	teller->health = health;
	r = pind_reported_open(directory, &teller->reported);
	r = r < 0 ? r : sd_event_add_defer(event, &teller->later, on_later, teller);
	r = r < 0 ? r : sd_event_source_set_enabled(teller->later, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_exit_on_failure(teller->later, true);
	r = r < 0 ? r : sd_event_source_set_description(teller->later, "pind-later");
	r = r < 0 ? r : pind_refusals_new(event, &refusals_handlers, teller, &teller->refusals);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(teller);
	return 0;
}

struct pind_teller *pind_teller_free(struct pind_teller *teller)
{
	if (teller) {
		if (teller->refusals)
			pind_refusals_flush(teller->refusals);
		(void)pind_refusals_free(teller->refusals);
		(void)pind_reported_free(teller->reported);
		(void)sd_event_source_disable_unref(teller->later);
		free(teller);
	}
	return NULL;
}
