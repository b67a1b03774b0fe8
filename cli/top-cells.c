// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "text.h"
#include "top-rows.h"
#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

const char *const top_view_words[N_TOP_VIEWS] = { "group", "process", "driver" };

static const struct top_column group_columns[] = {
	{ TOP_GROUP, "GROUP", TABLE_PATH, 0, 0 },
	{ TOP_CURRENT, "CURRENT", TABLE_RIGHT, 0, 10 },
	{ TOP_MAX, "MAX", TABLE_RIGHT, 2, 10 },
	{ TOP_USE, "USE", TABLE_RIGHT, 1, 4 },
	{ TOP_CHANGE, "CHANGE/s", TABLE_RIGHT, 3, 11 },
	{ TOP_PEAK, "PEAK", TABLE_RIGHT, 6, 10 },
	{ TOP_PINS, "PINS", TABLE_RIGHT, 7, 9 },
	{ TOP_REFUSED, "REFUSED", TABLE_RIGHT, 5, 7 },
	{ TOP_HISTORY, "HISTORY", 0, 2, HISTORY_VALUES / 4 },
};

static const struct top_column process_columns[] = {
	{ TOP_PID, "PID", TABLE_RIGHT, 0, 7 },
	{ TOP_PROCESS, "PROCESS", TABLE_TEXT, 0, 15 },
	{ TOP_DRIVER, "DRIVER", TABLE_TEXT, 3, 10 },
	{ TOP_CURRENT, "COVERED", TABLE_RIGHT, 0, 10 },
	{ TOP_CHANGE, "CHANGE/s", TABLE_RIGHT, 4, 11 },
	{ TOP_PINS, "PINS", TABLE_RIGHT, 6, 9 },
	{ TOP_AGE, "AGE", TABLE_RIGHT, 2, 7 },
	{ TOP_HISTORY, "HISTORY", 0, 5, HISTORY_VALUES / 4 },
	{ TOP_GROUP, "GROUP", TABLE_PATH, 1, 0 },
};

static const struct top_column driver_columns[] = {
	{ TOP_DRIVER, "DRIVER", TABLE_TEXT, 0, 0 },
	{ TOP_CURRENT, "COVERED", TABLE_RIGHT, 0, 10 },
	{ TOP_CHANGE, "CHANGE/s", TABLE_RIGHT, 2, 11 },
	{ TOP_PINS, "PINS", TABLE_RIGHT, 4, 9 },
	{ TOP_N_PROCESSES, "PROCESSES", TABLE_RIGHT, 5, 9 },
	{ TOP_N_GROUPS, "GROUPS", TABLE_RIGHT, 6, 6 },
	{ TOP_AGE, "OLDEST", TABLE_RIGHT, 3, 7 },
	{ TOP_HISTORY, "HISTORY", 0, 1, HISTORY_VALUES / 4 },
};

const struct top_columns top_columns[N_TOP_VIEWS] = {
	[TOP_GROUPS] = TABLE_COLUMNS(group_columns),
	[TOP_PROCESSES] = TABLE_COLUMNS(process_columns),
	[TOP_DRIVERS] = TABLE_COLUMNS(driver_columns),
};

static const char *cell_size(uint64_t bytes, char *buffer)
{
	return bytes == PIND_UNLIMITED ? "-" : size_format(bytes, buffer);
}

static const char *cell_change(int64_t change, char *buffer)
{
	char size[SIZE_FORMAT_MAX];

	if (change == 0)
		return "-";
	(void)snprintf(buffer, TOP_CELL_MAX, "%c%s", change > 0 ? '+' : '-',
		       size_format(change > 0 ? (uint64_t)change : -(uint64_t)change, size));
	return buffer;
}

/* "59s", "59min", "23h", "400d" */
static const char *cell_age(uint64_t since, uint64_t now, char *buffer)
{
	uint64_t s = now > since ? (now - since) / NSEC_PER_SEC : 0;
	const char *unit = s < 60 ? "s" : s < 3600 ? "min" : s < 86400 ? "h" : "d";

	s = s < 60 ? s : s < 3600 ? s / 60 : s < 86400 ? s / 3600 : s / 86400;
	(void)snprintf(buffer, TOP_CELL_MAX, "%" PRIu64 "%s", s, unit);
	return buffer;
}

static const char *cell_number(uint64_t number, char *buffer)
{
	(void)snprintf(buffer, TOP_CELL_MAX, "%" PRIu64, number);
	return buffer;
}

/* A larger percentage has no room in its column. */
#define USE_MOST 999

static const char *cell_use(const struct top_row *row, char *buffer)
{
	unsigned __int128 percent;

	if (row->max == PIND_UNLIMITED)
		return "-";
	if (row->max == 0)
		return row->current ? "over" : "0%";
	percent = (unsigned __int128)row->current * 100 / row->max;
	if (percent > USE_MOST)
		return "over";
	(void)snprintf(buffer, TOP_CELL_MAX, "%u%%", (unsigned int)percent);
	return buffer;
}

static const char *cell_group(const struct top_row *row)
{
	if (!row->above)
		return row->group;
	return row->group + strlen(row->above) + (strcmp(row->above, "/") == 0 ? 0 : 1);
}

const char *top_cell(const struct top_rows *rows, const struct top_row *row, enum top_field field,
		     size_t width, char *buffer)
{
	switch (field) {
	case TOP_GROUP:
		return cell_group(row);
	case TOP_PROCESS:
		return row->process;
	case TOP_DRIVER:
		return row->driver;
	case TOP_PID:
		return row->pid ? cell_number(row->pid, buffer) : "-";
	case TOP_CURRENT:
		return size_format(row->current, buffer);
	case TOP_MAX:
		return cell_size(row->max, buffer);
	case TOP_USE:
		return cell_use(row, buffer);
	case TOP_CHANGE:
		return cell_change(row->change, buffer);
	case TOP_PEAK:
		return size_format(row->peak, buffer);
	case TOP_PINS:
		return cell_number(row->pins, buffer);
	case TOP_REFUSED:
		return cell_number(row->refused, buffer);
	case TOP_AGE:
		return cell_age(row->since, rows->boottime, buffer);
	case TOP_N_PROCESSES:
		return cell_number(row->n_processes, buffer);
	case TOP_N_GROUPS:
		return cell_number(row->n_groups, buffer);
	case TOP_HISTORY:
		return history_bars(row->history, width, buffer);
	case N_TOP_FIELDS:
		break;
	}
	return "";
}

char *top_name(const struct top_rows *rows, const struct top_row *row, enum top_field field,
	       size_t indent)
{
	size_t wanted = field == TOP_GROUP ? 2 * row->depth : 0;
	bool told = row->dead && field == (rows->view == TOP_GROUPS ? TOP_GROUP : TOP_PROCESS);
	char *name;

	if (asprintf(&name, "%*s%s%s", (int)(wanted < indent ? wanted : indent), "",
		     field == TOP_GROUP ? cell_group(row) : row->process,
		     !told			? ""
		     : rows->view == TOP_GROUPS ? " (removed)"
						: " (gone)") < 0)
		return NULL;
	return name;
}

enum screen_style top_style(const struct top_row *row, enum top_field field)
{
	if (field == TOP_USE && row->max != PIND_UNLIMITED)
		return screen_use_style(row->current, row->max);
	if (field == TOP_CURRENT && row->over)
		return SCREEN_BAD;
	if (field == TOP_GROUP || field == TOP_PROCESS)
		return row->dead ? SCREEN_DIM : SCREEN_PLAIN;
	return SCREEN_PLAIN;
}

/* Of groups the root has all, if it is among them; else those that are below none other. */
static uint64_t sum_of(const struct top_rows *rows)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct top_row *row = &rows->rows[i];

		if (rows->view != TOP_GROUPS || row->parent == TABLE_NO_PARENT)
			sum += row->current;
	}
	return sum;
}

char *top_summary(const struct top_rows *rows, uint64_t time)
{
	static const char *const nouns[][2] = { [TOP_GROUPS] = { "group", "groups" },
						[TOP_PROCESSES] = { "process", "processes" },
						[TOP_DRIVERS] = { "driver", "drivers" } };
	char size[SIZE_FORMAT_MAX], date[WHEN_MAX];
	char *text;

	if (asprintf(&text, "%s  %s %s, %zu %s", when_date(time, date),
		     size_format(sum_of(rows), size),
		     rows->view == TOP_GROUPS ? "pinned" : "covered by pins", rows->n,
		     nouns[rows->view][rows->n != 1]) < 0)
		return NULL;
	return text;
}

/* The columns of a table: but for the history, which is for eyes. */
static size_t choose(enum top_view view, struct table_column *ret, enum top_field *ret_fields)
{
	const struct top_columns *columns = &top_columns[view];
	size_t n = 0;

	for (size_t i = 0; i < columns->n; i++) {
		const struct top_column *column = &columns->of[i];

		if (column->field == TOP_HISTORY)
			continue;
		ret_fields[n] = column->field;
		ret[n++] = (struct table_column){ .title = column->title,
						  .flags = column->flags,
						  .rank = column->rank };
	}
	return n;
}

static int add_row(struct table *table, const struct top_rows *rows, const struct top_row *row,
		   const enum top_field *fields)
{
	char buffer[TOP_CELL_MAX];

	for (size_t i = 0; i < table->columns.n; i++) {
		_cleanup_free_ char *name = NULL;
		const char *text;

		if (fields[i] == TOP_GROUP || fields[i] == TOP_PROCESS)
			text = name = top_name(rows, row, fields[i], SIZE_MAX);
		else
			text = top_cell(rows, row, fields[i], 0, buffer);
		if (!text)
			return fail_memory();
		table_add_styled(table, top_style(row, fields[i]), "%s", text);
	}
	return 0;
}

int top_print(const struct top_rows *rows, uint64_t time)
{
	struct table_column of[N_TOP_FIELDS];
	enum top_field fields[N_TOP_FIELDS] = { 0 };
	struct table_columns columns = { .of = of, .n = choose(rows->view, of, fields) };
	_cleanup_(table_done) struct table table = TABLE_OF(columns, NULL);
	_cleanup_free_ char *summary = top_summary(rows, time);
	int r = 0;

	if (!summary)
		return fail_memory();
	(void)printf("%s\n", summary);
	for (size_t i = 0; r == 0 && i < rows->n; i++)
		r = add_row(&table, rows, &rows->rows[i], fields);
	return r == 0 && rows->n ? table_print(&table, stdout) : r;
}
