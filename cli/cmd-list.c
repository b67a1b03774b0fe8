// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl list [GROUP...]: groups that hold pins or have a quota, with --all all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "group-tree.h"
#include "json.h"
#include "source.h"
#include "text.h"
#include "verb.h"

static const struct table_column list_columns[] = {
	{ "GROUP", TABLE_PATH, .key = "path" },
	{ "CURRENT", TABLE_RIGHT, .key = "current" },
	{ "PEAK", TABLE_RIGHT, 4, "peak" },
	{ "MAX", TABLE_RIGHT, 1, "max" },
	{ "HIGH", TABLE_RIGHT | TABLE_AUTO, 5, "high" },
	{ "PINS", TABLE_RIGHT, 6, "pins" },
	{ "NOTE", TABLE_AUTO, 3 },
	{ "USE", TABLE_SCREEN | TABLE_AUTO, 2 },
	{ "RESERVED", TABLE_RIGHT | TABLE_EXTRA, .key = "reserved" },
	{ "HELD", TABLE_RIGHT | TABLE_EXTRA, .key = "held" },
	{ "MAX-HELD", TABLE_RIGHT | TABLE_EXTRA, .key = "max_held" },
	{ "UNCERTAIN", TABLE_RIGHT | TABLE_EXTRA, .key = "uncertain" },
	{ "MODE", TABLE_EXTRA, .key = "mode" },
	{ "CHARGE", TABLE_EXTRA, .key = "charge" },
	{ "REFUSED", TABLE_RIGHT | TABLE_EXTRA, .key = "events_max" },
	{ "OBSERVED", TABLE_RIGHT | TABLE_EXTRA, .key = "events_observed" },
	{ "OWN-REFUSED", TABLE_RIGHT | TABLE_EXTRA, .key = "events_refused" },
	{ "ABOVE-HIGH", TABLE_RIGHT | TABLE_EXTRA, .key = "events_high" },
	{ "ID", TABLE_RIGHT | TABLE_EXTRA, .key = "id" },
};

/* Of them, those at the end that are shown only where they are asked for. */
#define N_EXTRAS 11

const struct table_columns list_table = TABLE_COLUMNS(list_columns);

static bool is_interesting(const void *record, const void *userdata)
{
	return group_is_interesting(record);
}

/* Above its quota, as what is pinned when that comes stays; or above high. */
static bool is_over(const void *record, const void *userdata)
{
	const struct pind_group_info *group = record;

	return group->over || group->current > group->high;
}

static bool is_dead(const void *record, const void *userdata)
{
	return ((const struct pind_group_info *)record)->dead;
}

static const char *note(const struct pind_group_info *group)
{
	if (model_has(&pind_group_kind, group, "enforced"))
		return "not enforced";
	if (model_has(&pind_group_kind, group, "present") && !group->present)
		return "no cgroup";
	if (group->dead)
		return "removed";
	if (group->over)
		return "over";
	if (group->mode == PIND_MODE_OBSERVE)
		return "observe";
	if (group_charges_owner(group))
		return "owner pays";
	if (group->runtime)
		return "runtime";
	return "";
}

static void add_limit(struct table *table, uint64_t limit)
{
	if (limit == PIND_UNLIMITED)
		table_add(table, "-");
	else
		table_add_size(table, limit);
}

static void add_use(struct table *table, const struct pind_group_info *group)
{
	char bar[SCREEN_BAR_MAX];

	if (group->max == PIND_UNLIMITED)
		table_add(table, "%s", "");
	else
		table_add_styled(table, screen_use_style(group->current, group->max), "%s",
				 screen_bar(group->current, group->max, bar));
}

static void add_number(struct table *table, uint64_t number)
{
	table_add(table, "%llu", (unsigned long long)number);
}

static void add_known_size(struct table *table, const struct pind_group_info *group,
			   const char *key, uint64_t bytes)
{
	if (model_has(&pind_group_kind, group, key))
		table_add_size(table, bytes);
	else
		table_add(table, "-");
}

static void add_extras(struct table *table, const struct pind_group_info *group)
{
	add_known_size(table, group, "reserved", group->reserved);
	add_known_size(table, group, "held", group->held);
	add_limit(table, group_has_max_held(group) ? group->max_held : PIND_UNLIMITED);
	add_known_size(table, group, "uncertain", group->uncertain);
	table_add(table, "%s", model_mode(group->mode));
	table_add(table, "%s", model_payer(group->charge));
	add_number(table, group->events_max);
	add_number(table, group->events_observed);
	add_number(table, group->events_refused);
	add_number(table, group->events_high);
	if (model_has(&pind_group_kind, group, "id"))
		add_number(table, group->id);
	else
		table_add(table, "-");
}

/* In a tree, what the path has more than its parent's. Whole lines and pipes have it exact. */
static int add_name(struct table *table, const struct pind_group_info *group,
		    const struct pind_group_info *parent)
{
	bool exact = table->look->full || table->look->raw || !screen_is_terminal();
	_cleanup_free_ char *name = NULL;
	size_t skip = 0;

	if (parent)
		skip = strlen(parent->path) + (strcmp(parent->path, "/") == 0 ? 0 : 1);
	name = strdup(group->path + skip);
	if (!name)
		return fail_memory();
	if (!exact)
		text_unescape(name);
	table_add(table, "%s", name);
	return 0;
}

static int add_row(struct table *table, const struct pind_group_info *group,
		   const struct pind_group_info *parent)
{
	/* without the module nobody knows what is pinned */
	bool known = !model_has(&pind_group_kind, group, "enforced");
	int r = add_name(table, group, parent);

	if (r != 0)
		return r;
	add_limit(table, known ? group->current : PIND_UNLIMITED);
	add_limit(table, known ? group->peak : PIND_UNLIMITED);
	add_limit(table, group->max);
	add_limit(table, group->high);
	if (known)
		add_number(table, group->pins);
	else
		table_add(table, "-");
	table_add_styled(table, SCREEN_DIM, "%s", note(group));
	add_use(table, group);
	if (table->look->wanted)
		add_extras(table, group);
	else
		table_skip(table, N_EXTRAS);
	return 0;
}

/* Groups in another order, each with its parent's place in that. */
static int sort_tree(struct pind_records *groups, size_t *parents, const char *key)
{
	_cleanup_free_ size_t *from = calloc(groups->n + 1, sizeof(*from));
	_cleanup_free_ size_t *to = calloc(groups->n + 1, sizeof(*to));
	_cleanup_free_ size_t *old = calloc(groups->n + 1, sizeof(*old));

	if (!from || !to || !old || records_sort(groups, key, from) < 0)
		return fail_memory();
	memcpy(old, parents, groups->n * sizeof(*old));
	for (size_t i = 0; i < groups->n; i++)
		to[from[i]] = i;
	for (size_t i = 0; i < groups->n; i++)
		parents[i] = old[from[i]] == TABLE_NO_PARENT ? TABLE_NO_PARENT : to[old[from[i]]];
	return 0;
}

static int print_rows(struct table *table, const struct pind_records *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		size_t parent = table->parents ? table->parents[i] : TABLE_NO_PARENT;
		int r = add_row(table, records_at(groups, i),
				parent == TABLE_NO_PARENT ? NULL : records_at(groups, parent));

		if (r != 0)
			return r;
	}
	return table_print(table, stdout);
}

static int print_list(struct pind_records *groups, const struct pind_options *options,
		      const char *key)
{
	bool tree = options->tree || (screen_is_terminal() && !options->flat && !key &&
				      !options->look.raw);
	_cleanup_(table_done) struct table table = TABLE_OF(list_table, &options->look);
	_cleanup_free_ size_t *parents = NULL;
	int r = 0;

	if (tree) {
		parents = calloc(groups->n + 1, sizeof(*parents));
		if (!parents)
			return fail_memory();
		group_tree_parents(groups, parents);
		table.parents = parents;
	}
	if (tree && key)
		r = sort_tree(groups, parents, key);
	else if (key && records_sort(groups, key, NULL) < 0)
		r = fail_memory();
	return r != 0 ? r : print_rows(&table, groups);
}

static const char *empty(const struct pind_options *options)
{
	if (options->over && options->dead)
		return "No group that was removed is above its quota or above high.";
	if (options->over)
		return "No group is above its quota or above high.";
	if (options->dead)
		return "No group that was removed holds pins.";
	return options->n_arguments > 0
		       ? "None of these groups holds pins or has a quota; --all shows them."
		       : "No group holds pins or has a quota; --all shows every group.";
}

static bool is_below_one(const void *record, const void *userdata)
{
	const struct pind_records *tops = userdata;

	for (size_t i = 0; i < tops->n; i++) {
		if (path_is_below(((const struct pind_group_info *)record)->path,
				  ((const struct pind_group_info *)records_at(tops, i))->path))
			return true;
	}
	return false;
}

/* A quota may be kept for a path that is no group now. */
static bool is_path_of_one(const char *name, const struct pind_records *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		if (strcmp(((const struct pind_group_info *)records_at(groups, i))->path, name) == 0)
			return true;
	}
	return false;
}

static int keep_arguments(const struct pind_options *options, struct pind_source *source,
			  struct pind_records *groups)
{
	_cleanup_(records_done) struct pind_records tops = RECORDS(pind_group_kind);

	for (size_t i = 0; i < options->n_arguments; i++) {
		const char *name = options->arguments[i];
		struct pind_group_info *top = records_add(&tops);
		int r;

		if (!top)
			return fail_memory();
		if (is_path_of_one(name, groups))
			r = model_set_text(&pind_group_kind, top, "path", name) < 0 ? fail_memory()
										    : 0;
		else
			r = source->ops->group(source, name, top);
		if (r != 0)
			return r;
	}
	if (tops.n > 0)
		records_keep(groups, is_below_one, &tops);
	return 0;
}

int cmd_list(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	const char *key = NULL;
	int r;

	r = table_sort_key(&list_table, options->sort, &key);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->groups(source, &groups);
	if (r == 0)
		r = keep_arguments(options, source, &groups);
	if (r != 0)
		return r;

	if (options->over)
		records_keep(&groups, is_over, NULL);
	if (options->dead)
		records_keep(&groups, is_dead, NULL);
	if (!options->all)
		records_keep(&groups, is_interesting, NULL);
	records_sort_groups(&groups);
	if (options->json) {
		if (key && records_sort(&groups, key, NULL) < 0)
			return fail_memory();
		return json_print_records(&groups);
	}
	if (groups.n == 0 && table_say_empty(&options->look, empty(options)))
		return 0;
	return print_list(&groups, options, key);
}
