/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mappings of a process, and the page frames that are behind them, as /proc has both. */
#ifndef PINCTL_MAPPING_H
#define PINCTL_MAPPING_H

#include <sys/types.h>

#include "records.h"

/* A run is at most so long: who looks for those that reach to a frame begins so far before. */
#define MAPPING_RUN_MOST 512

/**
 * struct mapping_run - frames side by side that are so in a mapping, too
 * @first: frame
 * @n: how many
 * @mapping: index of the mapping
 */
struct mapping_run {
	uint64_t first;
	uint32_t n;
	uint32_t mapping;
};

struct mappings {
	struct pind_records records; /* of pind_mapping_kind, by address */
	struct mapping_run *runs;    /* by their first frames; a frame may be in several */
	size_t n;
	size_t room;
};

/**
 * mappings_read - all of a process
 * @proc: process_root()
 * @ret: end it with mappings_done(), also after a failure
 *
 * What is pinned of a mapping is left 0.
 *
 * Return: 0; -ESRCH if there is no such process; -EPERM if frames are not told to the caller;
 * or another negative errno.
 */
int mappings_read(const char *proc, pid_t pid, struct mappings *ret);

void mappings_done(struct mappings *mappings);

/* The first run that may reach to a frame; those behind it begin at higher ones. */
size_t mapping_run_find(const struct mappings *mappings, uint64_t frame);

#endif /* PINCTL_MAPPING_H */
