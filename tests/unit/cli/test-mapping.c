// SPDX-License-Identifier: GPL-2.0-or-later
/* The mappings of a process, from a /proc of our own; who pins of them, from a module of ours. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fake-proc.h"
#include "mapping-pins.h"
#include "mapping.h"
#include "source.h"

#define PID  5000001
#define PAGE UINT64_C(4096)

#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)

static void put_entry(const char *proc, uint64_t page, uint64_t entry)
{
	_cleanup_close_ int fd = -EBADF;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/5000001/pagemap", proc);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &entry, sizeof(entry), (off_t)(page * sizeof(entry))),
			 sizeof(entry));
}

static void put_frames(const char *proc, uint64_t page, uint64_t frame, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		put_entry(proc, page + i, PRESENT | (frame + i));
}

/* Two pages, frames 100 and 101; again 101; what is reserved only; and a file that is gone. */
static int make(void **state)
{
	int r = fake_proc_make(state);

	if (r != 0)
		return r;
	fake_proc_process(*state, PID, 'S', 1, 500);
	fake_proc_file(*state, "5000001/smaps",
		       "00010000-00014000 rw-p 00000000 00:00 0                          [heap]\n"
		       "Size:                 16 kB\nRss:                   8 kB\n"
		       "Anonymous:             8 kB\nVmFlags: rd wr mr mw me ac sd\n"
		       "00020000-00021000 rw-s 00001000 fd:01 7                          /tmp/a b (deleted)\n"
		       "Rss:                   4 kB\n"
		       "00030000-7fff00000000 ---p 00000000 00:00 0 \n"
		       "Rss:                   0 kB\nPrivate_Hugetlb:       0 kB\n"
		       "7fff10000000-7fff10400000 rw-s 00000000 00:0e 8                  /huge\n"
		       "Rss:                   0 kB\nPrivate_Hugetlb:    4096 kB\n");
	put_frames(*state, 0x10, 100, 2);
	put_entry(*state, 0x12, SWAPPED | 5);
	put_frames(*state, 0x20, 101, 1);
	put_entry(*state, 0x31, PRESENT | 9);
	put_frames(*state, 0x7fff10000, 1536, 1024);
	return 0;
}

static const struct pind_mapping_info *mapping_at(const struct mappings *mappings, size_t i)
{
	return records_at(&mappings->records, i);
}

static void read_all(void **state)
{
	struct mappings mappings;
	const struct pind_mapping_info *mapping;

	assert_int_equal(mappings_read(*state, PID, &mappings), 0);
	assert_int_equal(mappings.records.n, 4);
	mapping = mapping_at(&mappings, 0);
	assert_true(mapping->start == 0x10000 && mapping->end == 0x14000);
	assert_string_equal(mapping->access, "rw-p");
	assert_string_equal(mapping->file, "[heap]");
	assert_int_equal(mapping->present, 2 * PAGE);
	assert_null(model_missing(&pind_mapping_kind, mapping));
	assert_string_equal(mapping_at(&mappings, 1)->file, "/tmp/a b (deleted)");
	assert_string_equal(mapping_at(&mappings, 2)->file, "");
	/* what has no memory is not looked through */
	assert_int_equal(mapping_at(&mappings, 2)->present, 0);
	assert_int_equal(mapping_at(&mappings, 3)->present, 1024 * PAGE);
	/* 100 and 101, 101 again, and two runs of the most there may be */
	assert_int_equal(mappings.n, 4);
	assert_true(mappings.runs[0].first == 100 && mappings.runs[0].n == 2);
	assert_true(mappings.runs[1].first == 101 && mappings.runs[1].mapping == 1);
	assert_true(mappings.runs[3].first == 1536 + MAPPING_RUN_MOST);
	assert_int_equal(mapping_run_find(&mappings, 101), 0);
	assert_int_equal(mapping_run_find(&mappings, 2559), 3);
	assert_int_equal(mapping_run_find(&mappings, 9999), 4);
	mappings_done(&mappings);
}

static void may_not(void **state)
{
	struct mappings mappings;

	assert_int_equal(mappings_read(*state, PID + 1, &mappings), -ESRCH);
	mappings_done(&mappings);
	/* so /proc shows a frame to whom it is not told */
	put_entry(*state, 0x10, PRESENT);
	assert_int_equal(mappings_read(*state, PID, &mappings), -EPERM);
	mappings_done(&mappings);
}

/*
 * The module: 101 is held by two, the first huge page by one in half, the second by nobody known.
 * A folio that is not the process's lies between.
 */
static const struct folio {
	uint64_t first, n, account, pages;
} folios[] = {
	{ 100, 1, 7, 1 },    { 101, 1, 7, 1 },	   { 101, 1, 8, 1 }, { 300, 1, 9, 1 },
	{ 1536, 512, 7, 256 }, { 2048, 512, 0, 0 },
	{ 66048, 512, 10, 512 },
};

static unsigned int requests;

static int play_frames(struct pind_source *source, bool each,
		       void (*progress)(const struct pind_walk_info *walk),
		       struct pind_frames *frames)
{
	requests++;
	assert_true(each && frames->nameless);
	for (size_t i = 0; i < sizeof(folios) / sizeof(folios[0]); i++) {
		const struct folio *folio = &folios[i];
		struct pind_account_info *holder;
		struct pind_frame_info *row;

		if (folio->first > frames->walk.last ||
		    folio->first + folio->n <= frames->walk.first)
			continue;
		row = records_add(&frames->rows);
		assert_non_null(row);
		row->first = folio->first;
		row->last = folio->first + folio->n - 1;
		if (!folio->account)
			continue;
		holder = records_add(&frames->holders);
		assert_non_null(holder);
		holder->id = folio->account;
		holder->covered = folio->pages * PAGE;
		holder->page = frames->rows.n - 1;
	}
	return 0;
}

static uint64_t came_to, of_all;

static void on_progress(const struct pind_walk_info *walk)
{
	came_to = walk->next;
	of_all = walk->last;
}

static const struct pind_source_ops ops = { .frames = play_frames };

static void pins(void **state)
{
	struct pind_source source = { .ops = &ops };
	struct mappings mappings;
	struct mapping_pins pins;

	requests = 0;
	assert_int_equal(mappings_read(*state, PID, &mappings), 0);
	assert_int_equal(mapping_pins_find(&source, &mappings, on_progress, &pins), 0);
	/* 100 and 101 are near each other, the huge pages are not near them */
	assert_int_equal(requests, 2);
	assert_true(came_to == 1027 && of_all == 1026);
	assert_int_equal(mapping_pins_of(&pins, 0, 7), 2 * PAGE);
	assert_int_equal(mapping_pins_of(&pins, 0, 8), PAGE);
	assert_int_equal(mapping_pins_of(&pins, 1, 7), PAGE);
	assert_int_equal(mapping_pins_of(&pins, 3, 7), 256 * PAGE);
	/* 101 is mapped twice and pinned once */
	assert_int_equal(mapping_pins_of(&pins, MAPPING_ALL, 7), 258 * PAGE);
	assert_int_equal(mapping_pins_of(&pins, MAPPING_ALL, 8), PAGE);
	/* not its memory */
	assert_int_equal(mapping_pins_of(&pins, MAPPING_ALL, 9), 0);
	assert_int_equal(mapping_at(&mappings, 0)->pinned, 2 * PAGE);
	assert_int_equal(mapping_at(&mappings, 1)->pinned, PAGE);
	assert_int_equal(mapping_at(&mappings, 3)->unheld, 512 * PAGE);
	assert_true(pins.pins[0].mapping == 0 && pins.pins[0].account == 7);
	mapping_pins_done(&pins);
	mappings_done(&mappings);
}

/*
 * 128 runs are as much as is asked about at once; the folio from 66048 on reaches over the end
 * of that, so the next request is told of it again.
 */
static void large_folio(void **state)
{
	struct pind_source source = { .ops = &ops };
	struct mappings mappings = { .records = RECORDS(pind_mapping_kind) };
	struct mapping_run runs[130];
	struct mapping_pins pins;

	assert_non_null(records_add(&mappings.records));
	mappings.runs = runs;
	mappings.n = 130;
	for (uint64_t i = 0; i < 130; i++)
		runs[i] = (struct mapping_run){ 768 + i * 512, 512, 0 };
	requests = 0;
	assert_int_equal(mapping_pins_find(&source, &mappings, on_progress, &pins), 0);
	assert_int_equal(requests, 2);
	assert_int_equal(mapping_pins_of(&pins, 0, 10), 512 * PAGE);
	mapping_pins_done(&pins);
	records_done(&mappings.records);
}

/* Mappings that have each a part of a folio, of which some frames are in both. */
static void parts_of_folio(void **state)
{
	struct pind_source source = { .ops = &ops };
	struct mappings mappings = { .records = RECORDS(pind_mapping_kind) };
	struct mapping_run runs[] = { { 66000, 148, 0 }, { 66098, 300, 1 }, { 66110, 20, 2 } };
	struct mapping_pins pins;

	for (size_t i = 0; i < 3; i++)
		assert_non_null(records_add(&mappings.records));
	mappings.runs = runs;
	mappings.n = 3;
	assert_int_equal(mapping_pins_find(&source, &mappings, on_progress, &pins), 0);
	assert_int_equal(mapping_pins_of(&pins, 0, 10), 100 * PAGE);
	assert_int_equal(mapping_pins_of(&pins, 1, 10), 300 * PAGE);
	assert_int_equal(mapping_pins_of(&pins, 2, 10), 20 * PAGE);
	assert_int_equal(mapping_pins_of(&pins, MAPPING_ALL, 10), 350 * PAGE);
	mapping_pins_done(&pins);
	records_done(&mappings.records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(read_all, make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(may_not, make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(pins, make, fake_proc_remove),
		cmocka_unit_test(large_folio),
		cmocka_unit_test(parts_of_folio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
