// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gup-test OPERATION SIZE PAGES thp|base REPEATS: one run after the other by the
 * kernel's own gup_test (CONFIG_GUP_TEST), on memory as gup_benchmark's. The
 * operation is a letter of gup_test's: u, U, a, b or L. Prints a line for each:
 * microseconds to get, to put, and the pages.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "area.h"

#define DEVICE	   "/sys/kernel/debug/gup_test"
#define PAGE	   4096
#define FOLL_WRITE 1

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

static const char letters[] = "uaLUb"; /* in the order of the kernel's numbers */

int main(int argc, char **argv)
{
	const char *letter = argc == 6 && argv[1][0] ? strchr(letters, argv[1][0]) : NULL;
	struct gup_test test = { .gup_flags = FOLL_WRITE };
	unsigned long repeats;
	size_t size;
	int device;
	char *area;

	if (!letter) {
		(void)fprintf(stderr, "usage: gup-test u|U|a|b|L SIZE PAGES thp|base REPEATS\n");
		return 2;
	}
	size = strtoul(argv[2], NULL, 10);
	test.nr_pages_per_call = (uint32_t)strtoul(argv[3], NULL, 10);
	area = area_map(size, strcmp(argv[4], "thp") ? AREA_BASE : AREA_THP, true);
	repeats = strtoul(argv[5], NULL, 10);
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0 || !area) {
		perror("gup-test");
		return 1;
	}
	for (; repeats; repeats--) {
		test.addr = (uintptr_t)area;
		test.size = size;
		if (ioctl(device, _IOWR('g', 1 + (letter - letters), struct gup_test), &test) < 0) {
			perror("gup-test");
			return 1;
		}
		(void)printf("%llu %llu %llu\n", (unsigned long long)test.get_delta_usec,
			     (unsigned long long)test.put_delta_usec,
			     (unsigned long long)test.size / PAGE);
	}
	return 0;
}
