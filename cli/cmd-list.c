// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl list: groups that hold pins or have a quota, with --all all of them. */
#include <stdio.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "json.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "verb.h"

/* The use of max as a bar exists on a terminal only: the last column. */
static const struct table_column list_columns[] = {
	{ "GROUP", false }, { "CURRENT", true }, { "PEAK", true },  { "MAX", true },
	{ "HIGH", true },   { "PINS", true },	 { "NOTE", false }, { "USE", false },
};

#define N_COLUMNS (sizeof(list_columns) / sizeof(list_columns[0]))

static bool is_interesting(const void *record, const void *userdata)
{
	const struct pind_group_info *group = record;

	return group->pins > 0 || group->current > 0 || group_has_quota(group);
}

static const char *note(const struct pind_group_info *group)
{
	if (model_has(&pind_group_kind, group, "enforced"))
		return "not enforced";
	if (!model_has(&pind_group_kind, group, "id"))
		return "no cgroup";
	if (group->dead)
		return "removed";
	if (group->mode == PIND_MODE_OBSERVE)
		return "observe";
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

static void add_row(struct table *table, const struct pind_group_info *group)
{
	/* without the module nobody knows what is pinned */
	bool known = !model_has(&pind_group_kind, group, "enforced");

	table_add(table, "%s", group->path);
	add_limit(table, known ? group->current : PIND_UNLIMITED);
	add_limit(table, known ? group->peak : PIND_UNLIMITED);
	add_limit(table, group->max);
	add_limit(table, group->high);
	if (known)
		table_add(table, "%llu", (unsigned long long)group->pins);
	else
		table_add(table, "-");
	table_add_styled(table, SCREEN_DIM, "%s", note(group));
	if (table->n_columns == N_COLUMNS)
		add_use(table, group);
}

static int print_list(const struct pind_records *groups)
{
	_cleanup_(table_done) struct table table = TABLE(list_columns);

	if (groups->n == 0 && screen_is_terminal()) {
		(void)puts("No group holds pins or has a quota; --all shows every group.");
		return 0;
	}
	if (!screen_is_terminal())
		table.n_columns--;
	for (size_t i = 0; i < groups->n; i++)
		add_row(&table, records_at(groups, i));
	return table_print(&table, stdout);
}

int cmd_list(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->groups(source, &groups);
	if (r != 0)
		return r;

	if (!options->all)
		records_keep(&groups, is_interesting, NULL);
	records_sort_groups(&groups);
	return options->json ? json_print_records(&groups) : print_list(&groups);
}
