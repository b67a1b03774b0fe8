/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gup_benchmark is asked to do: the options of the kernel's gup_test, and ours. */
#ifndef GUP_BENCHMARK_OPTIONS_H
#define GUP_BENCHMARK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/pind_bench.h>

#define OPTIONS_REPEATS_MAX 1000000
#define OPTIONS_THREADS_MAX 1024
/* Runs that are remembered: repeats times threads. */
#define OPTIONS_RUNS_MAX    1000000

enum options_thp {
	OPTIONS_THP_AS_IS, /* whatever the system does by itself */
	OPTIONS_THP_ON,
	OPTIONS_THP_OFF,
};

/**
 * struct options - one command line
 * @operation: how pages are got
 * @flags: PIND_BENCH_*
 * @size: bytes of the memory
 * @pages_per_call: base pages that each call gets
 * @repeats: runs of each thread
 * @threads: that run side by side, on the same memory
 * @hold_ms: milliseconds between get and put
 * @prefault: touch the pages before they are got; if not, the first run that gets
 *	them faults them in
 * @file: to map, or NULL: anonymous memory
 * @shared: MAP_SHARED instead of MAP_PRIVATE
 * @hugetlb: the size of the pages of a hugetlb pool, or 0: not from one
 * @thp: madvise() for transparent huge pages
 * @json: instead of text
 * @help: only say how to use it
 * @version: only say the version
 */
struct options {
	enum pind_bench_operation operation;
	uint32_t flags;
	uint64_t size;
	uint32_t pages_per_call;
	uint32_t repeats;
	uint32_t threads;
	uint32_t hold_ms;
	bool prefault;
	const char *file;
	bool shared;
	uint64_t hugetlb;
	enum options_thp thp;
	bool json;
	bool help;
	bool version;
};

/**
 * options_parse - read the command line
 * @ret: valid on success
 *
 * Return: 0, or PIND_EXIT_USAGE with a sentence kept (fail.h).
 */
int options_parse(int argc, char **argv, struct options *ret);

/* The name gup_test has for an operation: "PIN_FAST_BENCHMARK". */
const char *options_operation_name(enum pind_bench_operation operation);

/* How pages are unpinned: "array", "range", "folio"; NULL where none are. */
const char *options_unpin_name(const struct options *options);

/* Prints how to use it. */
void options_help(void);

#endif /* GUP_BENCHMARK_OPTIONS_H */
