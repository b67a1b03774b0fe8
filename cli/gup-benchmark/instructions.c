// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include <pind/cleanup.h>

#include "instructions.h"

/* Rounds of a loop of four instructions, and what may come on top (the clock). */
#define ROUNDS	     UINT64_C(25000)
#define INSTRUCTIONS (4 * ROUNDS)
#define SLACK	     (INSTRUCTIONS / 50)
#define TRIES	     5

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

#ifdef __x86_64__
static void cheap(void)
{
	uint64_t rounds = ROUNDS;

	__asm__ volatile("1: nop; nop; dec %0; jnz 1b" : "+r"(rounds) : : "cc");
}

/* Each multiplication waits for the one before. */
static void dear(void)
{
	uint64_t rounds = ROUNDS, value = 3;

	__asm__ volatile("1: imul %1, %1; imul %1, %1; dec %0; jnz 1b"
			 : "+r"(rounds), "+r"(value)
			 :
			 : "cc");
}

static bool takes_its_instructions(void (*loop)(void))
{
	uint64_t start, took, least = UINT64_MAX;

	/* an interrupt may come in between, but not each time */
	for (int i = 0; i < TRIES; i++) {
		start = now();
		loop();
		took = now() - start;
		least = took < least ? took : least;
	}
	return least >= INSTRUCTIONS && least <= INSTRUCTIONS + SLACK;
}

static bool clock_counts(void)
{
	return takes_its_instructions(cheap) && takes_its_instructions(dear);
}
#else
static bool clock_counts(void)
{
	return false;
}
#endif

int instructions_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_user = 1,
		.exclude_hv = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

uint64_t instructions_read(int fd)
{
	uint64_t count;

	return fd >= 0 && read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

enum instructions_by instructions_find(void)
{
	_cleanup_close_ int fd = instructions_open();

	if (fd >= 0)
		return INSTRUCTIONS_BY_PERF;
	return clock_counts() ? INSTRUCTIONS_BY_CLOCK : INSTRUCTIONS_UNKNOWN;
}
