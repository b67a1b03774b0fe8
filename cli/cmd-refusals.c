// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl refusals: which pin calls a quota stopped, and which quota. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "count.h"
#include "fail.h"
#include "json.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column refusals_columns[] = {
	{ "TIME" },
	{ "GROUP", TABLE_PATH },
	{ "PID", TABLE_RIGHT, 7 },
	{ "PROCESS", 0, 2 },
	{ "DRIVER", 0, 3 },
	{ "WANTED", TABLE_RIGHT },
	{ "TAKEN", TABLE_RIGHT | TABLE_AUTO, 6 },
	{ "CURRENT/MAX", TABLE_RIGHT, 6 },
	{ "BY", TABLE_PATH, 3 },
	{ "RESULT", 0, 1 },
	{ "TIMES", TABLE_RIGHT, 8 },
	{ "REGION", TABLE_RIGHT | TABLE_EXTRA },
	{ "NEEDED", TABLE_RIGHT | TABLE_EXTRA },
	{ "CURRENT", TABLE_RIGHT | TABLE_EXTRA },
	{ "RESERVED", TABLE_RIGHT | TABLE_EXTRA },
	{ "MAX", TABLE_RIGHT | TABLE_EXTRA },
	{ "LIMIT", TABLE_EXTRA },
	{ "CALL-SITE", TABLE_TEXT | TABLE_EXTRA },
	{ "FIRST", TABLE_EXTRA },
	{ "UID", TABLE_RIGHT | TABLE_EXTRA },
};

/* Of them, those at the end that are shown only where they are asked for. */
#define N_EXTRAS 9

const struct table_columns refusals_table = TABLE_COLUMNS(refusals_columns);

/* Nothing is "-": a call that was no piece, or an older module. */
static void add_size(struct table *table, uint64_t bytes)
{
	if (bytes)
		table_add_size(table, bytes);
	else
		table_add(table, "-");
}

static void add_extras(struct table *table, const struct pind_refusal_info *refusal)
{
	const struct pind_field *limit =
		&pind_refusal_kind.fields[model_find(&pind_refusal_kind, "limit")];
	bool has_module = refusal->module && refusal->module[0];
	char date[WHEN_MAX];

	add_size(table, refusal->region);
	table_add_size(table, refusal->needed);
	table_add_size(table, refusal->current);
	table_add_size(table, refusal->reserved);
	table_add_size(table, refusal->max);
	table_add(table, "%s", model_word(limit, refusal->limit));
	table_add(table, has_module ? "%s [%s]" : "%s", model_shown(refusal->symbol),
		  refusal->module);
	table_add(table, "%s", when_date(refusal->first, date));
	if (model_has(&pind_refusal_kind, refusal, "uid"))
		table_add(table, "%u", refusal->uid);
	else
		table_add(table, "-");
}

static void add_row(struct table *table, const struct pind_refusal_info *refusal)
{
	bool observed = refusal->mode == PIND_MODE_OBSERVE;
	char current[SIZE_FORMAT_MAX], max[SIZE_FORMAT_MAX], date[WHEN_MAX];
	char reserved[SIZE_FORMAT_MAX + 8] = "", size[SIZE_FORMAT_MAX];

	table_add(table, "%s", when_date(refusal->last, date));
	table_add(table, "%s", refusal->path);
	table_add_pid(table, SCREEN_PLAIN, refusal->pid);
	table_add(table, "%s", model_shown(refusal->comm));
	table_add(table, "%s", model_shown(refusal->driver));
	table_add_size(table, refusal->wanted);
	add_size(table, refusal->taken);
	if (refusal->reserved)
		(void)snprintf(reserved, sizeof(reserved), " + %s",
			       size_format(refusal->reserved, size));
	table_add(table, "%s%s / %s", size_format(refusal->current, current), reserved,
		  size_format(refusal->max, max));
	table_add(table, "%s", refusal->by);
	table_add_styled(table, observed ? SCREEN_WARN : SCREEN_BAD, "%s",
			 observed ? "admitted (observe)" : "refused");
	table_add(table, "%llu", (unsigned long long)refusal->count);
	if (table->look->wanted)
		add_extras(table, refusal);
	else
		table_skip(table, N_EXTRAS);
}

/* The newest last; the module tells them group by group. */
static int compare_seq(const void *a, const void *b)
{
	const struct pind_refusal_info *p = a, *q = b;

	return p->seq < q->seq ? -1 : p->seq > q->seq;
}

/* "10:12, when the module was loaded": since when they are known. */
static const char *since_when(struct pind_source *source, char *buffer, size_t size)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	char minute[WHEN_MAX];

	if (source->ops->status(source, &status, &hooks) != 0)
		fail_forget();
	if (!status.loaded)
		return "the module was loaded";
	(void)snprintf(
		buffer, size, "%s, when the module was loaded",
		when_minute(when_of_boottime(status.loaded), when_now(CLOCK_REALTIME), minute));
	return buffer;
}

/* Why there is no row, where @all were known before the filter. */
static bool say_empty(struct pind_source *source, const struct table_look *look, size_t all)
{
	char sentence[192], since[WHEN_MAX + 32];

	if (all == 0)
		(void)snprintf(
			sentence, sizeof(sentence),
			"No quota refused anything since %s; `pinctl why PID` looks at other "
			"limits.",
			since_when(source, since, sizeof(since)));
	else if (all == 1)
		(void)snprintf(
			sentence, sizeof(sentence),
			"The one refusal that is known is not of that kind; `pinctl why PID` "
			"looks at other limits.");
	else
		(void)snprintf(
			sentence, sizeof(sentence),
			"None of the %zu refusals that are known is of that kind; `pinctl why "
			"PID` looks at other limits.",
			all);
	return table_say_empty(look, sentence);
}

static int print_refusals(struct pind_source *source, const struct pind_records *refusals,
			  const struct table_look *look, size_t all)
{
	_cleanup_(table_done) struct table table = TABLE_OF(refusals_table, look);

	if (refusals->n == 0 && say_empty(source, look, all))
		return 0;
	for (size_t i = 0; i < refusals->n; i++)
		add_row(&table, records_at(refusals, i));
	return table_print(&table, stdout);
}

/* What is to be shown; NULL or 0: all. */
struct filter {
	const char *path;
	const char *driver;
	uint32_t pid;
	uint64_t since;
};

static bool is_wanted(const void *record, const void *userdata)
{
	const struct pind_refusal_info *refusal = record;
	const struct filter *filter = userdata;

	return (!filter->path || path_is_below(refusal->path, filter->path) ||
		path_is_below(refusal->by, filter->path)) &&
	       (!filter->driver || strcmp(filter->driver, model_shown(refusal->driver)) == 0) &&
	       (!filter->pid || filter->pid == refusal->pid) && refusal->last >= filter->since;
}

static int parse_filter(const struct pind_options *options, struct filter *filter)
{
	unsigned long pid;
	char *end;
	int r = count_parse_past("--since", options->since, &filter->since);

	if (r != 0)
		return r;
	filter->driver = options->driver;
	if (options->pid) {
		pid = strtoul(options->pid, &end, 10);
		if (options->pid[0] < '1' || options->pid[0] > '9' || *end || pid > INT32_MAX)
			return fail(PIND_EXIT_USAGE,
				    "pid \"%s\" is no process's number: write one from 1 on, in "
				    "decimal",
				    options->pid);
		filter->pid = (uint32_t)pid;
	}
	return 0;
}

/* A cgroup that is gone, and known no more, may still stand in a row. */
static bool is_path_of_row(const struct pind_records *refusals, const char *name)
{
	for (size_t i = 0; i < refusals->n; i++) {
		const struct pind_refusal_info *refusal = records_at(refusals, i);

		if (strcmp(refusal->path, name) == 0 || strcmp(refusal->by, name) == 0)
			return true;
	}
	return false;
}

int cmd_refusals(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	struct filter filter = { 0 };
	size_t all;
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = parse_filter(options, &filter);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->refusals(source, &refusals);
	if (r == 0 && options->group && !is_path_of_row(&refusals, options->group))
		r = source->ops->group(source, options->group, &group);
	if (r != 0)
		return r;
	filter.path = group.path ?: options->group;
	all = refusals.n;
	records_keep(&refusals, is_wanted, &filter);
	if (refusals.n > 1)
		qsort(refusals.items, refusals.n, refusals.kind->size, compare_seq);
	return options->json ? json_print_records(&refusals)
			     : print_refusals(source, &refusals, &options->look, all);
}
