// SPDX-License-Identifier: GPL-2.0-or-later
#include <search.h>
#include <string.h>

#include <pind/cleanup.h>

#include "groups.h"

/* Two trees of tsearch(3): of all groups by id, and of what each path means. */
struct pind_groups {
	void *by_id;
	void *by_path;
};

static int compare_id(const void *a, const void *b)
{
	const struct pind_group *x = a, *y = b;

	return x->info.id < y->info.id ? -1 : x->info.id > y->info.id;
}

static int compare_path(const void *a, const void *b)
{
	const struct pind_group *x = a, *y = b;

	return strcmp(x->info.path, y->info.path);
}

static void group_free(void *node)
{
	struct pind_group *group = node;

	free((char *)group->info.path);
	free(group);
}

static void keep(void *node)
{
}

struct pind_groups *pind_groups_new(void)
{
	return calloc(1, sizeof(struct pind_groups));
}

struct pind_groups *pind_groups_free(struct pind_groups *groups)
{
	if (groups) {
		tdestroy(groups->by_path, keep);
		tdestroy(groups->by_id, group_free);
		free(groups);
	}
	return NULL;
}

struct pind_group *pind_groups_by_id(const struct pind_groups *groups, uint64_t id)
{
	const struct pind_group key = { .info.id = id };
	struct pind_group **node = tfind(&key, &groups->by_id, compare_id);

	return node ? *node : NULL;
}

struct pind_group *pind_groups_by_path(const struct pind_groups *groups, const char *path)
{
	const struct pind_group key = { .info.path = path };
	struct pind_group **node = tfind(&key, &groups->by_path, compare_path);

	return node ? *node : NULL;
}

bool pind_groups_before(const struct pind_group_info *a, const struct pind_group_info *b)
{
	if (!a->dead != !b->dead)
		return !a->dead;
	return a->id > b->id; /* ids grow with time */
}

/* Puts it among those of its path, the one that counts first. */
static int path_insert(struct pind_groups *groups, struct pind_group *group)
{
	struct pind_group **node = tsearch(group, &groups->by_path, compare_path);

	if (!node)
		return -ENOMEM;
	group->next = NULL;
	if (*node == group)
		return 0;
	while (*node && pind_groups_before(&(*node)->info, &group->info))
		node = &(*node)->next;
	group->next = *node;
	*node = group;
	return 0;
}

static void path_remove(struct pind_groups *groups, struct pind_group *group)
{
	struct pind_group **node = tfind(group, &groups->by_path, compare_path);

	if (*node == group && !group->next) {
		(void)tdelete(group, &groups->by_path, compare_path);
		return;
	}
	while (*node != group)
		node = &(*node)->next;
	*node = group->next;
}

static int group_insert(struct pind_groups *groups, const struct pind_group_info *info,
			struct pind_group **ret)
{
	struct pind_group *group = calloc(1, sizeof(*group));

	if (!group)
		return -ENOMEM;
	group->info = *info;
	group->info.path = strdup(info->path);
	if (!group->info.path || !tsearch(group, &groups->by_id, compare_id)) {
		group_free(group);
		return -ENOMEM;
	}
	if (path_insert(groups, group) < 0) {
		(void)tdelete(group, &groups->by_id, compare_id);
		group_free(group);
		return -ENOMEM;
	}
	*ret = group;
	return 1;
}

int pind_groups_update(struct pind_groups *groups, const struct pind_group_info *info,
		       struct pind_group **ret)
{
	struct pind_group *group = pind_groups_by_id(groups, info->id);
	const char *path;

	if (!group)
		return group_insert(groups, info, ret);
	path = group->info.path;
	if (!info->dead != !group->info.dead) {
		/* alive or dead decides who stands for the path */
		path_remove(groups, group);
		group->info.dead = info->dead;
		if (path_insert(groups, group) < 0) {
			(void)tdelete(group, &groups->by_id, compare_id);
			group_free(group);
			return -ENOMEM;
		}
	}
	group->info = *info;
	group->info.path = path;
	*ret = group;
	return 0;
}

void pind_groups_remove(struct pind_groups *groups, struct pind_group *group)
{
	path_remove(groups, group);
	(void)tdelete(group, &groups->by_id, compare_id);
	group_free(group);
}

/* What twalk_r() carries along. */
struct walk {
	pind_groups_visitor visitor;
	void *userdata;
	int result;
};

static void walk_node(const void *node, VISIT order, void *closure)
{
	struct walk *walk = closure;

	if ((order == postorder || order == leaf) && walk->result >= 0)
		walk->result = walk->visitor(*(struct pind_group *const *)node, walk->userdata);
}

static int visit(const void *tree, pind_groups_visitor visitor, void *userdata)
{
	struct walk walk = { .visitor = visitor, .userdata = userdata };

	twalk_r(tree, walk_node, &walk);
	return walk.result < 0 ? walk.result : 0;
}

int pind_groups_visit(const struct pind_groups *groups, pind_groups_visitor visitor,
		      void *userdata)
{
	return visit(groups->by_id, visitor, userdata);
}

int pind_groups_visit_paths(const struct pind_groups *groups, pind_groups_visitor visitor,
			    void *userdata)
{
	return visit(groups->by_path, visitor, userdata);
}

static int compare_none(const void *a, const void *b)
{
	return 0;
}

struct pind_group *pind_groups_any(const struct pind_groups *groups)
{
	struct pind_group **node = tfind(groups, &groups->by_id, compare_none);

	return node ? *node : NULL;
}
