// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl misuse: rules of FOLL_PIN that were broken, and pins that may have leaked. */
#include <stdio.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "json.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column misuse_columns[] = {
	{ "KIND" },  { "CALL-SITE", TABLE_TEXT }, { "COUNT", TABLE_RIGHT },
	{ "FIRST", 0, 1 }, { "LAST" },	    { "PROCESS" },
};

static const struct table_column suspect_columns[] = {
	{ "GROUP", TABLE_PATH, 2 },
	{ "PID", TABLE_RIGHT },
	{ "PROCESS" },
	{ "DRIVER" },
	{ "PINS", TABLE_RIGHT },
	{ "COVERED", TABLE_RIGHT },
	{ "HELD AFTER ITS EXIT SINCE" },
};

static void add_misuse(struct table *table, const struct pind_misuse_info *misuse)
{
	char first[WHEN_MAX], last[WHEN_MAX];

	table_add_styled(table, SCREEN_BAD, "%s",
			 model_word(&pind_misuse_kind.fields[model_find(&pind_misuse_kind, "kind")],
				    misuse->kind));
	if (!misuse->symbol[0])
		table_add(table, "(others)");
	else if (misuse->module[0])
		table_add(table, "%s [%s]", misuse->symbol, misuse->module);
	else
		table_add(table, "%s", misuse->symbol);
	table_add(table, "%llu", (unsigned long long)misuse->count);
	table_add(table, "%s", when_date(misuse->first, first));
	table_add(table, "%s", when_date(misuse->last, last));
	if (misuse->pid)
		table_add(table, "%s[%u]", misuse->comm, misuse->pid);
	else
		table_add(table, "-");
}

static int print_misuse(const struct pind_records *misuse)
{
	_cleanup_(table_done) struct table table = TABLE(misuse_columns);

	if (misuse->n == 0 &&
	    table_say_empty(&(struct table_look){ 0 },
			    "No rule of FOLL_PIN was broken since the module was loaded."))
		return 0;
	for (size_t i = 0; i < misuse->n; i++)
		add_misuse(&table, records_at(misuse, i));
	return table_print(&table, stdout);
}

static bool has_exited(const void *record, const void *userdata)
{
	return ((const struct pind_account_info *)record)->exited != 0;
}

static int print_suspects(const struct pind_records *suspects)
{
	_cleanup_(table_done) struct table table = TABLE(suspect_columns);
	uint64_t now = when_now(CLOCK_BOOTTIME);

	if (suspects->n == 0)
		return 0;
	(void)puts("\nHeld after the exit of the process that pinned. That is no breach where the "
		   "file\nthat holds the pins (a ring, a container) was passed on; else they have "
		   "leaked.");
	for (size_t i = 0; i < suspects->n; i++) {
		const struct pind_account_info *account = records_at(suspects, i);
		char ago[WHEN_MAX];

		table_add(&table, "%s", account->path);
		table_add_pid(&table, SCREEN_PLAIN, account->pid);
		table_add(&table, "%s", model_shown(account->comm));
		table_add(&table, "%s", model_shown(account->driver));
		table_add(&table, "%llu", (unsigned long long)account->pins);
		table_add_size(&table, account->covered);
		table_add(&table, "%s", when_ago(account->exited, now, ago));
	}
	return table_print(&table, stdout);
}

static int print_json(const struct pind_records *misuse, const struct pind_records *suspects)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *first = json_records(misuse), *second = json_records(suspects);

	if (!object || !first || !cJSON_AddItemToObject(object, "misuse", first)) {
		cJSON_Delete(first);
		cJSON_Delete(second);
		return fail_memory();
	}
	if (!second || !cJSON_AddItemToObject(object, "suspects", second)) {
		cJSON_Delete(second);
		return fail_memory();
	}
	return json_print(object, false);
}

int cmd_misuse(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records suspects = RECORDS(pind_account_kind);
	_cleanup_(records_done) struct pind_records misuse = RECORDS(pind_misuse_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->misuse(source, &misuse);
	if (r == 0)
		r = source->ops->accounts(source, NULL, &suspects);
	if (r != 0)
		return r;
	records_keep(&suspects, has_exited, NULL);
	if (options->json)
		return print_json(&misuse, &suspects);
	r = print_misuse(&misuse);
	return r != 0 ? r : print_suspects(&suspects);
}
