/* SPDX-License-Identifier: GPL-2.0 */
/* A run of the benchmark: get, hold, give back, and how long it took. */
#ifndef PIND_BENCH_RUN_H
#define PIND_BENCH_RUN_H

#include <linux/pind_bench.h>

/**
 * pind_bench_run() - do what was asked for
 * @run: what, checked here; what came of it
 *
 * Context: process, may sleep; takes and drops the mmap lock of current's memory.
 * Return: 0, or an error, see PIND_BENCH_RUN. In both cases nothing is held any
 * more.
 */
int pind_bench_run(struct pind_bench_run *run);

#endif /* PIND_BENCH_RUN_H */
