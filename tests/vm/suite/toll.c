// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * toll FILE: what a short-term pin costs here and now. Reads 64 KiB of its own
 * memory by process_vm_readv(), and as much of FILE by O_DIRECT, again and again,
 * and prints the cheapest of each: "vm-readv N direct N", in nanoseconds. In a VM
 * whose clock counts instructions (./dev vm --icount) they are that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "area.h"

#define SIZE   ((size_t)64 << 10)
#define ROUNDS 64

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int read_memory(char *area, int file)
{
	const struct iovec there = { area, SIZE }, here = { area + SIZE, SIZE };

	return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)SIZE ? 0 : -EIO;
}

static int read_file(char *area, int file)
{
	return pread(file, area, SIZE, 0) == (ssize_t)SIZE ? 0 : -EIO;
}

/* The cheapest; the first rounds are dear. Or a negative errno. */
static long toll(int (*one)(char *area, int file), char *area, int file)
{
	uint64_t least = INT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = now(), end;
		int r = one(area, file);

		end = now();
		if (r < 0)
			return r;
		if (end - start < least)
			least = end - start;
	}
	return (long)least;
}

int main(int argc, char **argv)
{
	char *area = area_map(2 * SIZE, AREA_BASE, true);
	int file = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECT | O_CLOEXEC) : -1;
	long memory, direct;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: toll FILE\n");
		return 2;
	}
	memory = area ? toll(read_memory, area, file) : -ENOMEM;
	direct = area ? toll(read_file, area, file) : -ENOMEM;
	if (file < 0 || memory < 0 || direct < 0) {
		(void)fprintf(stderr, "toll: cannot read 64 KiB of memory and of %s\n", argv[1]);
		return 1;
	}
	(void)printf("vm-readv %ld direct %ld\n", memory, direct);
	return 0;
}
