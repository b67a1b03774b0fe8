// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "area.h"

char *area_map(size_t size, bool huge)
{
	size_t room = size + AREA_HUGE_SIZE;
	char *map = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *area;

	if (map == MAP_FAILED)
		return NULL;
	area = (char *)(((uintptr_t)map + AREA_HUGE_SIZE - 1) & ~(AREA_HUGE_SIZE - 1));
	if (madvise(map, room, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) < 0) {
		int error = errno;

		(void)munmap(map, room);
		errno = error;
		return NULL;
	}
	memset(area, 1, size);
	return area;
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
