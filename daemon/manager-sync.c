// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading everything anew: at the start, after a reload, when events were lost. */
#include <string.h>
#include <time.h>

#include "manager-internal.h"

/* Between two readings, so that a flood of losses cannot keep us busy. */
#define SYNC_INTERVAL_USEC  (200 * 1000)
/* Between tries, while the module does not answer as it should, or takes a quota not. */
#define SYNC_PAUSE_MIN_USEC (1000 * 1000)
#define SYNC_PAUSE_MAX_USEC (60 * 1000 * 1000)

static uint64_t now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void manager_sync_soon(struct pind_manager *m, uint64_t after)
{
	uint64_t when = now_usec() + after;

	if (m->sync_last > 0 && when < m->sync_last + SYNC_INTERVAL_USEC)
		when = m->sync_last + SYNC_INTERVAL_USEC;
	(void)sd_event_source_set_time(m->sync_timer, when);
	(void)sd_event_source_set_enabled(m->sync_timer, SD_EVENT_ONESHOT);
}

void manager_sync_again(struct pind_manager *m)
{
	/* one that is about to come anyway is no later */
	if (sd_event_source_get_enabled(m->sync_timer, NULL) != 0)
		return;
	m->sync_pause = m->sync_pause ? m->sync_pause * 2 : SYNC_PAUSE_MIN_USEC;
	if (m->sync_pause > SYNC_PAUSE_MAX_USEC)
		m->sync_pause = SYNC_PAUSE_MAX_USEC;
	manager_sync_soon(m, m->sync_pause);
}

static bool differs_for_the_bus(const struct pind_group_info *a, const struct pind_group_info *b)
{
	return a->max != b->max || a->max_held != b->max_held || a->high != b->high ||
	       a->mode != b->mode ||
	       !a->dead != !b->dead;
}

int manager_take_group(const struct pind_group_info *info, void *manager)
{
	struct pind_manager *m = manager;
	struct pind_group *group = pind_groups_by_id(m->groups, info->id);
	struct pind_group *stood = pind_groups_by_path(m->groups, info->path);
	bool changed = group && differs_for_the_bus(&group->info, info);
	int r;

	/* a new cgroup at the path of one that was removed, told of or not, is a new object */
	if (!group && stood && pind_groups_before(info, &stood->info))
		manager_signal(m, pind_bus_emit_removed, stood);
	r = pind_groups_update(m->groups, info, &group);
	if (r < 0)
		return r;
	group->epoch = m->epoch;
	group->seen = true;
	if (changed)
		manager_group_changed(m, group);
	if (r > 0 && pind_groups_by_path(m->groups, info->path) == group)
		manager_signal(m, pind_bus_emit_added, group);
	return 0;
}

void manager_drop_group(struct pind_manager *m, struct pind_group *group)
{
	_cleanup_free_ char *path = strdup(group->info.path);
	bool stands = pind_groups_by_path(m->groups, group->info.path) == group;

	if (stands)
		manager_signal(m, pind_bus_emit_removed, group);
	pind_refusals_forget(m->refusals, group->info.id);
	pind_groups_remove(m->groups, group);
	/* an older one of that path shows again */
	group = path ? pind_groups_by_path(m->groups, path) : NULL;
	if (stands && group)
		manager_signal(m, pind_bus_emit_added, group);
}

static void manager_drop_all(struct pind_manager *m)
{
	struct pind_group *group;

	pind_refusals_clear(m->refusals);
	while ((group = pind_groups_any(m->groups)))
		manager_drop_group(m, group);
}

void manager_module_gone(struct pind_manager *m)
{
	bool was = m->present;

	if (was)
		pind_journal_module_left(&m->info);
	manager_drop_all(m);
	m->present = false;
	m->info = (struct pind_info){};
	m->info_epoch = 0;
	manager_set_trouble(m, TROUBLE_MODULE, NULL);
	manager_set_trouble(m, TROUBLE_QUOTA, NULL);
	manager_forget_check(m);
	(void)sd_event_source_set_enabled(m->sync_timer, SD_EVENT_OFF);
	manager_settle_state(m);
}

static int forget_seen(struct pind_group *group, void *userdata)
{
	group->seen = false;
	return 0;
}

/* Groups that are no more. */
struct unseen {
	uint64_t *ids;
	size_t n, size;
};

static int collect_unseen(struct pind_group *group, void *userdata)
{
	struct unseen *unseen = userdata;

	if (group->seen)
		return 0;
	if (unseen->n == unseen->size) {
		size_t size = unseen->size ? 2 * unseen->size : 64;
		uint64_t *ids = reallocarray(unseen->ids, size, sizeof(*ids));

		if (!ids)
			return -ENOMEM;
		unseen->ids = ids;
		unseen->size = size;
	}
	unseen->ids[unseen->n++] = group->info.id;
	return 0;
}

/* Those that no memory was left to note are dropped in the next reading. */
static void drop_unseen(struct pind_manager *m)
{
	struct unseen unseen = {};

	(void)pind_groups_visit(m->groups, collect_unseen, &unseen);
	for (size_t i = 0; i < unseen.n; i++)
		manager_drop_group(m, pind_groups_by_id(m->groups, unseen.ids[i]));
	free(unseen.ids);
}

/* Its values at hand have to do for the message at hand. */
static int keep_unseen(struct pind_group *group, void *userdata)
{
	const struct pind_manager *m = userdata;

	if (!group->seen)
		group->epoch = m->epoch;
	return 0;
}

int manager_sync_groups(struct pind_manager *m)
{
	int r;

	(void)pind_groups_visit(m->groups, forget_seen, NULL);
	r = m->kernel->ops->group_dump(m->kernel, manager_take_group, m);
	if (r < 0)
		return r;
	if (r > 0) {
		/* something may be missing in it: nothing is dropped, and it is read again */
		(void)pind_groups_visit(m->groups, keep_unseen, m);
		manager_sync_soon(m, 0);
		return 0;
	}
	drop_unseen(m);
	return 0;
}

static int take_refusal(const struct pind_refusal *refusal, void *userdata)
{
	manager_tell_refusal(userdata, refusal);
	return 0;
}

/*
 * Tells the refusals that came by no event. Those that a daemon finds at its start,
 * without a note which were told, are history.
 */
static int sync_refusals(struct pind_manager *m)
{
	bool known = pind_reported_knows(m->reported, m->info.load_id);
	bool history = !known && !m->synced;
	int r;

	if (history)
		m->refusal_since = UINT64_MAX;
	else if (!m->synced)
		m->refusal_since = pind_reported_last(m->reported);
	r = m->kernel->ops->refusal_dump(m->kernel, take_refusal, m);
	if (history)
		m->refusal_since = m->refusal_last;
	if (r >= 0 && history)
		pind_reported_set(m->reported, m->info.load_id, m->refusal_last);
	return r < 0 ? r : 0;
}

static int sync_info(struct pind_manager *m, bool *ret_came)
{
	struct pind_info info;
	bool other;
	int r;

	r = m->kernel->ops->info_get(m->kernel, &info);
	if (r < 0)
		return r;
	other = !m->present || info.load_id != m->info.load_id;
	if (other) {
		manager_drop_all(m);
		m->refusal_since = 0;
		m->refusal_last = 0;
		manager_forget_check(m);
		pind_journal_module_came(&info);
	}
	*ret_came = other && m->synced;
	m->present = true;
	manager_take_info(m, &info);
	return 0;
}

int manager_sync(struct pind_manager *m)
{
	char *sentence = NULL;
	bool came = false;
	int r;

	(void)sd_event_source_set_enabled(m->sync_timer, SD_EVENT_OFF);
	m->sync_last = now_usec();
	m->resyncs += m->stale;
	m->stale = false;
	r = sync_info(m, &came);
	/* a module without quotas refuses nothing: nothing that tenants do may delay them */
	if (came)
		manager_apply_quotas(m);
	r = r < 0 ? r : manager_sync_groups(m);
	if (r >= 0 && !came)
		manager_apply_quotas(m);
	r = r < 0 ? r : sync_refusals(m);
	if (r == -ENODEV) {
		m->synced = true;
		manager_module_gone(m);
		return r;
	}
	if (r >= 0) {
		m->synced = true;
		manager_set_trouble(m, TROUBLE_MODULE, NULL);
		if (!m->troubles[TROUBLE_QUOTA])
			m->sync_pause = 0;
		manager_adopt_quotas(m);
		manager_settle_state(m);
		return 0;
	}
	manager_sync_again(m);
	if (asprintf(&sentence, "the kernel module does not answer as it should: %s",
		     m->kernel->text[0] ? m->kernel->text : strerror(-r)) >= 0)
		manager_set_trouble(m, TROUBLE_MODULE, sentence);
	manager_settle_state(m);
	return r;
}
