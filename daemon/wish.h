/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits that a group is to have, and their source. */
#ifndef PIND_WISH_H
#define PIND_WISH_H

#include <pind/reaction.h>

#include "quota.h"

/* The source of the limits; a later one overrides those before it. */
enum pind_source { PIND_SOURCE_NONE, PIND_SOURCE_FILE, PIND_SOURCE_KEPT, PIND_SOURCE_RUNTIME };

struct pind_wish {
	enum pind_source source;
	struct pind_limits limits; /* none, where nobody says anything */
	struct pind_reaction reaction;
	uint32_t owner;	  /* as in struct pind_quota */
	const char *file; /* of a rule; until the policy is loaded again. Else NULL */
	unsigned int line;
};

/* Of nobody. */
static inline struct pind_wish pind_wish_none(void)
{
	return (struct pind_wish){ .limits = pind_limits_none() };
}

#endif /* PIND_WISH_H */
