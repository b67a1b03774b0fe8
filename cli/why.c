// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "why.h"

#define MIB (UINT64_C(1) << 20)

/* RDMA, VFIO and their like hand the kernel a page full of pointers at a time. */
#define PIECE_BYTES (2 * MIB)

/* So near a limit it is the likeliest. */
static bool is_near(uint64_t used, uint64_t limit)
{
	return limit != PIND_UNLIMITED && limit > 0 && used >= limit - limit / 20;
}

uint64_t why_memlock_left(const struct why *why)
{
	const struct process_limits *process = &why->process;
	uint64_t used = process->mlocked;

	if (process->memlock == PIND_UNLIMITED || process->ignores_memlock)
		return PIND_UNLIMITED;
	/* RDMA counts by VmPin, VFIO by VmLck, rings by what the user has */
	if (used < process->pinned)
		used = process->pinned;
	if (used < why->user_rings)
		used = why->user_rings;
	return used < process->memlock ? process->memlock - used : 0;
}

/* What is known counts more than what is likely, and what was last more than what was before. */
static enum why_cause judge_known(const struct why *why)
{
	const struct pind_failure_info *failure = why->failure;

	bool refused = why->refusal && !why->passes_now;

	if (refused && (!failure || failure->last < why->refusal->last))
		return WHY_QUOTA;
	if (!failure)
		return WHY_UNKNOWN;
	/* some of the pages were got: a driver may be content with that, and ask again */
	if (failure->partial == failure->count)
		return refused ? WHY_QUOTA : WHY_UNKNOWN;
	if (failure->error == ENOMEM && is_near(why->memory.current, why->memory.max))
		return WHY_MEMORY;
	return WHY_FAILED;
}

enum why_cause why_judge(const struct why *why)
{
	enum why_cause known = judge_known(why);

	if (known != WHY_UNKNOWN)
		return known;
	if (!why->process.pid)
		return WHY_UNKNOWN;
	if (why->process.mappings && is_near(why->process.mappings, why->max_mappings))
		return WHY_MAPPINGS;
	if (why_memlock_left(why) != PIND_UNLIMITED)
		return WHY_MEMLOCK;
	if (why->process.has_vfio && why->max_entries < WHY_ENTRIES_USUAL)
		return WHY_ENTRIES;
	if (is_near(why->memory.current, why->memory.max))
		return WHY_MEMORY;
	return WHY_UNKNOWN;
}

const char *why_word(enum why_cause cause)
{
	static const char *const words[] = {
		[WHY_UNKNOWN] = "unknown",	[WHY_QUOTA] = "quota",
		[WHY_MEMLOCK] = "rlimit",	[WHY_MAPPINGS] = "mappings",
		[WHY_ENTRIES] = "vfio-entries", [WHY_MEMORY] = "memory",
		[WHY_FAILED] = "kernel",
	};

	return words[cause];
}

uint64_t why_region(const struct pind_refusal_info *refusal, const struct pind_records *refusals)
{
	uint64_t region = refusal->region;

	for (size_t i = 0; i < refusals->n; i++) {
		const struct pind_refusal_info *other = records_at(refusals, i);

		if (other->region > region && strcmp(other->path, refusal->path) == 0 &&
		    strcmp(model_shown(other->symbol), model_shown(refusal->symbol)) == 0)
			region = other->region;
	}
	return region;
}

static uint64_t bytes_needed(const struct pind_refusal_info *refusal, uint64_t region)
{
	uint64_t more = refusal->needed ?: refusal->wanted;
	uint64_t known = refusal->taken + refusal->wanted;

	/* what it had taken is in current, and gone when it tries again */
	if (region > known)
		more += region - known;
	return refusal->current + refusal->reserved + more;
}

uint64_t why_max_needed(const struct pind_refusal_info *refusal, uint64_t region)
{
	return (bytes_needed(refusal, region) + MIB - 1) / MIB * MIB;
}

void why_take_limit(struct why *why, const struct pind_group_info *by)
{
	why->limit_now = why->refusal->limit == PIND_LIMIT_MAX_HELD ? by->max_held : by->max;
	why->observes_now = by->mode == PIND_MODE_OBSERVE;
	why->passes_now =
		why->observes_now || why->limit_now >= bytes_needed(why->refusal, why->region);
}

bool why_is_piece(const struct pind_refusal_info *refusal)
{
	static const char *const drivers[] = { "rdma", "vfio", "iommufd", "vdpa" };

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (refusal->driver && strcmp(refusal->driver, drivers[i]) == 0)
			return refusal->wanted <= PIECE_BYTES;
	}
	return false;
}
