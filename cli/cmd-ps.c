// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl ps [GROUP]: who holds pins, through which driver, since when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "json.h"
#include "process.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column ps_columns[] = {
	{ "GROUP", false },	{ "PID", true },  { "PROCESS", false }, { "DRIVER", false },
	{ "CALL SITE", false }, { "PINS", true }, { "COVERED", true },	{ "SINCE", false },
};

static int compare_accounts(const void *a, const void *b)
{
	const struct pind_account_info *p = a, *q = b;
	int r = strcmp(p->path, q->path);

	if (r != 0)
		return r;
	if (p->pid != q->pid)
		return p->pid < q->pid ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

/* The module looks every few seconds, and sees every process: we look now. */
static void mark_gone(struct pind_records *accounts)
{
	for (size_t i = 0; i < accounts->n; i++) {
		struct pind_account_info *account = records_at(accounts, i);

		if (!account->exited &&
		    !process_is_gone(PROCESS_PROC, (pid_t)account->pid, account->start_time))
			continue;
		account->gone = true;
		model_mark(&pind_account_kind, account, "gone");
	}
}

static void add_row(struct table *table, const struct pind_account_info *account, uint64_t now)
{
	enum screen_style style = account->gone ? SCREEN_DIM : SCREEN_PLAIN;
	char ago[WHEN_MAX];

	table_add(table, "%s", account->path);
	table_add_styled(table, style, "%u", account->pid);
	table_add_styled(table, style, "%s%s", account->comm, account->gone ? " (gone)" : "");
	table_add(table, "%s", account->driver);
	if (account->module[0])
		table_add(table, "%s [%s]", account->symbol, account->module);
	else
		table_add(table, "%s", account->symbol);
	table_add(table, "%llu", (unsigned long long)account->pins);
	table_add_size(table, account->covered);
	table_add(table, "%s", when_ago(account->since, now, ago));
}

static int print_accounts(const struct pind_records *accounts)
{
	_cleanup_(table_done) struct table table = TABLE(ps_columns);
	uint64_t now = when_now(CLOCK_BOOTTIME);

	if (accounts->n == 0 && screen_is_terminal()) {
		(void)puts("Nobody holds long-term pins here.");
		return 0;
	}
	for (size_t i = 0; i < accounts->n; i++)
		add_row(&table, records_at(accounts, i), now);
	return table_print(&table, stdout);
}

int cmd_ps(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records accounts = RECORDS(pind_account_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->accounts(source, options->group, &accounts);
	if (r != 0)
		return r;

	mark_gone(&accounts);
	if (accounts.n > 1)
		qsort(accounts.items, accounts.n, accounts.kind->size, compare_accounts);
	return options->json ? json_print_records(&accounts) : print_accounts(&accounts);
}
