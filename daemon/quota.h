/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limits of a group: all that a quota sets. Sizes are bytes, or PIND_UNLIMITED; mode is
 * an enum pind_mode. Beside them stands who pays, of which only files may say anything.
 */
#ifndef PIND_QUOTA_H
#define PIND_QUOTA_H

#include <unistd.h>

#include <pind/reaction.h>

#include "snapshot.h"

struct pind_limits {
	uint64_t max;
	uint64_t max_held;
	uint64_t high;
	uint32_t mode;
	bool charge_owner; /* PIND_PAYER_OWNER */
};

static inline struct pind_limits pind_limits_none(void)
{
	return (struct pind_limits){ PIND_UNLIMITED, PIND_UNLIMITED, PIND_UNLIMITED,
				     PIND_MODE_ENFORCE, false };
}

/* Does the group pin, or keep in place, more than it may? */
static inline bool pind_group_is_over(const struct pind_group_info *info)
{
	return info->current > info->max || info->held > info->max_held;
}

/* Those that a group has. */
static inline struct pind_limits pind_limits_of(const struct pind_group_info *info)
{
	return (struct pind_limits){ info->max, info->max_held, info->high, info->mode,
				     info->charge == PIND_PAYER_OWNER };
}

static inline bool pind_limits_same(const struct pind_limits *a, const struct pind_limits *b)
{
	return a->max == b->max && a->max_held == b->max_held && a->high == b->high &&
	       a->mode == b->mode && a->charge_owner == b->charge_owner;
}

/* Who pays: an enum pind_payer. */
static inline uint32_t pind_limits_payer(const struct pind_limits *limits)
{
	return limits->charge_owner ? PIND_PAYER_OWNER : PIND_PAYER_PINNER;
}

static inline bool pind_limits_are_none(const struct pind_limits *limits)
{
	const struct pind_limits none = pind_limits_none();

	return pind_limits_same(limits, &none);
}

/* As the kernel takes them: in whole pages. */
static inline struct pind_limits pind_limits_rounded(struct pind_limits limits)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	limits.max -= limits.max == PIND_UNLIMITED ? 0 : limits.max % page;
	limits.max_held -= limits.max_held == PIND_UNLIMITED ? 0 : limits.max_held % page;
	limits.high -= limits.high == PIND_UNLIMITED ? 0 : limits.high % page;
	return limits;
}

/* The limits given in the change, and for the others those of @limits. */
static inline struct pind_limits pind_limits_changed(const struct pind_limits *limits,
						     const struct pind_group_change *change)
{
	return (struct pind_limits){
		change->set_max ? change->max : limits->max,
		change->set_max_held ? change->max_held : limits->max_held,
		change->set_high ? change->high : limits->high,
		change->set_mode ? change->mode : limits->mode,
		change->set_charge ? change->charge == PIND_PAYER_OWNER : limits->charge_owner,
	};
}

/*
 * The change that leaves none of the former limits. The pinner as payer is not said: of a rule
 * it is the default, and an older module would refuse to be asked for it.
 */
static inline struct pind_group_change pind_limits_change(const struct pind_limits *limits)
{
	return (struct pind_group_change){
		.set_max = true,
		.set_max_held = true,
		.set_high = true,
		.set_mode = true,
		.set_charge = limits->charge_owner,
		.max = limits->max,
		.max_held = limits->max_held,
		.high = limits->high,
		.mode = limits->mode,
		.charge = pind_limits_payer(limits),
	};
}

/* Which kind of quota a change is to make. */
enum pind_quota_kind {
	PIND_QUOTA_BY_NAME, /* kept, unless its cgroup is of a kind whose name never comes again */
	PIND_QUOTA_AS_IS,   /* as it is; if there is none, by name */
	PIND_QUOTA_KEPT,
	PIND_QUOTA_RUNTIME,
};

struct pind_caller;

/* A change that was asked for, and found well-formed. */
struct pind_quota_request {
	struct pind_group_change change;
	bool set_reaction; /* else it stays as it is wanted */
	struct pind_reaction reaction;
	enum pind_quota_kind kind;
	/* The owner of a delegated cgroup above, whose word it is; 0: an administrator's. */
	uint32_t owner;
	const struct pind_caller *by; /* who asks, or NULL */
};

#endif /* PIND_QUOTA_H */
