/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this machine can tell how many instructions the kernel ran. */
#ifndef GUP_BENCHMARK_INSTRUCTIONS_H
#define GUP_BENCHMARK_INSTRUCTIONS_H

#include <stdint.h>

enum instructions_by {
	INSTRUCTIONS_UNKNOWN,  /* it cannot */
	INSTRUCTIONS_BY_PERF,  /* a counter of the processor counts them */
	INSTRUCTIONS_BY_CLOCK, /* one nanosecond is one: a VM whose clock counts them */
};

/**
 * instructions_find - by which way
 * Under QEMU's -icount shift=0 two loops of different cost take as many
 * nanoseconds as they have instructions, which no real processor does.
 */
enum instructions_by instructions_find(void);

/**
 * instructions_open - count what the kernel runs for the calling thread
 * Return: a file descriptor, or a negative errno.
 */
int instructions_open(void);

/* What it has counted so far; 0 where it cannot be read. */
uint64_t instructions_read(int fd);

#endif /* GUP_BENCHMARK_INSTRUCTIONS_H */
