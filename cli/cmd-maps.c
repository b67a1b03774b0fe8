// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl maps PID: what is pinned of a process's memory, by whom, and what is beyond it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "account-text.h"
#include "fail.h"
#include "json.h"
#include "mapping-pins.h"
#include "page-frames.h"
#include "process-limits.h"
#include "process.h"
#include "source.h"
#include "table.h"
#include "text.h"
#include "verb.h"

#define PID_MOST INT32_MAX

static const struct table_column maps_columns[] = {
	{ "MAPPING" },
	{ "ACCESS", 0, 4 },
	{ "SIZE", TABLE_RIGHT },
	{ "PRESENT", TABLE_RIGHT, 3 },
	{ "PINNED", TABLE_RIGHT },
	{ "DRIVER", 0, 2 },
	{ "PID", TABLE_RIGHT },
	{ "PROCESS" },
	{ "GROUP", TABLE_PATH, 1 },
	{ "FILE", TABLE_PATH, 5 },
};

const struct table_columns maps_table = TABLE_COLUMNS(maps_columns);

/* All that is told of a process. */
struct maps {
	const char *proc;
	struct process_limits process;
	struct mappings mappings;
	struct mapping_pins pins;
	struct pind_records accounts; /* of everybody */
};

static void maps_done(struct maps *maps)
{
	process_limits_done(&maps->process);
	mappings_done(&maps->mappings);
	mapping_pins_done(&maps->pins);
	records_done(&maps->accounts);
}

static int fail_process(pid_t pid, int error)
{
	if (error == -ESRCH)
		return fail(PIND_EXIT_USAGE, "there is no process %d", (int)pid);
	if (error == -EPERM)
		return fail(PIND_EXIT_NOT_ALLOWED,
			    "which memory process %d has is not told to everybody: run pinctl as root",
			    (int)pid);
	if (error == -ENOMEM)
		return fail_memory();
	return fail(PIND_EXIT_FAILED, "the memory of process %d cannot be looked at: %s", (int)pid,
		    strerror(-error));
}

static int read_process(struct maps *maps, pid_t pid)
{
	int r;

	if (!process_sees_host(maps->proc))
		return fail(PIND_EXIT_FAILED,
			    "the /proc here has not the host's processes, whom the module knows: run "
			    "pinctl outside of the container");
	r = process_limits_read(maps->proc, pid, &maps->process);
	if (r == 0)
		r = mappings_read(maps->proc, pid, &maps->mappings);
	return r < 0 ? fail_process(pid, r) : 0;
}

/* Who holds what is asked last: what of the others has come to nothing meanwhile is left out. */
static int collect(struct pind_source *source, struct maps *maps, pid_t pid)
{
	int r = read_process(maps, pid);

	if (r == 0)
		r = mapping_pins_find(source, &maps->mappings, page_frames_progress, &maps->pins);
	if (r == 0)
		r = source->ops->accounts(source, NULL, &maps->accounts);
	if (r == 0)
		account_mark_gone(&maps->accounts);
	return r;
}

static const struct pind_account_info *account_of(const struct maps *maps, uint64_t id)
{
	for (size_t i = 0; i < maps->accounts.n; i++) {
		const struct pind_account_info *account = records_at(&maps->accounts, i);

		if (account->id == id)
			return account;
	}
	return NULL;
}

/* An account of the process itself, not of one that had its number. */
static const struct pind_account_info *own_account(const struct maps *maps, size_t i)
{
	const struct pind_account_info *account = records_at(&maps->accounts, i);

	return account->pid == (uint32_t)maps->process.pid && !account->gone ? account : NULL;
}

static uint64_t mapped_of(const struct maps *maps, const struct pind_account_info *account)
{
	return mapping_pins_of(&maps->pins, MAPPING_ALL, account->id);
}

/* It may have pinned more since it was looked for, or given back. */
static uint64_t unmapped_of(const struct maps *maps, const struct pind_account_info *account)
{
	uint64_t mapped = mapped_of(maps, account);

	return account->covered > mapped ? account->covered - mapped : 0;
}

static bool has_moved(const struct maps *maps, const struct pind_account_info *account)
{
	return maps->process.path && account->path && strcmp(maps->process.path, account->path) != 0;
}

static void add_mapping(struct table *table, const struct pind_mapping_info *mapping)
{
	table_add(table, "%" PRIx64 "-%" PRIx64, mapping->start, mapping->end);
	table_add(table, "%s", mapping->access);
	table_add_size(table, mapping->end - mapping->start);
	table_add_size(table, mapping->present);
}

static void add_holder(struct table *table, const struct pind_mapping_info *mapping,
		       const struct pind_account_info *account, uint64_t bytes)
{
	add_mapping(table, mapping);
	table_add_size(table, bytes);
	table_add(table, "%s", model_shown(account->driver));
	table_add_pid(table, SCREEN_PLAIN, account->pid);
	table_add(table, "%s%s", model_shown(account->comm), account->gone ? " (gone)" : "");
	table_add(table, "%s", model_shown(account->path));
	table_add(table, "%s", mapping->file);
}

/* What the kernel takes for pinned, and nobody is known who did it. */
static void add_unheld(struct table *table, const struct pind_mapping_info *mapping)
{
	if (!mapping->unheld)
		return;
	add_mapping(table, mapping);
	table_add_size(table, mapping->unheld);
	table_add(table, "-");
	table_add(table, "-");
	table_add_styled(table, SCREEN_WARN, "nobody known");
	table_add(table, "-");
	table_add(table, "%s", mapping->file);
}

static int print_table(const struct maps *maps, const struct table_look *look)
{
	_cleanup_(table_done) struct table table = TABLE_OF(maps_table, look);
	const struct pind_records *mappings = &maps->mappings.records;
	size_t at = 0;

	for (size_t i = 0; i < mappings->n; i++) {
		const struct pind_mapping_info *mapping = records_at(mappings, i);

		for (; at < maps->pins.n && maps->pins.pins[at].mapping == i; at++) {
			const struct mapping_pin *pin = &maps->pins.pins[at];
			const struct pind_account_info *account = account_of(maps, pin->account);

			if (account)
				add_holder(&table, mapping, account, pin->bytes);
		}
		add_unheld(&table, mapping);
	}
	if (table.n_cells == 0 && table_say_empty(look, "Nothing that it maps is pinned."))
		return 0;
	return table_print(&table, stdout);
}

static void say_account(const struct pind_account_info *account)
{
	_cleanup_free_ char *symbol = text_cleaned(model_shown(account->symbol));
	char covered[SIZE_FORMAT_MAX];

	(void)printf("  %s (%s): %s", model_shown(account->driver), symbol ?: "-",
		     size_format(account->covered, covered));
}

/* What the mappings do not tell: pins of what is not mapped, and where they are charged. */
static void print_beyond(const struct maps *maps)
{
	_cleanup_free_ char *lives = text_cleaned(model_shown(maps->process.path));
	const char *title = "\nPinned by it, and not mapped by it, or no more:\n";
	char size[SIZE_FORMAT_MAX];

	for (size_t i = 0; i < maps->accounts.n; i++) {
		const struct pind_account_info *account = own_account(maps, i);

		if (!account || !unmapped_of(maps, account))
			continue;
		(void)fputs(title, stdout);
		title = "";
		say_account(account);
		(void)printf(", of it %s\n", size_format(unmapped_of(maps, account), size));
	}
	title = "\nCharged to another group than that it lives in now";
	for (size_t i = 0; i < maps->accounts.n; i++) {
		const struct pind_account_info *account = own_account(maps, i);
		_cleanup_free_ char *path = account ? text_cleaned(model_shown(account->path)) : NULL;

		if (!account || !has_moved(maps, account))
			continue;
		if (title)
			(void)printf("%s, %s:\n", title, lives ?: "-");
		title = NULL;
		say_account(account);
		(void)printf(", to %s\n", path ?: "-");
	}
}

static int print_maps(const struct maps *maps, const struct table_look *look)
{
	int r = print_table(maps, look);

	if (r == 0 && !look->raw && !look->noheadings)
		print_beyond(maps);
	return r;
}

static int add_item(cJSON *array, cJSON *item)
{
	if (item && cJSON_AddItemToArray(array, item))
		return 0;
	cJSON_Delete(item);
	return -ENOMEM;
}

static cJSON *holder_json(const struct maps *maps, const struct mapping_pin *pin)
{
	const struct pind_account_info *account = account_of(maps, pin->account);
	_cleanup_(json_freep) cJSON *object =
		account ? json_record(&pind_account_kind, account) : NULL;

	return object && json_add_number(object, "here", pin->bytes) == 0 ? TAKE_PTR(object) : NULL;
}

static cJSON *mapping_json(const struct maps *maps, size_t i, size_t *at)
{
	_cleanup_(json_freep) cJSON *object =
		json_record(&pind_mapping_kind, records_at(&maps->mappings.records, i));
	cJSON *holders = object ? cJSON_AddArrayToObject(object, "holders") : NULL;

	for (; holders && *at < maps->pins.n && maps->pins.pins[*at].mapping == i; ++*at) {
		const struct mapping_pin *pin = &maps->pins.pins[*at];

		if (account_of(maps, pin->account) &&
		    add_item(holders, holder_json(maps, pin)) < 0)
			return NULL;
	}
	return holders ? TAKE_PTR(object) : NULL;
}

static cJSON *own_json(const struct maps *maps, const struct pind_account_info *account)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_account_kind, account);

	if (!object || json_add_number(object, "mapped", mapped_of(maps, account)) < 0 ||
	    json_add_number(object, "unmapped", unmapped_of(maps, account)) < 0 ||
	    (maps->process.path &&
	     !cJSON_AddBoolToObject(object, "moved", has_moved(maps, account))))
		return NULL;
	return TAKE_PTR(object);
}

static int fill_json(cJSON *object, const struct maps *maps)
{
	const struct process_limits *process = &maps->process;
	cJSON *mappings, *accounts;
	size_t at = 0;

	if (json_add_number(object, "pid", (uint64_t)process->pid) < 0 ||
	    (process->comm && json_add_text(object, "comm", process->comm) < 0) ||
	    (process->path && json_add_text(object, "path", process->path) < 0))
		return -ENOMEM;
	mappings = cJSON_AddArrayToObject(object, "mappings");
	accounts = cJSON_AddArrayToObject(object, "accounts");
	if (!mappings || !accounts)
		return -ENOMEM;
	for (size_t i = 0; i < maps->mappings.records.n; i++) {
		if (add_item(mappings, mapping_json(maps, i, &at)) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < maps->accounts.n; i++) {
		const struct pind_account_info *account = own_account(maps, i);

		if (account && add_item(accounts, own_json(maps, account)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int print_json(const struct maps *maps)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	return object && fill_json(object, maps) == 0 ? json_print(object, false) : fail_memory();
}

/* Of the kernel, whoever is asked else: only there frames are asked about by the thousand. */
int cmd_maps(const struct pind_options *options)
{
	_cleanup_(maps_done) struct maps maps = { .proc = process_root(),
						  .mappings.records = RECORDS(pind_mapping_kind),
						  .accounts = RECORDS(pind_account_kind) };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	uint64_t pid;
	int r;

	r = page_number("process", options->group, PID_MOST, &pid);
	if (r == 0)
		r = source_open(true, &source);
	if (r == 0)
		r = collect(source, &maps, (pid_t)pid);
	if (r != 0)
		return r;
	return options->json ? print_json(&maps) : print_maps(&maps, &options->look);
}
