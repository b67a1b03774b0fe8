// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "group-tree.h"
#include "text.h"
#include "top-rows.h"

unsigned int top_view_needs(enum top_view view)
{
	return view == TOP_GROUPS ? SAMPLE_GROUPS : SAMPLE_ACCOUNTS;
}

int top_find(enum top_view view, enum top_field field)
{
	for (size_t i = 0; i < top_columns[view].n; i++) {
		if (top_columns[view].of[i].field == field)
			return (int)i;
	}
	return -1;
}

int top_parse_view(const char *word, enum top_view *ret)
{
	for (int i = 0; i < N_TOP_VIEWS && word; i++) {
		*ret = (enum top_view)i;
		if (strcmp(top_view_words[i], word) == 0)
			return 0;
	}
	if (!word)
		return 0;
	return fail(PIND_EXIT_USAGE, "\"%s\" is no view: write group, process or driver", word);
}

static int fail_no_column(const char *title, enum top_view view)
{
	const struct top_columns *columns = &top_columns[view];
	_cleanup_free_ char *titles = NULL;

	for (size_t i = 0; i < columns->n; i++) {
		if (columns->of[i].field != TOP_HISTORY &&
		    text_add_word(&titles, columns->of[i].title) < 0)
			return fail_memory();
	}
	return fail(PIND_EXIT_USAGE, "there is no column \"%s\" by %s: there are %s", title,
		    top_view_words[view], titles);
}

int top_parse_sort(const char *title, struct top_order *order)
{
	const struct top_columns *columns = &top_columns[order->view];

	order->sort = TOP_CURRENT;
	if (!title)
		return 0;
	for (size_t i = 0; i < columns->n; i++) {
		order->sort = columns->of[i].field;
		/* the bars of the past are no order */
		if (order->sort != TOP_HISTORY && strcasecmp(columns->of[i].title, title) == 0)
			return 0;
	}
	return fail_no_column(title, order->view);
}

static bool is_interesting(const void *record, const void *userdata)
{
	return group_is_interesting(record);
}

static int add_group(struct top_row *row, const struct pind_group_info *group)
{
	*row = (struct top_row){
		.group = group->path,
		.process = "",
		.driver = "",
		.dead = group->dead,
		.over = group->over,
		.current = group->current,
		.max = group->max,
		.peak = group->peak,
		.pins = group->pins,
		.refused = group->events_max + group->events_observed,
	};
	/* one that was removed has the path of the next */
	if (group->dead)
		return asprintf(&row->key, "%s %llu", group->path, (unsigned long long)group->id) <
				       0
			       ? -ENOMEM
			       : 0;
	row->key = strdup(group->path);
	return row->key ? 0 : -ENOMEM;
}

static int make_groups(struct sample *sample, bool all, struct top_rows *ret)
{
	_cleanup_free_ size_t *parents = NULL;
	int r = 0;

	if (!all)
		records_keep(&sample->groups, is_interesting, NULL);
	records_sort_groups(&sample->groups);
	parents = calloc(sample->groups.n + 1, sizeof(*parents));
	ret->rows = calloc(sample->groups.n + 1, sizeof(*ret->rows));
	if (!ret->rows || !parents)
		return -ENOMEM;
	group_tree_parents(&sample->groups, parents);
	for (; r == 0 && ret->n < sample->groups.n; ret->n++) {
		struct top_row *row = &ret->rows[ret->n];

		r = add_group(row, records_at(&sample->groups, ret->n));
		row->number = ret->n;
		row->parent = parents[ret->n];
	}
	return r;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Accounts of one process and driver side by side. */
static int compare_accounts(const void *a, const void *b)
{
	const struct pind_account_info *p = a, *q = b;
	int r = strcmp(p->path, q->path);

	r = r ?: compare_numbers(p->pid, q->pid);
	r = r ?: compare_numbers(p->start_time, q->start_time);
	return r ?: strcmp(model_shown(p->driver), model_shown(q->driver));
}

static int begin_process(struct top_row *row, const struct pind_account_info *account)
{
	*row = (struct top_row){
		.group = account->path,
		.process = model_shown(account->comm),
		.driver = model_shown(account->driver),
		.pid = account->pid,
		.start_time = account->start_time,
		.max = PIND_UNLIMITED,
		.since = account->since,
		.n_processes = 1,
		.n_groups = 1,
	};
	return asprintf(&row->key, "%u %llu %s %s", account->pid,
			(unsigned long long)account->start_time, row->driver, row->group) < 0
		       ? -ENOMEM
		       : 0;
}

static int make_processes(struct sample *sample, struct top_rows *ret)
{
	const struct pind_account_info *last = NULL;

	ret->rows = calloc(sample->accounts.n + 1, sizeof(*ret->rows));
	if (!ret->rows)
		return -ENOMEM;
	if (sample->accounts.n > 1)
		qsort(sample->accounts.items, sample->accounts.n, sizeof(*last), compare_accounts);
	for (size_t i = 0; i < sample->accounts.n; i++) {
		const struct pind_account_info *account = records_at(&sample->accounts, i);
		struct top_row *row;

		if ((!last || compare_accounts(last, account) != 0) &&
		    begin_process(&ret->rows[ret->n++], account) < 0)
			return -ENOMEM;
		row = &ret->rows[ret->n - 1];
		row->current += account->covered;
		row->pins += account->pins;
		row->dead |= account->exited != 0;
		if (account->since < row->since)
			row->since = account->since;
		last = account;
	}
	return 0;
}

static int compare_driver_group(const void *a, const void *b)
{
	const struct top_row *p = a, *q = b;

	return strcmp(p->driver, q->driver) ?: strcmp(p->group, q->group);
}

static int compare_driver_process(const void *a, const void *b)
{
	const struct top_row *p = a, *q = b;
	int r = strcmp(p->driver, q->driver);

	return r ?: compare_numbers(p->pid, q->pid) ?: compare_numbers(p->start_time, q->start_time);
}

/* Of rows of processes, those of one driver become one. */
static int make_drivers(struct top_rows *rows)
{
	struct top_row *last = NULL;
	size_t n = rows->n;

	/* counted apart, as a process may have been in several groups */
	qsort(rows->rows, n, sizeof(*rows->rows), compare_driver_group);
	for (size_t i = 1; i < n; i++)
		rows->rows[i].n_groups =
			compare_driver_group(&rows->rows[i - 1], &rows->rows[i]) != 0;
	qsort(rows->rows, n, sizeof(*rows->rows), compare_driver_process);
	for (size_t i = n; i-- > 1;)
		rows->rows[i].n_processes =
			compare_driver_process(&rows->rows[i - 1], &rows->rows[i]) != 0;
	rows->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct top_row row = rows->rows[i];

		free(row.key);
		row.key = NULL;
		if (last && strcmp(last->driver, row.driver) == 0) {
			last->current += row.current;
			last->pins += row.pins;
			last->n_groups += row.n_groups;
			last->n_processes += row.n_processes;
			last->since = row.since < last->since ? row.since : last->since;
			continue;
		}
		last = &rows->rows[rows->n++];
		*last = row;
		last->group = last->process = "";
		last->pid = 0;
		last->dead = false;
	}
	for (size_t i = rows->n; i < n; i++)
		rows->rows[i].key = NULL;
	for (size_t i = 0; i < rows->n; i++) {
		rows->rows[i].key = strdup(rows->rows[i].driver);
		if (!rows->rows[i].key)
			return -ENOMEM;
	}
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp((*(struct top_row *const *)a)->key, (*(struct top_row *const *)b)->key);
}

static int take_history(struct top_rows *rows, uint64_t time, struct history *history)
{
	_cleanup_free_ struct top_row **sorted = calloc(rows->n + 1, sizeof(*sorted));
	_cleanup_free_ const char **keys = calloc(rows->n + 1, sizeof(*keys));
	_cleanup_free_ uint64_t *values = calloc(rows->n + 1, sizeof(*values));

	if (!sorted || !keys || !values)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++)
		sorted[i] = &rows->rows[i];
	qsort(sorted, rows->n, sizeof(*sorted), compare_keys);
	for (size_t i = 0; i < rows->n; i++) {
		keys[i] = sorted[i]->key;
		values[i] = sorted[i]->current;
	}
	/* the same once more, in another order? */
	if (time != history->time && history_add(history, time, rows->n, keys, values) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++) {
		sorted[i]->history = history_find(history, sorted[i]->key);
		sorted[i]->change = history_rate(history, sorted[i]->history);
	}
	return 0;
}

static uint64_t number_of(const struct top_row *row, enum top_field field)
{
	switch (field) {
	case TOP_PID:
		return row->pid;
	case TOP_MAX:
		return row->max == PIND_UNLIMITED ? 0 : row->max;
	case TOP_USE:
		return row->max == PIND_UNLIMITED || !row->max
			       ? 0
			       : (uint64_t)((unsigned __int128)row->current * 10000 / row->max);
	case TOP_CHANGE: /* what grows before what shrinks */
		return (uint64_t)row->change + (UINT64_C(1) << 63);
	case TOP_PEAK:
		return row->peak;
	case TOP_PINS:
		return row->pins;
	case TOP_REFUSED:
		return row->refused;
	case TOP_AGE:
		return UINT64_MAX - row->since;
	case TOP_N_PROCESSES:
		return row->n_processes;
	case TOP_N_GROUPS:
		return row->n_groups;
	default:
		return row->current;
	}
}

static const char *text_of(const struct top_row *row, enum top_field field)
{
	switch (field) {
	case TOP_GROUP:
		return row->group;
	case TOP_PROCESS:
		return row->process;
	case TOP_DRIVER:
		return row->driver;
	default:
		return NULL;
	}
}

static int compare_rows(const void *a, const void *b, void *userdata)
{
	const struct top_row *p = a, *q = b;
	const struct top_order *order = userdata;
	const char *text = text_of(p, order->sort);
	int r = text ? strcmp(text, text_of(q, order->sort))
		     : compare_numbers(number_of(q, order->sort), number_of(p, order->sort));

	r = r ?: strcmp(p->key, q->key);
	return order->reverse ? -r : r;
}

/* Rows that are sorted, each behind its parent. */
static int make_tree(struct top_rows *rows)
{
	_cleanup_free_ size_t *now = calloc(rows->n + 1, sizeof(*now));
	_cleanup_free_ size_t *parents = calloc(rows->n + 1, sizeof(*parents));
	_cleanup_free_ size_t *order = calloc(rows->n + 1, sizeof(*order));
	struct top_row *sorted = calloc(rows->n + 1, sizeof(*sorted));

	if (!now || !parents || !order || !sorted) {
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < rows->n; i++)
		now[rows->rows[i].number] = i;
	for (size_t i = 0; i < rows->n; i++) {
		size_t parent = rows->rows[i].parent;

		parents[i] = parent == TABLE_NO_PARENT ? parent : now[parent];
	}
	if (group_tree_walk(rows->n, parents, order) < 0) {
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < rows->n; i++) {
		struct top_row *row = &rows->rows[order[i]];
		const struct top_row *parent = parents[order[i]] == TABLE_NO_PARENT
						       ? NULL
						       : &rows->rows[parents[order[i]]];

		row->above = parent ? parent->group : NULL;
		row->depth = parent ? parent->depth + 1 : 0;
		sorted[i] = *row;
	}
	free(rows->rows);
	rows->rows = sorted;
	return 0;
}

int top_rows_make(struct sample *sample, const struct top_order *order, struct history *history,
		  struct top_rows *ret)
{
	int r;

	*ret = (struct top_rows){ .view = order->view, .boottime = sample->boottime };
	r = order->view == TOP_GROUPS ? make_groups(sample, order->all, ret)
				      : make_processes(sample, ret);
	if (r == 0 && order->view == TOP_DRIVERS)
		r = make_drivers(ret);
	if (r == 0)
		r = take_history(ret, sample->time, history);
	if (r == 0)
		qsort_r(ret->rows, ret->n, sizeof(*ret->rows), compare_rows, (void *)order);
	if (r == 0 && order->view == TOP_GROUPS && order->tree)
		r = make_tree(ret);
	return r < 0 ? fail_memory() : 0;
}

void top_rows_done(struct top_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->rows[i].key);
	free(rows->rows);
	rows->rows = NULL;
	rows->n = 0;
}
