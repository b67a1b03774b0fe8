// SPDX-License-Identifier: GPL-2.0-or-later
#include <pind/cgroup.h>

#include "account-text.h"
#include "group-place.h"
#include "process-limits.h"
#include "process.h"
#include "verb.h"
#include "when.h"

static const struct table_column account_columns[] = {
	{ "GROUP", TABLE_PATH, 1, "path" },
	{ "PID", TABLE_RIGHT, .key = "pid" },
	{ "PROCESS", 0, .key = "comm" },
	{ "DRIVER", 0, 2, "driver" },
	{ "CALL-SITE", TABLE_TEXT, 5, "symbol" },
	{ "PINS", TABLE_RIGHT, 6, "pins" },
	{ "COVERED", TABLE_RIGHT, .key = "covered" },
	{ "SINCE", 0, 3, "since" },
	{ "UID", TABLE_RIGHT | TABLE_EXTRA, .key = "uid" },
	{ "UNIT", TABLE_PATH | TABLE_EXTRA },
	{ "CONTAINER", TABLE_EXTRA },
	{ "STARTED", TABLE_EXTRA, .key = "start_time" },
	{ "MEMLOCK", TABLE_RIGHT | TABLE_EXTRA },
	{ "MLOCKED", TABLE_RIGHT | TABLE_EXTRA },
	{ "MEMORY", TABLE_RIGHT | TABLE_EXTRA },
	{ "MEMORY-MAX", TABLE_RIGHT | TABLE_EXTRA },
	{ "COMMAND", TABLE_TEXT | TABLE_EXTRA },
	{ "HELD-BY", TABLE_TEXT }, /* of orphans only */
};

/* Of them, those before the last that are shown only where they are asked for. */
#define N_EXTRAS 9

const struct table_columns ps_table = TABLE_COLUMNS(account_columns);

void account_mark_gone(struct pind_records *accounts)
{
	for (size_t i = 0; i < accounts->n; i++) {
		struct pind_account_info *account = records_at(accounts, i);

		if (!account->exited &&
		    (!account->pid ||
		     !process_is_gone(process_root(), (pid_t)account->pid, account->start_time)))
			continue;
		account->gone = true;
		model_mark(&pind_account_kind, account, "gone");
	}
}

static bool wants_any(const struct table *table, const char *const *titles)
{
	for (; *titles; titles++) {
		if (table_wants(table, *titles))
			return true;
	}
	return false;
}

/* What /proc and the memory controller have beside it, read only if it is asked for. */
static void add_beside(struct table *table, const struct pind_account_info *account)
{
	static const char *const of_process[] = { "MEMLOCK", "MLOCKED", "COMMAND", NULL };
	static const char *const of_group[] = { "MEMORY", "MEMORY-MAX", NULL };
	struct process_limits limits = { 0 };
	struct group_memory memory = { 0 };
	bool has_limits, has_memory;

	has_limits = wants_any(table, of_process) && account->pid && !account->gone &&
		     process_sees_host(process_root()) &&
		     process_limits_read(process_root(), (pid_t)account->pid, &limits) == 0;
	has_memory = wants_any(table, of_group) && pind_cgroup_mount() &&
		     group_memory_read(pind_cgroup_mount(), account->path, &memory) == 0;
	if (has_limits) {
		table_add_size(table, limits.memlock);
		table_add_size(table, limits.mlocked);
	} else {
		table_add(table, "-");
		table_add(table, "-");
	}
	if (has_memory) {
		table_add_size(table, memory.current);
		table_add_size(table, memory.max);
	} else {
		table_add(table, "-");
		table_add(table, "-");
	}
	table_add(table, "%s", model_shown(limits.command));
	process_limits_done(&limits);
}

static void add_extras(struct table *table, const struct pind_account_info *account, uint64_t now)
{
	char buffer[GROUP_UNIT_MAX], date[WHEN_MAX];

	if (model_has(&pind_account_kind, account, "uid"))
		table_add(table, "%u", account->uid);
	else
		table_add(table, "-");
	table_add(table, "%s", group_unit(account->path, buffer));
	table_add(table, "%s", group_container(account->path, buffer));
	if (account->start_time)
		table_add(table, "%s",
			  when_date(when_now(CLOCK_REALTIME) - (now - account->start_time), date));
	else
		table_add(table, "-");
	add_beside(table, account);
}

void account_add_row(struct table *table, const struct pind_account_info *account, uint64_t now)
{
	enum screen_style style = account->gone ? SCREEN_DIM : SCREEN_PLAIN;
	char ago[WHEN_MAX];

	table_add(table, "%s", account->path);
	table_add_pid(table, style, account->pid);
	table_add_styled(table, style, "%s%s", model_shown(account->comm),
			 account->gone ? " (gone)" : "");
	table_add(table, "%s", model_shown(account->driver));
	if (account->module && account->module[0])
		table_add(table, "%s [%s]", account->symbol, account->module);
	else
		table_add(table, "%s", model_shown(account->symbol));
	table_add(table, "%llu", (unsigned long long)account->pins);
	table_add_size(table, account->covered);
	table_add(table, "%s", when_ago(account->since, now, ago));
	if (table->look->wanted)
		add_extras(table, account, now);
	else
		table_skip(table, N_EXTRAS);
}
