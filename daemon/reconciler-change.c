// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody asks for: a change of the quota of one path, in the kernel and on disk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "journal.h"
#include "reconciler-internal.h"

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

/* Has the kernel's rule for a path say what is wanted: none, where there is to be none. */
static int say_rule(struct pind_reconciler *rec, const char *path, bool kept)
{
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_group_change change;
	struct pind_limits limits;
	int r;

	if (pind_wanted_rule(rec->rooms.wanted, path, kept, &limits)) {
		change = pind_limits_change(&limits);
		return kernel->ops->rule_set(kernel, path, &change);
	}
	r = kernel->ops->rule_unset(kernel, path);
	return r == -ENOENT ? 0 : r;
}

/*
 * Undoes a change in the kernel, whose sentence is still about that. @id: 0 if no group was
 * changed
 */
static void restore(struct pind_reconciler *rec, const char *path, uint64_t id,
		    const struct pind_limits *old)
{
	char text[sizeof(rec->rooms.kernel->text)];
	int r;

	memcpy(text, rec->rooms.kernel->text, sizeof(text));
	r = say_rule(rec, path, true);
	if (id && r >= 0)
		r = pind_reconciler_give(rec, id, old);
	/* a cgroup that lies too deep had none */
	if (r < 0 && r != -ENODEV && r != -EOPNOTSUPP) {
		pind_log(LOG_ERR, "a quota could not be set back: %s", strerror(-r));
		rec->handlers->again(rec->userdata);
	}
	memcpy(rec->rooms.kernel->text, text, sizeof(text));
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
	if (!id || (!set && !pind_groups_by_id(groups, id)))
		return;
	(void)kernel->ops->group_get(kernel, id, pind_mirror_take, rec->rooms.mirror);
	group = pind_groups_by_id(groups, id);
	if (group)
		rec->handlers->changed(group, rec->userdata);
}

/* Somebody's word changed the limits that a path is to have. */
static void tell(struct pind_reconciler *rec, const char *path, const struct pind_wish *old,
		 const struct pind_wish *new, const char *through, const struct pind_caller *by)
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

int pind_reconciler_plan(struct pind_reconciler *rec, const char *path,
			 const struct pind_quota_request *request, struct pind_plan *ret,
			 enum pind_step *ret_step)
{
	struct pind_plan plan = {};
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_wish wish;
	int r;

	*ret_step = PIND_STEP_CGROUP;
	r = find_cgroup(rec, path, &plan.id);
	if (r < 0)
		return r;
	wish = plan.old = pind_wanted_find(rec->rooms.wanted, path, plan.id);
	if (plan.id && pind_mirror_present(rec->rooms.mirror)) {
		*ret_step = PIND_STEP_KERNEL;
		r = kernel->ops->group_get(kernel, plan.id, take_limits, &plan.old.limits);
		if (r < 0)
			return r;
	}
	/*
	 * What is not given stays as it is wanted, not as the kernel has it: a cgroup that was
	 * made just now, or a module that was loaded just now, may not have got it yet.
	 */
	plan.new = pind_limits_changed(wish.source == PIND_SOURCE_NONE ? &plan.old.limits
								       : &wish.limits,
				       &request->change);
	plan.new = pind_limits_rounded(plan.new);
	/* nor is it the kernel's word, or that of whoever asks, who pays: it is the files' */
	plan.new.charge_owner = wish.limits.charge_owner;
	plan.reaction = request->set_reaction ? request->reaction : wish.reaction;
	plan.runtime = is_runtime(path, request->kind, wish.source);
	*ret = plan;
	return 0;
}

/*
 * Has the kernel do it. First the rule, then the look: a cgroup that is made between the two
 * is met under the new rule. @plan->id becomes that of the cgroup, if there is one.
 */
static int say(struct pind_reconciler *rec, const char *path, struct pind_plan *plan,
	       const struct pind_group_change *rule)
{
	struct pind_kernel *kernel = rec->rooms.kernel;
	int r = 0;

	if (rule)
		r = kernel->ops->rule_set(kernel, path, rule);
	r = r < 0 ? r : find_cgroup(rec, path, &plan->id);
	return r < 0 || !plan->id ? r : pind_reconciler_give(rec, plan->id, &plan->new);
}

int pind_reconciler_set(struct pind_reconciler *rec, const char *path,
			const struct pind_quota_request *request, enum pind_step *ret_step)
{
	bool present = pind_mirror_present(rec->rooms.mirror);
	struct pind_group_change change;
	struct pind_quota quota;
	struct pind_plan plan;
	struct pind_wish new;
	int r;

	*ret_step = PIND_STEP_STORE;
	if (pind_wanted_sealed(rec->rooms.wanted))
		return -EROFS;
	r = pind_reconciler_plan(rec, path, request, &plan, ret_step);
	if (r < 0)
		return r;
	*ret_step = PIND_STEP_CGROUP;
	if (plan.runtime && !plan.id)
		return no_cgroup(rec, path);
	quota = (struct pind_quota){ .path = (char *)path,
				     .max = plan.new.max,
				     .max_held = plan.new.max_held,
				     .high = plan.new.high,
				     .mode = plan.new.mode,
				     .cgroup_id = plan.runtime ? plan.id : 0,
				     .owner = request->owner,
				     .reaction = plan.reaction };
	*ret_step = PIND_STEP_KERNEL;
	change = pind_limits_change(&plan.new);
	r = present ? say(rec, path, &plan, plan.runtime ? NULL : &change) : 0;
	if (r >= 0) {
		*ret_step = PIND_STEP_STORE;
		r = pind_wanted_put(rec->rooms.wanted, &quota);
	}
	if (r < 0) {
		if (present)
			restore(rec, path, plan.id, &plan.old.limits);
		return r;
	}
	if (present)
		settle_group(rec, plan.id, true);
	new = pind_wanted_find(rec->rooms.wanted, path, plan.id);
	new.limits = plan.new;
	tell(rec, path, &plan.old, &new, "SetQuota", request->by);
	return 0;
}

int pind_reconciler_unset(struct pind_reconciler *rec, const char *path,
			  const struct pind_caller *by, enum pind_step *ret_step)
{
	bool had = pind_wanted_has_stored(rec->rooms.wanted, path);
	bool present = pind_mirror_present(rec->rooms.mirror), set = false;
	const struct pind_wish left = pind_wanted_file(rec->rooms.wanted, path);
	struct pind_limits old = pind_limits_none();
	struct pind_wish was = pind_wish_none();
	struct pind_kernel *kernel = rec->rooms.kernel;
	uint64_t id = 0;
	int r = 0;

	*ret_step = PIND_STEP_STORE;
	if (pind_wanted_sealed(rec->rooms.wanted))
		return -EROFS;
	*ret_step = PIND_STEP_KERNEL;
	if (!had && !present)
		return -ENODEV;
	if (present && had)
		r = say_rule(rec, path, false);
	if (r < 0)
		return r;
	*ret_step = PIND_STEP_CGROUP;
	r = find_cgroup(rec, path, &id);
	if (r >= 0 && !id && !had)
		r = no_cgroup(rec, path);
	if (had)
		was = pind_wanted_find(rec->rooms.wanted, path, id);
	if (r >= 0 && id && present) {
		*ret_step = PIND_STEP_KERNEL;
		r = kernel->ops->group_get(kernel, id, take_limits, &old);
		set = r >= 0 && !pind_limits_same(&old, &left.limits);
		was.limits = had ? was.limits : old;
		r = set ? pind_reconciler_give(rec, id, &left.limits) : r;
	}
	if (r >= 0) {
		*ret_step = PIND_STEP_STORE;
		r = pind_wanted_remove(rec->rooms.wanted, path);
	}
	if (r < 0) {
		if (present)
			restore(rec, path, set ? id : 0, &old);
		return r;
	}
	settle_group(rec, id, set);
	if (had || set)
		tell(rec, path, &was, &left, "UnsetQuota", by);
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
	const struct pind_wish none = pind_wish_none();
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
		const struct pind_wish old = {
			.source = PIND_SOURCE_KEPT,
			.limits = { gone.quotas[i].max, gone.quotas[i].max_held,
				    gone.quotas[i].high, gone.quotas[i].mode, false },
			.reaction = gone.quotas[i].reaction,
		};

		/* a rule of a name that never comes again does no harm where that fails */
		if (pind_mirror_present(rec->rooms.mirror))
			(void)say_rule(rec, gone.quotas[i].path, true);
		tell(rec, gone.quotas[i].path, &old, &none, "UnsetStale", by);
	}
	return (int)gone.n;
}
