/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of pins, the kernel's and those of pind, and how they moved. */
#ifndef GUP_BENCHMARK_COUNTERS_H
#define GUP_BENCHMARK_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

#define COUNTERS_KERNEL "/proc/vmstat"
#define COUNTERS_PIND	"/proc/pind/vmstat"

#define COUNTERS_MAX  64
#define COUNTERS_NAME 48

/**
 * struct counters - those of one file whose names begin with nr_foll_pin or nr_pind
 * @present: there is such a file
 * @names: what they are called there
 * @values: what they said; of counters_moved(): how far they moved
 */
struct counters {
	bool present;
	size_t n;
	char names[COUNTERS_MAX][COUNTERS_NAME];
	long long values[COUNTERS_MAX];
};

/* Reads a file of "NAME VALUE" lines; one that is not there is no failure. */
void counters_read(const char *path, struct counters *ret);

/**
 * counters_refresh - have the kernel fold what its CPUs have not yet told into
 * its counters, which lag behind without it
 */
void counters_refresh(void);

/* @values of @after become what lies between; by name. */
void counters_moved(const struct counters *before, struct counters *after);

#endif /* GUP_BENCHMARK_COUNTERS_H */
