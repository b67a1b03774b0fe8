/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU keeps to itself of the charges it is at work for; see charge.h. All
 * functions but the last are of at most PIND_STOCK_PAGES pages and pins, and say
 * false, with nothing changed, where the levels have to be told at once: the charge is
 * exact, or too deep, or does not fit. Context: any.
 */
#ifndef PIND_STOCK_H
#define PIND_STOCK_H

#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "charge.h"

/**
 * struct pind_share - what a CPU keeps to itself of one level
 * @avail: pages promised at the level and all above it, and not used
 * @settled: pages charged, or uncharged, that the levels have not been told of
 * @top: the most that @settled was since it was 0
 * @pins: as @settled, of references
 */
struct pind_share {
	u8 avail;
	s8 settled;
	s8 top;
	s8 pins;
};

/*
 * All that it keeps. The lock guards all of it, against interrupts of that CPU and
 * against those that drain it; it is taken with interrupts off, since an unpin may
 * come from one. A level that is in a stock is not freed: pind_charge_retire().
 * An offline CPU's stock is drained as any other's.
 */
struct pind_stock {
	raw_spinlock_t lock;
	struct pind_share share[PIND_STOCK_LEVELS];
	struct pind_charge *charge[PIND_STOCK_LEVELS]; /* NULL: an empty share */
};

DECLARE_PER_CPU_ALIGNED(struct pind_stock, pind_stocks);

static inline struct pind_stock *pind_stock_lock(unsigned long *flags)
{
	/* any CPU's will do: it need not stay this one's */
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);

	raw_spin_lock_irqsave(&stock->lock, *flags);
	return stock;
}

static inline void pind_stock_unlock(struct pind_stock *stock, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&stock->lock, flags);
}

/*
 * The usual case, of the charge that this CPU was last at work for: it keeps something of
 * it, and need not tell the levels. Each says false if it is not so, with nothing changed.
 */

/** pind_stock_quick_reserve() - as pind_charge_reserve(). Context: any. */
static inline bool pind_stock_quick_reserve(struct pind_charge *charge, unsigned long pages)
{
	unsigned long flags;
	struct pind_stock *stock = pind_stock_lock(&flags);
	bool done = stock->charge[0] == charge && pages <= stock->share[0].avail;

	if (done)
		stock->share[0].avail -= pages;
	pind_stock_unlock(stock, flags);
	return done;
}

/** pind_stock_quick_settle() - as pind_charge_settle(), of no more than a stock */
static inline bool pind_stock_quick_settle(struct pind_charge *charge, int pages, int pins)
{
	unsigned long flags;
	struct pind_stock *stock = pind_stock_lock(&flags);
	struct pind_share *share = &stock->share[0];
	int settled = share->settled + pages;
	bool done = stock->charge[0] == charge && settled <= PIND_STOCK_PAGES &&
		    share->pins + pins <= PIND_STOCK_PAGES;

	if (done) {
		share->settled = settled;
		if (settled > share->top)
			share->top = settled;
		share->pins += pins;
	}
	pind_stock_unlock(stock, flags);
	return done;
}

/** pind_stock_quick_uncharge() - as pind_charge_uncharge(), of no more than a stock */
static inline bool pind_stock_quick_uncharge(struct pind_charge *charge, int pages, int pins)
{
	unsigned long flags;
	struct pind_stock *stock = pind_stock_lock(&flags);
	struct pind_share *share = &stock->share[0];
	bool done = stock->charge[0] == charge && share->settled - pages >= -PIND_STOCK_PAGES &&
		    share->pins - pins >= -PIND_STOCK_PAGES &&
		    share->avail + pages <= PIND_STOCK_PAGES;

	if (done) {
		share->settled -= pages;
		share->pins -= pins;
		share->avail += pages;
	}
	pind_stock_unlock(stock, flags);
	return done;
}

/** pind_stock_start() - all are empty */
void pind_stock_start(void);

/**
 * pind_stock_reserve() - as pind_charge_reserve()
 * @ret_told: more was promised at all levels
 */
bool pind_stock_reserve(struct pind_charge *charge, unsigned long pages, bool *ret_told);

/** pind_stock_cancel() - as pind_charge_cancel() */
bool pind_stock_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_stock_settle() - as pind_charge_settle()
 * @ret_told: all levels were told what was settled
 */
bool pind_stock_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins,
		       bool *ret_told);

/** pind_stock_uncharge() - as pind_charge_uncharge() */
bool pind_stock_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_stock_tell() - tell the levels what this CPU has settled and not told
 * So that peak sees one CPU's calls in the order in which they came, small and large.
 */
void pind_stock_tell(struct pind_charge *charge);

/** pind_stock_drain() - no CPU keeps anything of a level or of what is below it */
void pind_stock_drain(const struct pind_charge *level);

#endif /* PIND_STOCK_H */
