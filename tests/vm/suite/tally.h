/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All counts of pins, the module's and the kernel's, and what a group pays. */
#ifndef PIND_SUITE_TALLY_H
#define PIND_SUITE_TALLY_H

#include <stdint.h>

#include "family.h"

enum tally_count {
	TALLY_REQUESTED,
	TALLY_RETURNED,
	TALLY_LONGTERM_REQUESTED,
	TALLY_LONGTERM_RETURNED,
	TALLY_ACQUIRED,
	TALLY_RELEASED,
	TALLY_REFUSED,
	TALLY_CURRENT,	/* bytes that the group pays */
	TALLY_PINS,	/* that the group holds */
	TALLY_NR,
};

/** struct tally - a reading, or the difference of two */
struct tally {
	int64_t counts[TALLY_NR];
};

/** tally_name - what a count is called */
const char *tally_name(enum tally_count count);

/**
 * tally_read - read them all
 * @family: to be asked
 * @id: of the group's cgroup
 * @ret_tally: valid on success
 *
 * Return: 0, or a negative errno.
 */
int tally_read(struct family *family, uint64_t id, struct tally *ret_tally);

/**
 * tally_kernel_pins - pins by the kernel's own count, as /proc/vmstat has it
 *
 * Return: how many, or a negative errno.
 */
int64_t tally_kernel_pins(void);

#endif /* PIND_SUITE_TALLY_H */
