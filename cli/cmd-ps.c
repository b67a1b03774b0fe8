// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl ps [--orphans | --waiting] [GROUP]: who holds pins, or waits for them, since when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "account-json.h"
#include "account-text.h"
#include "fail.h"
#include "json.h"
#include "keeper.h"
#include "process.h"
#include "source.h"
#include "table.h"
#include "text.h"
#include "verb.h"
#include "when.h"

/* What is to be shown; NULL or 0: all. */
struct filter {
	const char *driver;
	uint64_t before; /* ns of CLOCK_BOOTTIME */
};

static bool is_of_filter(const struct filter *filter, const char *driver, uint64_t since)
{
	return (!filter->driver || strcmp(filter->driver, model_shown(driver)) == 0) &&
	       (!filter->before || since <= filter->before);
}

static bool is_wanted(const void *record, const void *userdata)
{
	const struct pind_account_info *account = record;

	return is_of_filter(userdata, account->driver, account->since);
}

static int parse_filter(const struct pind_options *options, struct filter *filter)
{
	uint64_t now = when_now(CLOCK_BOOTTIME), span;

	filter->driver = options->driver;
	if (!options->older_than)
		return 0;
	if (when_parse_span(options->older_than, &span) < 0)
		return fail(PIND_EXIT_USAGE,
			    "the span \"%s\" of --older-than is none: write 90s, 10min, 2h, 3d or 1w",
			    options->older_than);
	filter->before = span < now ? now - span : 1;
	return 0;
}

/* What the options say of a table: its columns, its order and its rows. */
static int parse_look(const struct table_columns *columns, const struct pind_options *options,
		      struct filter *filter, const char **ret_key)
{
	int r = table_check_look(columns, &options->look);

	if (r == 0)
		r = table_sort_key(columns, options->sort, ret_key);
	return r == 0 ? parse_filter(options, filter) : r;
}

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

/*
 * Why there is no row: @all is how many accounts there were before the filter, and
 * @drivers those that they pin by, "" if the one that is asked for is among them.
 * Return: free().
 */
static char *empty_sentence(const struct pind_options *options, size_t all, const char *drivers)
{
	_cleanup_free_ char *by = NULL, *held = NULL;
	char *sentence;
	int r;

	if (all > 0 && options->driver &&
	    asprintf(&by, " by a driver \"%s\"%s%s%s", options->driver,
		     drivers[0] ? " (but by " : "", drivers, drivers[0] ? ")" : "") < 0)
		return NULL;
	if (all > 0 && options->older_than &&
	    asprintf(&held, " for longer than %s", options->older_than) < 0)
		return NULL;
	if (options->waiting)
		r = asprintf(&sentence, "No pin call%s has been under way%s here.", by ?: "",
			     held ?: " for more than 10 s");
	else if (options->orphans)
		r = asprintf(&sentence, "No long-term pins here%s%s whose process is gone.",
			     by ?: "", held ?: "");
	else
		r = asprintf(&sentence, "Nobody holds long-term pins here%s%s.", by ?: "",
			     held ?: "");
	if (r < 0)
		return NULL;
	text_clean(sentence);
	return sentence;
}

/* Of an account, or of a call under way. */
static const char *driver_at(const struct pind_records *records, size_t i)
{
	const struct pind_field *driver =
		&records->kind->fields[model_find(records->kind, "driver")];

	return model_shown(*(char *const *)model_at(driver, records_at(records, i)));
}

/* Is this driver one of the first @n records'? */
static bool is_driver_of(const struct pind_records *records, size_t n, const char *driver)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(driver_at(records, i), driver) == 0)
			return true;
	}
	return false;
}

/* "io_uring, rdma": each once, as they come; "" if @except is among them. Return: free(). */
static char *drivers_of(const struct pind_records *accounts, const char *except)
{
	_cleanup_free_ char *text = strdup("");

	if (!except || is_driver_of(accounts, accounts->n, except))
		return TAKE_PTR(text);
	for (size_t i = 0; i < accounts->n; i++) {
		if (!is_driver_of(accounts, i, driver_at(accounts, i)) &&
		    text_add_word(&text, driver_at(accounts, i)) < 0)
			return NULL;
	}
	return TAKE_PTR(text);
}

static int print_accounts(const struct pind_records *accounts, const struct table_look *look,
			  const char *empty)
{
	_cleanup_(table_done) struct table table = TABLE_OF(ps_table, look);
	uint64_t now = when_now(CLOCK_BOOTTIME);

	table.columns.n--;
	if (accounts->n == 0 && table_say_empty(look, empty))
		return 0;
	for (size_t i = 0; i < accounts->n; i++)
		account_add_row(&table, records_at(accounts, i), now);
	return table_print(&table, stdout);
}

static int print_accounts_json(const struct pind_records *accounts)
{
	const struct account_beside beside = account_beside_here();
	_cleanup_(json_freep) cJSON *array = account_json_all(&beside, accounts);

	return json_print(array, false);
}

static bool is_orphan(const void *record, const void *userdata)
{
	return ((const struct pind_account_info *)record)->gone;
}

/* "812 qemu, 4110 qemu", or why there is none. Never an empty one. */
static int add_keepers(struct table *table, const struct keepers *keepers)
{
	static const char *const reasons[] = { [KEEPERS_LOOKED] = "nobody found",
					       [KEEPERS_FORBIDDEN] = "needs root",
					       [KEEPERS_ELSEWHERE] = "needs the host's /proc",
					       [KEEPERS_NO_FILE] = "unknown" };
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *stream;

	if (keepers->state != KEEPERS_LOOKED || keepers->found.n == 0) {
		table_add(table, "%s", reasons[keepers->state]);
		return 0;
	}
	stream = open_memstream(&text, &size);
	if (!stream)
		return fail_memory();
	for (size_t i = 0; i < keepers->found.n; i++) {
		const struct pind_keeper_info *keeper = records_at(&keepers->found, i);
		const char *before = i > 0 ? ", " : "";

		if (keeper->pid)
			(void)fprintf(stream, "%s%u %s", before, keeper->pid, keeper->comm);
		else
			(void)fprintf(stream, "%s%s", before, keeper->file);
	}
	if (fclose(stream) != 0)
		return fail_memory();
	table_add(table, "%s", text);
	return 0;
}

static int print_orphans(const struct pind_records *orphans, struct keeper_search *search,
			 const struct table_look *look, const char *empty)
{
	_cleanup_(table_done) struct table table = TABLE_OF(ps_table, look);
	uint64_t now = when_now(CLOCK_BOOTTIME);

	if (orphans->n == 0 && table_say_empty(look, empty))
		return 0;
	for (size_t i = 0; i < orphans->n; i++) {
		const struct pind_account_info *orphan = records_at(orphans, i);
		const struct keepers *keepers;
		int r = keeper_search(search, model_shown(orphan->driver), &keepers);

		if (r != 0)
			return r;
		account_add_row(&table, orphan, now);
		r = add_keepers(&table, keepers);
		if (r != 0)
			return r;
	}
	return table_print(&table, stdout);
}

/* An account with held_by: null if it could not be looked at. */
static int add_orphan_json(cJSON *array, const struct account_beside *beside,
			   const struct pind_account_info *orphan, const struct keepers *keepers)
{
	cJSON *object = account_json(beside, orphan), *held_by;

	if (!object || !cJSON_AddItemToArray(array, object)) {
		cJSON_Delete(object);
		return fail_memory();
	}
	held_by = keepers->state == KEEPERS_LOOKED ? json_records(&keepers->found)
						   : cJSON_CreateNull();
	if (!held_by || !cJSON_AddItemToObject(object, "held_by", held_by)) {
		cJSON_Delete(held_by);
		return fail_memory();
	}
	return 0;
}

static int print_orphans_json(const struct pind_records *orphans, struct keeper_search *search)
{
	_cleanup_(json_freep) cJSON *array = cJSON_CreateArray();
	const struct account_beside beside = account_beside_here();
	int r = array ? 0 : fail_memory();

	for (size_t i = 0; r == 0 && i < orphans->n; i++) {
		const struct pind_account_info *orphan = records_at(orphans, i);
		const struct keepers *keepers;

		r = keeper_search(search, model_shown(orphan->driver), &keepers);
		if (r == 0)
			r = add_orphan_json(array, &beside, orphan, keepers);
	}
	return r != 0 ? r : json_print(array, false);
}

static const struct table_column call_columns[] = {
	{ "GROUP", TABLE_PATH, 1, "path" },	   { "PID", TABLE_RIGHT, .key = "pid" },
	{ "PROCESS", .key = "comm" },		   { "DRIVER", 0, 2, "driver" },
	{ "CALL-SITE", TABLE_TEXT, 4, "symbol" },  { "WANTED", TABLE_RIGHT, .key = "wanted" },
	{ "SINCE", .key = "since" },
};

static const struct table_columns call_table = TABLE_COLUMNS(call_columns);

static int print_calls(const struct pind_records *calls, const struct table_look *look,
		       const char *empty)
{
	_cleanup_(table_done) struct table table = TABLE_OF(call_table, look);
	uint64_t now = when_now(CLOCK_BOOTTIME);
	char ago[WHEN_MAX];

	if (calls->n == 0 && table_say_empty(look, empty))
		return 0;
	for (size_t i = 0; i < calls->n; i++) {
		const struct pind_call_info *call = records_at(calls, i);

		table_add(&table, "%s", call->path);
		table_add_pid(&table, SCREEN_PLAIN, call->pid);
		table_add(&table, "%s", model_shown(call->comm));
		table_add(&table, "%s", model_shown(call->driver));
		table_add(&table, "%s", model_shown(call->symbol));
		table_add_size(&table, call->wanted);
		table_add(&table, "%s", when_ago(call->since, now, ago));
	}
	return table_print(&table, stdout);
}

static bool is_call_here(const void *record, const void *userdata)
{
	const struct pind_call_info *call = record;
	const struct pind_group_info *group = userdata;

	return !group->path || path_is_below(call->path, group->path);
}

static bool is_call_wanted(const void *record, const void *userdata)
{
	const struct pind_call_info *call = record;

	return is_of_filter(userdata, call->driver, call->since);
}

/* Of the kernel, whoever is asked else: it tells each reader what that one may know. */
static int list_calls(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(records_done) struct pind_records calls = RECORDS(pind_call_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_free_ char *drivers = NULL, *empty = NULL;
	struct filter filter = { 0 };
	const char *key = NULL;
	int r;

	r = parse_look(&call_table, options, &filter, &key);
	if (r == 0)
		r = source_open(true, &source);
	if (r == 0 && options->group)
		r = source->ops->group(source, options->group, &group);
	if (r == 0)
		r = source->ops->calls(source, &calls);
	if (r != 0)
		return r;
	records_keep(&calls, is_call_here, &group);
	drivers = drivers_of(&calls, options->driver);
	empty = drivers ? empty_sentence(options, calls.n, drivers) : NULL;
	if (!empty)
		return fail_memory();
	records_keep(&calls, is_call_wanted, &filter);
	if (key && records_sort(&calls, key, NULL) < 0)
		return fail_memory();
	return options->json ? json_print_records(&calls)
			     : print_calls(&calls, &options->look, empty);
}

int cmd_ps(const struct pind_options *options)
{
	_cleanup_(keeper_search_done) struct keeper_search search = KEEPER_SEARCH(process_root());
	_cleanup_(records_done) struct pind_records accounts = RECORDS(pind_account_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_free_ char *drivers = NULL, *empty = NULL;
	struct filter filter = { 0 };
	const char *key = NULL;
	int r;

	if (options->waiting)
		return list_calls(options);
	r = parse_look(&ps_table, options, &filter, &key);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->accounts(source, options->group, &accounts);
	if (r != 0)
		return r;

	account_mark_gone(&accounts);
	if (options->orphans)
		records_keep(&accounts, is_orphan, NULL);
	drivers = drivers_of(&accounts, options->driver);
	empty = drivers ? empty_sentence(options, accounts.n, drivers) : NULL;
	if (!empty)
		return fail_memory();
	records_keep(&accounts, is_wanted, &filter);
	if (accounts.n > 1)
		qsort(accounts.items, accounts.n, accounts.kind->size, compare_accounts);
	if (key && records_sort(&accounts, key, NULL) < 0)
		return fail_memory();
	if (!options->orphans)
		return options->json ? print_accounts_json(&accounts)
				     : print_accounts(&accounts, &options->look, empty);
	return options->json ? print_orphans_json(&accounts, &search)
			     : print_orphans(&accounts, &search, &options->look, empty);
}
