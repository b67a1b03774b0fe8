/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of the runs, for eyes (as gup_test writes it) and for programs. */
#ifndef GUP_BENCHMARK_REPORT_H
#define GUP_BENCHMARK_REPORT_H

#include <stdio.h>

#include <cjson/cJSON.h>

#include "options.h"
#include "runs.h"

/* Writes a line for each run, what was counted, and how the counters moved. */
void report_text(FILE *out, const struct options *options, const struct runs *runs);

/* The same as an object; NULL if out of memory. cJSON_Delete(). */
cJSON *report_json(const struct options *options, const struct runs *runs);

/**
 * report_interruption - the sentence for runs that were interrupted
 * Return: PIND_EXIT_FAILED, with the sentence kept (fail.h).
 */
int report_interruption(const struct options *options, const struct runs *runs);

/**
 * report_failure - the sentence for a run that failed
 * Return: PIND_EXIT_FAILED, with the sentence kept (fail.h).
 */
int report_failure(const struct options *options, const struct runs *runs, const struct run *run);

/**
 * report_unpinned - is what was to be pinned pinned
 * Return: 0, or PIND_EXIT_FAILED with a sentence kept (fail.h): it is not.
 */
int report_unpinned(const struct options *options, const struct runs *runs);

#endif /* GUP_BENCHMARK_REPORT_H */
