// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory whose frames lie as one wants them. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area.h"
#include "pinner.h"

/* Frames that the module looks up together. */
#define LEAF_SIZE ((size_t)1 << 20)

/* Changes of the MiB that the frames are in, from page to page. */
static long count_changes(const struct iovec *range)
{
	uint64_t leaf = 0, entry;
	long changes = -1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < range->iov_len; at += PAGE) {
		off_t offset = (off_t)(((uintptr_t)range->iov_base + at) / PAGE * sizeof(entry));

		if (pread(fd, &entry, sizeof(entry), offset) != sizeof(entry))
			break;
		entry = (entry << 9 >> 9) / (LEAF_SIZE / PAGE);
		changes += changes < 0 || entry != leaf;
		leaf = entry;
	}
	(void)close(fd);
	return changes;
}

/* Huge pages become base pages, whose frames then follow each other. */
static int split(const char *area, size_t size)
{
	char request[80];
	int fd = open("/sys/kernel/debug/split_huge_pages", O_WRONLY | O_CLOEXEC), r, length;

	if (fd < 0)
		return -errno;
	length = snprintf(request, sizeof(request), "%d,%#lx,%#lx", getpid(), (unsigned long)area,
			  (unsigned long)(area + size));
	r = write(fd, request, (size_t)length) < 0 ? -errno : 0;
	(void)close(fd);
	return r;
}

static long do_lay_together(struct pinner *pinner, char **words)
{
	int r;

	if (pinner_size(words, &pinner->size) < 0)
		return -EINVAL;
	pinner->area = area_map(pinner->size, AREA_THP, true);
	if (!pinner->area)
		return -errno;
	r = split(pinner->area, pinner->size);
	/* or khugepaged puts them together again */
	(void)madvise(pinner->area, pinner->size, MADV_NOHUGEPAGE);
	return r < 0 ? r : count_changes(&(struct iovec){ pinner->area, pinner->size });
}

/*
 * Each page is touched right after one of a store was freed, whose frame it gets; of
 * ten seven lie in another MiB than the page before.
 */
static long do_lay_scattered(struct pinner *pinner, char **words)
{
	size_t store_size = 18 * AREA_HUGE_SIZE, leaves = store_size / LEAF_SIZE, leaf = 0;
	size_t used[store_size / LEAF_SIZE];
	char *store;
	int r;

	if (pinner_size(words, &pinner->size) < 0 || pinner->size > store_size / 4)
		return -EINVAL;
	pinner->area = area_map(pinner->size, AREA_BASE, false);
	store = area_map(store_size, AREA_THP, true);
	if (!pinner->area || !store)
		return -errno;
	r = split(store, store_size);
	if (r < 0)
		return r;
	/* its page table, before the first frame is chosen */
	pinner->area[0] = 1;
	(void)madvise(pinner->area, PAGE, MADV_DONTNEED);
	memset(used, 0, sizeof(used));
	for (size_t i = 0; i < pinner->size / PAGE; i++) {
		if (i * 7 % 10 < 7)
			leaf = (leaf + 13) % leaves;
		(void)madvise(store + leaf * LEAF_SIZE + used[leaf]++ * PAGE, PAGE, MADV_DONTNEED);
		pinner->area[i * PAGE] = 1;
	}
	return count_changes(&(struct iovec){ pinner->area, pinner->size });
}

static long do_changes(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r = pinner_range(pinner, words, &range);

	return r < 0 ? r : count_changes(&range);
}

const struct pinner_command pinner_lay_commands[] = {
	{ "changes", do_changes },
	{ "lay-scattered", do_lay_scattered },
	{ "lay-together", do_lay_together },
	{},
};
