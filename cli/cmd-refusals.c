// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl refusals: which pin calls a quota stopped, and which quota. */
#include <stdio.h>
#include <stdlib.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "json.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column refusals_columns[] = {
	{ "TIME", false },	   { "GROUP", false },	{ "PID", true },
	{ "PROCESS", false },	   { "DRIVER", false }, { "WANTED", true },
	{ "CURRENT / MAX", true }, { "BY", false },	{ "RESULT", false },
	{ "TIMES", true },
};

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
	if (refusal->reserved)
		(void)snprintf(reserved, sizeof(reserved), " + %s",
			       size_format(refusal->reserved, size));
	table_add(table, "%s%s / %s", size_format(refusal->current, current), reserved,
		  size_format(refusal->max, max));
	table_add(table, "%s", refusal->by);
	table_add_styled(table, observed ? SCREEN_WARN : SCREEN_BAD, "%s",
			 observed ? "admitted (observe)" : "refused");
	table_add(table, "%llu", (unsigned long long)refusal->count);
}

/* The newest last; the module tells them group by group. */
static int compare_seq(const void *a, const void *b)
{
	const struct pind_refusal_info *p = a, *q = b;

	return p->seq < q->seq ? -1 : p->seq > q->seq;
}

static int print_refusals(const struct pind_records *refusals)
{
	_cleanup_(table_done) struct table table = TABLE(refusals_columns);

	if (refusals->n == 0 && screen_is_terminal()) {
		(void)puts("No pin was refused since the module was loaded.");
		return 0;
	}
	for (size_t i = 0; i < refusals->n; i++)
		add_row(&table, records_at(refusals, i));
	return table_print(&table, stdout);
}

int cmd_refusals(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->refusals(source, &refusals);
	if (r != 0)
		return r;
	if (refusals.n > 1)
		qsort(refusals.items, refusals.n, refusals.kind->size, compare_seq);
	return options->json ? json_print_records(&refusals) : print_refusals(&refusals);
}
