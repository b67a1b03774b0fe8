// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gup-test OPERATION SIZE PAGES MEMORY read|write THREADS REPEATS: runs of the
 * kernel's own gup_test (CONFIG_GUP_TEST), on memory as gup_benchmark's. The
 * operation is a letter of gup_test's: u, U, a, b or L; the memory is a word of
 * area_kind_from_string(), or the path of a file. Prints a line for each run:
 * microseconds to get, to put, and the pages.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "area.h"

#define DEVICE	    "/sys/kernel/debug/gup_test"
#define PAGE	    4096
#define FOLL_WRITE  1
#define THREADS_MAX 16

/* The kernel's, of mm/gup_test.h, which is in no package. */
struct gup_test {
	uint64_t get_delta_usec;
	uint64_t put_delta_usec;
	uint64_t addr;
	uint64_t size;
	uint32_t nr_pages_per_call;
	uint32_t gup_flags;
	uint32_t test_flags;
	uint32_t which_pages[8];
};

/**
 * struct work - what each thread does
 * @request: of its ioctl
 * @test: a run
 */
struct work {
	int device;
	unsigned long request;
	struct gup_test test;
	unsigned long repeats;
};

static const char letters[] = "uaLUb"; /* in the order of the kernel's numbers */

/* Of a file, all that is to be mapped is there. */
static char *map(const char *memory, size_t size, bool write)
{
	enum area_kind kind;
	char *area;

	if (area_kind_from_string(memory, &kind) == 0)
		return area_map(size, kind, true);
	area = area_map_file(memory, false, size, &size);
	for (size_t at = 0; area && at < size; at += PAGE) {
		volatile char *byte = area + at;

		if (write)
			*byte = *byte;
		else
			(void)*byte;
	}
	return area;
}

static void *run(void *data)
{
	const struct work *work = data;

	for (unsigned long i = 0; i < work->repeats; i++) {
		struct gup_test test = work->test;

		if (ioctl(work->device, work->request, &test) < 0) {
			perror("gup-test");
			exit(1);
		}
		(void)printf("%llu %llu %llu\n", (unsigned long long)test.get_delta_usec,
			     (unsigned long long)test.put_delta_usec,
			     (unsigned long long)test.size / PAGE);
	}
	return NULL;
}

static int run_all(struct work *work, unsigned long n)
{
	pthread_t threads[THREADS_MAX];

	for (unsigned long i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, run, work))
			return 1;
	for (unsigned long i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	const char *letter = argc == 8 && argv[1][0] ? strchr(letters, argv[1][0]) : NULL;
	unsigned long threads = letter ? strtoul(argv[6], NULL, 10) : 0;
	struct work work = {};
	bool write;
	char *area;

	if (!letter || !threads || threads > THREADS_MAX) {
		(void)fprintf(stderr, "usage: gup-test u|U|a|b|L SIZE PAGES MEMORY read|write "
				      "THREADS REPEATS\n");
		return 2;
	}
	write = !strcmp(argv[5], "write");
	work.request = _IOWR('g', 1 + (letter - letters), struct gup_test);
	work.repeats = strtoul(argv[7], NULL, 10);
	work.test.size = strtoul(argv[2], NULL, 10);
	work.test.nr_pages_per_call = (uint32_t)strtoul(argv[3], NULL, 10);
	work.test.gup_flags = write ? FOLL_WRITE : 0;
	area = map(argv[4], work.test.size, write);
	work.test.addr = (uintptr_t)area;
	work.device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (work.device < 0 || !area) {
		perror("gup-test");
		return 1;
	}
	return run_all(&work, threads);
}
