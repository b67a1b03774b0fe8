// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area.h"
#include "memory.h"

#define PAGE ((size_t)4096)
/* Two huge pages, and the pages on both sides of their border. */
#define HUGE_AREA  (2 * AREA_HUGE_SIZE)
#define HUGE_FIRST (AREA_HUGE_SIZE - 20 * PAGE)
#define HUGE_NR	   40
/* Not from the first page on. */
#define BASE_AREA  (32 * PAGE)
#define BASE_FIRST (3 * PAGE)
#define BASE_NR	   16

static const char *const names[] = {
	[MEMORY_BASE] = "base pages",
	[MEMORY_THP] = "transparent huge pages",
	[MEMORY_HUGETLB] = "hugetlb pages",
	[MEMORY_ZERO] = "zero pages",
	[MEMORY_MEMFD] = "a memfd",
	[MEMORY_MEMFD_HUGETLB] = "a hugetlb memfd",
};

const char *memory_name(enum memory_kind kind)
{
	return names[kind];
}

static int map(struct memory *memory, int protection, int flags)
{
	char *area;

	flags |= memory->memfd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	area = mmap(NULL, memory->size, protection, flags, memory->memfd, 0);
	if (area == MAP_FAILED)
		return -errno;
	memory->area = area;
	return 0;
}

static int make_area(struct memory *memory, enum area_kind kind)
{
	memory->area = area_map(memory->size, kind, true);
	if (!memory->area)
		return -errno;
	if (kind == AREA_THP && area_huge(memory->area) != (long)memory->size)
		return -ENOMEM;
	return 0;
}

/* A page that is only read is the zero page. */
static int make_zero(struct memory *memory)
{
	int r = map(memory, PROT_READ | PROT_WRITE, 0);

	if (r < 0)
		return r;
	/* of a kernel without huge pages nothing is asked */
	if (madvise(memory->area, memory->size, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return -errno;
	for (size_t at = 0; at < memory->size; at += 2 * PAGE) {
		memory->area[at] = 1;
		(void)*(volatile char *)(memory->area + at + PAGE);
	}
	return mprotect(memory->area, memory->size, PROT_READ) < 0 ? -errno : 0;
}

static int make_memfd(struct memory *memory, unsigned int flags)
{
	int r;

	memory->memfd = memfd_create("memory", MFD_CLOEXEC | flags);
	if (memory->memfd < 0 || ftruncate(memory->memfd, (off_t)memory->size) < 0)
		return -errno;
	r = map(memory, PROT_READ | PROT_WRITE, 0);
	if (r >= 0)
		memset(memory->area, 1, memory->size);
	return r;
}

static int fill(struct memory *memory)
{
	switch (memory->kind) {
	case MEMORY_BASE:
		return make_area(memory, AREA_BASE);
	case MEMORY_THP:
		return make_area(memory, AREA_THP);
	case MEMORY_HUGETLB:
		return make_area(memory, AREA_HUGETLB_2M);
	case MEMORY_ZERO:
		return make_zero(memory);
	case MEMORY_MEMFD:
		return make_memfd(memory, 0);
	case MEMORY_MEMFD_HUGETLB:
		return make_memfd(memory, MFD_HUGETLB);
	default:
		return -EINVAL;
	}
}

int memory_make(enum memory_kind kind, struct memory *ret_memory)
{
	bool huge = kind == MEMORY_THP || kind == MEMORY_HUGETLB || kind == MEMORY_MEMFD_HUGETLB;
	struct memory memory = {
		.kind = kind,
		.size = huge ? HUGE_AREA : BASE_AREA,
		.memfd = -1,
		.start = huge ? HUGE_FIRST : BASE_FIRST,
		.nr = huge ? HUGE_NR : BASE_NR,
	};
	int r = fill(&memory);

	if (r < 0) {
		memory_free(&memory);
		return r;
	}
	memory.pins = memory.nr;
	if (kind == MEMORY_ZERO)
		memory.pins /= 2;
	else if (kind == MEMORY_MEMFD_HUGETLB)
		memory.pins = 2;
	if (memory.memfd < 0)
		memory.start += (uintptr_t)memory.area;
	*ret_memory = memory;
	return 0;
}

void memory_free(struct memory *memory)
{
	if (memory->area)
		(void)munmap(memory->area, memory->size);
	if (memory->memfd >= 0)
		(void)close(memory->memfd);
}
