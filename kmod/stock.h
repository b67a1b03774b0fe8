/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stock of each CPU: amounts that it keeps for a few levels, and adds to the levels
 * later; see charge.h. "Telling" the levels is to add such an amount to a level and to all
 * above it. reserve, cancel, settle and uncharge take at most PIND_STOCK_PAGES pages and
 * pins, and return false, with nothing changed, where the levels have to be told at once:
 * the level is exact, or lies too deep, or the amount does not fit. Context: any.
 */
#ifndef PIND_STOCK_H
#define PIND_STOCK_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "charge.h"

/**
 * struct pind_share - the amounts that a CPU keeps of one level
 * @avail: pages that are promised at the level and all above it, and not used
 * @settled: pages charged, less those uncharged, that the levels have not been told of
 * @top: the highest value of @settled since the levels were told
 * @pins: as @settled, for references
 */
struct pind_share {
	u8 avail;
	s8 settled;
	s8 top;
	s8 pins;
};

/**
 * union pind_hot - the stock's first share, as one word, while nobody holds the lock
 * @word: all of it; 0: the first share may be used under the lock only
 * @share: the share
 * @tag: changes each time that the lock is released; never 0
 */
union pind_hot {
	long word;
	struct {
		struct pind_share share;
		u32 tag;
	};
};

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
	struct pind_share share[PIND_STOCK_LEVELS];
};

DECLARE_PER_CPU_ALIGNED(struct pind_stock, pind_stocks);

/*
 * The usual case: the level is the one that this CPU charged last, it has the first share,
 * and the levels need not be told. Each of these functions returns false, with nothing
 * changed, if that is not so. No lock is taken: whoever holds the lock has set the word to
 * 0, and puts it back with another tag. So everything read of the stock, @charge included,
 * is valid if the word is still the same when it is exchanged.
 */

/*
 * This CPU's stock, if @charge has its first share; else NULL. The task may move to another
 * CPU afterwards: any CPU's stock will do.
 */
static __always_inline struct pind_stock *pind_stock_look(struct pind_charge *charge,
							  union pind_hot *ret)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);

	/* the word first: if charge[0] changes after this read, so does the tag */
	ret->word = atomic_long_read_acquire(&stock->hot);
	return ret->word && READ_ONCE(stock->charge[0]) == charge ? stock : NULL;
}

static __always_inline bool pind_stock_change(struct pind_stock *stock, union pind_hot old,
					      union pind_hot new)
{
	return atomic_long_try_cmpxchg(&stock->hot, &old.word, new.word);
}

/** pind_stock_quick_reserve() - as pind_charge_reserve(). Context: any. */
static __always_inline bool pind_stock_quick_reserve(struct pind_charge *charge,
						     unsigned long pages)
{
	union pind_hot old, new;
	struct pind_stock *stock = pind_stock_look(charge, &old);

	if (!stock || pages > old.share.avail)
		return false;
	new = old;
	new.share.avail -= pages;
	return pind_stock_change(stock, old, new);
}

/** pind_stock_quick_settle() - as pind_charge_settle(), of at most PIND_STOCK_PAGES */
static __always_inline bool pind_stock_quick_settle(struct pind_charge *charge, int pages, int pins)
{
	union pind_hot old, new;
	struct pind_stock *stock = pind_stock_look(charge, &old);

	if (!stock || old.share.settled + pages > PIND_STOCK_PAGES ||
	    old.share.pins + pins > PIND_STOCK_PAGES)
		return false;
	new = old;
	new.share.settled += pages;
	new.share.top = max(new.share.top, new.share.settled);
	new.share.pins += pins;
	return pind_stock_change(stock, old, new);
}

/** pind_stock_quick_uncharge() - as pind_charge_uncharge(), of at most PIND_STOCK_PAGES */
static __always_inline bool pind_stock_quick_uncharge(struct pind_charge *charge, int pages,
						      int pins)
{
	union pind_hot old, new;
	struct pind_stock *stock = pind_stock_look(charge, &old);

	if (!stock || old.share.settled - pages < -PIND_STOCK_PAGES ||
	    old.share.pins - pins < -PIND_STOCK_PAGES ||
	    old.share.avail + pages > PIND_STOCK_PAGES)
		return false;
	new = old;
	new.share.settled -= pages;
	new.share.pins -= pins;
	new.share.avail += pages;
	return pind_stock_change(stock, old, new);
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
