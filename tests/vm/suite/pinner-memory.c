// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "area.h"
#include "pinner.h"

static long do_area(struct pinner *pinner, char **words)
{
	enum area_kind kind = AREA_BASE;
	char *word, *untouched;

	if (pinner_size(words, &pinner->size) < 0)
		return -EINVAL;
	word = pinner_word(words);
	untouched = pinner_word(words);
	if (word && area_kind_from_string(word, &kind) < 0)
		return -EINVAL;
	if (untouched && strcmp(untouched, "untouched"))
		return -EINVAL;
	pinner->area = area_map(pinner->size, kind, !untouched);
	return pinner->area ? (long)pinner->size : -errno;
}

static long do_file(struct pinner *pinner, char **words)
{
	const char *path = pinner_word(words), *how = pinner_word(words);
	size_t size = 0;

	if (!how || (strcmp(how, "shared") && strcmp(how, "private")))
		return -EINVAL;
	if (**words && pinner_size(words, &size) < 0)
		return -EINVAL;
	pinner->area = area_map_file(path, !strcmp(how, "shared"), size, &pinner->size);
	return pinner->area ? (long)pinner->size : -errno;
}

/* One memory at two places side by side, as a ring buffer that never wraps has it. */
static long do_twice(struct pinner *pinner, char **words)
{
	const char *kind;
	size_t size;
	int fd, r = 0;

	if (pinner_size(words, &size) < 0)
		return -EINVAL;
	kind = pinner_word(words);
	if (kind && strcmp(kind, "2M"))
		return -EINVAL;
	pinner->size = 2 * size;
	pinner->area = area_map(pinner->size, AREA_BASE, false);
	fd = memfd_create("twice", MFD_CLOEXEC | (kind ? MFD_HUGETLB | MFD_HUGE_2MB : 0));
	if (!pinner->area || fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return -errno;
	for (char *at = pinner->area; at < pinner->area + pinner->size; at += size)
		if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
		    MAP_FAILED)
			r = -errno;
	if (!r)
		memset(pinner->area, 1, size);
	(void)close(fd);
	return r ? r : (long)pinner->size;
}

static long do_huge(struct pinner *pinner, char **words)
{
	return area_huge(pinner->area);
}

static long do_fill(struct pinner *pinner, char **words)
{
	struct iovec range;
	int byte, r;

	r = pinner_range(pinner, words, &range);
	if (r < 0 || pinner_number(words, &byte) < 0)
		return r < 0 ? r : -EINVAL;
	memset(range.iov_base, byte, range.iov_len);
	return 0;
}

/* A word for a number of a system call. */
struct choice {
	const char *word; /* NULL ends them */
	int number;
};

/* A range, and behind it one of @choices. */
static int range_and_choice(struct pinner *pinner, char **words, const struct choice *choices,
			    struct iovec *ret_range, int *ret_number)
{
	int r = pinner_range(pinner, words, ret_range);
	const char *word;

	if (r < 0)
		return r;
	word = pinner_word(words);
	for (; word && choices->word; choices++) {
		if (strcmp(choices->word, word))
			continue;
		*ret_number = choices->number;
		return 0;
	}
	return -EINVAL;
}

static long do_advise(struct pinner *pinner, char **words)
{
	static const struct choice advices[] = {
		{ "dontneed", MADV_DONTNEED },
		{ "mergeable", MADV_MERGEABLE },
		{ "pageout", MADV_PAGEOUT },
		{ "remove", MADV_REMOVE },
		{},
	};
	struct iovec range;
	int advice;
	int r = range_and_choice(pinner, words, advices, &range, &advice);

	if (r < 0)
		return r;
	return madvise(range.iov_base, range.iov_len, advice) < 0 ? -errno : 0;
}

static long do_unmap(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r;

	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	return munmap(range.iov_base, range.iov_len) < 0 ? -errno : 0;
}

static long do_protect(struct pinner *pinner, char **words)
{
	static const struct choice protections[] = {
		{ "none", PROT_NONE },
		{ "read", PROT_READ },
		{ "write", PROT_WRITE },
		{},
	};
	struct iovec range;
	int protection;
	int r = range_and_choice(pinner, words, protections, &range, &protection);

	if (r < 0)
		return r;
	return mprotect(range.iov_base, range.iov_len, protection) < 0 ? -errno : 0;
}

static long do_remap(struct pinner *pinner, char **words)
{
	char *there = area_map(pinner->size, AREA_BASE, false);

	if (!there || mremap(pinner->area, pinner->size, pinner->size,
			     MREMAP_MAYMOVE | MREMAP_FIXED, there) == MAP_FAILED)
		return -errno;
	pinner->area = there;
	return 0;
}

static long do_alias(struct pinner *pinner, char **words)
{
	int count;

	if (pinner_number(words, &count) < 0)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		/* An old size of 0 leaves the old mapping where it is. */
		char *alias = mremap(pinner->area, 0, PAGE, MREMAP_MAYMOVE);

		if (alias == MAP_FAILED)
			return -errno;
		(void)*(volatile char *)alias;
	}
	return count;
}

static long do_bind(struct pinner *pinner, char **words)
{
	unsigned long nodes;
	int node;

	if (pinner_number(words, &node) < 0)
		return -EINVAL;
	nodes = 1UL << node;
	return syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 8 * sizeof(nodes)) < 0 ? -errno : 0;
}

/* Those that cannot move stay; counts those that are there then. */
static long move(const struct iovec *range, int node)
{
	size_t pages = range->iov_len / PAGE;
	void **addresses = calloc(pages, sizeof(*addresses));
	int *nodes = calloc(pages, sizeof(*nodes));
	int *status = calloc(pages, sizeof(*status));
	long there = addresses && nodes && status ? 0 : -ENOMEM;

	for (size_t i = 0; !there && i < pages; i++) {
		addresses[i] = (char *)range->iov_base + i * PAGE;
		nodes[i] = node;
	}
	if (!there && (syscall(SYS_move_pages, 0, pages, addresses, nodes, status, MPOL_MF_MOVE) < 0 ||
		       syscall(SYS_move_pages, 0, pages, addresses, NULL, status, 0) < 0))
		there = -errno;
	for (size_t i = 0; there >= 0 && i < pages; i++)
		there += status[i] == node;
	free(addresses);
	free(nodes);
	free(status);
	return there;
}

static long do_move(struct pinner *pinner, char **words)
{
	struct iovec range;
	int node, r;

	r = pinner_range(pinner, words, &range);
	if (r < 0 || pinner_number(words, &node) < 0)
		return r < 0 ? r : -EINVAL;
	return move(&range, node);
}

/* Frame number of a page that is there, by /proc/self/pagemap. */
static long frame_of(int pagemap, const char *page)
{
	uint64_t entry;

	if (pread(pagemap, &entry, sizeof(entry), (uintptr_t)page / PAGE * sizeof(entry)) !=
	    sizeof(entry))
		return -EIO;
	return entry >> 63 ? (long)(entry & ((1ULL << 55) - 1)) : -ENXIO;
}

static long do_address(struct pinner *pinner, char **words)
{
	struct iovec range;
	long r;

	r = pinner_range(pinner, words, &range);
	return r < 0 ? r : (long)range.iov_base;
}

static long do_frame(struct pinner *pinner, char **words)
{
	struct iovec range;
	int pagemap;
	long r;

	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return -errno;
	r = frame_of(pagemap, range.iov_base);
	(void)close(pagemap);
	return r;
}

static long do_between(struct pinner *pinner, char **words)
{
	int from, to, pagemap, count = 0;
	struct iovec range;
	long r;

	r = pinner_range(pinner, words, &range);
	if (r < 0 || pinner_number(words, &from) < 0 || pinner_number(words, &to) < 0)
		return r < 0 ? r : -EINVAL;
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return -errno;
	for (size_t i = 0; r >= 0 && i < range.iov_len; i += PAGE) {
		r = frame_of(pagemap, (char *)range.iov_base + i);
		count += r >= from && r < to;
	}
	(void)close(pagemap);
	return r < 0 ? r : count;
}

const struct pinner_command pinner_memory_commands[] = {
	{ "advise", do_advise },
	{ "alias", do_alias },
	{ "area", do_area },
	{ "between", do_between },
	{ "bind", do_bind },
	{ "file", do_file },
	{ "twice", do_twice },
	{ "fill", do_fill },
	{ "address", do_address },
	{ "frame", do_frame },
	{ "huge", do_huge },
	{ "move", do_move },
	{ "protect", do_protect },
	{ "remap", do_remap },
	{ "unmap", do_unmap },
	{},
};
