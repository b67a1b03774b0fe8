// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of quotas, and the order in which kernel and disk learn of a change. */
#include <limits.h>
#include <string.h>

#include <pind/cgroup.h>

#include "manager-internal.h"
#include "text.h"

/* Not one of a cgroup that was removed, which is there as long as the disk is full. */
static const struct pind_quota *runtime_quota_of(const struct pind_manager *m, const char *path)
{
	const struct pind_quota *quota = pind_store_find(m->runtime, path);
	uint64_t id = 0;
	int r;

	if (!quota)
		return NULL;
	r = pind_cgroup_id(m->cgroup_mount, path, &id);
	return (r < 0 && r != -ENOENT) || id == quota->cgroup_id ? quota : NULL;
}

const struct pind_quota *manager_quota_of(const struct pind_manager *m, const char *path)
{
	return runtime_quota_of(m, path) ?: pind_store_find(m->kept, path);
}

bool manager_has_stored(const struct pind_manager *m, const char *path)
{
	return pind_store_find(m->runtime, path) || pind_store_find(m->kept, path);
}

bool manager_is_runtime(const struct pind_manager *m, const char *path)
{
	return runtime_quota_of(m, path);
}

static bool info_has_quota(const struct pind_group_info *info)
{
	return info->max != PIND_UNLIMITED || info->max_held != PIND_UNLIMITED ||
	       info->high != PIND_UNLIMITED || info->mode != PIND_MODE_ENFORCE;
}

/*
 * Gives the visitor the store's quotas at a path and below it; "" is all of them. It may
 * remove the one it gets, and says so.
 */
static void visit_quotas(struct pind_manager *m, const struct pind_store *store, const char *path,
			 bool (*visit)(struct pind_manager *m, const struct pind_quota *quota,
				       char **trouble),
			 char **trouble)
{
	const struct pind_quota *quota = pind_store_find(store, path);
	char below[PATH_MAX + 1] = "";
	size_t i = 0, length = 0;

	if (quota)
		(void)visit(m, quota, trouble);
	if (path[0]) {
		length = (size_t)snprintf(below, sizeof(below), "%s/", path);
		i = pind_store_after(store, below);
	}
	/* what is removed has made room for the next one */
	while ((quota = pind_store_at(store, i)) && !strncmp(quota->path, below, length))
		i += !visit(m, quota, trouble);
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

bool manager_is_waited(const char *path, void *userdata)
{
	const struct pind_manager *m = userdata;

	return store_has_below(m->runtime, path) || store_has_below(m->kept, path);
}

/* Forgets a runtime quota whose cgroup is not there any more. */
static bool forget_past_runtime(struct pind_manager *m, const struct pind_quota *quota,
				char **trouble)
{
	char clean[PIND_TEXT_PATH_SIZE];

	if (runtime_quota_of(m, quota->path))
		return false;
	(void)pind_text_clean(clean, sizeof(clean), quota->path);
	if (pind_store_remove(m->runtime, quota->path) < 0)
		return false; /* its id tells that it is of the past */
	pind_log(LOG_INFO, "the runtime quota of %s is forgotten, for its cgroup was removed",
		 clean);
	return true;
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

/* A change that leaves nothing of what was before. */
static struct pind_group_change whole_change(uint64_t max, uint64_t max_held, uint64_t high,
					     uint32_t mode)
{
	return (struct pind_group_change){
		.set_max = true,
		.set_max_held = true,
		.set_high = true,
		.set_mode = true,
		.max = max,
		.max_held = max_held,
		.high = high,
		.mode = mode,
	};
}

/* Gives the kernel the quota, if it has not got it, and if the cgroup is there. */
static void apply_quota(struct pind_manager *m, const struct pind_quota *quota, char **trouble)
{
	const struct pind_group_change change =
		whole_change(quota->max, quota->max_held, quota->high, quota->mode);
	const struct pind_group *group;
	uint64_t id;
	int r;

	r = pind_cgroup_id(m->cgroup_mount, quota->path, &id);
	if (r >= 0) {
		group = pind_groups_by_id(m->groups, id);
		if (group && group->info.max == quota->max &&
		    group->info.max_held == quota->max_held &&
		    group->info.high == quota->high && group->info.mode == quota->mode)
			return;
		r = m->kernel->ops->group_set(m->kernel, id, &change, manager_take_group, m);
	}
	if (r < 0 && r != -ENOENT && r != -ESTALE && r != -ENODEV)
		apply_failed(quota->path, "applied",
			     m->kernel->text[0] ? m->kernel->text : strerror(-r), trouble);
}

/* First the watch, then the look: what is made between the two is seen by both. */
static bool watch_and_apply(struct pind_manager *m, const struct pind_quota *quota, char **trouble)
{
	int r;

	if (manager_quota_of(m, quota->path) != quota)
		return false;
	r = pind_watch_add(m->watch, quota->path);
	if (r < 0)
		apply_failed(quota->path, "waited for", strerror(-r), trouble);
	if (r != 0)
		apply_quota(m, quota, trouble);
	return false;
}

void manager_apply_below(struct pind_manager *m, const char *path)
{
	bool had = m->troubles[TROUBLE_QUOTA];
	char *trouble = NULL;

	if (!m->present)
		return;
	/* whether what failed still does shows if all is tried */
	if (had)
		path = "";
	visit_quotas(m, m->runtime, path, forget_past_runtime, NULL);
	pind_watch_begin(m->watch);
	visit_quotas(m, m->runtime, path, watch_and_apply, &trouble);
	visit_quotas(m, m->kept, path, watch_and_apply, &trouble);
	if (!trouble && !had)
		return;
	manager_set_trouble(m, TROUBLE_QUOTA, trouble);
	if (trouble)
		manager_sync_again(m);
	manager_settle_state(m);
}

void manager_apply_quotas(struct pind_manager *m)
{
	manager_apply_below(m, "");
}

void manager_apply_quota(struct pind_manager *m, const char *path)
{
	const struct pind_quota *quota;
	char *trouble = NULL;

	if (!m->present)
		return;
	if (m->troubles[TROUBLE_QUOTA]) {
		manager_apply_quotas(m);
		return;
	}
	quota = pind_store_find(m->runtime, path);
	if (quota)
		(void)forget_past_runtime(m, quota, NULL);
	pind_watch_begin(m->watch);
	quota = manager_quota_of(m, path);
	if (quota)
		(void)watch_and_apply(m, quota, &trouble);
	else
		pind_watch_drop(m->watch, path);
	if (!trouble)
		return;
	manager_set_trouble(m, TROUBLE_QUOTA, trouble);
	manager_sync_again(m);
	manager_settle_state(m);
}

static int adopt_quota(struct pind_group *group, void *userdata)
{
	const struct pind_group_info *info = &group->info;
	struct pind_manager *m = userdata;
	const struct pind_quota quota = {
		.path = (char *)info->path,
		.max = info->max,
		.max_held = info->max_held,
		.high = info->high,
		.mode = info->mode,
		.cgroup_id = info->id,
	};
	char clean[PIND_TEXT_PATH_SIZE];
	int r;

	if (info->dead || !info_has_quota(info) || manager_quota_of(m, info->path))
		return 0;
	pind_log(LOG_NOTICE,
		 "%s has a quota in the kernel that is not in the store; taken over as a runtime "
		 "quota",
		 pind_text_clean(clean, sizeof(clean), info->path));
	r = pind_store_put(m->runtime, &quota);
	if (r < 0)
		pind_log(LOG_WARNING, "it could not be noted, and is in the kernel only: %s",
			 strerror(-r));
	manager_group_changed(m, group);
	return 0;
}

void manager_adopt_quotas(struct pind_manager *m)
{
	(void)pind_groups_visit(m->groups, adopt_quota, m);
}

/* A group as the kernel has it before and after a change. */
static int take_values(const struct pind_group_info *info, void *userdata)
{
	struct pind_group_info *values = userdata;

	*values = *info;
	values->path = NULL; /* it would not outlive this */
	return 0;
}

/* Finds the cgroup that is to be changed. */
static int find_cgroup(struct pind_manager *m, const char *path, uint64_t *ret_id,
		       sd_bus_error *error)
{
	const struct pind_group *group = pind_groups_by_path(m->groups, path);
	char clean[PIND_TEXT_PATH_SIZE];
	int r;

	r = pind_cgroup_id(m->cgroup_mount, path, ret_id);
	if (r >= 0)
		return 0;
	(void)pind_text_clean(clean, sizeof(clean), path);
	if (r == -ENOENT && group)
		return sd_bus_error_setf(error, PIND_ERROR_GROUP_REMOVED,
					 "the cgroup '%s' was removed, only pins are left of it; "
					 "its quota cannot change",
					 clean);
	if (r == -ENOENT)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
					 "there is no cgroup '%s': a quota needs one", clean);
	return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
				 "the cgroup '%s' cannot be looked at: %s", clean, strerror(-r));
}

static int store_failed(struct pind_manager *m, const char *path, int r, sd_bus_error *error)
{
	char clean[PIND_TEXT_PATH_SIZE];

	return sd_bus_error_setf(error, PIND_ERROR_STORE,
				 "the quota of '%s' could not be written to disk (%s); nothing "
				 "was changed",
				 pind_text_clean(clean, sizeof(clean), path), strerror(-r));
}

/* Undoes a change in the kernel, whose values were @old. */
static void kernel_restore(struct pind_manager *m, uint64_t id, const struct pind_group_info *old)
{
	const struct pind_group_change change =
		whole_change(old->max, old->max_held, old->high, old->mode);
	int r = m->kernel->ops->group_set(m->kernel, id, &change, NULL, NULL);

	if (r < 0) {
		pind_log(LOG_ERR, "a quota could not be set back: %s", strerror(-r));
		manager_sync_soon(m, 0);
	}
}

/* Makes @quota the one of its path: a runtime one beside a kept one, a kept one alone. */
static int stores_put(struct pind_manager *m, const struct pind_quota *quota)
{
	const struct pind_quota *old = pind_store_find(m->kept, quota->path);
	struct pind_quota copy = old ? *old : (struct pind_quota){};
	int r;

	if (quota->cgroup_id)
		return pind_store_put(m->runtime, quota);
	r = pind_store_put(m->kept, quota);
	if (r < 0)
		return r;
	r = pind_store_remove(m->runtime, quota->path);
	if (r >= 0)
		return 0;
	copy.path = quota->path;
	(void)(old ? pind_store_put(m->kept, &copy) : pind_store_remove(m->kept, quota->path));
	return r;
}

static int stores_remove(struct pind_manager *m, const char *path)
{
	const struct pind_quota *old = pind_store_find(m->kept, path);
	struct pind_quota copy = old ? *old : (struct pind_quota){};
	int r;

	r = pind_store_remove(m->kept, path);
	if (r < 0)
		return r;
	r = pind_store_remove(m->runtime, path);
	if (r < 0 && old) {
		copy.path = (char *)path;
		(void)pind_store_put(m->kept, &copy);
	}
	return r;
}

/*
 * The group's values changed, or the kind of its quota did. @set: something was set in
 * the kernel, so the module has met the cgroup.
 */
static void settle_group(struct pind_manager *m, uint64_t id, bool set)
{
	struct pind_group *group;

	/* it never tells the end of one that it has not met: no object must come of it */
	if (!set && !pind_groups_by_id(m->groups, id))
		return;
	(void)m->kernel->ops->group_get(m->kernel, id, manager_take_group, m);
	group = pind_groups_by_id(m->groups, id);
	if (group)
		manager_group_changed(m, group);
}

/*
 * What is not given stays as the quota has it, not as the kernel does: a cgroup that was
 * made just now, or a module that was loaded just now, may not have got it yet.
 */
static void fill_change(struct pind_group_change *change, const struct pind_quota *quota)
{
	if (!quota)
		return;
	*change = whole_change(change->set_max ? change->max : quota->max,
			       change->set_max_held ? change->max_held : quota->max_held,
			       change->set_high ? change->high : quota->high,
			       change->set_mode ? change->mode : quota->mode);
}

int manager_quota_set(void *userdata, const char *path, const struct pind_quota_request *request,
		      sd_bus_error *error)
{
	struct pind_group_change change = request->change;
	struct pind_group_info old, new;
	struct pind_manager *m = userdata;
	struct pind_quota quota;
	bool runtime = request->runtime;
	bool set;
	uint64_t id;
	int r;

	if (!m->present)
		return manager_kernel_error(m, -ENODEV, path, error);
	/* a runtime quota may be of the cgroup before */
	manager_apply_quota(m, path);
	r = find_cgroup(m, path, &id, error);
	if (r < 0)
		return r;
	r = m->kernel->ops->group_get(m->kernel, id, take_values, &old);
	if (r < 0)
		return manager_kernel_error(m, r, path, error);
	fill_change(&change, manager_quota_of(m, path));
	if (request->keep_kind)
		runtime = manager_is_runtime(m, path);
	set = change.set_max || change.set_max_held || change.set_high || change.set_mode;
	new = old;
	if (set)
		r = m->kernel->ops->group_set(m->kernel, id, &change, take_values, &new);
	if (r < 0)
		return manager_kernel_error(m, r, path, error);

	quota = (struct pind_quota){
		.path = (char *)path,
		.max = new.max,
		.max_held = new.max_held,
		.high = new.high,
		.mode = new.mode,
		.cgroup_id = runtime ? id : 0,
	};
	r = stores_put(m, &quota);
	if (r < 0) {
		kernel_restore(m, id, &old);
		return store_failed(m, path, r, error);
	}
	settle_group(m, id, set);
	manager_apply_quota(m, path); /* to watch for the cgroup's next life */
	return 0;
}

/* A quota whose cgroup, or whose module, is not there: it is on disk only. */
static int forget_stored(struct pind_manager *m, const char *path, sd_bus_error *error)
{
	int r = stores_remove(m, path);

	if (r < 0)
		return store_failed(m, path, r, error);
	manager_apply_quota(m, path); /* which waits for its cgroup no more */
	return 0;
}

int manager_quota_unset(void *userdata, const char *path, sd_bus_error *error)
{
	const struct pind_group_change none =
		whole_change(PIND_UNLIMITED, PIND_UNLIMITED, PIND_UNLIMITED,
					PIND_MODE_ENFORCE);
	struct pind_manager *m = userdata;
	struct pind_group_info old;
	uint64_t id;
	int r;

	if (manager_has_stored(m, path) &&
	    (!m->present || pind_cgroup_id(m->cgroup_mount, path, &id) == -ENOENT))
		return forget_stored(m, path, error);
	if (!m->present)
		return manager_kernel_error(m, -ENODEV, path, error);
	r = find_cgroup(m, path, &id, error);
	if (r < 0)
		return r;
	r = m->kernel->ops->group_get(m->kernel, id, take_values, &old);
	if (r >= 0 && info_has_quota(&old))
		r = m->kernel->ops->group_set(m->kernel, id, &none, NULL, NULL);
	if (r < 0)
		return manager_kernel_error(m, r, path, error);
	r = stores_remove(m, path);
	if (r < 0) {
		kernel_restore(m, id, &old);
		return store_failed(m, path, r, error);
	}
	manager_apply_quota(m, path);
	settle_group(m, id, info_has_quota(&old));
	return 0;
}
