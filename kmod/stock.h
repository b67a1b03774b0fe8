/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU keeps to itself of the charges it is at work for; see charge.h. All
 * functions but the last are of at most PIND_STOCK_PAGES pages and pins, and say
 * false, with nothing changed, where the levels have to be told at once: the charge is
 * exact, or too deep, or does not fit. Context: any.
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

/**
 * union pind_hot - the first share while nobody has the stock's lock, in one word
 * @word: 0: it is to be had under the lock only
 * @share: it
 * @tag: another one each time that the lock was let go; never 0
 */
union pind_hot {
	long word;
	struct {
		struct pind_share share;
		u32 tag;
	};
};

/**
 * struct pind_stock - all that it keeps
 * @lock: guards all of it, against interrupts of that CPU and against those that drain it;
 *	taken with interrupts off, since an unpin may come from one
 * @tag: of @hot
 * @hot: the first share; changed without the lock by compare and exchange only
 * @share: the first of them counts while the lock is held; what it counts then is not in @hot
 * @charge: whose; NULL: an empty share
 *
 * A level that is in a stock is not freed: pind_charge_retire(). An offline CPU's stock is
 * drained as any other's.
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
 * The usual case, of the charge that this CPU was last at work for: it keeps something of
 * it, and need not tell the levels. Each says false if it is not so, with nothing changed.
 * No lock is taken. Whoever has it has taken the word away; when it is put back the tag
 * is another one. So what was seen of the stock, the charge included, counts only if the
 * word is still the same when it is exchanged.
 */

/* What this CPU has of @charge. Any CPU's will do: it need not stay this one's. */
static __always_inline struct pind_stock *pind_stock_look(struct pind_charge *charge,
							  union pind_hot *ret)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);

	/* the word first: if the charge is changed behind it, so is the tag */
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

/** pind_stock_quick_settle() - as pind_charge_settle(), of no more than a stock */
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

/** pind_stock_quick_uncharge() - as pind_charge_uncharge(), of no more than a stock */
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

/**
 * pind_stock_tell_all() - as pind_stock_tell(), of all CPUs, for a level and what is below it
 * Return: how many pages the CPUs keep promised and unused.
 */
unsigned long pind_stock_tell_all(const struct pind_charge *level);

/** pind_stock_drain() - no CPU keeps anything of a level or of what is below it */
void pind_stock_drain(const struct pind_charge *level);

#endif /* PIND_STOCK_H */
