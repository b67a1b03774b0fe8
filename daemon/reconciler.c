// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "journal.h"
#include "order.h"
#include "reconciler.h"
#include "text.h"
#include "watch.h"

/* Births that wait for the end of the event at hand; beyond it all are looked at. */
#define BIRTHS_MAX 64

struct pind_reconciler {
	struct pind_reconciler_rooms rooms;
	char *mount;
	const struct pind_reconciler_handlers *handlers;
	void *userdata;
	struct pind_watch *watch;
	sd_event_source *later;
	/* Where cgroups were made: see whether quotas there, or below, wait for one. */
	char *births[BIRTHS_MAX];
	size_t n_births;
};

DEFINE_CLEANUP(struct pind_reconciler, pind_reconciler_free, reconciler_freep)

/*
 * Gives the visitor the store's quotas at a path and below it; "" is all of them.
 */
static void visit_quotas(struct pind_reconciler *rec, bool runtime, const char *path,
			 void (*visit)(struct pind_reconciler *rec, const struct pind_quota *quota,
				       char **trouble),
			 char **trouble)
{
	const struct pind_store *store = pind_wanted_store(rec->rooms.wanted, runtime);
	const struct pind_quota *quota = pind_store_find(store, path);
	char below[PATH_MAX + 1] = "";
	size_t i = 0, length = 0;

	if (quota)
		visit(rec, quota, trouble);
	if (path[0]) {
		length = (size_t)snprintf(below, sizeof(below), "%s/", path);
		i = pind_store_after(store, below);
	}
	for (; (quota = pind_store_at(store, i)) && !strncmp(quota->path, below, length); i++)
		visit(rec, quota, trouble);
}

static bool store_has_below(const struct pind_store *store, const char *path)
{
	const struct pind_quota *quota;
	char below[PATH_MAX + 1];
	int length;

	if (!strcmp(path, "/"))
		return pind_store_at(store, 0);
	if (pind_store_find(store, path))
		return true;
	length = snprintf(below, sizeof(below), "%s/", path);
	quota = pind_store_at(store, pind_store_after(store, below));
	return quota && !strncmp(quota->path, below, (size_t)length);
}

static bool is_waited(const char *path, void *userdata)
{
	const struct pind_wanted *wanted = ((struct pind_reconciler *)userdata)->rooms.wanted;

	return store_has_below(pind_wanted_store(wanted, true), path) ||
	       store_has_below(pind_wanted_store(wanted, false), path);
}

/* A runtime quota is of the past once its cgroup was removed, whatever is at its path now. */
static bool is_of_now(const struct pind_quota *quota, void *userdata)
{
	const struct pind_reconciler *rec = userdata;
	char clean[PIND_TEXT_PATH_SIZE];
	uint64_t id = 0;
	int r;

	r = pind_cgroup_id(rec->mount, quota->path, &id);
	if ((r < 0 && r != -ENOENT) || id == quota->cgroup_id)
		return true;
	pind_log(LOG_INFO, "the runtime quota of %s is forgotten, for its cgroup was removed",
		 pind_text_clean(clean, sizeof(clean), quota->path));
	return false;
}

static void forget_past(struct pind_reconciler *rec)
{
	/* one that stays on disk is known by its id to be of the past */
	(void)pind_wanted_filter(rec->rooms.wanted, true, is_of_now, rec);
}

/* Notes the first quota that could not be applied or waited for, and why. */
static void apply_failed(const char *path, const char *what, const char *why, char **trouble)
{
	char clean[PIND_TEXT_PATH_SIZE];

	if (*trouble)
		return;
	if (asprintf(trouble, "the quota of %s could not be %s: %s",
		     pind_text_clean(clean, sizeof(clean), path), what, why) < 0)
		*trouble = NULL;
}

/* Gives the cgroup at a path what is wanted for it, if it has not got that. */
static void apply(struct pind_reconciler *rec, const char *path, char **trouble)
{
	const struct pind_group *group;
	struct pind_group_change change;
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_limits limits;
	struct pind_wish wish;
	uint64_t id;
	int r;

	r = pind_cgroup_id(rec->mount, path, &id);
	if (r >= 0) {
		wish = pind_wanted_find(rec->rooms.wanted, path, id);
		if (wish.source == PIND_SOURCE_NONE)
			return;
		group = pind_groups_by_id(pind_mirror_groups(rec->rooms.mirror), id);
		limits = group ? pind_limits_of(&group->info) : pind_limits_none();
		if (group && pind_limits_same(&limits, &wish.limits))
			return;
		/* it may have them from what cannot be read */
		if (pind_wanted_sealed(rec->rooms.wanted) && !pind_limits_are_none(&limits))
			return;
		change = pind_limits_change(&wish.limits);
		r = kernel->ops->group_set(kernel, id, &change, pind_mirror_take,
					   rec->rooms.mirror);
	}
	if (r < 0 && r != -ENOENT && r != -ESTALE && r != -ENODEV)
		apply_failed(path, "applied", kernel->text[0] ? kernel->text : strerror(-r),
			     trouble);
}

/* First the watch, then the look: what is made between the two is seen by both. */
static void watch_and_apply(struct pind_reconciler *rec, const struct pind_quota *quota,
			    char **trouble)
{
	int r = pind_watch_add(rec->watch, quota->path);

	if (r < 0)
		apply_failed(quota->path, "waited for", strerror(-r), trouble);
	if (r != 0)
		apply(rec, quota->path, trouble);
}

static void settle(struct pind_reconciler *rec, char *trouble)
{
	pind_health_set(rec->rooms.health, PIND_TROUBLE_QUOTA, trouble);
	if (trouble)
		rec->handlers->again(rec->userdata);
	pind_health_settle(rec->rooms.health);
}

static void apply_below(struct pind_reconciler *rec, const char *path)
{
	bool had = pind_health_has(rec->rooms.health, PIND_TROUBLE_QUOTA);
	char *trouble = NULL;

	if (!pind_mirror_present(rec->rooms.mirror))
		return;
	/* whether what failed still does shows if all is tried */
	if (had)
		path = "";
	forget_past(rec);
	pind_watch_begin(rec->watch);
	visit_quotas(rec, true, path, watch_and_apply, &trouble);
	visit_quotas(rec, false, path, watch_and_apply, &trouble);
	if (trouble || had)
		settle(rec, trouble);
}

void pind_reconciler_apply_all(struct pind_reconciler *rec)
{
	apply_below(rec, "");
}

void pind_reconciler_apply(struct pind_reconciler *rec, const char *path)
{
	const struct pind_quota *quota;
	struct pind_wanted *wanted = rec->rooms.wanted;
	char *trouble = NULL;

	if (!pind_mirror_present(rec->rooms.mirror))
		return;
	if (pind_health_has(rec->rooms.health, PIND_TROUBLE_QUOTA)) {
		pind_reconciler_apply_all(rec);
		return;
	}
	quota = pind_store_find(pind_wanted_store(wanted, true), path);
	if (quota && !is_of_now(quota, rec))
		(void)pind_wanted_forget_runtime(wanted, path);
	pind_watch_begin(rec->watch);
	quota = pind_store_find(pind_wanted_store(wanted, true), path)
			?: pind_store_find(pind_wanted_store(wanted, false), path);
	if (quota)
		watch_and_apply(rec, quota, &trouble);
	else
		pind_watch_drop(rec->watch, path);
	if (trouble)
		settle(rec, trouble);
}

static int adopt(struct pind_group *group, void *userdata)
{
	const struct pind_group_info *info = &group->info;
	const struct pind_limits limits = pind_limits_of(info);
	struct pind_reconciler *rec = userdata;
	const struct pind_change change = { info->path, pind_limits_none(), limits, "adopted",
					    NULL };
	const struct pind_quota quota = {
		.path = (char *)info->path,
		.max = info->max,
		.max_held = info->max_held,
		.high = info->high,
		.mode = info->mode,
		.cgroup_id = info->id,
	};
	int r;

	if (info->dead || pind_limits_are_none(&limits) ||
	    pind_wanted_find(rec->rooms.wanted, info->path, info->id).source != PIND_SOURCE_NONE)
		return 0;
	rec->handlers->limited(&change, rec->userdata);
	r = pind_wanted_put(rec->rooms.wanted, &quota);
	if (r < 0)
		pind_log(LOG_WARNING, "it could not be noted, and is in the kernel only: %s",
			 strerror(-r));
	rec->handlers->changed(group, rec->userdata);
	return 0;
}

void pind_reconciler_adopt(struct pind_reconciler *rec)
{
	int r;

	/* they may stand in what cannot be read */
	if (pind_wanted_sealed(rec->rooms.wanted))
		return;
	pind_wanted_hold(rec->rooms.wanted);
	(void)pind_groups_visit_paths(pind_mirror_groups(rec->rooms.mirror), adopt, rec);
	r = pind_wanted_flush(rec->rooms.wanted);
	if (r < 0)
		pind_log(LOG_WARNING, "runtime quotas could not be noted: %s", strerror(-r));
}

/* A group as the kernel has it before and after a change. */
static int take_limits(const struct pind_group_info *info, void *userdata)
{
	*(struct pind_limits *)userdata = pind_limits_of(info);
	return 0;
}

/* The cgroup at a path. 0: its id, which is 0 if there is none; negative errno. */
static int find_cgroup(struct pind_reconciler *rec, const char *path, uint64_t *ret_id)
{
	int r = pind_cgroup_id(rec->mount, path, ret_id);

	if (r == -ENOENT)
		*ret_id = 0;
	return r == -ENOENT ? 0 : r;
}

/* Of what needs one, and has none. */
static int no_cgroup(struct pind_reconciler *rec, const char *path)
{
	return pind_groups_by_path(pind_mirror_groups(rec->rooms.mirror), path) ? -ESTALE : -ENOENT;
}

static int set_limits(struct pind_reconciler *rec, uint64_t id, const struct pind_limits *limits,
		      struct pind_limits *ret)
{
	const struct pind_group_change change = pind_limits_change(limits);
	struct pind_kernel *kernel = rec->rooms.kernel;

	return kernel->ops->group_set(kernel, id, &change, take_limits, ret);
}

/* Undoes a change in the kernel. */
static void restore(struct pind_reconciler *rec, uint64_t id, const struct pind_limits *old)
{
	struct pind_limits unused;
	int r = set_limits(rec, id, old, &unused);

	if (r < 0) {
		pind_log(LOG_ERR, "a quota could not be set back: %s", strerror(-r));
		rec->handlers->again(rec->userdata);
	}
}

/*
 * The group's limits changed, or whose word they are. @set: something was set in the
 * kernel, so the module has met the cgroup.
 */
static void settle_group(struct pind_reconciler *rec, uint64_t id, bool set)
{
	const struct pind_groups *groups = pind_mirror_groups(rec->rooms.mirror);
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_group *group;

	/* it never tells the end of one that it has not met: no object must come of it */
	if (!set && !pind_groups_by_id(groups, id))
		return;
	(void)kernel->ops->group_get(kernel, id, pind_mirror_take, rec->rooms.mirror);
	group = pind_groups_by_id(groups, id);
	if (group)
		rec->handlers->changed(group, rec->userdata);
}

/* Somebody's word changed the limits that a path is to have. */
static void tell(struct pind_reconciler *rec, const char *path, const struct pind_limits *old,
		 const struct pind_limits *new, const char *through, const struct pind_caller *by)
{
	const struct pind_change change = { path, *old, *new, through, by };

	rec->handlers->limited(&change, rec->userdata);
}

static bool is_runtime(const char *path, enum pind_quota_kind kind, enum pind_source source)
{
	if (kind == PIND_QUOTA_AS_IS && source >= PIND_SOURCE_KEPT)
		return source == PIND_SOURCE_RUNTIME;
	if (kind == PIND_QUOTA_BY_NAME || kind == PIND_QUOTA_AS_IS)
		return pind_cgroup_is_transient(path);
	return kind == PIND_QUOTA_RUNTIME;
}

/* As the kernel takes it. */
static uint64_t whole_pages(struct pind_reconciler *rec, uint64_t bytes)
{
	uint64_t page = pind_mirror_info(rec->rooms.mirror)->page_size;

	return bytes == PIND_UNLIMITED ? bytes : bytes - bytes % page;
}

int pind_reconciler_plan(struct pind_reconciler *rec, const char *path,
			 const struct pind_quota_request *request, struct pind_plan *ret,
			 enum pind_step *ret_step)
{
	struct pind_plan plan = { .old = pind_limits_none() };
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_wish wish;
	int r;

	*ret_step = PIND_STEP_CGROUP;
	r = find_cgroup(rec, path, &plan.id);
	if (r < 0)
		return r;
	wish = pind_wanted_find(rec->rooms.wanted, path, plan.id);
	plan.old = wish.limits;
	if (plan.id && pind_mirror_present(rec->rooms.mirror)) {
		*ret_step = PIND_STEP_KERNEL;
		r = kernel->ops->group_get(kernel, plan.id, take_limits, &plan.old);
		if (r < 0)
			return r;
	}
	/*
	 * What is not given stays as it is wanted, not as the kernel has it: a cgroup that was
	 * made just now, or a module that was loaded just now, may not have got it yet.
	 */
	plan.new = pind_limits_changed(wish.source == PIND_SOURCE_NONE ? &plan.old : &wish.limits,
				       &request->change);
	plan.new.max = whole_pages(rec, plan.new.max);
	plan.new.max_held = whole_pages(rec, plan.new.max_held);
	plan.new.high = whole_pages(rec, plan.new.high);
	plan.runtime = is_runtime(path, request->kind, wish.source);
	*ret = plan;
	return 0;
}

int pind_reconciler_set(struct pind_reconciler *rec, const char *path,
			const struct pind_quota_request *request, enum pind_step *ret_step)
{
	struct pind_limits unused;
	struct pind_quota quota;
	struct pind_plan plan;
	bool set;
	int r;

	/* a runtime quota may be of the cgroup before */
	pind_reconciler_apply(rec, path);
	r = pind_reconciler_plan(rec, path, request, &plan, ret_step);
	if (r < 0)
		return r;
	*ret_step = PIND_STEP_CGROUP;
	if (plan.runtime && !plan.id)
		return no_cgroup(rec, path);
	*ret_step = PIND_STEP_KERNEL;
	set = plan.id && pind_mirror_present(rec->rooms.mirror);
	r = set ? set_limits(rec, plan.id, &plan.new, &unused) : 0;
	if (r < 0)
		return r;
	quota = (struct pind_quota){ .path = (char *)path,
				     .max = plan.new.max,
				     .max_held = plan.new.max_held,
				     .high = plan.new.high,
				     .mode = plan.new.mode,
				     .cgroup_id = plan.runtime ? plan.id : 0,
				     .owner = request->owner };
	*ret_step = PIND_STEP_STORE;
	r = pind_wanted_put(rec->rooms.wanted, &quota);
	if (r < 0) {
		if (set)
			restore(rec, plan.id, &plan.old);
		return r;
	}
	if (set)
		settle_group(rec, plan.id, true);
	pind_reconciler_apply(rec, path); /* to watch for the cgroup's next life */
	tell(rec, path, &plan.old, &plan.new, "SetQuota", request->by);
	return 0;
}

int pind_reconciler_unset(struct pind_reconciler *rec, const char *path,
			  const struct pind_caller *by, enum pind_step *ret_step)
{
	const struct pind_limits none = pind_limits_none();
	bool had = pind_wanted_has_stored(rec->rooms.wanted, path), set = false;
	struct pind_limits old, unused;
	struct pind_kernel *kernel = rec->rooms.kernel;
	uint64_t id;
	int r;

	*ret_step = PIND_STEP_CGROUP;
	r = find_cgroup(rec, path, &id);
	if (r < 0)
		return r;
	if (!id && !had)
		return no_cgroup(rec, path);
	old = pind_wanted_find(rec->rooms.wanted, path, id).limits;
	*ret_step = PIND_STEP_KERNEL;
	if (!had && !pind_mirror_present(rec->rooms.mirror))
		return -ENODEV;
	if (id && pind_mirror_present(rec->rooms.mirror)) {
		r = kernel->ops->group_get(kernel, id, take_limits, &old);
		set = r >= 0 && !pind_limits_are_none(&old);
		r = set ? set_limits(rec, id, &none, &unused) : r;
		if (r < 0)
			return r;
	}
	*ret_step = PIND_STEP_STORE;
	r = pind_wanted_remove(rec->rooms.wanted, path);
	if (r < 0) {
		if (set)
			restore(rec, id, &old);
		return r;
	}
	pind_reconciler_apply(rec, path);
	settle_group(rec, id, set);
	if (had || set)
		tell(rec, path, &old, &none, "UnsetQuota", by);
	return 0;
}

static bool is_stale(const struct pind_reconciler *rec, const char *path)
{
	uint64_t id;

	return pind_cgroup_is_transient(path) && pind_cgroup_id(rec->mount, path, &id) == -ENOENT;
}

static bool is_not_stale(const struct pind_quota *quota, void *userdata)
{
	return !is_stale(userdata, quota->path);
}

/* Quotas that were taken back. */
struct gone {
	struct pind_quota *quotas; /* each with a path of its own */
	size_t n;
};

static void gone_clear(struct gone *gone)
{
	while (gone->n)
		free(gone->quotas[--gone->n].path);
	free(gone->quotas);
}

static int gone_add(struct gone *gone, const struct pind_quota *quota)
{
	struct pind_quota *quotas = reallocarray(gone->quotas, gone->n + 1, sizeof(*quotas));
	char *path = strdup(quota->path);

	if (quotas)
		gone->quotas = quotas;
	if (!quotas || !path) {
		free(path);
		return -ENOMEM;
	}
	quotas[gone->n] = *quota;
	quotas[gone->n++].path = path;
	return 0;
}

int pind_reconciler_unset_stale(struct pind_reconciler *rec, bool dry, const struct pind_caller *by,
				int (*handler)(const char *path, void *closure), void *closure)
{
	const struct pind_store *kept = pind_wanted_store(rec->rooms.wanted, false);
	_cleanup_(gone_clear) struct gone gone = {};
	const struct pind_limits none = pind_limits_none();
	const struct pind_quota *quota;
	int r = 0;

	for (size_t i = 0; r >= 0 && (quota = pind_store_at(kept, i)); i++) {
		if (!is_stale(rec, quota->path))
			continue;
		r = handler(quota->path, closure);
		r = r < 0 ? r : gone_add(&gone, quota);
	}
	if (r >= 0 && !dry)
		r = pind_wanted_filter(rec->rooms.wanted, false, is_not_stale, rec);
	if (r < 0)
		return r;
	for (size_t i = 0; !dry && i < gone.n; i++) {
		const struct pind_limits old = { gone.quotas[i].max, gone.quotas[i].max_held,
						 gone.quotas[i].high, gone.quotas[i].mode };

		tell(rec, gone.quotas[i].path, &old, &none, "UnsetStale", by);
	}
	return (int)gone.n;
}

static int on_later(sd_event_source *source, void *userdata)
{
	struct pind_reconciler *rec = userdata;

	pind_mirror_tick(rec->rooms.mirror);
	while (rec->n_births) {
		_cleanup_free_ char *path = rec->births[--rec->n_births];

		apply_below(rec, path);
	}
	return 0;
}

static void on_birth(const char *path, void *userdata)
{
	struct pind_reconciler *rec = userdata;
	char *copy;

	(void)sd_event_source_set_enabled(rec->later, SD_EVENT_ONESHOT);
	for (size_t i = 0; i < rec->n_births; i++)
		if (!strcmp(rec->births[i], path))
			return;
	copy = strdup(rec->n_births < BIRTHS_MAX - 1 ? path : "");
	if (!copy || rec->n_births == BIRTHS_MAX) {
		/* no room: what there is says all */
		free(copy);
		if (rec->n_births)
			rec->births[0][0] = '\0';
		return;
	}
	rec->births[rec->n_births++] = copy;
}

static const struct pind_watch_calls watch_calls = {
	.is_waited = is_waited,
	.birth = on_birth,
};

int pind_reconciler_new(sd_event *event, const char *mount,
			const struct pind_reconciler_rooms *rooms,
			const struct pind_reconciler_handlers *handlers, void *userdata,
			struct pind_reconciler **ret)
{
	_cleanup_(reconciler_freep) struct pind_reconciler *rec = calloc(1, sizeof(*rec));
	int r;

	if (!rec)
		return -ENOMEM;
	rec->rooms = *rooms;
	rec->handlers = handlers;
	rec->userdata = userdata;
	rec->mount = strdup(mount);
	if (!rec->mount)
		return -ENOMEM;
	r = sd_event_add_defer(event, &rec->later, on_later, rec);
	r = r < 0 ? r : sd_event_source_set_enabled(rec->later, SD_EVENT_OFF);
	/* it does what a birth asks for */
	r = r < 0 ? r : sd_event_source_set_priority(rec->later, PIND_ORDER_BIRTH);
	r = r < 0 ? r : pind_watch_new(event, mount, &watch_calls, rec, &rec->watch);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rec);
	return 0;
}

struct pind_reconciler *pind_reconciler_free(struct pind_reconciler *rec)
{
	if (rec) {
		(void)pind_watch_free(rec->watch);
		(void)sd_event_source_disable_unref(rec->later);
		while (rec->n_births)
			free(rec->births[--rec->n_births]);
		free(rec->mount);
		free(rec);
	}
	return NULL;
}
