/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The amounts that accounts pin of a process's mappings. */
#ifndef PINCTL_MAPPING_PINS_H
#define PINCTL_MAPPING_PINS_H

#include "mapping.h"

struct pind_source;

/* In place of a mapping: all of them together, in which each frame is once. */
#define MAPPING_ALL ((size_t)-1)

/**
 * struct mapping_pin - the memory that one account pins of one mapping
 * @mapping: its index, or MAPPING_ALL
 * @account: its id
 * @bytes: at most. Of a folio that is mapped in part and pinned in part it is not known whether
 *	these are the same parts; they are taken to be
 */
struct mapping_pin {
	size_t mapping;
	uint64_t account;
	uint64_t bytes;
};

struct mapping_pins {
	struct mapping_pin *pins; /* by mapping, what pins most first */
	size_t n;
	size_t room;
	uint64_t lasting; /* bytes that are mapped, pinned in no account, and known to last */
	uint64_t oldest;  /* since when the first of them has, ns of CLOCK_BOOTTIME */
};

/**
 * mapping_pins_find - ask who pins the frames that are behind mappings
 * @mappings: what is pinned of each, and what no account holds, is filled in
 * @progress: called now and then with a walk over all of them; its frames are no real ones
 * @ret: end it with mapping_pins_done(), also after a failure
 *
 * Frames near each other are asked about in one request.
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int mapping_pins_find(struct pind_source *source, struct mappings *mappings,
		      void (*progress)(const struct pind_walk_info *walk), struct mapping_pins *ret);

/* What an account pins of a mapping or, with MAPPING_ALL, of all together. */
uint64_t mapping_pins_of(const struct mapping_pins *pins, size_t mapping, uint64_t account);

void mapping_pins_done(struct mapping_pins *pins);

#endif /* PINCTL_MAPPING_PINS_H */
