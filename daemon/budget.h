/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many entries the journal gets of what tenants cause, whoever they are: a tenant who may
 * make groups could have one for each of as many as they like, and fill the disk, or have
 * journald drop what others cause.
 */
#ifndef PIND_BUDGET_H
#define PIND_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* So many at once, and then ten a second. */
#define PIND_BUDGET_BURST 1000
#define PIND_BUDGET_USEC  (100ULL * 1000)

struct pind_budget {
	uint64_t until; /* CLOCK_MONOTONIC, us, by when all of it can be spent again */
};

/* When there is something to be spent: now or earlier if there is. */
uint64_t pind_budget_next(const struct pind_budget *budget);

/* One entry, now: is there something for it? If so it is spent. */
bool pind_budget_take(struct pind_budget *budget, uint64_t now);

#endif /* PIND_BUDGET_H */
