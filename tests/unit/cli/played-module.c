// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of source_open_kernel(), for a pinctl of the tests: a module that has one group,
 * so that it can be seen what pinctl does where the daemon cannot be asked. And in place of
 * process_root() and pind_cgroup_mount(), a /proc and a hierarchy of cgroups that the test has
 * made: PLAYED_PROC and PLAYED_CGROUPS in the environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "source.h"

int __wrap_source_open_kernel(struct pind_source **ret);
const char *__wrap_process_root(void);
const char *__wrap_pind_cgroup_mount(void);
const char *__wrap_fuse_root(void);
const char *__real_pind_cgroup_mount(void);

/* A process pins frames 16 to 19, and two more; another one pins 17. Nobody known pins 18. */
#define PLAYED_PID   4200001
#define PLAYED_START UINT64_C(1000000000) /* tick 100, of 100 a second */
#define PLAYED_PAGE  UINT64_C(4096)

const char *__wrap_process_root(void)
{
	return getenv("PLAYED_PROC") ?: "/proc";
}

const char *__wrap_pind_cgroup_mount(void)
{
	return getenv("PLAYED_CGROUPS") ?: __real_pind_cgroup_mount();
}

/* They are a folder beside the processes. */
const char *__wrap_fuse_root(void)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/fuse", __wrap_process_root());
	return path;
}

static int play_lasting(struct pind_source *source, struct pind_records *lasting,
			struct pind_search_info *search)
{
	struct pind_lasting_info *row = records_add(lasting);

	if (!row || model_set_text(&pind_lasting_kind, row, "owner", "/played.slice") < 0)
		return fail_memory();
	row->folios = row->pins = 1;
	row->size = PLAYED_PAGE;
	search->rate = 1;
	return 0;
}

static int play_group(struct pind_source *source, const char *name, struct pind_group_info *group)
{
	if (strcmp(name, "/played.slice") != 0)
		return fail_no_group(name);
	*group = (struct pind_group_info){ .id = 7, .pins = 3, .current = 12288, .peak = 12288 };
	group->max = group->high = PIND_UNLIMITED;
	group->mode = PIND_MODE_ENFORCE;
	for (const char *const *key = (const char *const[]){ "id", "pins", "current", "peak", "max",
							     "high", "mode", NULL };
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
	for (const char *const *key = (const char *const[]){ "id", "group_id", "pid", "start_time",
							     "pins", "covered", "since", NULL };
	     *key; key++)
		model_mark(&pind_account_kind, account, *key);
	if (model_set_text(&pind_account_kind, account, "path", "/played.slice") < 0 ||
	    model_set_text(&pind_account_kind, account, "comm", id == 1 ? "fio" : "other") < 0 ||
	    model_set_text(&pind_account_kind, account, "symbol", "io_pin_pages") < 0 ||
	    model_set_text(&pind_account_kind, account, "driver", "io_uring") < 0)
		return fail_memory();
	return 0;
}

static int play_accounts(struct pind_source *source, const char *name,
			 struct pind_records *accounts)
{
	int r = play_account(accounts, 2, 1);

	return r != 0 ? r : play_account(accounts, 1, 5);
}

/* A row of a frame that account 1 or 2 holds, or nobody who is known. */
static int play_frame(struct pind_frames *frames, uint64_t frame, uint64_t holder)
{
	struct pind_frame_info *row = records_add(&frames->rows);

	if (!row)
		return fail_memory();
	row->first = row->last = frame;
	row->folios = row->pins = 1;
	row->size = PLAYED_PAGE;
	row->pinned = holder ? PIND_PINNED_YES : PIND_PINNED_MAYBE;
	row->cma = holder == 0;
	row->node = row->since = holder ? 0 : 1;
	for (const char *const *key =
		     (const char *const[]){ "first", "last", "folios", "pins", "size", "pinned",
					    "node", "cma", "movable", "since", NULL };
	     *key; key++)
		model_mark(&pind_frame_kind, row, *key);
	if (model_set_text(&pind_frame_kind, row, "zone", "Normal") < 0 ||
	    (holder && model_set_text(&pind_frame_kind, row, "owner", "/played.slice") < 0))
		return fail_memory();
	if (holder && play_account(&frames->holders, holder, 1) != 0)
		return PIND_EXIT_FAILED;
	if (holder)
		((struct pind_account_info *)records_at(&frames->holders, frames->holders.n - 1))
			->page = frames->rows.n - 1;
	return 0;
}

/* Of what is asked about, and in it nothing but those frames is worth a word. */
static void play_walk(struct pind_walk_info *walk, size_t pinned)
{
	walk->next = walk->last + 1;
	walk->looked = walk->last - walk->first + 1;
	for (const char *const *key =
		     (const char *const[]){ "first", "last", "looked", "free", "holes", "offline",
					    "device", "pinned_size", "unheld_size", "lost", NULL };
	     *key; key++)
		model_mark(&pind_walk_kind, walk, *key);
	if (!pinned)
		return;
	walk->free = 3;
	walk->holes = walk->lost = 2;
	walk->offline = walk->device = 1;
	walk->looked -= walk->holes + walk->offline + walk->device;
	walk->pinned_size = 4 * PLAYED_PAGE;
	walk->unheld_size = PLAYED_PAGE;
}

static int play_frames(struct pind_source *source, bool each,
		       void (*progress)(const struct pind_walk_info *walk),
		       struct pind_frames *frames)
{
	static const uint64_t held[][2] = { { 16, 1 }, { 17, 1 }, { 17, 2 }, { 18, 0 }, { 19, 1 } };

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		if (held[i][0] >= frames->walk.first && held[i][0] <= frames->walk.last &&
		    play_frame(frames, held[i][0], held[i][1]) != 0)
			return PIND_EXIT_FAILED;
	}
	play_walk(&frames->walk, frames->rows.n);
	progress(&frames->walk);
	return 0;
}

static int play_call(struct pind_records *calls, const char *path)
{
	struct pind_call_info *call = records_add(calls);

	if (!call)
		return fail_memory();
	call->pid = PLAYED_PID;
	call->wanted = 1 << 20;
	for (const char *const *key =
		     (const char *const[]){ "group_id", "pid", "wanted", "since", NULL };
	     *key; key++)
		model_mark(&pind_call_kind, call, *key);
	return model_set_text(&pind_call_kind, call, "path", path) < 0 ||
			       model_set_text(&pind_call_kind, call, "comm", "fio\033[2J") < 0 ||
			       model_set_text(&pind_call_kind, call, "driver", "io_uring") < 0 ||
			       model_set_text(&pind_call_kind, call, "symbol", "io_pin_pages") < 0
		       ? fail_memory()
		       : 0;
}

static int play_calls(struct pind_source *source, struct pind_records *calls)
{
	int r = play_call(calls, "/played.slice");

	return r != 0 ? r : play_call(calls, "/else.slice");
}

static int play_none(struct pind_source *source, struct pind_records *records)
{
	return 0;
}

/* One of the process, at that time, if the test says so: PLAYED_REFUSED, in ns since 1970. */
static int play_refusals(struct pind_source *source, struct pind_records *refusals)
{
	const char *when = getenv("PLAYED_REFUSED");
	struct pind_refusal_info *refusal = when ? records_add(refusals) : NULL;

	if (!refusal)
		return when ? fail_memory() : 0;
	refusal->last = strtoull(when, NULL, 10);
	refusal->pid = PLAYED_PID;
	refusal->count = 1;
	refusal->mode = PIND_MODE_ENFORCE;
	refusal->wanted = refusal->needed = 1 << 20;
	return model_set_text(&pind_refusal_kind, refusal, "path", "/played.slice/db.service") <
				       0 ||
			       model_set_text(&pind_refusal_kind, refusal, "by", "/played.slice") <
				       0
		       ? fail_memory()
		       : 0;
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
		.refusals = play_refusals,
		.failures = play_none,
		.calls = play_calls,
		.frames = play_frames,
		.lasting = play_lasting,
		.close = play_close,
	};
	static struct pind_source source = { .ops = &ops };

	*ret = &source;
	return 0;
}
