// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toy-kernel.h"

#define TOY(kernel) ((struct toy_kernel *)(kernel))

static struct pind_group_info *find(struct toy_kernel *toy, uint64_t id)
{
	for (size_t i = 0; i < toy->n_groups; i++)
		if (toy->groups[i].id == id)
			return &toy->groups[i];
	return NULL;
}

/* 0, or why a change is not taken. */
static int refuses(struct toy_kernel *toy)
{
	toy->kernel.text[0] = '\0';
	if (!toy->load_id)
		return -ENODEV;
	if (toy->refuses)
		(void)snprintf(toy->kernel.text, sizeof(toy->kernel.text), "the toy is broken");
	return toy->refuses;
}

static int info_get(struct pind_kernel *kernel, struct pind_info *ret)
{
	struct toy_kernel *toy = TOY(kernel);

	if (!toy->load_id)
		return -ENODEV;
	*ret = (struct pind_info){ .load_id = toy->load_id,
				   .page_size = 4096,
				   .total_ram = 8ULL << 30,
				   .groups = toy->n_groups };
	return 0;
}

static int group_get(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
		     void *userdata)
{
	struct toy_kernel *toy = TOY(kernel);
	struct pind_group_info *group = find(toy, id);

	toy->gets++;
	if (!toy->load_id)
		return -ENODEV;
	if (!group)
		return -ENOENT;
	return handler ? handler(group, userdata) : 0;
}

static void change_limits(struct pind_limits *limits, const struct pind_group_change *change)
{
	*limits = pind_limits_changed(limits, change);
}

static int group_set(struct pind_kernel *kernel, uint64_t id,
		     const struct pind_group_change *change, pind_group_handler handler,
		     void *userdata)
{
	struct toy_kernel *toy = TOY(kernel);
	struct pind_group_info *group = find(toy, id);
	struct pind_limits limits;
	int r = refuses(toy);

	toy->sets++;
	if (r < 0)
		return r;
	if (!group)
		return -ENOENT;
	limits = pind_limits_of(group);
	change_limits(&limits, change);
	group->max = limits.max;
	group->max_held = limits.max_held;
	group->high = limits.high;
	group->mode = limits.mode;
	return handler ? handler(group, userdata) : 0;
}

static int group_dump(struct pind_kernel *kernel, pind_group_handler handler, void *userdata)
{
	struct toy_kernel *toy = TOY(kernel);
	int r = 0;

	if (!toy->load_id)
		return -ENODEV;
	for (size_t i = 0; r >= 0 && i + toy->torn < toy->n_groups; i++)
		r = handler(&toy->groups[i], userdata);
	return r < 0 ? r : toy->torn;
}

static void add_rule(struct toy_kernel *toy, const char *path, const char *pattern,
		     const struct pind_group_change *limits)
{
	struct toy_rule *rule = path ? toy_rule(toy, path) : NULL;

	if (!rule) {
		if (toy->n_rules == TOY_MAX)
			abort();
		rule = &toy->rules[toy->n_rules++];
	}
	*rule = (struct toy_rule){ .limits = pind_limits_none() };
	(void)snprintf(rule->path, sizeof(rule->path), "%s", path ?: "");
	(void)snprintf(rule->pattern, sizeof(rule->pattern), "%s", pattern ?: "");
	change_limits(&rule->limits, limits);
}

static int rules_swap(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n)
{
	struct toy_kernel *toy = TOY(kernel);
	int r = refuses(toy);

	toy->swaps++;
	if (r < 0)
		return r;
	toy->n_rules = 0;
	for (size_t i = 0; i < n; i++)
		add_rule(toy, rules[i].path, rules[i].pattern, &rules[i].limits);
	return 0;
}

static int rule_set(struct pind_kernel *kernel, const char *path,
		    const struct pind_group_change *limits)
{
	int r = refuses(TOY(kernel));

	if (r == 0)
		add_rule(TOY(kernel), path, NULL, limits);
	return r;
}

static int rule_unset(struct pind_kernel *kernel, const char *path)
{
	struct toy_rule *rule = toy_rule(TOY(kernel), path);
	int r = refuses(TOY(kernel));

	if (r < 0)
		return r;
	if (!rule)
		return -ENOENT;
	*rule = TOY(kernel)->rules[--TOY(kernel)->n_rules];
	return 0;
}

static void toy_free(struct pind_kernel *kernel)
{
	free(kernel);
}

static const struct pind_kernel_ops toy_ops = {
	.info_get = info_get,
	.group_get = group_get,
	.group_set = group_set,
	.group_dump = group_dump,
	.rules_swap = rules_swap,
	.rule_set = rule_set,
	.rule_unset = rule_unset,
	.free = toy_free,
};

struct toy_kernel *toy_kernel_new(void)
{
	struct toy_kernel *toy = calloc(1, sizeof(*toy));

	if (!toy)
		abort();
	toy->kernel.ops = &toy_ops;
	toy->load_id = 1000;
	return toy;
}

struct pind_group_info *toy_group(struct toy_kernel *toy, uint64_t id, const char *path)
{
	struct pind_group_info *group = find(toy, id);

	if (group)
		return group;
	if (toy->n_groups == TOY_MAX)
		abort();
	group = &toy->groups[toy->n_groups++];
	*group = (struct pind_group_info){ .id = id,
					   .path = path,
					   .max = PIND_UNLIMITED,
					   .max_held = PIND_UNLIMITED,
					   .high = PIND_UNLIMITED,
					   .mode = PIND_MODE_ENFORCE };
	return group;
}

void toy_forget(struct toy_kernel *toy, uint64_t id)
{
	struct pind_group_info *group = find(toy, id);

	if (group)
		*group = toy->groups[--toy->n_groups];
}

struct toy_rule *toy_rule(struct toy_kernel *toy, const char *path)
{
	for (size_t i = 0; i < toy->n_rules; i++)
		if (!strcmp(toy->rules[i].path, path))
			return &toy->rules[i];
	return NULL;
}
