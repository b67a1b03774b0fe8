/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A suggestion for a quota, from the pins, refusals and observations so far. */
#ifndef PINCTL_SUGGEST_H
#define PINCTL_SUGGEST_H

#include "group-place.h"
#include "records.h"

struct suggestion {
	uint64_t need; /* bytes: the most that was pinned or wanted at one time; 0: nothing was */
	uint64_t max;  /* and a quarter, in whole MiB */
	/* Of all that it was refused, or would have been, what asked for the most; NULL: nothing
	 * asked for more than its peak. */
	const struct pind_refusal_info *refusal;
	uint64_t refusal_need; /* max with which that would have passed */
	bool at_least;	       /* what was refused, and never seen whole, may need more */
	uint64_t crowds; /* memory.max, where that max is more than four fifths of it; else 0 */
};

/**
 * suggest - the suggestion for a group
 * @refusals: of all groups
 * @memory: of the group, or NULL
 */
struct suggestion suggest(const struct pind_group_info *group, const struct pind_records *refusals,
			  const struct group_memory *memory);

#endif /* PINCTL_SUGGEST_H */
