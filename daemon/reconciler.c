// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "journal.h"
#include "reconciler-internal.h"
#include "text.h"

/* Runtime quotas of removed cgroups are forgotten together, with one writing. */
#define FORGET_USEC (1000 * 1000)

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
		const char *path; /* the group's, or the store's */
		struct pind_wish wish;
		bool same;		 /* it has those limits: only what is done is another */
		bool files;		 /* it has what the files said before, */
		struct pind_wish before; /* which was this */
	} *due;
	size_t n, size;
	bool incomplete; /* no memory */
};

static void look_add(struct look *look, const struct due *what)
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
	look->due[look->n++] = *what;
}

/*
 * A group has a quota, and what the files said before they were read last of who pays. Is it to
 * have something else of that, and nothing else? @ret: what it had.
 */
static bool payer_changed(const struct pind_wanted *wanted, const struct pind_limits *has,
			  const struct due *due, struct pind_wish *ret)
{
	struct pind_wish before;

	if (has->charge_owner == due->wish.limits.charge_owner ||
	    !pind_wanted_file_before(wanted, due->path, &before) ||
	    before.limits.charge_owner != has->charge_owner)
		return false;
	*ret = due->wish;
	ret->limits.charge_owner = has->charge_owner;
	return pind_limits_same(has, &ret->limits);
}

static int look_at(struct pind_group *group, void *userdata)
{
	const struct pind_limits has = pind_limits_of(&group->info);
	struct due due = { .id = group->info.id, .path = group->info.path };
	struct look *look = userdata;
	const struct pind_wanted *wanted = look->rec->rooms.wanted;

	if (group->info.dead)
		return 0;
	due.wish = pind_wanted_find(wanted, due.path, due.id);
	due.same = pind_limits_same(&has, &due.wish.limits);
	if (due.wish.source <= PIND_SOURCE_FILE)
		due.files = pind_wanted_file_before(wanted, due.path, &due.before) &&
			    pind_limits_same(&has, &due.before.limits);
	else
		due.files = payer_changed(wanted, &has, &due, &due.before);
	if (due.same &&
	    (!due.files || pind_reaction_same(&due.wish.reaction, &due.before.reaction)))
		return 0;
	if (due.wish.source == PIND_SOURCE_NONE && !look->forsake && !due.files) {
		/* limits may be somebody's whom no store knows; that owners pay only files say */
		if (!has.charge_owner)
			return 0;
		due.wish.limits = has;
		due.wish.limits.charge_owner = false;
	}
	/* it may have them from what cannot be read */
	if (!pind_wanted_sealed(wanted) || pind_limits_are_none(&has))
		look_add(look, &due);
	return 0;
}

/* Runtime quotas are of cgroups that the module may not have met yet: no rule knows them. */
static void look_at_runtime(struct look *look)
{
	const struct pind_reconciler_rooms *rooms = &look->rec->rooms;
	const struct pind_store *runtime = pind_wanted_store(rooms->wanted, true);
	const struct pind_quota *quota;

	for (size_t i = 0; (quota = pind_store_at(runtime, i)); i++) {
		const struct due due = {
			.id = quota->cgroup_id,
			.path = quota->path,
			.wish = pind_wanted_find(rooms->wanted, quota->path, quota->cgroup_id),
		};

		if (!pind_groups_by_id(pind_mirror_groups(rooms->mirror), quota->cgroup_id))
			look_add(look, &due);
	}
}

int pind_reconciler_give(struct pind_reconciler *rec, uint64_t id, const struct pind_limits *limits)
{
	const struct pind_groups *groups = pind_mirror_groups(rec->rooms.mirror);
	const struct pind_group *group = pind_groups_by_id(groups, id);
	struct pind_group_change change = pind_limits_change(limits);
	struct pind_kernel *kernel = rec->rooms.kernel;

	/* an older module knows of no payer; of a group that was not met the rules have said it */
	if (group && group->info.charge)
		change.set_charge = true;
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

/* Gives a group what it is to have, and tells what files or memory changed of it. */
static int give_due(struct pind_reconciler *rec, const struct due *due)
{
	const struct pind_change change = {
		.path = due->path,
		.old = due->before,
		.new = due->wish,
		.through = pind_wanted_changed_by(rec->rooms.wanted),
	};
	int r = due->same ? 0 : pind_reconciler_give(rec, due->id, &due->wish.limits);

	if (r >= 0 && due->files)
		rec->handlers->limited(&change, rec->userdata);
	return r;
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
	for (size_t i = 0; i < look.n; i++)
		apply_failed(rec, look.due[i].path, give_due(rec, &look.due[i]), &trouble);
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
	apply_failed(rec, info->path, pind_reconciler_give(rec, info->id, &wish.limits), &trouble);
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
	const struct pind_change change = {
		.path = info->path,
		.old = pind_wish_none(),
		.new = { .source = PIND_SOURCE_RUNTIME, .limits = limits },
		.through = "adopted",
	};
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
	/* what no file says any more was taken from the groups */
	pind_wanted_forget_before(rec->rooms.wanted);
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
