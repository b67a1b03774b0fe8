/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sums that the levels themselves hold, without the amounts in the CPUs' stocks (see
 * charge.h), as charge.c and stock.c change them: in one level, or in it and all above it.
 * All functions may be called from any context; the caller has some reference that keeps
 * the level.
 */
#ifndef PIND_LEVEL_H
#define PIND_LEVEL_H

#include <linux/compiler.h>

#include "charge.h"

/**
 * pind_level_fits() - would @pages more than @usage fit a level's max and max_held
 * @held: how many of @pages are in the level's surplus already
 */
bool pind_level_fits(const struct pind_charge *charge, long usage, unsigned long pages,
		     unsigned long held);

/** pind_level_is_near() - is max, max_held or high within @times the slack */
bool pind_level_is_near(const struct pind_charge *level, unsigned int times);

/** pind_level_is_below() - is @charge equal to @above, or below it */
bool pind_level_is_below(const struct pind_charge *charge, const struct pind_charge *above);

/**
 * pind_level_reserve() - promise @pages to @charge and all above it
 * @held: how many of them to take out of the surplus
 * @exact: the highest level that is known to be exact, or NULL
 * @lenient: levels in mode observe, up to @exact, do not refuse. Those above it do: while a
 *	level is not exact it is not known whether its max is really exceeded.
 * @ret_by: as that of pind_charge_reserve()
 */
bool pind_level_reserve(struct pind_charge *charge, unsigned long pages, unsigned long held,
			const struct pind_charge *exact, bool lenient, struct pind_charge **ret_by);

/** pind_level_give_back() - undo pind_level_reserve() on the levels below @end (NULL: on all) */
void pind_level_give_back(struct pind_charge *charge, unsigned long pages, struct pind_charge *end);

/**
 * pind_level_add_settled() - add @pages, which may be below 0, to settled of all levels
 * @top: the highest sum since the last such call, for the peak; not below 0 or @pages
 */
void pind_level_add_settled(struct pind_charge *charge, long pages, long top);

/** pind_level_add_pins() - add @pins, which may be below 0, to pins of all levels */
void pind_level_add_pins(struct pind_charge *charge, long pins);

/** pind_level_raise_peak() - raise a level's peak to @settled if it is lower */
void pind_level_raise_peak(struct pind_charge *charge, long settled);

/** pind_level_note_low() - note that a level is no longer above its high, if so */
static inline void pind_level_note_low(struct pind_charge *charge, long settled)
{
	if (settled <= (long)READ_ONCE(charge->high) && atomic_read(&charge->above_high))
		atomic_set(&charge->above_high, 0);
}

#endif /* PIND_LEVEL_H */
