/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runs that the options ask for, in threads side by side, and what came of them. */
#ifndef GUP_BENCHMARK_RUNS_H
#define GUP_BENCHMARK_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"
#include "instructions.h"
#include "options.h"

/**
 * struct run - one ioctl
 * @run: as the kernel left it
 * @thread: that made it, from 0 on
 * @error: errno, or 0
 * @instructions: of the kernel during the ioctl, where they are counted
 */
struct run {
	struct pind_bench_run run;
	uint32_t thread;
	int error;
	uint64_t instructions;
};

/**
 * struct runs - all of them
 * @runs: thread by thread; a thread stops at the first that fails
 * @interrupted: SIGINT or SIGTERM ended them early
 * @by: how their instructions were counted
 * @kernel: how the kernel's counters moved from before the first to after the
 *	last, whoever moved them
 * @pind: likewise those of pind
 */
struct runs {
	struct run *runs;
	size_t n;
	bool interrupted;
	enum instructions_by by;
	struct counters kernel;
	struct counters pind;
};

/**
 * runs_do - do them
 * @device: PIND_BENCH_DEVICE, open
 * @start: the memory
 * @ret: valid on success, also when runs failed; runs_free()
 *
 * Return: 0, or an exit status with a sentence kept (fail.h).
 */
int runs_do(const struct options *options, int device, char *start, struct runs *ret);

void runs_free(struct runs *runs);

/* The first that failed, or NULL. */
const struct run *runs_failed(const struct runs *runs);

#endif /* GUP_BENCHMARK_RUNS_H */
