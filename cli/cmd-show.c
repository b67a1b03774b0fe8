// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl show GROUP: everything that is known of one group. */
#include <errno.h>
#include <stdio.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/size.h>

#include "account-json.h"
#include "account-text.h"
#include "fail.h"
#include "group-place.h"
#include "json.h"
#include "others.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "text.h"
#include "verb.h"
#include "when.h"

/* Of who holds pins so many are shown, and of them this. */
#define HOLDERS_MOST   10
#define HOLDER_COLUMNS "PID,PROCESS,DRIVER,COVERED,SINCE,MEMLOCK,MLOCKED,COMMAND"

static const struct table_column show_columns[] = { { NULL }, { NULL } };

static void add_size(struct table *table, const char *title, uint64_t bytes)
{
	char size[SIZE_FORMAT_MAX];

	table_add(table, "  %s", title);
	if (bytes == PIND_UNLIMITED)
		table_add(table, "none");
	else if (bytes < 1024)
		table_add(table, "%s", size_format(bytes, size));
	else
		table_add(table, "%s (%llu bytes)", size_format(bytes, size),
			  (unsigned long long)bytes);
}

static void add_number(struct table *table, const char *title, uint64_t number)
{
	table_add(table, "  %s", title);
	table_add(table, "%llu", (unsigned long long)number);
}

static void add_use(struct table *table, const struct pind_group_info *group)
{
	char bar[SCREEN_BAR_MAX];

	if (group->max == PIND_UNLIMITED || !screen_is_terminal())
		return;
	table_add(table, "  use");
	table_add_styled(table, screen_use_style(group->current, group->max), "%s",
			 screen_bar(group->current, group->max, bar));
}

/* By how much it is above what it may have. */
static void add_over(struct table *table, const struct pind_group_info *group)
{
	bool held = group->current <= group->max;
	uint64_t bytes = held ? group->held - group->max_held : group->current - group->max;
	char size[SIZE_FORMAT_MAX];

	table_add(table, "  over");
	table_add_styled(table, SCREEN_WARN, "its %s, by %s", held ? "max held" : "max",
			 size_format(bytes, size));
}

static void add_use_rows(struct table *table, const struct pind_group_info *group)
{
	add_number(table, "id", group->id);
	add_size(table, "current", group->current);
	add_use(table, group);
	if (group->over)
		add_over(table, group);
	if (group->reserved)
		add_size(table, "reserved", group->reserved);
	add_size(table, "peak", group->peak);
}

static void add_count_rows(struct table *table, const struct pind_group_info *group)
{
	add_number(table, "pins", group->pins);
	add_number(table, "refused by its max", group->events_max);
	add_number(table, "observed by its max", group->events_observed);
	add_number(table, "times above high", group->events_high);
	add_number(table, "own calls refused", group->events_refused);
	if (model_has(&pind_group_kind, group, "events_failed"))
		add_number(table, "failed by the kernel", group->events_failed);
}

/* What people call it. */
static void add_place_rows(struct table *table, const struct pind_group_info *group)
{
	char buffer[GROUP_UNIT_MAX];

	if (group_unit(group->path, buffer)[0]) {
		table_add(table, "  unit");
		table_add(table, "%s", buffer);
	}
	if (group_container(group->path, buffer)[0]) {
		table_add(table, "  container");
		table_add(table, "%s", buffer);
	}
}

/* Beside the pins: what the memory controller has of the group. */
static void add_memory_rows(struct table *table, const struct pind_group_info *group)
{
	const char *mount = pind_cgroup_mount();
	struct group_memory memory;
	char size[SIZE_FORMAT_MAX], max[SIZE_FORMAT_MAX];

	if (group->dead || !mount || group_memory_read(mount, group->path, &memory) < 0)
		return;
	table_add(table, "  memory");
	if (memory.max == PIND_UNLIMITED)
		table_add(table, "%s, no memory.max", size_format(memory.current, size));
	else
		table_add(table, "%s of memory.max %s", size_format(memory.current, size),
			  size_format(memory.max, max));
	if (memory.max == PIND_UNLIMITED && group->current > 0) {
		table_add(table, "  pinned of that");
		table_add(table, "%s: cannot be reclaimed as long as it is pinned",
			  size_format(group->current, size));
	} else if (memory.max != PIND_UNLIMITED && memory.max > 0) {
		unsigned int percent = (unsigned int)((unsigned __int128)group->current * 100 /
						      memory.max);

		table_add(table, "  pinned of that");
		table_add_styled(table, percent >= 80 ? SCREEN_WARN : SCREEN_PLAIN,
				 "%s, %u%% of memory.max: cannot be reclaimed as long as it is pinned",
				 size_format(group->current, size), percent);
	}
	table_add(table, "  mlocked");
	table_add(table, "%s (unevictable; no pins, so not counted here)",
		  size_format(memory.unevictable, size));
}

/* Whose word the quota is, and what is left until the first limit above or here is met. */
static void add_bounds(struct table *table, const struct pind_explanation *bounds)
{
	_cleanup_free_ char *by = text_cleaned(bounds->effective_by);
	_cleanup_free_ char *left_by = text_cleaned(bounds->left_by);
	char size[SIZE_FORMAT_MAX];

	if (bounds->file) {
		_cleanup_free_ char *file = text_cleaned(bounds->file);

		table_add(table, "  quota by");
		table_add(table, "%s, line %u", file ? file : "?", bounds->line);
	}
	if (by && by[0]) {
		table_add(table, "  effective max");
		table_add(table, "%s, by %s", size_format(bounds->effective_max, size), by);
	}
	if (left_by && left_by[0]) {
		table_add(table, "  left");
		table_add(table, "%s, of %s", size_format(bounds->left, size), left_by);
	}
}

static int print_group(const struct pind_group_info *group, const struct pind_explanation *bounds)
{
	_cleanup_(table_done) struct table table = TABLE(show_columns);
	_cleanup_free_ char *path = text_cleaned(group->path);
	bool known = model_has(&pind_group_kind, group, "id");

	if (!path)
		return fail_memory();
	(void)printf("%s%s%s%s\n", screen_on(SCREEN_BOLD), path, screen_off(SCREEN_BOLD),
		     group->dead ? " (removed; its pins live on)" :
		     known	 ? "" :
		     model_has(&pind_group_kind, group, "enforced") ?
				   " (not enforced: the kernel module is not loaded)" :
				   " (there is no such cgroup yet)");
	if (known)
		add_use_rows(&table, group);
	add_size(&table, "max", group->max);
	if (bounds)
		add_bounds(&table, bounds);
	add_size(&table, "high", group->high);
	if (model_has(&pind_group_kind, group, "held"))
		add_size(&table, "held", group->held);
	if (model_has(&pind_group_kind, group, "max_held"))
		add_size(&table, "max held", group->max_held);
	if (group->uncertain)
		add_size(&table, "uncertain", group->uncertain);
	table_add(&table, "  mode");
	table_add(&table, "%s%s", model_mode(group->mode),
		  group->mode == PIND_MODE_OBSERVE ? " (counts what max would refuse)" : "");
	if (group_charges_owner(group)) {
		table_add(&table, "  charge");
		table_add(&table, "owner (what its processes pin is charged to the cgroup whose "
				  "memory it is)");
	}
	if (model_has(&pind_group_kind, group, "runtime") && group_has_quota(group) &&
	    !(bounds && bounds->file)) {
		table_add(&table, "  kept");
		table_add(&table, "%s",
			  group->runtime ? "until the cgroup goes or the machine restarts" : "yes");
	}
	if (known)
		add_count_rows(&table, group);
	add_place_rows(&table, group);
	add_memory_rows(&table, group);
	return table_print(&table, stdout);
}

/* The accounts that hold the most, and what their processes lock and may lock. */
static int print_holders(struct pind_records *accounts, const char *name)
{
	const struct table_look look = { .wanted = HOLDER_COLUMNS };
	_cleanup_free_ char *quoted = text_quoted(name);
	_cleanup_(table_done) struct table table = TABLE_OF(ps_table, &look);
	uint64_t now = when_now(CLOCK_BOOTTIME);
	int r;

	if (accounts->n == 0)
		return 0;
	if (!quoted || records_sort(accounts, "covered", NULL) < 0)
		return fail_memory();
	account_mark_gone(accounts);
	table.columns.n--;
	for (size_t i = 0; i < accounts->n && i < HOLDERS_MOST; i++)
		account_add_row(&table, records_at(accounts, i), now);
	(void)putchar('\n');
	r = table_print(&table, stdout);
	if (accounts->n > HOLDERS_MOST)
		(void)printf("and %zu more: pinctl ps %s\n", accounts->n - HOLDERS_MOST, quoted);
	return r;
}

static int add_bounds_json(cJSON *object, const struct pind_explanation *bounds)
{
	cJSON *item = json_record(&pind_explanation_kind, bounds);

	if (item && cJSON_AddItemToObject(object, "bounds", item))
		return 0;
	cJSON_Delete(item);
	return -ENOMEM;
}

/* All of them, what covers most first. */
static int add_accounts_json(cJSON *object, const struct account_beside *beside,
			     struct pind_records *accounts)
{
	cJSON *array;

	account_mark_gone(accounts);
	if (records_sort(accounts, "covered", NULL) < 0)
		return -ENOMEM;
	array = account_json_all(beside, accounts);
	if (array && cJSON_AddItemToObject(object, "accounts", array))
		return 0;
	cJSON_Delete(array);
	return -ENOMEM;
}

static int print_json(const struct pind_group_info *group, const struct pind_explanation *bounds,
		      struct pind_records *accounts, struct pind_frames *others)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_group_kind, group);
	_cleanup_(place_info_done) struct pind_place_info place = { 0 };
	const struct account_beside beside = account_beside_here();

	if (!object || group_place_read(beside.mount, group->path, group->id, &place) < 0 ||
	    json_add_record(object, &pind_place_kind, &place) < 0 ||
	    (bounds && add_bounds_json(object, bounds) < 0) ||
	    (accounts && add_accounts_json(object, &beside, accounts) < 0) ||
	    (others && others_add_json(object, others) < 0))
		return fail_memory();
	return json_print(object, false);
}

int cmd_show(const struct pind_options *options)
{
	_cleanup_(explanation_done) struct pind_explanation bounds = { 0 };
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	const struct pind_quota_change none = { 0 };
	_cleanup_(records_done) struct pind_records accounts = RECORDS(pind_account_kind);
	_cleanup_(others_done) struct pind_frames others = OTHERS_NONE;
	bool known, bound, listed, told;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->group(source, options->group, &group);
	if (r != 0)
		return r;
	/* of the daemon's words only; an older daemon has none */
	bound = source->ops->explain &&
		source->ops->explain(source, options->group, &none, &bounds) == 0;
	known = model_has(&pind_group_kind, &group, "id");
	listed = known && source->ops->accounts &&
		 source->ops->accounts(source, options->group, &accounts) == 0;
	if (!listed)
		records_done(&accounts);
	told = known && others_read(source, &group, &others);
	fail_forget();
	if (options->json)
		return print_json(&group, bound ? &bounds : NULL, listed ? &accounts : NULL,
				  told ? &others : NULL);
	r = print_group(&group, bound ? &bounds : NULL);
	r = r != 0 ? r : print_holders(&accounts, options->group);
	return r != 0 || !told ? r : others_print(&others, group.path, HOLDERS_MOST);
}
