// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "level.h"
#include "stock.h"

/*
 * The levels are told with interrupts off, and a user who may make cgroups may nest them at
 * will: no CPU keeps a share of a level that lies deeper than this.
 */
#define STOCK_DEPTH 32

DEFINE_PER_CPU_ALIGNED(struct pind_stock, pind_stocks);

/* All that the usual case reads lies in one cache line. */
static_assert(sizeof(raw_spinlock_t) > 4 || offsetof(struct pind_stock, charge[1]) <= 64);
static_assert(2 * PIND_STOCK_PAGES <= U8_MAX && PIND_STOCK_PAGES <= S8_MAX);

static unsigned long hot_of(const struct pind_stock_share *share, unsigned long tag)
{
	return (unsigned long)(PIND_STOCK_PAGES - share->avail) |
	       (unsigned long)(PIND_STOCK_PAGES + share->settled) << PIND_HOT_SETTLED_SHIFT |
	       (unsigned long)(PIND_STOCK_PAGES + share->pins) << PIND_HOT_PINS_SHIFT |
	       (unsigned long)share->top << PIND_HOT_TOP_SHIFT | tag << PIND_HOT_TAG_SHIFT;
}

static struct pind_stock_share share_of_hot(unsigned long hot)
{
	return (struct pind_stock_share){
		.avail = PIND_STOCK_PAGES - (u8)hot,
		.settled = (int)(hot >> PIND_HOT_SETTLED_SHIFT & 511) - PIND_STOCK_PAGES,
		.pins = (int)(hot >> PIND_HOT_PINS_SHIFT & 511) - PIND_STOCK_PAGES,
		.top = hot >> PIND_HOT_TOP_SHIFT & 127,
	};
}

static void lock_stock(struct pind_stock *stock, unsigned long *flags)
	__acquires(&stock->lock)
{
	unsigned long hot;

	raw_spin_lock_irqsave(&stock->lock, *flags);
	hot = atomic_long_xchg(&stock->hot, 0);
	if (hot)
		stock->share[0] = share_of_hot(hot);
}

static void unlock_stock(struct pind_stock *stock, unsigned long flags)
	__releases(&stock->lock)
{
	stock->tag = stock->tag == PIND_HOT_TAG_MAX ? 1 : stock->tag + 1;
	if (stock->charge[0])
		atomic_long_set_release(&stock->hot, hot_of(&stock->share[0], stock->tag));
	raw_spin_unlock_irqrestore(&stock->lock, flags);
}

static struct pind_stock *lock_own(unsigned long *flags) __acquires(&pind_stocks.lock)
{
	/* any CPU's stock will do: the task may move to another CPU */
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);

	lock_stock(stock, flags);
	return stock;
}

void pind_stock_start(void)
{
	struct pind_stock *stock;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&pind_stocks, cpu);
		*stock = (struct pind_stock){};
		raw_spin_lock_init(&stock->lock);
	}
}

static void tell_settled(struct pind_charge *charge, struct pind_stock_share *share)
{
	if (share->settled || share->top)
		pind_level_add_settled(charge, share->settled, share->top);
	share->settled = 0;
	share->top = 0;
}

static void tell_pins(struct pind_charge *charge, struct pind_stock_share *share)
{
	if (share->pins)
		pind_level_add_pins(charge, share->pins);
	share->pins = 0;
}

/* Under the stock's lock. Afterwards the level may be freed: only the share may have kept it. */
static void empty_share(struct pind_stock *stock, unsigned int i)
{
	struct pind_charge *charge = stock->charge[i];
	struct pind_stock_share *share = &stock->share[i];

	lockdep_assert_held(&stock->lock);
	stock->charge[i] = NULL;
	/* settled first: no reader may see it above usage; pins last, as in uncharge_slowly() */
	tell_settled(charge, share);
	if (share->avail)
		pind_level_give_back(charge, share->avail, NULL);
	tell_pins(charge, share);
	*share = (struct pind_stock_share){};
}

static bool none_is_exact(const struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		if (atomic_read(&charge->exact) || pind_level_is_near(charge, 1))
			return false;
	return true;
}

/*
 * Under the stock's lock. The levels are read twice. pind_charge_exact_begin() on a lower
 * level drains no stock if a level above is drained already, and that one may have been let
 * go after we read the lower: but the lower level's count was raised before, so the second
 * reading finds it.
 */
static bool may_keep(const struct pind_charge *charge)
{
	if (charge->depth > STOCK_DEPTH || !none_is_exact(charge))
		return false;
	smp_rmb();
	return none_is_exact(charge);
}

/*
 * Under the stock's lock: a new share, in the first place; the last one is emptied if all are
 * in use. NULL: the level has to be exact, or lies too deep.
 */
static struct pind_stock_share *new_share(struct pind_stock *stock, struct pind_charge *charge)
{
	unsigned int i;

	lockdep_assert_held(&stock->lock);
	if (!may_keep(charge))
		return NULL;
	for (i = 0; i < PIND_STOCK_LEVELS - 1 && stock->charge[i]; i++)
		;
	if (stock->charge[i])
		empty_share(stock, i);
	memmove(stock->charge + 1, stock->charge, i * sizeof(stock->charge[0]));
	memmove(stock->share + 1, stock->share, i * sizeof(stock->share[0]));
	stock->charge[0] = charge;
	stock->share[0] = (struct pind_stock_share){};
	return &stock->share[0];
}

/* Under the stock's lock. */
static struct pind_stock_share *share_of(struct pind_stock *stock, struct pind_charge *charge)
{
	unsigned int i;

	lockdep_assert_held(&stock->lock);
	for (i = 0; i < PIND_STOCK_LEVELS; i++)
		if (stock->charge[i] == charge) {
			/* to the front: the first share is the quick one */
			swap(stock->charge[i], stock->charge[0]);
			swap(stock->share[i], stock->share[0]);
			return &stock->share[0];
		}
	return new_share(stock, charge);
}

/* Keep half of a full share, so that the next page neither fills nor overflows it. */
static void return_excess(struct pind_charge *charge, struct pind_stock_share *share)
{
	if (share->avail <= PIND_STOCK_PAGES)
		return;
	pind_level_give_back(charge, share->avail - PIND_STOCK_PAGES / 2, NULL);
	share->avail = PIND_STOCK_PAGES / 2;
}

void pind_stock_tell(struct pind_charge *charge)
{
	struct pind_stock *stock = raw_cpu_ptr(&pind_stocks);
	struct pind_stock_share share;
	unsigned long flags, hot;
	unsigned int i;

	if (pind_stock_look(stock, charge, &hot)) {
		share = share_of_hot(hot);
		if (!share.settled && !share.top)
			return;
	}
	stock = lock_own(&flags);
	for (i = 0; i < PIND_STOCK_LEVELS; i++)
		if (stock->charge[i] == charge)
			tell_settled(charge, &stock->share[i]);
	unlock_stock(stock, flags);
}

/*
 * Tell the levels of all CPUs' shares of a level and of those below it. With @keep the shares
 * stay, and their promised pages are returned; else they are emptied.
 */
static unsigned long ask_all(const struct pind_charge *level, bool keep)
{
	struct pind_stock *stock;
	unsigned long avail = 0;
	unsigned long flags;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&pind_stocks, cpu);
		lock_stock(stock, &flags);
		for (i = 0; i < PIND_STOCK_LEVELS; i++) {
			if (!stock->charge[i] || !pind_level_is_below(stock->charge[i], level))
				continue;
			if (!keep) {
				empty_share(stock, i);
				continue;
			}
			/* settled first, as in empty_share() */
			tell_settled(stock->charge[i], &stock->share[i]);
			tell_pins(stock->charge[i], &stock->share[i]);
			avail += stock->share[i].avail;
		}
		unlock_stock(stock, flags);
	}
	return avail;
}

unsigned long pind_stock_tell_all(const struct pind_charge *level)
{
	return ask_all(level, true);
}

void pind_stock_drain(const struct pind_charge *level)
{
	(void)ask_all(level, false);
}

/* Reserve from this CPU's share, which is filled up first if it is too small and that fits. */
bool pind_stock_reserve(struct pind_charge *charge, unsigned long pages, bool *ret_told)
{
	struct pind_charge *by;
	bool done = false;
	struct pind_stock *stock;
	struct pind_stock_share *share;
	unsigned long flags;

	*ret_told = false;
	stock = lock_own(&flags);
	share = share_of(stock, charge);
	if (share && share->avail >= pages) {
		share->avail -= pages;
		done = true;
	} else if (share && pind_level_reserve(charge, pages + PIND_STOCK_PAGES - share->avail, 0,
					       NULL, false, &by)) {
		share->avail = PIND_STOCK_PAGES;
		done = true;
		*ret_told = true;
	}
	unlock_stock(stock, flags);
	return done;
}

bool pind_stock_cancel(struct pind_charge *charge, unsigned long pages)
{
	struct pind_stock *stock;
	struct pind_stock_share *share;
	unsigned long flags;

	stock = lock_own(&flags);
	share = share_of(stock, charge);
	if (share) {
		share->avail += pages;
		return_excess(charge, share);
	}
	unlock_stock(stock, flags);
	return share;
}

bool pind_stock_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins,
		       bool *ret_told)
{
	struct pind_stock *stock;
	struct pind_stock_share *share;
	unsigned long flags;
	int settled, sum;

	*ret_told = false;
	stock = lock_own(&flags);
	share = share_of(stock, charge);
	if (!share)
		goto out;
	settled = share->settled + (int)pages;
	if (settled > PIND_STOCK_PAGES) {
		pind_level_add_settled(charge, settled, max_t(int, settled, share->top));
		settled = 0;
		share->top = 0;
		*ret_told = true;
	}
	share->settled = settled;
	share->top = max_t(int, share->top, settled);
	sum = share->pins + (int)pins;
	if (sum > PIND_STOCK_PAGES) {
		pind_level_add_pins(charge, sum);
		sum = 0;
	}
	share->pins = sum;
out:
	unlock_stock(stock, flags);
	return share;
}

bool pind_stock_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	struct pind_stock *stock;
	struct pind_stock_share *share;
	unsigned long flags;
	int settled, sum;

	stock = lock_own(&flags);
	share = share_of(stock, charge);
	if (!share)
		goto out;
	settled = share->settled - (int)pages;
	if (settled < -PIND_STOCK_PAGES) {
		pind_level_add_settled(charge, settled, share->top);
		settled = 0;
		share->top = 0;
	}
	share->settled = settled;
	sum = share->pins - (int)pins;
	if (sum < -PIND_STOCK_PAGES) {
		pind_level_add_pins(charge, sum);
		sum = 0;
	}
	share->pins = sum;
	share->avail += pages;
	return_excess(charge, share);
out:
	unlock_stock(stock, flags);
	return share;
}
