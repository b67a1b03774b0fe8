// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "others.h"
#include "page-frames.h"
#include "table.h"
#include "text.h"

static const struct table_column others_columns[] = {
	{ "SIZE", TABLE_RIGHT },
	{ "PINNED-BY", TABLE_PATH },
	{ "PID", TABLE_RIGHT },
	{ "PROCESS", TABLE_TEXT },
	{ "DRIVER" },
	{ "MEMORY-OF", TABLE_PATH, 1 },
	{ "FILE", TABLE_TEXT, 2 },
};

bool others_read(struct pind_source *source, const struct pind_group_info *group,
		 struct pind_frames *others)
{
	/* each row has one holder, who keeps its index when they are sorted */
	return source->ops->others && source->ops->others(source, group, others) == 0 &&
	       others->holders.n == others->rows.n &&
	       records_sort(&others->holders, "covered", NULL) == 0;
}

static const struct pind_frame_info *row_of(const struct pind_frames *others,
					    const struct pind_account_info *holder)
{
	return records_at(&others->rows, holder->page);
}

static void add_row(struct table *table, const struct pind_frame_info *row,
		    const struct pind_account_info *holder)
{
	table_add_size(table, holder->covered);
	table_add(table, "%s", holder->path ? holder->path : "?");
	table_add(table, "%u", holder->pid);
	table_add(table, "%s", model_shown(holder->comm));
	table_add(table, "%s", model_shown(holder->driver));
	table_add(table, "%s", model_shown(row->owner));
	table_add(table, "%s", model_shown(row->file));
}

int others_print(struct pind_frames *others, const char *path, size_t most)
{
	_cleanup_free_ char *quoted = text_quoted(path);
	_cleanup_(table_done) struct table table = TABLE(others_columns);
	int r;

	if (others->holders.n == 0)
		return 0;
	for (size_t i = 0; i < others->holders.n && i < most; i++) {
		const struct pind_account_info *holder = records_at(&others->holders, i);

		add_row(&table, row_of(others, holder), holder);
	}
	(void)puts("\nMemory of this group that others pin:");
	r = table_print(&table, stdout);
	if (others->holders.n > most)
		(void)printf("and %zu more: pinctl show %s --json\n", others->holders.n - most,
			     quoted ?: "GROUP");
	if (others->walk.lost)
		(void)printf("%llu more pinned folio%s found no room here.\n",
			     (unsigned long long)others->walk.lost,
			     others->walk.lost == 1 ? "" : "s");
	return r;
}

int others_add_json(cJSON *object, struct pind_frames *others)
{
	cJSON *array = cJSON_AddArrayToObject(object, "others");

	for (size_t i = 0; array && i < others->holders.n; i++) {
		const struct pind_account_info *holder = records_at(&others->holders, i);
		cJSON *row = page_frames_row_json(row_of(others, holder), holder);

		if (!row || !cJSON_AddItemToArray(array, row)) {
			cJSON_Delete(row);
			return -ENOMEM;
		}
	}
	return array ? 0 : -ENOMEM;
}

void others_done(struct pind_frames *others)
{
	records_done(&others->rows);
	records_done(&others->holders);
}
