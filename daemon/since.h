/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Since when groups are above their quota, for a daemon that is started again: a file in the
 * runtime directory, which ends with the boot, as the clock does by which it tells. It is
 * not needed: without it a time of grace begins anew.
 */
#ifndef PIND_SINCE_H
#define PIND_SINCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pind/reaction.h>

#define PIND_SINCE_FILE	    "exceeded.since"
/* So long after it was opened, what nobody asked for is of groups that are no more. */
#define PIND_SINCE_OLD_USEC (60ULL * 1000 * 1000)

/* A group to which something is to be done, and to what that refers. */
struct pind_since_row {
	uint64_t id;
	uint64_t since; /* CLOCK_MONOTONIC, us; later than now after a failure */
	uint64_t max, max_held;
	struct pind_reaction reaction;
	bool done; /* nothing is to be done any more, until it was below */
	unsigned int holds; /* times that hooks held it off */
};

struct pind_since;

/*
 * Reads what is known; without a file, or with one that makes no sense, nothing is.
 * @now: as struct pind_since_row has times. 0 or -ENOMEM.
 */
int pind_since_open(const char *directory, uint64_t now, struct pind_since **ret);
struct pind_since *pind_since_free(struct pind_since *since);

/* What is known of a group, of this load of the module: it is asked for once. */
bool pind_since_take(struct pind_since *since, uint64_t load_id, uint64_t id,
		     struct pind_since_row *ret);

/* These are known from now on, and what nobody has asked for yet. A failure is passed over. */
void pind_since_write(struct pind_since *since, uint64_t load_id, uint64_t now,
		      const struct pind_since_row *rows, size_t n);

#endif /* PIND_SINCE_H */
