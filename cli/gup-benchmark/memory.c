// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/mman.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "memory.h"

#define POOLS "/sys/kernel/mm/hugepages"

/* Where a transparent huge page may begin. */
#define THP_SIZE (UINT64_C(2) << 20)

static bool only_reads(const struct options *options)
{
	return options->file && !(options->flags & PIND_BENCH_WRITE);
}

/* Beyond the end of a file a touch would be a SIGBUS. */
static int check_file(const struct options *options, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(PIND_EXIT_FAILED, "-f %s: %s", options->file, strerror(errno));
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size < options->size)
		return fail(PIND_EXIT_USAGE,
			    "-f %s has %lld bytes, which is less than the %llu to be mapped: make "
			    "it larger (`truncate --size`), or map less (--size)",
			    options->file, (long long)st.st_size,
			    (unsigned long long)options->size);
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return fail(PIND_EXIT_USAGE, "-f %s is no file that can be mapped", options->file);
	return 0;
}

/* Files of hugetlbfs are mapped in pages of their own; @align is raised to those. */
static int check_hugetlbfs(const struct options *options, int fd, uint64_t *align)
{
	char number[SIZE_FORMAT_MAX];
	struct statfs fs;
	uint64_t page;

	if (fstatfs(fd, &fs) < 0)
		return fail(PIND_EXIT_FAILED, "-f %s: %s", options->file, strerror(errno));
	if (fs.f_type != HUGETLBFS_MAGIC)
		return 0;
	page = (uint64_t)fs.f_bsize;
	if (options->size % page)
		return fail(PIND_EXIT_USAGE,
			    "-f %s is of huge pages, and a size of %llu bytes is not whole ones: "
			    "give a multiple of %s",
			    options->file, (unsigned long long)options->size,
			    size_format(page, number));
	if (page > *align)
		*align = page;
	return 0;
}

static int open_file(const struct options *options, int *ret_fd, uint64_t *align)
{
	if (!options->file)
		return 0;
	*ret_fd = open(options->file, (only_reads(options) ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (*ret_fd < 0)
		return fail(PIND_EXIT_FAILED, "-f %s: %s", options->file, strerror(errno));
	return check_file(options, *ret_fd) ?: check_hugetlbfs(options, *ret_fd, align);
}

static int check_pool(const struct options *options)
{
	char folder[64];

	if (!options->hugetlb)
		return 0;
	(void)snprintf(folder, sizeof(folder), POOLS "/hugepages-%llukB",
		       (unsigned long long)options->hugetlb >> 10);
	if (access(folder, F_OK) == 0)
		return 0;
	return fail(PIND_EXIT_USAGE,
		    "--hugetlb %llu: this machine has no huge pages of this size: the folders "
		    "of " POOLS " tell which there are",
		    (unsigned long long)options->hugetlb);
}

static int hugetlb_flags(const struct options *options)
{
	return options->hugetlb
		       ? MAP_HUGETLB | (__builtin_ctzll(options->hugetlb) << MAP_HUGE_SHIFT)
		       : 0;
}

static int no_memory(const struct options *options)
{
	if (options->hugetlb)
		return fail(PIND_EXIT_FAILED,
			    "no hugetlb pages for %llu bytes (%s): make some in " POOLS
			    "/hugepages-%llukB/nr_hugepages",
			    (unsigned long long)options->size, strerror(errno),
			    (unsigned long long)options->hugetlb >> 10);
	return fail(PIND_EXIT_FAILED, "%llu bytes of %s cannot be mapped: %s",
		    (unsigned long long)options->size, options->file ?: "memory", strerror(errno));
}

static int advise(const struct options *options, char *start)
{
	int advice = options->thp == OPTIONS_THP_ON ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	/* where the kernel has none, memory is without them already */
	if (options->thp && madvise(start, options->size, advice) < 0 &&
	    (advice == MADV_HUGEPAGE || errno != EINVAL))
		return fail(PIND_EXIT_FAILED, "-%c: transparent huge pages: %s",
			    options->thp == OPTIONS_THP_ON ? 't' : 'T', strerror(errno));
	return 0;
}

/*
 * What is in a file stays as it is. Memory without one is not read first: it would
 * begin as the zero page, and a huge one would become base pages by being written.
 */
static void touch(const struct options *options, char *start)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < options->size; at += page) {
		volatile char *byte = start + at;

		if (only_reads(options))
			(void)*byte;
		else if (options->file)
			*byte = *byte; /* a page of the file is written to, and keeps its contents */
		else
			*byte = 1;
	}
}

int memory_map(const struct options *options, char **ret_start)
{
	uint64_t align = options->hugetlb ?: THP_SIZE;
	int flags = (options->shared ? MAP_SHARED : MAP_PRIVATE) | hugetlb_flags(options) |
		    (options->file ? 0 : MAP_ANONYMOUS);
	int protection = PROT_READ | (only_reads(options) ? 0 : PROT_WRITE);
	_cleanup_close_ int fd = -EBADF;
	char *map, *start;
	int r;

	r = check_pool(options) ?: open_file(options, &fd, &align);
	if (r != 0)
		return r;
	/* first only room, so that it can begin where a huge page may */
	map = mmap(NULL, options->size + align, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		return no_memory(options);
	start = (char *)(((uintptr_t)map + align - 1) & ~(align - 1));
	if (mmap(start, options->size, protection, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		return no_memory(options);
	r = advise(options, start);
	if (r != 0)
		return r;
	if (options->prefault)
		touch(options, start);
	*ret_start = start;
	return 0;
}
