/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a pin fails, as far as it can be told afterwards: a quota refused it, which is
 * known; else which of the kernel's own limits is the likeliest.
 */
#ifndef PINCTL_WHY_H
#define PINCTL_WHY_H

#include "group-place.h"
#include "process-limits.h"
#include "records.h"

enum why_cause {
	WHY_UNKNOWN,
	WHY_MEMORY,   /* memory.max of its cgroup */
	WHY_ENTRIES,  /* mappings of a VFIO container */
	WHY_MEMLOCK,  /* RLIMIT_MEMLOCK */
	WHY_MAPPINGS, /* vm.max_map_count */
	WHY_FAILED,   /* the kernel failed a pin call, for what the memory is */
	WHY_QUOTA,
};

/* All facts that are judged; an unknown fact is 0, an unknown limit PIND_UNLIMITED. */
struct why {
	const struct pind_refusal_info *refusal; /* the last one, or NULL */
	const struct pind_failure_info *failure; /* likewise */
	uint64_t region;			 /* see why_region() */
	bool passes_now;    /* the quota that refused it lets that call pass by now */
	bool observes_now;  /* for it observes only */
	uint64_t limit_now; /* the limit that refused, as it is now */
	uint64_t since; /* both are known since then, ns of CLOCK_REALTIME; 0: not known */
	struct process_limits process;		 /* pid 0: none */
	struct group_memory memory; /* of its cgroup, or the one above it that is nearest to its limit */
	const char *memory_path;    /* of that; NULL: not known */
	uint64_t user_rings; /* bytes that io_uring and AF_XDP hold for the process's user */
	uint64_t user_locked; /* bytes that the user's processes lock and pin */
	uint64_t max_mappings;
	uint64_t max_entries;
};

/* A VFIO container's mappings, unless a parameter says otherwise. */
#define WHY_ENTRIES_USUAL 65535

/* The likeliest. */
enum why_cause why_judge(const struct why *why);

/* "quota", "kernel", "rlimit", "mappings", "vfio-entries", "memory" or "unknown". */
const char *why_word(enum why_cause cause);

/* Bytes of RLIMIT_MEMLOCK that are left, by the counter that has the most; PIND_UNLIMITED if
 * it does not bind. */
uint64_t why_memlock_left(const struct why *why);

/* The largest region that the same call site of the same group is known to want, in bytes, of
 * all that was refused or observed; 0: not known. */
uint64_t why_region(const struct pind_refusal_info *refusal, const struct pind_records *refusals);

/* The max with which the refused call would have passed, in whole MiB; with @region of
 * why_region(), all of that. */
uint64_t why_max_needed(const struct pind_refusal_info *refusal, uint64_t region);

/* Notes what the limit that refused is now; @by: the group whose limit it is. */
void why_take_limit(struct why *why, const struct pind_group_info *by);

/* Does this driver pin a region by calls of at most 2 MiB, so that more may come? */
bool why_is_piece(const struct pind_refusal_info *refusal);

#endif /* PINCTL_WHY_H */
