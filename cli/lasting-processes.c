// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "json.h"
#include "lasting-processes.h"
#include "mapping-pins.h"
#include "page-frames.h"
#include "process-limits.h"
#include "process.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column process_columns[] = {
	{ "PID", TABLE_RIGHT },	 { "PROCESS" }, { "GROUP", TABLE_PATH, 1 },
	{ "SIZE", TABLE_RIGHT }, { "OLDEST" },
};

static const struct table_columns processes_table = TABLE_COLUMNS(process_columns);

struct row {
	struct process_limits process;
	uint64_t size;
	uint64_t oldest; /* ns of CLOCK_BOOTTIME */
};

struct search {
	struct pind_source *source;
	const char *proc;
	const char *group; /* NULL: all */
	struct row *rows;
	size_t n;
};

static void search_done(struct search *search)
{
	for (size_t i = 0; i < search->n; i++)
		process_limits_done(&search->rows[i].process);
	free(search->rows);
}

/* Takes the process over. */
static int add_row(struct search *search, struct process_limits *process,
		   const struct mapping_pins *pins)
{
	struct row *rows = reallocarray(search->rows, search->n + 1, sizeof(*rows));

	if (!rows)
		return fail_memory();
	search->rows = rows;
	rows[search->n++] = (struct row){ *process, pins->lasting, pins->oldest };
	*process = (struct process_limits){ 0 };
	return 0;
}

static int fail_process(pid_t pid, int error)
{
	if (error == -ENOMEM)
		return fail_memory();
	if (error == -EPERM || error == -EACCES)
		return fail(
			PIND_EXIT_NOT_ALLOWED,
			"which memory process %d has is not told to everybody: run pinctl as root",
			(int)pid);
	return fail(PIND_EXIT_FAILED, "the memory of process %d cannot be looked at: %s", (int)pid,
		    strerror(-error));
}

static int look_at(struct search *search, pid_t pid)
{
	_cleanup_(mappings_done) struct mappings mappings = { .records =
								      RECORDS(pind_mapping_kind) };
	_cleanup_(mapping_pins_done) struct mapping_pins pins = { 0 };
	_cleanup_(process_limits_done) struct process_limits process = { 0 };
	int r = process_limits_read(search->proc, pid, &process);

	if (r == 0 && search->group &&
	    (!process.path || !path_is_below(process.path, search->group)))
		return 0;
	if (r == 0)
		r = mappings_read(search->proc, pid, &mappings);
	if (r == -ESRCH)
		return 0; /* it has ended meanwhile */
	if (r < 0)
		return fail_process(pid, r);
	r = mapping_pins_find(search->source, &mappings, page_frames_progress, &pins);
	return r == 0 && pins.lasting ? add_row(search, &process, &pins) : r;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *p = a, *q = b;

	if (p->size != q->size)
		return p->size > q->size ? -1 : 1;
	return p->process.pid < q->process.pid ? -1 : 1;
}

static int look_at_all(struct search *search)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int r = 0;

	if (!process_sees_host(search->proc))
		return fail(
			PIND_EXIT_FAILED,
			"the /proc here has not the host's processes, whom the module knows: run "
			"pinctl outside of the container");
	dir = opendir(search->proc);
	if (!dir)
		return fail(PIND_EXIT_FAILED, "%s cannot be read: %s", search->proc,
			    strerror(errno));
	while (r == 0 && (entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			r = look_at(search, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	if (r == 0 && search->n > 1)
		qsort(search->rows, search->n, sizeof(search->rows[0]), compare_rows);
	return r;
}

static int print_table(const struct search *search, const struct table_look *look)
{
	_cleanup_(table_done) struct table table = TABLE_OF(processes_table, look);
	char ago[WHEN_MAX];

	if (search->n == 0 &&
	    table_say_empty(look, "No process here maps memory that stays pinned in no account."))
		return 0;
	for (size_t i = 0; i < search->n; i++) {
		const struct row *row = &search->rows[i];

		table_add(&table, "%d", (int)row->process.pid);
		table_add(&table, "%s", model_shown(row->process.comm));
		table_add(&table, "%s", model_shown(row->process.path));
		table_add_size(&table, row->size);
		table_add(&table, "%s", when_ago(row->oldest, when_now(CLOCK_BOOTTIME), ago));
	}
	return table_print(&table, stdout);
}

static cJSON *row_json(const struct row *row)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (!object || json_add_number(object, "pid", (uint64_t)row->process.pid) < 0 ||
	    (row->process.comm && json_add_text(object, "comm", row->process.comm) < 0) ||
	    (row->process.path && json_add_text(object, "path", row->process.path) < 0) ||
	    json_add_number(object, "size", row->size) < 0 ||
	    json_add_number(object, "oldest", row->oldest) < 0)
		return NULL;
	return TAKE_PTR(object);
}

static int print_json(const struct search *search)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *array = object ? cJSON_AddArrayToObject(object, "processes") : NULL;

	for (size_t i = 0; array && i < search->n; i++) {
		cJSON *row = row_json(&search->rows[i]);

		if (!row || !cJSON_AddItemToArray(array, row)) {
			cJSON_Delete(row);
			return fail_memory();
		}
	}
	return array ? json_print(object, false) : fail_memory();
}

int lasting_processes(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_(search_done) struct search search = { .proc = process_root() };
	int r;

	r = table_check_look(&processes_table, &options->look);
	if (r == 0)
		r = source_open(true, &source);
	if (r == 0 && options->group)
		r = source->ops->group(source, options->group, &group);
	search.source = source;
	search.group = group.path;
	if (r == 0)
		r = look_at_all(&search);
	if (r != 0)
		return r;
	return options->json ? print_json(&search) : print_table(&search, &options->look);
}
