/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sums of the levels above a charge, as charge.c and stock.c change them. Each
 * function writes, or asks, what the levels have been told of: see charge.h. All may
 * be called from anywhere, with some hold on the level.
 */
#ifndef PIND_LEVEL_H
#define PIND_LEVEL_H

#include <linux/compiler.h>

#include "charge.h"

/**
 * pind_level_fits() - would @pages more than @usage fit a level's max and max_held
 * @held: how many of them are in surplus as well
 */
bool pind_level_fits(const struct pind_charge *charge, long usage, unsigned long pages,
		     unsigned long held);

/** pind_level_is_near() - is max, max_held or high within so many times the slack */
bool pind_level_is_near(const struct pind_charge *level, unsigned int times);

/** pind_level_is_below() - is @charge @above, or below it */
bool pind_level_is_below(const struct pind_charge *charge, const struct pind_charge *above);

/**
 * pind_level_reserve() - promise @pages to @charge and all above it
 * @held: how many of them to take out of surplus
 * @exact: the highest level that is known to be exact, or NULL; up to it those in mode
 *	observe pass if @lenient. Of those above it is not known yet whether they must.
 * @ret_by: as that of pind_charge_reserve()
 */
bool pind_level_reserve(struct pind_charge *charge, unsigned long pages, unsigned long held,
			const struct pind_charge *exact, bool lenient, struct pind_charge **ret_by);

/** pind_level_give_back() - take that back, up to @end, which is not among them */
void pind_level_give_back(struct pind_charge *charge, unsigned long pages, struct pind_charge *end);

/**
 * pind_level_add_settled() - @pages, or less if below 0, were settled
 * @top: the most that it was in between, for the peak; at least 0 and @pages
 */
void pind_level_add_settled(struct pind_charge *charge, long pages, long top);

/** pind_level_add_pins() - likewise, of references */
void pind_level_add_pins(struct pind_charge *charge, long pins);

/** pind_level_raise_peak() - @settled was reached */
void pind_level_raise_peak(struct pind_charge *charge, long settled);

/** pind_level_note_low() - @settled fell, maybe below high */
static inline void pind_level_note_low(struct pind_charge *charge, long settled)
{
	if (settled <= (long)READ_ONCE(charge->high) && atomic_read(&charge->above_high))
		atomic_set(&charge->above_high, 0);
}

#endif /* PIND_LEVEL_H */
