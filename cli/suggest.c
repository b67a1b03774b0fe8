// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "suggest.h"
#include "why.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t whole_mib(uint64_t bytes)
{
	return (bytes + MIB - 1) / MIB * MIB;
}

/* Of what another group refused it is not known how full this one was: as full as ever. */
static uint64_t need_of(const struct pind_group_info *group,
			const struct pind_refusal_info *refusal, uint64_t region)
{
	if (strcmp(refusal->by, group->path) == 0)
		return why_max_needed(refusal, region);
	return whole_mib(group->peak + (region ?: refusal->wanted));
}

struct suggestion suggest(const struct pind_group_info *group, const struct pind_records *refusals,
			  const struct group_memory *memory)
{
	struct suggestion ret = { .need = group->peak };

	for (size_t i = 0; i < refusals->n; i++) {
		const struct pind_refusal_info *refusal = records_at(refusals, i);
		uint64_t region, need;

		/* what is kept in place is bound by another limit */
		if (refusal->limit == PIND_LIMIT_MAX_HELD ||
		    !path_is_below(refusal->path, group->path))
			continue;
		region = why_region(refusal, refusals);
		need = need_of(group, refusal, region);
		if (need <= ret.need)
			continue;
		ret.need = need;
		ret.refusal = refusal;
		ret.refusal_need = need;
		ret.at_least = refusal->mode != PIND_MODE_OBSERVE && why_is_piece(refusal) &&
			       region <= refusal->taken + refusal->wanted;
	}
	ret.max = whole_mib(ret.need + ret.need / 4);
	if (memory && memory->max != PIND_UNLIMITED && ret.max > memory->max / 5 * 4)
		ret.crowds = memory->max;
	return ret;
}
