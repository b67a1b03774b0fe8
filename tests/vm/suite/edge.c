// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * edge page|huge: pins one folio through ENTRY_DEVICE again and again, until the
 * kernel refuses because its reference count has no more room; prints "PINS ERROR
 * ADDRESS", and holds all of them until its input ends.
 *
 *   page  a page of shared memory, mapped so often that one call pins it
 *         ENTRY_PINS_MAX times; by two functions in turn, which are two accounts
 *   huge  a hugetlb page, on which plain references leave room for but a few
 *         calls
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area.h"
#include "entry.h"

#define PAGE	  4096
#define CALLS_MAX 600
/* Calls of a whole huge page that there shall be room for. */
#define HUGE_ROOM 8

struct edge {
	char *area;
	uint32_t pages;
};

/* One page, side by side with itself. */
static int map_page(struct edge *edge)
{
	int memfd = memfd_create("edge", MFD_CLOEXEC);

	edge->pages = ENTRY_PINS_MAX;
	edge->area = mmap(NULL, (size_t)edge->pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	if (memfd < 0 || ftruncate(memfd, PAGE) < 0 || edge->area == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < edge->pages; i++) {
		char *at = mmap(edge->area + (size_t)i * PAGE, PAGE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, memfd, 0);

		if (at == MAP_FAILED)
			return -errno;
		*at = 1;
	}
	return 0;
}

static int map_huge(struct edge *edge)
{
	struct entry_press_call press = { .references = INT_MAX };
	int device = open(ENTRY_DEVICE, O_RDWR | O_CLOEXEC);

	edge->pages = AREA_HUGE_SIZE / PAGE;
	edge->area = area_map(AREA_HUGE_SIZE, AREA_HUGETLB_2M, true);
	if (device < 0 || !edge->area)
		return -errno;
	press.start = (uintptr_t)edge->area;
	press.references -= HUGE_ROOM * edge->pages;
	return ioctl(device, ENTRY_IOC_PRESS, &press) < 0 ? -errno : 0;
}

/* One call, whose pins the file holds. */
static int take(const struct edge *edge, uint32_t function)
{
	struct entry_take_call call = {
		.function = function,
		.flags = ENTRY_LONGTERM | ENTRY_WRITE,
		.start = (uintptr_t)edge->area,
		.nr = edge->pages,
	};
	int device = open(ENTRY_DEVICE, O_RDWR | O_CLOEXEC), got;

	got = device < 0 ? -1 : ioctl(device, ENTRY_IOC_TAKE, &call);
	return got < 0 ? -errno : got;
}

int main(int argc, char **argv)
{
	bool huge = argc == 2 && !strcmp(argv[1], "huge");
	struct edge edge;
	long pins = 0;
	int r;

	if (argc != 2 || (!huge && strcmp(argv[1], "page"))) {
		(void)fprintf(stderr, "usage: edge page|huge\n");
		return 2;
	}
	r = huge ? map_huge(&edge) : map_page(&edge);
	for (int i = 0; r >= 0 && i < CALLS_MAX; i++) {
		r = take(&edge, i % 2 ? ENTRY_PIN_USER_PAGES : ENTRY_PIN_USER_PAGES_FAST);
		pins += r > 0 ? r : 0;
	}
	(void)printf("%ld %s %ju\n", pins, r < 0 ? strerrorname_np(-r) : "none",
		     (uintmax_t)(uintptr_t)edge.area);
	(void)fflush(stdout);
	(void)getchar();
	return 0;
}
