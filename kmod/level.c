// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "level.h"

static bool fits(long usage, unsigned long pages, unsigned long max)
{
	/* 0 pages always fit, even where max was set below usage */
	return !pages || (pages <= max && usage <= (long)(max - pages));
}

bool pind_level_fits(const struct pind_charge *charge, long usage, unsigned long pages,
		     unsigned long held)
{
	return fits(usage, pages, READ_ONCE(charge->max)) &&
	       fits(usage + atomic_long_read(&charge->surplus), pages - held,
		    READ_ONCE(charge->max_held));
}

/* The slack: how much the CPUs' stocks may hold together. */
static unsigned long slack(void)
{
	return (unsigned long)nr_cpu_ids * PIND_STOCK_LEVELS * PIND_STOCK_PAGES;
}

/*
 * Is a limit within @times the slack? For high one slack more: settled may exceed the level's
 * own sum by one slack, and that sum may grow by one slack, as shares are emptied, before
 * this function is asked again; it is asked before new shares are made.
 */
bool pind_level_is_near(const struct pind_charge *level, unsigned int times)
{
	long usage = atomic_long_read(&level->usage), reach = times * slack();

	return usage > (long)READ_ONCE(level->max) - reach ||
	       usage + atomic_long_read(&level->surplus) >
		       (long)READ_ONCE(level->max_held) - reach ||
	       atomic_long_read(&level->settled) >
		       (long)READ_ONCE(level->high) - reach - (long)slack();
}

bool pind_level_is_below(const struct pind_charge *charge, const struct pind_charge *above)
{
	while (charge && charge->depth > above->depth)
		charge = charge->parent;
	return charge == above;
}

/*
 * Compare and exchange instead of add and take back: usage must not pass max even for an
 * instant, since another call could be refused because of that.
 */
static bool reserve_level(struct pind_charge *charge, unsigned long pages, unsigned long held,
			  bool lenient, bool *ret_passed)
{
	long usage = atomic_long_read(&charge->usage);

	do {
		*ret_passed = false;
		if (pind_level_fits(charge, usage, pages, held))
			continue;
		if (!lenient || READ_ONCE(charge->enforce) ||
		    !fits(usage, pages, PIND_PAGES_UNLIMITED))
			return false;
		*ret_passed = true;
	} while (!atomic_long_try_cmpxchg(&charge->usage, &usage, usage + (long)pages));

	/* a CPU that raised surplus meanwhile may not have seen our usage: so we look again */
	if (!*ret_passed && !pind_level_fits(charge, usage, pages, held)) {
		atomic_long_sub((long)pages, &charge->usage);
		return false;
	}
	/* last, so that no reader sees usage + surplus too low */
	if (held)
		atomic_long_sub((long)held, &charge->surplus);
	return true;
}

void pind_level_give_back(struct pind_charge *charge, unsigned long pages, struct pind_charge *end)
{
	for (; charge != end; charge = charge->parent)
		WARN_ONCE(atomic_long_sub_return((long)pages, &charge->usage) < 0,
			  "pind: more was given back than was promised\n");
}

static void add_surplus(struct pind_charge *charge, long pages, struct pind_charge *end)
{
	for (; pages && charge != end; charge = charge->parent)
		atomic_long_add(pages, &charge->surplus);
}

bool pind_level_reserve(struct pind_charge *charge, unsigned long pages, unsigned long held,
			const struct pind_charge *exact, bool lenient, struct pind_charge **ret_by)
{
	struct pind_charge *level;
	bool passed;

	*ret_by = NULL;
	for (level = charge; level; level = level->parent) {
		if (!reserve_level(level, pages, held, lenient && exact, &passed)) {
			add_surplus(charge, held, level);
			pind_level_give_back(charge, pages, level);
			*ret_by = level;
			return false;
		}
		if (passed && !*ret_by)
			*ret_by = level;
		if (level == exact)
			exact = NULL;
	}
	return true;
}

void pind_level_raise_peak(struct pind_charge *charge, long settled)
{
	long peak = atomic_long_read(&charge->peak);

	while (settled > peak && !atomic_long_try_cmpxchg(&charge->peak, &peak, settled))
		;
}

static void note_high(struct pind_charge *charge, long settled)
{
	if (settled <= (long)READ_ONCE(charge->high) || atomic_xchg(&charge->above_high, 1))
		return;
	atomic_long_inc(&charge->events_high);
	atomic_set(&charge->high_pending, 1);
	/* a CPU that uncharged before above_high was set could not clear it */
	if (atomic_long_read(&charge->settled) <= (long)READ_ONCE(charge->high))
		atomic_set(&charge->above_high, 0);
}

void pind_level_add_settled(struct pind_charge *charge, long pages, long top)
{
	atomic_long_add(pages, &charge->own);
	for (; charge; charge = charge->parent) {
		long settled = atomic_long_add_return(pages, &charge->settled);

		pind_level_raise_peak(charge, settled - pages + top);
		if (pages >= 0)
			note_high(charge, settled);
		else
			pind_level_note_low(charge, settled);
	}
}

void pind_level_add_pins(struct pind_charge *charge, long pins)
{
	for (; charge; charge = charge->parent)
		atomic_long_add(pins, &charge->pins);
}
