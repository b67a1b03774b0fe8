/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one module knows, to be given to the one that is loaded next: who holds which folios,
 * the limits of its groups, and the rules for those that come. Read from the one and given
 * to the other by its own requests (docs/netlink/pind.yaml).
 */
#ifndef PIND_HANDOVER_H
#define PIND_HANDOVER_H

#include <stdint.h>

struct handover;

/**
 * struct handover_tally - what came of it
 * @accounts: that held pins
 * @pins: that they held
 * @taken: of them, that the next module took
 * @limits: groups that have limits
 * @rules: for groups that come
 */
struct handover_tally {
	uint64_t accounts;
	uint64_t pins;
	uint64_t taken;
	uint64_t limits;
	uint64_t rules;
};

/**
 * handover_read - all of it, from the module that is there
 *
 * Return: 0; -EOPNOTSUPP: the module is older than handing over; another negative errno,
 * see handover_text().
 */
int handover_read(struct handover **ret);

/**
 * handover_give - all of it, to the module that is there now
 *
 * The ledger first, which no limit may be in the way of. What cannot be given is passed
 * over, but for a module that went away.
 *
 * Return: 0; the first failure, a negative errno.
 */
int handover_give(struct handover *handover);

const struct handover_tally *handover_tally(const struct handover *handover);

/** handover_text - what the kernel said of the last failure, or "" */
const char *handover_text(const struct handover *handover);

void handover_free(struct handover *handover);

#endif /* PIND_HANDOVER_H */
