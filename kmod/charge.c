// SPDX-License-Identifier: GPL-2.0
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "charge.h"

void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent)
{
	*charge = (struct pind_charge){
		.parent = parent,
		.max = PIND_PAGES_UNLIMITED,
		.high = PIND_PAGES_UNLIMITED,
		.enforce = true,
	};
}

static bool fits(long usage, unsigned long pages, unsigned long max)
{
	/* nothing new is no matter of quota: max may be set below usage */
	return !pages || (pages <= max && usage <= (long)(max - pages));
}

bool pind_charge_has_room(const struct pind_charge *charge, unsigned long pages)
{
	return fits(atomic_long_read(&charge->usage), pages, READ_ONCE(charge->max));
}

bool pind_charge_could_have_room(const struct pind_charge *charge, unsigned long pages)
{
	return fits(atomic_long_read(&charge->settled), pages, READ_ONCE(charge->max));
}

/*
 * Compare and exchange, not "add, look, take back": usage must never pass max,
 * not even for an instant, since another call could be refused by it.
 */
static bool reserve_level(struct pind_charge *charge, unsigned long pages, bool lenient,
			  bool *ret_passed)
{
	long usage = atomic_long_read(&charge->usage);

	do {
		*ret_passed = false;
		if (fits(usage, pages, READ_ONCE(charge->max)))
			continue;
		if (!lenient || READ_ONCE(charge->enforce) ||
		    !fits(usage, pages, PIND_PAGES_UNLIMITED))
			return false;
		*ret_passed = true;
	} while (!atomic_long_try_cmpxchg(&charge->usage, &usage, usage + (long)pages));

	return true;
}

bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by)
{
	struct pind_charge *level, *undo;
	bool passed;

	*ret_by = NULL;
	for (level = charge; level; level = level->parent) {
		if (!reserve_level(level, pages, lenient, &passed))
			goto refused;
		if (passed && !*ret_by)
			*ret_by = level;
	}
	return true;

refused:
	for (undo = charge; undo != level; undo = undo->parent)
		atomic_long_sub((long)pages, &undo->usage);
	*ret_by = level;
	return false;
}

void pind_charge_cancel(struct pind_charge *charge, unsigned long pages)
{
	if (!pages)
		return;
	for (; charge; charge = charge->parent)
		atomic_long_sub((long)pages, &charge->usage);
}

static void raise_peak(struct pind_charge *charge, long settled)
{
	long peak = atomic_long_read(&charge->peak);

	while (settled > peak && !atomic_long_try_cmpxchg(&charge->peak, &peak, settled))
		;
}

bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	bool rose = false;

	atomic_long_add((long)pages, &charge->own);
	for (; charge; charge = charge->parent) {
		long settled = atomic_long_add_return((long)pages, &charge->settled);

		atomic_long_add((long)pins, &charge->pins);
		raise_peak(charge, settled);
		if (settled > (long)READ_ONCE(charge->high) &&
		    !atomic_xchg(&charge->above_high, 1)) {
			atomic_long_inc(&charge->events_high);
			atomic_set(&charge->high_pending, 1);
			rose = true;
			/* who uncharged before it was set could not take it back */
			if (pind_charge_current(charge) <= READ_ONCE(charge->high))
				atomic_set(&charge->above_high, 0);
		}
	}
	return rose;
}

void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	struct pind_charge *parent;

	atomic_long_sub((long)pages, &charge->own);
	for (; charge; charge = parent) {
		/* before the level is let go, which it may not survive for long */
		parent = charge->parent;
		/* settled first: it must never be seen above usage */
		long settled = atomic_long_sub_return((long)pages, &charge->settled);

		atomic_long_sub((long)pages, &charge->usage);
		atomic_long_sub((long)pins, &charge->pins);
		if (settled <= (long)READ_ONCE(charge->high) && atomic_read(&charge->above_high))
			atomic_set(&charge->above_high, 0);
	}
}

bool pind_charge_take_high(struct pind_charge *charge)
{
	return atomic_read(&charge->high_pending) && atomic_xchg(&charge->high_pending, 0);
}

unsigned long pind_charge_current(const struct pind_charge *charge)
{
	return max(atomic_long_read(&charge->settled), 0L);
}

unsigned long pind_charge_pins(const struct pind_charge *charge)
{
	return max(atomic_long_read(&charge->pins), 0L);
}

unsigned long pind_charge_reserved(const struct pind_charge *charge)
{
	long settled = atomic_long_read(&charge->settled);

	/* usage second: pages that settle in between are then in both, and none is missed */
	return max(atomic_long_read(&charge->usage) - settled, 0L);
}

void pind_charge_reset_peak(struct pind_charge *charge)
{
	atomic_long_set(&charge->peak, pind_charge_current(charge));
	/* it may have grown before that was set */
	raise_peak(charge, atomic_long_read(&charge->settled));
}
