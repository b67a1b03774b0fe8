// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "area.h"

static const struct {
	const char *word;
	int flags;
} kinds[] = {
	[AREA_BASE] = { "base", MAP_PRIVATE | MAP_ANONYMOUS },
	[AREA_THP] = { "thp", MAP_PRIVATE | MAP_ANONYMOUS },
	[AREA_HUGETLB_2M] = { "2M", MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB },
	[AREA_HUGETLB_1G] = { "1G", MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB },
	[AREA_SHARED] = { "shared", MAP_SHARED | MAP_ANONYMOUS },
	[AREA_SECRET] = { "secret", MAP_SHARED },
};

int area_kind_from_string(const char *word, enum area_kind *ret_kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].word, word))
			continue;
		*ret_kind = i;
		return 0;
	}
	return -EINVAL;
}

/* Base or transparent huge pages: room for the boundary has to be mapped with it. */
static char *map_aligned(size_t size, enum area_kind kind)
{
	size_t room = size + AREA_HUGE_SIZE;
	int advice = kind == AREA_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
	char *map = mmap(NULL, room, PROT_READ | PROT_WRITE, kinds[kind].flags, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	/* a kernel without huge pages, as with PREEMPT_RT, does not know the advice: who needs some
	 * looks */
	if (madvise(map, room, advice) < 0 && errno != EINVAL) {
		int error = errno;

		(void)munmap(map, room);
		errno = error;
		return NULL;
	}
	return (char *)(((uintptr_t)map + AREA_HUGE_SIZE - 1) & ~(AREA_HUGE_SIZE - 1));
}

/* These begin where their pages do. */
static char *map_hugetlb(size_t size, enum area_kind kind)
{
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, kinds[kind].flags, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}

static char *map_secret(size_t size)
{
	int fd = (int)syscall(SYS_memfd_secret, 0), error;
	char *map = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, (off_t)size) == 0)
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, kinds[AREA_SECRET].flags, fd, 0);
	error = errno;
	(void)close(fd);
	errno = error;
	return map == MAP_FAILED ? NULL : map;
}

char *area_map(size_t size, enum area_kind kind, bool touch)
{
	bool hugetlb = kinds[kind].flags & MAP_HUGETLB;
	char *area = kind == AREA_SECRET ? map_secret(size)
		     : hugetlb		 ? map_hugetlb(size, kind)
					 : map_aligned(size, kind);

	if (area && touch)
		memset(area, 1, size);
	return area;
}

char *area_map_file(const char *path, bool shared, size_t size, size_t *ret_size)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), error;
	char *map = MAP_FAILED;
	struct stat st = {};

	if (fd < 0)
		return NULL;
	if (size || fstat(fd, &st) == 0) {
		size = size ?: (size_t)st.st_size;
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE,
			   fd, 0);
	}
	error = errno;
	(void)close(fd);
	errno = error;
	if (map == MAP_FAILED)
		return NULL;
	*ret_size = size;
	return map;
}

long area_huge(const char *area)
{
	unsigned long from, to;
	bool inside = false;
	char line[512];
	long kib = -ENOENT;
	FILE *maps = fopen("/proc/self/smaps", "re");

	if (!maps)
		return -errno;
	while (kib < 0 && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (unsigned long)area >= from && (unsigned long)area < to;
		else if (inside)
			(void)sscanf(line, "AnonHugePages: %ld kB", &kib);
	}
	(void)fclose(maps);
	return kib < 0 ? kib : kib << 10;
}
