/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hierarchical counter behind a quota. Pure arithmetic: it also builds on
 * the host (tests/unit/kmod). All amounts are base pages, "pins" references.
 *
 * Each level carries two sums. "usage" is what was promised: settled charge and
 * the reservations of pin calls under way; it is what max is compared with.
 * "settled" is what is really pinned and charged: it is what users see as
 * current. At every moment settled <= usage <= max (but for a max set below
 * usage, and mode observe), so no reader ever sees current above max, and a
 * reservation that turns out to be too large never shows in current or peak.
 */
#ifndef PIND_CHARGE_H
#define PIND_CHARGE_H

#include <linux/types.h>
#include <linux/atomic.h>

/* max and high that mean "no limit". */
#define PIND_PAGES_UNLIMITED ((unsigned long)LONG_MAX)

/**
 * struct pind_charge - one level of the hierarchy
 * @parent: the level above, NULL at the root; never changes
 * @usage: pages promised to this level and all below it
 * @settled: pages charged to this level and all below it
 * @peak: the most @settled ever was
 * @pins: references held by this level and all below it
 * @own: pages charged to this level itself; the books' cross-check
 * @max: limit on @usage; written by one writer at a time, read without lock
 * @high: mark on @settled; likewise
 * @enforce: whether @max refuses or only observes; likewise
 * @events_max: pin calls refused because of this level's max
 * @events_observed: pin calls its max would have refused
 * @events_high: times @settled rose above @high
 * @above_high: 1 while @settled is above @high, to see it rise but once
 * @high_pending: 1 from a rise until pind_charge_take_high() collects it
 */
struct pind_charge {
	struct pind_charge *parent;
	atomic_long_t usage;
	atomic_long_t settled;
	atomic_long_t peak;
	atomic_long_t pins;
	atomic_long_t own;
	unsigned long max;
	unsigned long high;
	bool enforce;
	atomic_long_t events_max;
	atomic_long_t events_observed;
	atomic_long_t events_high;
	atomic_t above_high;
	atomic_t high_pending;
};

/** pind_charge_init() - an empty level below @parent (NULL: a root), no quota */
void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent);

/**
 * pind_charge_reserve() - promise @pages to a level and all above it
 * @charge: the level that would pay
 * @pages: how many
 * @lenient: let levels in mode observe pass; without it they refuse, too, so
 *	that the caller can decide exactly before it says "would have refused"
 * @ret_by: the level that refused; with @lenient and success the lowest level
 *	whose max was passed over, else NULL
 *
 * Adds level by level from the bottom and takes back what it added when one
 * refuses, so a sibling may be refused for a moment because of a reservation
 * that is itself about to be refused: see pind_charge_could_have_room().
 *
 * Context: any. Return: true if promised; false, with nothing changed.
 */
bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by);

/** pind_charge_cancel() - give back @pages of a reservation. Context: any. */
void pind_charge_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_charge_settle() - turn @pages of a reservation into charge
 *
 * Context: any. Return: true if some level rose above its high;
 * pind_charge_take_high() tells which.
 */
bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/** pind_charge_uncharge() - take back settled @pages and @pins. Context: any. */
void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/** pind_charge_take_high() - did this level rise above high since last asked */
bool pind_charge_take_high(struct pind_charge *charge);

/** pind_charge_current() - settled pages, never below 0 */
unsigned long pind_charge_current(const struct pind_charge *charge);

/**
 * pind_charge_pins() - references, never below 0 (an unpin on another CPU may
 * be booked an instant before the pin it answers)
 */
unsigned long pind_charge_pins(const struct pind_charge *charge);

/** pind_charge_reserved() - pages promised to calls under way, not settled */
unsigned long pind_charge_reserved(const struct pind_charge *charge);

/** pind_charge_has_room() - would @pages fit this very level now */
bool pind_charge_has_room(const struct pind_charge *charge, unsigned long pages);

/** pind_charge_could_have_room() - would they if every reservation were given back */
bool pind_charge_could_have_room(const struct pind_charge *charge, unsigned long pages);

/** pind_charge_reset_peak() - set peak to current */
void pind_charge_reset_peak(struct pind_charge *charge);

#endif /* PIND_CHARGE_H */
