// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "clock.h"
#include "journal.h"
#include "order.h"
#include "sync.h"

/* Between two readings, so that a flood of losses cannot keep us busy. */
#define INTERVAL_USEC  (200 * 1000)
/* Between tries, while the module does not answer as it should, or takes a quota not. */
#define PAUSE_MIN_USEC (1000 * 1000)
#define PAUSE_MAX_USEC (60 * 1000 * 1000)

struct pind_sync {
	struct pind_sync_rooms rooms;
	sd_event_source *timer; /* on when everything has to be read anew */
	uint64_t last;		/* CLOCK_MONOTONIC, us */
	uint64_t pause;		/* us until the next try, while something fails */
	uint64_t count;
	bool stale; /* something was lost since the last reading */
};

static void sync_in(struct pind_sync *sync, uint64_t after)
{
	uint64_t when = pind_clock_now() + after;

	if (sync->last > 0 && when < sync->last + INTERVAL_USEC)
		when = sync->last + INTERVAL_USEC;
	(void)sd_event_source_set_time(sync->timer, when);
	(void)sd_event_source_set_enabled(sync->timer, SD_EVENT_ONESHOT);
}

void pind_sync_soon(struct pind_sync *sync)
{
	sync_in(sync, 0);
}

void pind_sync_stale(struct pind_sync *sync)
{
	sync->stale = true;
	sync_in(sync, 0);
}

void pind_sync_again(struct pind_sync *sync)
{
	/* one that is about to come anyway is no later */
	if (sd_event_source_get_enabled(sync->timer, NULL) != 0)
		return;
	sync->pause = sync->pause ? sync->pause * 2 : PAUSE_MIN_USEC;
	if (sync->pause > PAUSE_MAX_USEC)
		sync->pause = PAUSE_MAX_USEC;
	sync_in(sync, sync->pause);
}

uint64_t pind_sync_count(const struct pind_sync *sync)
{
	return sync->count;
}

void pind_sync_module_left(struct pind_sync *sync)
{
	const struct pind_sync_rooms *rooms = &sync->rooms;

	if (pind_mirror_present(rooms->mirror)) {
		pind_journal_module_left(pind_mirror_info(rooms->mirror));
		pind_absence_begin(rooms->absence);
	}
	pind_health_set_absence(rooms->health, pind_absence_sentence(rooms->absence));
	pind_mirror_clear(rooms->mirror);
	pind_health_set_module(rooms->health, 0);
	pind_health_set(rooms->health, PIND_TROUBLE_MODULE, NULL);
	pind_health_set(rooms->health, PIND_TROUBLE_QUOTA, NULL);
	pind_health_set(rooms->health, PIND_TROUBLE_RULES, NULL);
	pind_health_set(rooms->health, PIND_TROUBLE_LONGTERM, NULL);
	(void)sd_event_source_set_enabled(sync->timer, SD_EVENT_OFF);
	pind_health_settle(rooms->health);
}

/*
 * Reads all there is. First the rules: a module without them refuses nothing, so nothing that
 * tenants do may delay them; and what was met before they changed is among the groups then.
 */
static int read_all(struct pind_sync *sync)
{
	const struct pind_sync_rooms *rooms = &sync->rooms;
	int r;

	r = pind_mirror_read_info(rooms->mirror);
	if (r < 0)
		return r;
	if (r > 0)
		pind_journal_module_came(pind_mirror_info(rooms->mirror));
	pind_health_set_module(rooms->health, pind_mirror_info(rooms->mirror)->load_id);
	pind_reconciler_longterm(rooms->reconciler);
	pind_reconciler_rules(rooms->reconciler);
	r = pind_mirror_read_groups(rooms->mirror);
	if (r < 0)
		return r;
	/* something may be missing */
	if (r > 0)
		pind_sync_soon(sync);
	pind_reconciler_apply(rooms->reconciler, false);
	return pind_teller_read_refusals(rooms->teller);
}

int pind_sync_now(struct pind_sync *sync)
{
	const struct pind_sync_rooms *rooms = &sync->rooms;
	const char *text = rooms->kernel->text;
	char *sentence = NULL;
	int r;

	(void)sd_event_source_set_enabled(sync->timer, SD_EVENT_OFF);
	sync->last = pind_clock_now();
	sync->count += sync->stale;
	sync->stale = false;
	r = read_all(sync);
	if (r == -ENODEV) {
		pind_teller_no_history(rooms->teller);
		pind_sync_module_left(sync);
		return r;
	}
	if (r < 0) {
		pind_sync_again(sync);
		if (asprintf(&sentence, "the kernel module does not answer as it should: %s",
			     text[0] ? text : strerror(-r)) >= 0)
			pind_health_set(rooms->health, PIND_TROUBLE_MODULE, sentence);
	} else {
		pind_health_set(rooms->health, PIND_TROUBLE_MODULE, NULL);
		if (!pind_health_has(rooms->health, PIND_TROUBLE_QUOTA) &&
		    !pind_health_has(rooms->health, PIND_TROUBLE_RULES) &&
		    !pind_health_has(rooms->health, PIND_TROUBLE_LONGTERM))
			sync->pause = 0;
		pind_reconciler_adopt(rooms->reconciler);
	}
	pind_health_settle(rooms->health);
	return r;
}

static int on_timer(sd_event_source *source, uint64_t time, void *userdata)
{
	struct pind_sync *sync = userdata;

	pind_mirror_tick(sync->rooms.mirror);
	(void)pind_sync_now(sync);
	return 0;
}

int pind_sync_new(sd_event *event, const struct pind_sync_rooms *rooms, struct pind_sync **ret)
{
	struct pind_sync *sync = calloc(1, sizeof(*sync));
	int r;

	if (!sync)
		return -ENOMEM;
	sync->rooms = *rooms;
	r = sd_event_add_time(event, &sync->timer, CLOCK_MONOTONIC, UINT64_MAX, 10 * 1000, on_timer,
			      sync);
	r = r < 0 ? r : sd_event_source_set_enabled(sync->timer, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_exit_on_failure(sync->timer, true);
	r = r < 0 ? r : sd_event_source_set_description(sync->timer, "pind-sync");
	if (r < 0) {
		(void)pind_sync_free(sync);
		return r;
	}
	*ret = sync;
	return 0;
}

struct pind_sync *pind_sync_free(struct pind_sync *sync)
{
	if (sync) {
		(void)sd_event_source_disable_unref(sync->timer);
		free(sync);
	}
	return NULL;
}
