// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/rules.h>
#include <pind/size.h>

#include "fail.h"
#include "json.h"
#include "page-frames.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

/* Frames beyond it would have addresses of more than 64 bits. */
#define FRAME_MAX (UINT64_MAX >> 12)

#define BLOCK_SIZE_FILE "/sys/devices/system/memory/block_size_bytes"

static const struct table_column frame_columns[] = {
	{ "FRAMES" },
	{ "FOLIOS", TABLE_RIGHT, 3 },
	{ "SIZE", TABLE_RIGHT },
	{ "PINNED" },
	{ "PINS", TABLE_RIGHT },
	{ "PLACE" },
	{ "MEMORY-OF", TABLE_PATH, 2 },
	{ "FILE", TABLE_TEXT, 4 },
	{ "HELD-BY", TABLE_TEXT },
};

static int parse_frames(const char *text, struct pind_walk_info *walk)
{
	_cleanup_free_ char *first = strdup(text);
	char *dash;
	int r;

	if (!first)
		return fail_memory();
	dash = strchr(first, '-');
	if (!dash)
		return fail(PIND_EXIT_USAGE,
			    "frames \"%s\" are no range: write the first and the last as A-B", text);
	*dash = '\0';
	r = page_number("frame", first, FRAME_MAX, &walk->first);
	if (r == 0)
		r = page_number("frame", dash + 1, FRAME_MAX, &walk->last);
	if (r == 0 && walk->last < walk->first)
		return fail(PIND_EXIT_USAGE, "frames \"%s\" are no range: the last is below the first",
			    text);
	return r;
}

/* Frames of a memory block; 0, after a report, if its size (in hexadecimal, without 0x) cannot be read. */
static uint64_t block_frames(void)
{
	long page = sysconf(_SC_PAGESIZE);
	FILE *file = fopen(BLOCK_SIZE_FILE, "re");
	uint64_t size = 0;

	if (!file) {
		(void)fail(PIND_EXIT_FAILED,
			   "how large a memory block is cannot be read from " BLOCK_SIZE_FILE
			   ": %s; this kernel may have none, so give frames with --frames",
			   strerror(errno));
		return 0;
	}
	if (fscanf(file, "%" SCNx64, &size) != 1)
		size = 0;
	(void)fclose(file);
	if (page <= 0 || size < (uint64_t)page) {
		(void)fail(PIND_EXIT_FAILED, BLOCK_SIZE_FILE " has no size");
		return 0;
	}
	return size / (uint64_t)page;
}

static int parse_block(const char *text, struct pind_walk_info *walk)
{
	uint64_t frames = block_frames(), number = 0;
	int r;

	if (frames == 0)
		return PIND_EXIT_FAILED;
	r = page_number("memory block", text, FRAME_MAX / frames - 1, &number);
	if (r != 0)
		return r;
	walk->first = number * frames;
	walk->last = walk->first + frames - 1;
	return 0;
}

static int parse(const struct pind_options *options, struct pind_walk_info *walk)
{
	if (options->address)
		return fail(PIND_EXIT_USAGE, "page takes no address \"%s\" with --frames or --memory-block",
			    options->address);
	return options->frames ? parse_frames(options->frames, walk)
			       : parse_block(options->memory_block, walk);
}

/* All that a number of 64 bits can count is a little less than the frames that have numbers. */
static uint64_t bytes_of(const struct pind_walk_info *walk)
{
	uint64_t frames = walk->last - walk->first + 1, page = (uint64_t)sysconf(_SC_PAGESIZE);

	return frames > (PIND_UNLIMITED - 1) / page ? PIND_UNLIMITED - 1 : frames * page;
}

/* What is short has ended before it could be read. */
void page_frames_progress(const struct pind_walk_info *walk)
{
	uint64_t all = walk->last - walk->first + 1;
	uint64_t done = walk->next < walk->first ? 0 : walk->next - walk->first;
	char size[SIZE_FORMAT_MAX];

	if (!isatty(STDERR_FILENO))
		return;
	if (done >= all)
		(void)fputs("\r\033[K", stderr);
	else
		(void)fprintf(stderr, "\r%3.0f %% of %s\033[K", 100.0 * (double)done / (double)all,
			      size_format(bytes_of(walk), size));
	(void)fflush(stderr);
}

static const struct pind_account_info *holder_of(const struct pind_frames *frames, size_t row,
						 size_t *at)
{
	const struct pind_account_info *holder;

	for (; *at < frames->holders.n; ++*at) {
		holder = records_at(&frames->holders, *at);
		if (holder->page >= row)
			return holder->page == row ? holder : NULL;
	}
	return NULL;
}

static void add_row(struct table *table, const struct pind_frame_info *row,
		    const struct pind_account_info *holder)
{
	char ago[WHEN_MAX];

	table_add(table, "%" PRIu64 "-%" PRIu64, row->first, row->last);
	table_add(table, "%" PRIu64, row->folios);
	table_add_size(table, row->size);
	table_add_styled(table, row->pinned == PIND_PINNED_YES ? SCREEN_BOLD : SCREEN_WARN, "%s",
			 pind_rules_word(pind_pinned_words, row->pinned));
	table_add(table, "%" PRIu64, row->pins);
	table_add(table, "node %u %s%s", row->node, row->zone, row->cma ? " CMA" : "");
	table_add(table, "%s", model_shown(row->owner));
	table_add(table, "%s", model_shown(row->file));
	if (holder)
		table_add(table, "%s[%u] %s in %s", model_shown(holder->comm), holder->pid,
			  model_shown(holder->driver), holder->path ? holder->path : "?");
	else
		table_add(table, row->since ? "nobody known, since %s" : "nobody known",
			  when_ago(row->since, when_now(CLOCK_BOOTTIME), ago));
}

static void say_frames(const char *before, uint64_t frames, const char *what)
{
	if (frames)
		(void)printf("%s%" PRIu64 " %s", before, frames, what);
}

static void print_walk(const struct pind_walk_info *walk)
{
	char all[SIZE_FORMAT_MAX], pinned[SIZE_FORMAT_MAX], unheld[SIZE_FORMAT_MAX];

	(void)printf("Frames %" PRIu64 " to %" PRIu64 " (%s): %" PRIu64 " looked at", walk->first,
		     walk->last, size_format(bytes_of(walk), all),
		     walk->looked);
	say_frames(", ", walk->free, "of them free");
	say_frames("; ", walk->holes, "where no memory is");
	say_frames("; ", walk->offline, "offline");
	say_frames("; ", walk->device, "of a device's own memory, which are not looked at");
	(void)putchar('\n');
	if (!walk->pinned_size) {
		(void)puts("Nothing is pinned there.");
		return;
	}
	(void)printf("Pinned: %s", size_format(walk->pinned_size, pinned));
	if (walk->unheld_size)
		(void)printf(", of it %s that no account holds: pinned for a short time,\nsince before "
			     "the module was loaded, or (maybe) not at all but referred to 1,024 times",
			     size_format(walk->unheld_size, unheld));
	(void)puts(".");
	if (walk->lost)
		(void)printf("%" PRIu64 " folios are in no row: ask about less at a time.\n", walk->lost);
}

static int print_frames(const struct pind_frames *frames, const struct table_look *look)
{
	struct table_look own = *look;
	_cleanup_(table_done) struct table table = TABLE(frame_columns);
	size_t at = 0;
	int r = 0;

	own.wanted = NULL;
	table.look = &own;
	for (size_t i = 0; i < frames->rows.n; i++)
		add_row(&table, records_at(&frames->rows, i), holder_of(frames, i, &at));
	if (frames->rows.n > 0)
		r = table_print(&table, stdout);
	if (r != 0 || look->raw || look->noheadings)
		return r;
	if (frames->rows.n > 0)
		(void)putchar('\n');
	print_walk(&frames->walk);
	return 0;
}

cJSON *page_frames_row_json(const struct pind_frame_info *row,
			    const struct pind_account_info *holder)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_frame_kind, row);
	cJSON *item;

	if (!object || !holder)
		return TAKE_PTR(object);
	item = json_record(&pind_account_kind, holder);
	if (!item || !cJSON_AddItemToObject(object, "holder", item)) {
		cJSON_Delete(item);
		return NULL;
	}
	return TAKE_PTR(object);
}

static int print_json(const struct pind_frames *frames)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_walk_kind, &frames->walk);
	cJSON *array = object ? cJSON_AddArrayToObject(object, "frames") : NULL;
	size_t at = 0;

	for (size_t i = 0; array && i < frames->rows.n; i++) {
		cJSON *row = page_frames_row_json(records_at(&frames->rows, i),
						  holder_of(frames, i, &at));

		if (!row || !cJSON_AddItemToArray(array, row)) {
			cJSON_Delete(row);
			return fail_memory();
		}
	}
	return json_print(array ? object : NULL, false);
}

/* Of the kernel, whoever is asked else: it tells how it gets on, however large the range. */
int page_frames(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records rows = RECORDS(pind_frame_kind);
	_cleanup_(records_done) struct pind_records holders = RECORDS(pind_account_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_frames frames = { 0 };
	int r;

	r = parse(options, &frames.walk);
	if (r == 0)
		r = source_open(true, &source);
	if (r != 0)
		return r;
	frames.rows = rows;
	frames.holders = holders;
	r = source->ops->frames(source, options->each, page_frames_progress, &frames);
	rows = frames.rows;
	holders = frames.holders;
	if (r != 0)
		return r;
	return options->json ? print_json(&frames) : print_frames(&frames, &options->look);
}
