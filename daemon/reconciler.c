// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "journal.h"
#include "reconciler.h"
#include "text.h"

/* Runtime quotas of removed cgroups are forgotten together, with one writing. */
#define FORGET_USEC (1000 * 1000)

struct pind_reconciler {
	struct pind_reconciler_rooms rooms;
	char *mount;
	const struct pind_reconciler_handlers *handlers;
	void *userdata;
	sd_event_source *forget; /* on when a runtime quota is of a cgroup that was removed */
};

DEFINE_CLEANUP(struct pind_reconciler, pind_reconciler_free, reconciler_freep)

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

static int on_forget(sd_event_source *source, uint64_t time, void *userdata)
{
	forget_past(userdata);
	return 0;
}

/* Notes the first quota that could not be applied, and why. */
static void apply_failed(struct pind_reconciler *rec, const char *path, int r, char **trouble)
{
	const char *text = rec->rooms.kernel->text;
	char clean[PIND_TEXT_PATH_SIZE];

	/* one that was removed needs none, and a module that went has its own sentence */
	if (r >= 0 || r == -ENOENT || r == -ESTALE || r == -ENODEV || *trouble)
		return;
	if (asprintf(trouble, "the quota of %s could not be applied: %s",
		     pind_text_clean(clean, sizeof(clean), path),
		     text[0] ? text : strerror(-r)) < 0)
		*trouble = NULL;
}

static void settle(struct pind_reconciler *rec, enum pind_trouble trouble, char *sentence)
{
	if (!sentence && !pind_health_has(rec->rooms.health, trouble))
		return;
	pind_health_set(rec->rooms.health, trouble, sentence);
	if (sentence)
		rec->handlers->again(rec->userdata);
	pind_health_settle(rec->rooms.health);
}

/* A look at groups; what it would set is collected, for setting changes the mirror. */
struct look {
	struct pind_reconciler *rec;
	bool forsake;
	struct due {
		uint64_t id;
		const char *path; /* the group\'s, or the store\'s */
		struct pind_limits limits;
	} *due;
	size_t n, size;
	bool incomplete; /* no memory */
};

static void look_add(struct look *look, uint64_t id, const char *path,
		     const struct pind_limits *limits)
{
	if (look->n == look->size) {
		size_t size = look->size ? 2 * look->size : 64;
		struct due *due = reallocarray(look->due, size, sizeof(*due));

		if (!due) {
			look->incomplete = true;
			return;
		}
		look->due = due;
		look->size = size;
	}
	look->due[look->n++] = (struct due){ id, path, *limits };
}

static int look_at(struct pind_group *group, void *userdata)
{
	const struct pind_limits has = pind_limits_of(&group->info);
	struct look *look = userdata;
	struct pind_wish wish;

	if (group->info.dead)
		return 0;
	wish = pind_wanted_find(look->rec->rooms.wanted, group->info.path, group->info.id);
	if (pind_limits_same(&has, &wish.limits) ||
	    (wish.source == PIND_SOURCE_NONE && !look->forsake))
		return 0;
	/* it may have them from what cannot be read */
	if (!pind_wanted_sealed(look->rec->rooms.wanted) || pind_limits_are_none(&has))
		look_add(look, group->info.id, group->info.path, &wish.limits);
	return 0;
}

/* Runtime quotas are of cgroups that the module may not have met yet: no rule knows them. */
static void look_at_runtime(struct look *look)
{
	const struct pind_reconciler_rooms *rooms = &look->rec->rooms;
	const struct pind_store *runtime = pind_wanted_store(rooms->wanted, true);
	const struct pind_quota *quota;

	for (size_t i = 0; (quota = pind_store_at(runtime, i)); i++) {
		struct pind_wish wish =
			pind_wanted_find(rooms->wanted, quota->path, quota->cgroup_id);

		if (!pind_groups_by_id(pind_mirror_groups(rooms->mirror), quota->cgroup_id))
			look_add(look, quota->cgroup_id, quota->path, &wish.limits);
	}
}

static int give(struct pind_reconciler *rec, uint64_t id, const struct pind_limits *limits)
{
	const struct pind_group_change change = pind_limits_change(limits);
	struct pind_kernel *kernel = rec->rooms.kernel;

	return kernel->ops->group_set(kernel, id, &change, pind_mirror_take, rec->rooms.mirror);
}

void pind_reconciler_longterm(struct pind_reconciler *rec)
{
	const struct pind_policy *policy = pind_wanted_policy(rec->rooms.wanted);
	struct pind_kernel *kernel = rec->rooms.kernel;
	struct pind_longterm entries[PIND_LONGTERM_MAX] = {};
	const struct pind_policy_longterm *entry;
	char *sentence = NULL;
	size_t n = 0;
	int r;

	for (; n < PIND_LONGTERM_MAX && (entry = pind_policy_longterm_at(policy, n)); n++) {
		(void)snprintf(entries[n].module, sizeof(entries[n].module), "%s", entry->module);
		(void)snprintf(entries[n].symbol, sizeof(entries[n].symbol), "%s", entry->symbol);
	}
	if (n == 0 && pind_mirror_info(rec->rooms.mirror)->n_longterm == 0)
		r = 0;
	else
		r = kernel->ops->longterm_set(kernel, entries, n);
	if (r < 0 && r != -ENODEV &&
	    asprintf(&sentence,
		     "the kernel module does not take the list \"longterm\", so pins of its "
		     "drivers are counted by no quota: %s",
		     kernel->text[0] ? kernel->text : strerror(-r)) < 0)
		sentence = NULL;
	settle(rec, PIND_TROUBLE_LONGTERM, sentence);
}

void pind_reconciler_rules(struct pind_reconciler *rec)
{
	struct pind_kernel *kernel = rec->rooms.kernel;
	_cleanup_free_ struct pind_rule *rules = NULL;
	char *sentence = NULL;
	ssize_t n;
	int r;

	/* those that it has may be from what cannot be read */
	if (pind_wanted_sealed(rec->rooms.wanted))
		return;
	n = pind_wanted_rules(rec->rooms.wanted, &rules);
	r = n < 0 ? (int)n : kernel->ops->rules_swap(kernel, rules, (size_t)n);
	if (r < 0 && r != -ENODEV &&
	    asprintf(&sentence,
		     "the kernel module does not take the rules, so a cgroup that it has not met "
		     "yet gets its quota late or not at all: %s",
		     kernel->text[0] ? kernel->text : strerror(-r)) < 0)
		sentence = NULL;
	settle(rec, PIND_TROUBLE_RULES, sentence);
}

void pind_reconciler_apply(struct pind_reconciler *rec, bool forsake)
{
	const struct pind_groups *groups = pind_mirror_groups(rec->rooms.mirror);
	struct look look = { .rec = rec, .forsake = forsake };
	char *trouble = NULL;

	if (!pind_mirror_present(rec->rooms.mirror))
		return;
	forget_past(rec);
	(void)pind_groups_visit(groups, look_at, &look);
	look_at_runtime(&look);
	for (size_t i = 0; i < look.n; i++) {
		int r = give(rec, look.due[i].id, &look.due[i].limits);

		apply_failed(rec, look.due[i].path, r, &trouble);
	}
	if (look.incomplete && !trouble)
		trouble = strdup("quotas could not be applied: out of memory");
	free(look.due);
	settle(rec, PIND_TROUBLE_QUOTA, trouble);
}

void pind_reconciler_born(struct pind_reconciler *rec, const struct pind_group_info *info)
{
	const struct pind_limits has = pind_limits_of(info);
	struct pind_wish wish = pind_wanted_find(rec->rooms.wanted, info->path, info->id);
	char *trouble = NULL;

	if (wish.source == PIND_SOURCE_NONE || pind_limits_same(&has, &wish.limits))
		return;
	apply_failed(rec, info->path, give(rec, info->id, &wish.limits), &trouble);
	if (trouble)
		settle(rec, PIND_TROUBLE_QUOTA, trouble);
}

void pind_reconciler_died(struct pind_reconciler *rec, const struct pind_group_info *info)
{
	const struct pind_store *runtime = pind_wanted_store(rec->rooms.wanted, true);
	const struct pind_quota *quota = pind_store_find(runtime, info->path);
	uint64_t now;

	if (!quota || quota->cgroup_id != info->id ||
	    sd_event_source_get_enabled(rec->forget, NULL) != 0)
		return;
	(void)sd_event_now(sd_event_source_get_event(rec->forget), CLOCK_MONOTONIC, &now);
	(void)sd_event_source_set_time(rec->forget, now + FORGET_USEC);
	(void)sd_event_source_set_enabled(rec->forget, SD_EVENT_ONESHOT);
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
		r = give(rec, id, old);
	if (r < 0 && r != -ENODEV) {
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
	plan.new = pind_limits_rounded(plan.new);
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
	return r < 0 || !plan->id ? r : give(rec, plan->id, &plan->new);
}

int pind_reconciler_set(struct pind_reconciler *rec, const char *path,
			const struct pind_quota_request *request, enum pind_step *ret_step)
{
	bool present = pind_mirror_present(rec->rooms.mirror);
	struct pind_group_change change;
	struct pind_quota quota;
	struct pind_plan plan;
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
				     .owner = request->owner };
	*ret_step = PIND_STEP_KERNEL;
	change = pind_limits_change(&plan.new);
	r = present ? say(rec, path, &plan, plan.runtime ? NULL : &change) : 0;
	if (r >= 0) {
		*ret_step = PIND_STEP_STORE;
		r = pind_wanted_put(rec->rooms.wanted, &quota);
	}
	if (r < 0) {
		if (present)
			restore(rec, path, plan.id, &plan.old);
		return r;
	}
	if (present)
		settle_group(rec, plan.id, true);
	tell(rec, path, &plan.old, &plan.new, "SetQuota", request->by);
	return 0;
}

int pind_reconciler_unset(struct pind_reconciler *rec, const char *path,
			  const struct pind_caller *by, enum pind_step *ret_step)
{
	bool had = pind_wanted_has_stored(rec->rooms.wanted, path);
	bool present = pind_mirror_present(rec->rooms.mirror), set = false;
	const struct pind_wish left = pind_wanted_file(rec->rooms.wanted, path);
	struct pind_limits old = pind_limits_none(), was;
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
	was = had ? pind_wanted_find(rec->rooms.wanted, path, id).limits : old;
	if (r >= 0 && id && present) {
		*ret_step = PIND_STEP_KERNEL;
		r = kernel->ops->group_get(kernel, id, take_limits, &old);
		set = r >= 0 && !pind_limits_same(&old, &left.limits);
		was = had ? was : old;
		r = set ? give(rec, id, &left.limits) : r;
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
		tell(rec, path, &was, &left.limits, "UnsetQuota", by);
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

		/* a rule of a name that never comes again does no harm where that fails */
		if (pind_mirror_present(rec->rooms.mirror))
			(void)say_rule(rec, gone.quotas[i].path, true);
		tell(rec, gone.quotas[i].path, &old, &none, "UnsetStale", by);
	}
	return (int)gone.n;
}

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
	r = sd_event_add_time(event, &rec->forget, CLOCK_MONOTONIC, UINT64_MAX, FORGET_USEC / 10,
			      on_forget, rec);
	r = r < 0 ? r : sd_event_source_set_enabled(rec->forget, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_description(rec->forget, "pind-forget");
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rec);
	return 0;
}

struct pind_reconciler *pind_reconciler_free(struct pind_reconciler *rec)
{
	if (rec) {
		(void)sd_event_source_disable_unref(rec->forget);
		free(rec->mount);
		free(rec);
	}
	return NULL;
}
