// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists that the bus asks for: read a little at a time, and nothing is noted of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "desk.h"

/* Quotas that are handed out at once. */
#define QUOTAS_AT_ONCE 16

struct pind_list {
	struct pind_desk *desk;
	enum pind_list_kind kind;
	char *path; /* NULL: everybody's */
	const struct pind_list_handlers *handlers;
	void *closure;
	uint64_t load_id;	      /* of the module that is read */
	struct pind_reading *reading; /* NULL: of quotas */
	/* Where the quotas stand: the store, and the last path that was handed out. */
	bool runtime;
	char *after;
	bool files_done; /* the files' rules were handed out */
};

DEFINE_CLEANUP(struct pind_list, pind_desk_list_end, list_endp)

static int list_group(const struct pind_group_info *info, void *userdata)
{
	const struct pind_list *list = userdata;
	struct pind_group group = pind_mirror_fresh(list->desk->mirror, info);
	const struct pind_group *stands =
		pind_groups_by_path(pind_mirror_groups(list->desk->mirror), info->path);

	/* one object a path: another may have come to it, while pins of this one live on */
	if (list->kind == PIND_BUS_OBJECTS && stands && stands->info.id != info->id &&
	    !pind_groups_before(info, &stands->info))
		return 0;
	return list->handlers->group(&group, list->closure);
}

static bool path_is_below(const char *path, const char *below)
{
	size_t length = strlen(below);

	if (!strcmp(below, "/"))
		return true;
	return !strncmp(path, below, length) && (path[length] == '/' || path[length] == '\0');
}

static int list_account(const struct pind_account_info *account, void *userdata)
{
	const struct pind_list *list = userdata;
	const struct pind_group *group = pind_mirror_group_of(list->desk->mirror, account->group_id);

	if (!group || (list->path && !path_is_below(group->info.path, list->path)))
		return 0;
	return list->handlers->account(account, group->info.path, list->closure);
}

static int list_refusal(const struct pind_refusal *refusal, void *userdata)
{
	const struct pind_list *list = userdata;

	return list->handlers->refusal(refusal, list->closure);
}

static int list_failure(const struct pind_failure *failure, void *userdata)
{
	const struct pind_list *list = userdata;

	return list->handlers->failure(failure, list->closure);
}

static const struct pind_reading_handlers reading_handlers = {
	.group = list_group,
	.account = list_account,
	.refusal = list_refusal,
	.failure = list_failure,
};

static int list_read(struct pind_list *list, sd_bus_error *error)
{
	static const enum pind_listing listings[] = {
		[PIND_BUS_GROUPS] = PIND_LIST_GROUPS,
		[PIND_BUS_OBJECTS] = PIND_LIST_GROUPS,
		[PIND_BUS_ACCOUNTS] = PIND_LIST_ACCOUNTS,
		[PIND_BUS_REFUSALS] = PIND_LIST_REFUSALS,
		[PIND_BUS_FAILURES] = PIND_LIST_FAILURES,
	};
	struct pind_desk *desk = list->desk;
	struct pind_group *group;
	int r;

	if (!pind_mirror_present(desk->mirror))
		return pind_desk_kernel_error(desk, -ENODEV, NULL, error);
	if (list->path) {
		r = pind_desk_group_find(desk, list->path, &group, error);
		if (r < 0)
			return r;
		if (r == 0)
			return pind_desk_kernel_error(desk, -ENOENT, list->path, error);
	}
	list->load_id = pind_mirror_info(desk->mirror)->load_id;
	r = desk->kernel->ops->read_begin(desk->kernel, listings[list->kind], &reading_handlers, list,
				       &list->reading);
	return r < 0 ? pind_desk_kernel_error(desk, r, NULL, error) : 0;
}

int pind_desk_list_begin(void *userdata, enum pind_list_kind kind, const char *path,
		       const struct pind_list_handlers *handlers, void *closure,
		       struct pind_list **ret, sd_bus_error *error)
{
	_cleanup_(list_endp) struct pind_list *list = calloc(1, sizeof(*list));
	struct pind_desk *desk = userdata;
	int r;

	if (!list)
		return -ENOMEM;
	list->desk = desk;
	list->kind = kind;
	list->handlers = handlers;
	list->closure = closure;
	list->path = path ? strdup(path) : NULL;
	if (path && !list->path)
		return -ENOMEM;
	/* without the module there is no object, and quotas are on disk */
	if (kind != PIND_BUS_QUOTAS && kind != PIND_BUS_RULES && (pind_mirror_present(desk->mirror) || kind != PIND_BUS_OBJECTS)) {
		r = list_read(list, error);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(list);
	return 0;
}

static int list_word(const struct pind_list *list, const struct pind_quota *quota)
{
	const struct pind_word word = {
		quota->cgroup_id ? PIND_SOURCE_RUNTIME : PIND_SOURCE_KEPT,
		quota->path,
		{ quota->max, quota->max_held, quota->high, quota->mode, false },
		quota->reaction,
		NULL,
	};

	return list->handlers->word(&word, list->closure);
}

static int hand_out(const struct pind_list *list, const struct pind_quota *quota)
{
	uint64_t id;

	if (list->kind == PIND_BUS_RULES) /* owners' words were first */
		return quota->owner ? 0 : list_word(list, quota);
	return list->handlers->quota(quota, pind_cgroup_id(list->desk->mount, quota->path, &id) >= 0,
				     list->closure);
}

/* The store's quotas that follow the last one, which may be gone meanwhile. */
static int list_quotas(struct pind_list *list)
{
	const struct pind_desk *desk = list->desk;
	const struct pind_store *store = pind_wanted_store(desk->wanted, list->runtime);
	size_t i = list->after ? pind_store_after(store, list->after) : 0;
	const struct pind_quota *quota = NULL;
	char *after;
	int r;

	for (size_t n = 0; n < QUOTAS_AT_ONCE && pind_store_at(store, i); n++) {
		quota = pind_store_at(store, i++);
		r = hand_out(list, quota);
		if (r < 0)
			return r;
	}
	after = quota ? strdup(quota->path) : NULL;
	free(list->after);
	list->after = after;
	if (quota)
		return after ? 1 : -ENOMEM;
	if (list->runtime)
		return 0;
	list->runtime = true;
	return 1;
}

/* The runtime quota at the list's path, if it is of the cgroup that is there. */
static const struct pind_quota *runtime_of_path(const struct pind_list *list)
{
	const struct pind_store *store = pind_wanted_store(list->desk->wanted, true);
	const struct pind_quota *runtime = pind_store_find(store, list->path);
	uint64_t id;

	if (!runtime || pind_cgroup_id(list->desk->mount, list->path, &id) < 0)
		return NULL;
	return runtime->cgroup_id == id ? runtime : NULL;
}

/* What owners of delegated cgroups say counts least of all. */
static int list_owners(const struct pind_list *list)
{
	const struct pind_store *store = pind_wanted_store(list->desk->wanted, true);
	const struct pind_quota *quota;
	int r = 0;

	if (list->path) {
		quota = runtime_of_path(list);
		return quota && quota->owner ? list_word(list, quota) : 0;
	}
	for (size_t i = 0; r >= 0 && (quota = pind_store_at(store, i)); i++)
		if (quota->owner)
			r = list_word(list, quota);
	return r;
}

/* All of the files' rules at once, for the files may be read anew before the next turn. */
static int list_file_rules(struct pind_list *list)
{
	const struct pind_wanted *wanted = list->desk->wanted;
	const struct pind_policy *policy = pind_wanted_policy(list->desk->wanted);
	const struct pind_policy_rule *rule;
	int r = list_owners(list);

	if (r < 0)
		return r;
	for (size_t i = 0; (rule = pind_policy_at(policy, i)); i++) {
		const struct pind_word word = { PIND_SOURCE_FILE, rule->pattern,
						pind_wanted_limits(wanted, rule), rule->reaction,
						rule };

		if (list->path && !pind_policy_rule_fits(rule, list->path))
			continue;
		r = list->handlers->word(&word, list->closure);
		if (r < 0)
			return r;
	}
	list->files_done = true;
	return 1;
}

/* What was set for one path by an administrator. */
static int list_path_quotas(const struct pind_list *list)
{
	const struct pind_store *store = pind_wanted_store(list->desk->wanted, false);
	const struct pind_quota *quota = pind_store_find(store, list->path);
	int r = quota ? list_word(list, quota) : 0;

	quota = r < 0 ? NULL : runtime_of_path(list);
	if (quota && !quota->owner)
		r = list_word(list, quota);
	return r < 0 ? r : 0;
}

int pind_desk_list_some(struct pind_list *list, sd_bus_error *error)
{
	struct pind_desk *desk = list->desk;
	int r;

	if (list->kind == PIND_BUS_RULES && !list->files_done)
		return list_file_rules(list);
	if (list->kind == PIND_BUS_RULES && list->path)
		return list_path_quotas(list);
	if (list->kind == PIND_BUS_RULES)
		return list_quotas(list);

	if (list->kind == PIND_BUS_QUOTAS)
		return list_quotas(list);
	if (!list->reading)
		return 0;
	/* what was read belongs to no group that is known now */
	if (!pind_mirror_present(desk->mirror) || pind_mirror_info(desk->mirror)->load_id != list->load_id)
		return pind_desk_kernel_error(desk, -ENODEV, NULL, error);
	r = desk->kernel->ops->read_some(desk->kernel, list->reading);
	return r < 0 ? pind_desk_kernel_error(desk, r, NULL, error) : r;
}

void pind_desk_list_end(struct pind_list *list)
{
	if (!list)
		return;
	list->desk->kernel->ops->read_end(list->desk->kernel, list->reading);
	free(list->path);
	free(list->after);
	free(list);
}
