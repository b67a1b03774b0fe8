// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of source_open_kernel(), for a pinctl of the tests: a module that has one group,
 * so that it can be seen what pinctl does where the daemon cannot be asked. And in place of
 * process_root(), a /proc that the test has made: PLAYED_PROC in the environment.
 */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "source.h"

int __wrap_source_open_kernel(struct pind_source **ret);
const char *__wrap_process_root(void);

/* A process pins frames 16 to 19, and two more; another one pins 17. Nobody known pins 18. */
#define PLAYED_PID   4200001
#define PLAYED_START UINT64_C(1000000000) /* tick 100, of 100 a second */
#define PLAYED_PAGE  UINT64_C(4096)

const char *__wrap_process_root(void)
{
	return getenv("PLAYED_PROC") ?: "/proc";
}

static int play_group(struct pind_source *source, const char *name, struct pind_group_info *group)
{
	if (strcmp(name, "/played.slice") != 0)
		return fail_no_group(name);
	*group = (struct pind_group_info){ .id = 7, .pins = 3, .current = 12288 };
	group->max = group->high = PIND_UNLIMITED;
	group->mode = PIND_MODE_ENFORCE;
	for (const char *const *key =
		     (const char *const[]){ "id", "pins", "current", "max", "high", "mode", NULL };
	     *key; key++)
		model_mark(&pind_group_kind, group, *key);
	return model_set_text(&pind_group_kind, group, "path", name) < 0 ? fail_memory() : 0;
}

static int play_groups(struct pind_source *source, struct pind_records *groups)
{
	struct pind_group_info *group = records_add(groups);

	return group ? play_group(source, "/played.slice", group) : fail_memory();
}

static int play_status(struct pind_source *source, struct pind_status_info *status,
		       struct pind_records *hooks)
{
	if (model_set_text(&pind_status_kind, status, "state", PIND_STATE_HEALTHY) < 0 ||
	    model_set_text(&pind_status_kind, status, "module_version", "0.1") < 0)
		return fail_memory();
	return 0;
}

static int play_books(struct pind_source *source, struct pind_books_info *books)
{
	return 0;
}

static int play_longterm(struct pind_source *source, bool files, struct pind_records *longterm)
{
	return 0;
}

static int play_account(struct pind_records *accounts, uint64_t id, uint64_t pages)
{
	struct pind_account_info *account = records_add(accounts);

	if (!account)
		return fail_memory();
	account->id = id;
	account->pid = id == 1 ? PLAYED_PID : PLAYED_PID + 1;
	account->start_time = PLAYED_START;
	account->covered = pages * PLAYED_PAGE;
	account->pins = pages;
	for (const char *const *key =
		     (const char *const[]){ "id", "group_id", "pid", "start_time", "pins", "covered",
					    "since", NULL };
	     *key; key++)
		model_mark(&pind_account_kind, account, *key);
	if (model_set_text(&pind_account_kind, account, "path", "/played.slice") < 0 ||
	    model_set_text(&pind_account_kind, account, "comm", id == 1 ? "fio" : "other") < 0 ||
	    model_set_text(&pind_account_kind, account, "symbol", "io_pin_pages") < 0 ||
	    model_set_text(&pind_account_kind, account, "driver", "io_uring") < 0)
		return fail_memory();
	return 0;
}

static int play_accounts(struct pind_source *source, const char *name, struct pind_records *accounts)
{
	int r = play_account(accounts, 1, 5);

	return r != 0 ? r : play_account(accounts, 2, 1);
}

static int play_frames(struct pind_source *source, bool each,
		       void (*progress)(const struct pind_walk_info *walk),
		       struct pind_frames *frames)
{
	static const uint64_t held[][2] = { { 16, 1 }, { 17, 1 }, { 17, 2 }, { 18, 0 }, { 19, 1 } };

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		struct pind_frame_info *row;

		if (held[i][0] < frames->walk.first || held[i][0] > frames->walk.last)
			continue;
		row = records_add(&frames->rows);
		if (!row)
			return fail_memory();
		row->first = row->last = held[i][0];
		if (held[i][1] && play_account(&frames->holders, held[i][1], 1) != 0)
			return PIND_EXIT_FAILED;
		if (held[i][1])
			((struct pind_account_info *)records_at(&frames->holders,
								frames->holders.n - 1))
				->page = frames->rows.n - 1;
	}
	return 0;
}

static void play_close(struct pind_source *source)
{
}

int __wrap_source_open_kernel(struct pind_source **ret)
{
	static const struct pind_source_ops ops = {
		.groups = play_groups,
		.group = play_group,
		.status = play_status,
		.books = play_books,
		.longterm = play_longterm,
		.accounts = play_accounts,
		.frames = play_frames,
		.close = play_close,
	};
	static struct pind_source source = { .ops = &ops };

	*ret = &source;
	return 0;
}
