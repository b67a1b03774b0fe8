/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory whose pages are got: mapped, and faulted in, before any clock runs. */
#ifndef GUP_BENCHMARK_MEMORY_H
#define GUP_BENCHMARK_MEMORY_H

#include <stddef.h>

#include "options.h"

/**
 * memory_map - map what the options ask for, and touch each page if they say so
 * @ret_start: where it begins: huge pages at a multiple of their size
 *
 * It stays until the process ends. Return: 0, or an exit status with a sentence
 * kept (fail.h).
 */
int memory_map(const struct options *options, char **ret_start);

#endif /* GUP_BENCHMARK_MEMORY_H */
