// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>

#include "charge.h"
#include "level.h"
#include "stock.h"

void pind_charge_start(void)
{
	pind_stock_start();
}

void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent)
{
	*charge = (struct pind_charge){
		.parent = parent,
		.depth = parent ? parent->depth + 1 : 0,
		.max = PIND_PAGES_UNLIMITED,
		.high = PIND_PAGES_UNLIMITED,
		.max_held = PIND_PAGES_UNLIMITED,
		.enforce = true,
	};
}

static bool is_above_max_held(const struct pind_charge *level, long usage)
{
	return usage + atomic_long_read(&level->surplus) > (long)READ_ONCE(level->max_held);
}

static bool has_room(const struct pind_charge *charge, long usage, unsigned long pages,
		     unsigned long held)
{
	return pages ? pind_level_fits(charge, usage, pages, held) :
		       !is_above_max_held(charge, usage);
}

bool pind_charge_has_room(const struct pind_charge *charge, unsigned long pages,
			  unsigned long held)
{
	return has_room(charge, atomic_long_read(&charge->usage), pages, held);
}

bool pind_charge_could_have_room(const struct pind_charge *charge, unsigned long pages,
				 unsigned long held)
{
	return has_room(charge, atomic_long_read(&charge->settled), pages, held);
}

/*
 * Keep a level exact if it has come near a limit. Called where a sum was raised, except under a
 * leaf's lock.
 */
static void note_near(struct pind_charge *level)
{
	if (atomic_read(&level->near) || !pind_level_is_near(level, 1))
		return;
	pind_charge_exact_begin(level);
	if (atomic_xchg(&level->near, 1))
		pind_charge_exact_end(level); /* another CPU has set near first */
}

/* Undo note_near(), but only at a greater distance, lest the level switch with each page. */
static __always_inline void note_far(struct pind_charge *level)
{
	if (atomic_read(&level->near) && !pind_level_is_near(level, 2) &&
	    atomic_xchg(&level->near, 0))
		pind_charge_exact_end(level);
}

/* To be called after pages were given back at a level, or settled. */
static __always_inline void note_change(struct pind_charge *level)
{
	note_far(level);
	if (atomic_read(&level->exact))
		pind_charge_changed(level);
}

void pind_charge_limits_changed(struct pind_charge *charge)
{
	note_near(charge);
	note_change(charge);
}

/*
 * Has this level, or one above it, had its stocks emptied? RCU: a reader may keep the level
 * itself while the levels above it are retired and freed.
 */
static bool is_drained(const struct pind_charge *level)
{
	bool drained = false;

	rcu_read_lock();
	for (; level && !drained; level = level->parent)
		drained = atomic_read(&level->drained) > 0;
	rcu_read_unlock();
	return drained;
}

void pind_charge_exact_begin(struct pind_charge *charge)
{
	atomic_inc(&charge->exact);
	smp_mb__after_atomic(); /* see may_keep() */
	if (!is_drained(charge))
		pind_stock_drain(charge);
	atomic_inc(&charge->drained);
}

void pind_charge_exact_end(struct pind_charge *charge)
{
	atomic_dec(&charge->drained);
	smp_mb__before_atomic();
	atomic_dec(&charge->exact);
}

bool pind_charge_retire(struct pind_charge *charge)
{
	pind_charge_exact_begin(charge);
	WARN_ONCE(atomic_long_read(&charge->settled) < 0 || atomic_long_read(&charge->pins) < 0,
		  "pind: more was unpinned in a cgroup than was pinned\n");
	if (!atomic_long_read(&charge->usage) && !atomic_long_read(&charge->settled) &&
	    !atomic_long_read(&charge->pins) && !atomic_long_read(&charge->surplus) &&
	    !atomic_long_read(&charge->uncertain))
		return true;
	pind_charge_exact_end(charge);
	return false;
}

static void note_all_near(struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		note_near(charge);
}

bool pind_charge_reserve_held(struct pind_charge *charge, unsigned long pages, unsigned long held,
			      bool lenient, struct pind_charge **ret_by)
{
	struct pind_charge *exact = NULL;
	bool done, told;

	*ret_by = NULL;
	if (!pages)
		return true;
	if (pages <= PIND_STOCK_PAGES && !held && pind_stock_reserve(charge, pages, &told)) {
		if (told)
			note_all_near(charge);
		return true;
	}
	/* From the levels. A level's refusal counts only if it, or one above it, was exact. */
	while (!(done = pind_level_reserve(charge, pages, held, exact, lenient, ret_by)) &&
	       !(exact && pind_level_is_below(*ret_by, exact))) {
		pind_charge_exact_begin(*ret_by);
		if (exact)
			pind_charge_exact_end(exact);
		exact = *ret_by;
	}
	if (exact)
		pind_charge_exact_end(exact);
	note_all_near(charge);
	return done;
}

bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by)
{
	*ret_by = NULL;
	return pind_stock_quick_reserve(charge, pages) ||
	       pind_charge_reserve_held(charge, pages, 0, lenient, ret_by);
}

void pind_charge_cancel(struct pind_charge *charge, unsigned long pages)
{
	if (!pages || (pages <= PIND_STOCK_PAGES && pind_stock_cancel(charge, pages)))
		return;
	pind_level_give_back(charge, pages, NULL);
	for (; charge; charge = charge->parent)
		note_change(charge);
}

static noinline bool settle_slowly(struct pind_charge *charge, unsigned long pages,
				   unsigned long pins)
{
	bool told, rose = false;

	if (pages <= PIND_STOCK_PAGES && pins <= PIND_STOCK_PAGES &&
	    pind_stock_settle(charge, pages, pins, &told)) {
		if (!told)
			return false;
	} else {
		pind_stock_tell(charge);
		pind_level_add_settled(charge, pages, pages);
		pind_level_add_pins(charge, pins);
	}
	for (; charge; charge = charge->parent) {
		note_near(charge);
		note_change(charge);
		/* a level may have risen by amounts that came out of other CPUs' stocks just now */
		rose |= atomic_read(&charge->high_pending);
	}
	return rose;
}

bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	return !pind_stock_quick_settle(charge, pages, pins) && settle_slowly(charge, pages, pins);
}

static noinline void uncharge_slowly(struct pind_charge *charge, unsigned long pages,
				     unsigned long pins)
{
	long settled;

	if (pages <= PIND_STOCK_PAGES && pins <= PIND_STOCK_PAGES &&
	    pind_stock_uncharge(charge, pages, pins))
		return;
	pind_stock_tell(charge);
	/* a level may be retired as soon as its sums are 0; from then on only RCU keeps it */
	rcu_read_lock();
	atomic_long_sub((long)pages, &charge->own);
	for (; charge; charge = charge->parent) {
		/* settled first: no reader may see it above usage */
		settled = atomic_long_sub_return((long)pages, &charge->settled);
		pind_level_note_low(charge, settled);
		WARN_ONCE(atomic_long_sub_return((long)pages, &charge->usage) < 0,
			  "pind: more was uncharged than was charged\n");
		note_change(charge);
		atomic_long_sub((long)pins, &charge->pins);
	}
	rcu_read_unlock();
}

void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	if (!pind_stock_quick_uncharge(charge, pages, pins))
		uncharge_slowly(charge, pages, pins);
}

/* Is the level above its max_held even without the pages that the CPUs keep in stock? */
static bool is_truly_above_max_held(struct pind_charge *level)
{
	bool above;

	if (!is_above_max_held(level, atomic_long_read(&level->usage)))
		return false;
	pind_charge_exact_begin(level);
	above = is_above_max_held(level, atomic_long_read(&level->usage));
	pind_charge_exact_end(level);
	return above;
}

bool pind_charge_hold(struct pind_charge *charge, long surplus)
{
	bool above = false;

	for (; surplus && charge; charge = charge->parent) {
		(void)atomic_long_add_return(surplus, &charge->surplus);
		if (surplus < 0)
			note_change(charge);
		else
			above |= is_above_max_held(charge, atomic_long_read(&charge->usage));
	}
	return above;
}

struct pind_charge *pind_charge_above_held(struct pind_charge *charge)
{
	struct pind_charge *by = NULL;

	for (; charge; charge = charge->parent) {
		if (is_truly_above_max_held(charge) &&
		    (!by || (!READ_ONCE(by->enforce) && READ_ONCE(charge->enforce))))
			by = charge;
		note_near(charge);
	}
	return by;
}

void pind_charge_note_uncertain(struct pind_charge *charge, long pages)
{
	for (; pages && charge; charge = charge->parent)
		atomic_long_add(pages, &charge->uncertain);
}

bool pind_charge_take_high(struct pind_charge *charge)
{
	return atomic_read(&charge->high_pending) && atomic_xchg(&charge->high_pending, 0);
}

void pind_charge_read(const struct pind_charge *level, struct pind_charge_sums *sums)
{
	long settled, usage, surplus, stocked = pind_stock_tell_all(level);

	settled = atomic_long_read(&level->settled);
	/* usage second: pages settled between the two reads count as reserved, so none is missed */
	usage = atomic_long_read(&level->usage);
	sums->pins = max(atomic_long_read(&level->pins), 0L);
	sums->peak = atomic_long_read(&level->peak);
	surplus = atomic_long_read(&level->surplus);
	sums->uncertain = max(atomic_long_read(&level->uncertain), 0L);
	sums->current_ = max(settled, 0L);
	sums->reserved = max(usage - settled - stocked, 0L);
	sums->held = sums->current_ + max(surplus, 0L);
}

void pind_charge_reset_peak(struct pind_charge *charge)
{
	pind_charge_exact_begin(charge);
	atomic_long_set(&charge->peak, max(atomic_long_read(&charge->settled), 0L));
	/* settled may have grown between the read and the write */
	pind_level_raise_peak(charge, atomic_long_read(&charge->settled));
	pind_charge_exact_end(charge);
}
