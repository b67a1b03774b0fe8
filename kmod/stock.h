/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stock of each CPU: amounts that it keeps for a few levels, and adds to the levels
 * later; see charge.h. To "tell" the levels is to add such an amount to a level and to all
 * above it. reserve, cancel, settle and uncharge take at most PIND_STOCK_PAGES pages and
 * pins, and return false, with nothing changed, where the levels have to be told at once:
 * the level is exact, or lies too deep, or the amount does not fit. Context: any.
 */
#ifndef PIND_STOCK_H
#define PIND_STOCK_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "charge.h"

/**
 * struct pind_stock_share - the amounts that a CPU keeps of one level
 * @avail: pages that are promised at the level and all above it, and not used
 * @settled: pages charged, less those uncharged, that the levels have not been told of
 * @top: the highest value of @settled since the levels were told
 * @pins: as @settled, for references
 */
struct pind_stock_share {
	u8 avail;
	s8 settled;
	s8 top;
	s8 pins;
};

/*
 * The stock's first share as one word, while nobody holds the lock; 0: it may be used under
 * the lock only. From bit 0 on: 8 bits say how many more pages could be promised; 9 and 9
 * how many of the pages and pins that were settled could be uncharged; 7 are the top; 31 are a
 * tag that changes each time that the lock is released, and is never 0. So an uncharge
 * subtracts from the first three, in one go: if an amount does not fit, it borrows from the
 * highest bit of its own field.
 */
#define PIND_HOT_SETTLED_SHIFT 8
#define PIND_HOT_PINS_SHIFT    17
#define PIND_HOT_TOP_SHIFT     26
#define PIND_HOT_TAG_SHIFT     33
#define PIND_HOT_TAG_MAX       (ULONG_MAX >> PIND_HOT_TAG_SHIFT)
#define PIND_HOT_BORROWED      (1UL << 7 | 1UL << 16 | 1UL << 25)
/* Added to a word, it sets one of PIND_HOT_BORROWED if more is settled than a CPU keeps. */
#define PIND_HOT_SETTLED_FULL  (127UL << PIND_HOT_SETTLED_SHIFT | 127UL << PIND_HOT_PINS_SHIFT)
static_assert(PIND_STOCK_PAGES == 64 && sizeof(long) == 8);

/**
 * struct pind_stock - all shares of one CPU
 * @lock: guards the stock against interrupts of its CPU and against CPUs that drain or
 *	read it; taken with interrupts off, since an unpin may come from an interrupt
 * @tag: the tag that @hot was last given
 * @hot: the first share; changed without the lock by compare and exchange only
 * @share: the shares; the first is valid while the lock is held, and @hot is 0 then
 * @charge: the level of each share; NULL: an empty share
 *
 * A level is not freed while it is in a stock: see pind_charge_retire(). The stock of an
 * offline CPU is drained like any other.
 */
struct pind_stock {
	raw_spinlock_t lock;
	u32 tag;
	atomic_long_t hot;
	struct pind_charge *charge[PIND_STOCK_LEVELS];
	struct pind_stock_share share[PIND_STOCK_LEVELS];
};

DECLARE_PER_CPU_ALIGNED(struct pind_stock, pind_stocks);

/*
 * The usual case: the level is the one that this CPU charged last, it has the first share,
 * and the levels need not be told. Each of these functions returns false, with nothing
 * changed, if that is not so, or if there are more than PIND_STOCK_PAGES. No lock is taken:
 * whoever holds the lock has set the word to 0, and puts it back with another tag. So everything
 * read of the stock, @charge included, is valid if the word is still the same when it is
 * exchanged.
 */

/*
 * Is the first share that of @charge? The task may move to another CPU after the caller has
 * looked for its stock: any CPU's stock will do.
 */
static __always_inline bool pind_stock_look(const struct pind_stock *stock,
					    const struct pind_charge *charge, unsigned long *ret)
{
	/* the word first: if charge[0] changes after this read, so does the tag */
	*ret = atomic_long_read_acquire(&stock->hot);
	return *ret && READ_ONCE(stock->charge[0]) == charge;
}

static __always_inline bool pind_stock_change(struct pind_stock *stock, unsigned long old,
					      unsigned long new)
{
	long expected = old;

	return atomic_long_try_cmpxchg(&stock->hot, &expected, new);
}

/** pind_stock_quick_reserve() - as pind_charge_reserve(). Context: any. */
static __always_inline bool pind_stock_quick_reserve(const struct pind_charge *charge,
						     unsigned long pages)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);
	unsigned long hot;

	return pind_stock_look(stock, charge, &hot) &&
	       pages <= (unsigned long)(PIND_STOCK_PAGES - (u8)hot) &&
	       pind_stock_change(stock, hot, hot + pages);
}

/** pind_stock_quick_settle() - as pind_charge_settle(), which comes upon no high here */
static __always_inline bool pind_stock_quick_settle(const struct pind_charge *charge,
						    unsigned long pages, unsigned long pins)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);
	unsigned long hot, new;
	long above;

	if (pages > PIND_STOCK_PAGES || pins > PIND_STOCK_PAGES ||
	    !pind_stock_look(stock, charge, &hot))
		return false;
	new = hot + (pages << PIND_HOT_SETTLED_SHIFT) + (pins << PIND_HOT_PINS_SHIFT);
	if ((new + PIND_HOT_SETTLED_FULL) & PIND_HOT_BORROWED)
		return false;
	above = (long)(new >> PIND_HOT_SETTLED_SHIFT & 511) - PIND_STOCK_PAGES -
		(long)(new >> PIND_HOT_TOP_SHIFT & 127);
	if (above > 0)
		new += (unsigned long)above << PIND_HOT_TOP_SHIFT;
	return pind_stock_change(stock, hot, new);
}

/** pind_stock_quick_uncharge() - as pind_charge_uncharge() */
static __always_inline bool pind_stock_quick_uncharge(const struct pind_charge *charge,
						      unsigned long pages, unsigned long pins)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);
	unsigned long hot, new;

	if (pages > PIND_STOCK_PAGES || pins > PIND_STOCK_PAGES ||
	    !pind_stock_look(stock, charge, &hot))
		return false;
	new = hot - pages - (pages << PIND_HOT_SETTLED_SHIFT) - (pins << PIND_HOT_PINS_SHIFT);
	return !(new & PIND_HOT_BORROWED) && pind_stock_change(stock, hot, new);
}

/** pind_stock_start() - make the stocks of all CPUs empty */
void pind_stock_start(void);

/**
 * pind_stock_reserve() - as pind_charge_reserve()
 * @ret_told: the share was filled up: more pages were promised at all levels
 */
bool pind_stock_reserve(struct pind_charge *charge, unsigned long pages, bool *ret_told);

/** pind_stock_cancel() - as pind_charge_cancel() */
bool pind_stock_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_stock_settle() - as pind_charge_settle()
 * @ret_told: the share was full: all levels were told of the settled pages
 */
bool pind_stock_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins,
		       bool *ret_told);

/** pind_stock_uncharge() - as pind_charge_uncharge() */
bool pind_stock_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_stock_tell() - tell the levels of the pages that this CPU has settled
 * Called before a large amount is added to the levels directly, so that peak sees one CPU's
 * calls in their order.
 */
void pind_stock_tell(struct pind_charge *charge);

/**
 * pind_stock_tell_all() - as pind_stock_tell(), for all CPUs, a level and all below it
 * Return: how many pages the CPUs keep promised and unused.
 */
unsigned long pind_stock_tell_all(const struct pind_charge *level);

/** pind_stock_drain() - empty all CPUs' shares of a level and of all levels below it */
void pind_stock_drain(const struct pind_charge *level);

#endif /* PIND_STOCK_H */
