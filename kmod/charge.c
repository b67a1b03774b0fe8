// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "charge.h"

/*
 * What a CPU keeps to itself of one level.
 * @avail: pages promised at the level and all above it, and not used
 * @settled: pages charged, or uncharged, that the levels have not been told of
 * @top: the most that @settled was since it was 0
 * @pins: as @settled, of references
 */
struct share {
	u8 avail;
	s8 settled;
	s8 top;
	s8 pins;
};

/*
 * The stock of a CPU. The lock guards all of it, against interrupts of that CPU and
 * against those that drain it; it is taken with interrupts off, since an unpin may
 * come from one. A level that is in a stock is not freed: pind_charge_retire().
 * An offline CPU's stock is drained as any other's.
 */
struct stock {
	raw_spinlock_t lock;
	struct share share[PIND_STOCK_LEVELS];
	struct pind_charge *charge[PIND_STOCK_LEVELS]; /* NULL: an empty share */
};

/*
 * The levels are told with interrupts off. Whoever may make cgroups may nest them as
 * he likes: of what lies deeper no CPU keeps anything.
 */
#define STOCK_DEPTH 32

static DEFINE_PER_CPU_ALIGNED(struct stock, stocks);

static_assert(sizeof(raw_spinlock_t) > 4 || sizeof(struct stock) <= 64);
static_assert(2 * PIND_STOCK_PAGES <= U8_MAX && PIND_STOCK_PAGES <= S8_MAX);

void pind_charge_start(void)
{
	struct stock *stock;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&stocks, cpu);
		*stock = (struct stock){};
		raw_spin_lock_init(&stock->lock);
	}
}

void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent)
{
	*charge = (struct pind_charge){
		.parent = parent,
		.depth = parent ? parent->depth + 1 : 0,
		.max = PIND_PAGES_UNLIMITED,
		.high = PIND_PAGES_UNLIMITED,
		.enforce = true,
	};
}

/* ---- the levels */

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

/* By how much the levels may not have been told. */
static unsigned long slack(void)
{
	return (unsigned long)nr_cpu_ids * PIND_STOCK_LEVELS * PIND_STOCK_PAGES;
}

/*
 * Is a mark within reach of the slack, @times over. Twice for high: by once what is
 * settled may exceed what the level was told of, and by once it may be told without
 * this being asked, as shares are thrown out; it is asked before there are new ones.
 */
static bool is_near(const struct pind_charge *level, unsigned int times)
{
	return !fits(atomic_long_read(&level->usage), times * slack(), READ_ONCE(level->max)) ||
	       !fits(atomic_long_read(&level->settled), (times + 1) * slack(),
		     READ_ONCE(level->high));
}

/* Who raises a sum has this asked of all levels. */
static void note_near(struct pind_charge *level)
{
	if (atomic_read(&level->near) || !is_near(level, 1))
		return;
	pind_charge_exact_begin(level);
	if (atomic_xchg(&level->near, 1))
		pind_charge_exact_end(level); /* another was quicker */
}

/* Only where it is as far away again, lest it come and go with each page. */
static void note_far(struct pind_charge *level)
{
	if (atomic_read(&level->near) && !is_near(level, 2) && atomic_xchg(&level->near, 0))
		pind_charge_exact_end(level);
}

/* After less was promised at a level, or more settled. */
static void note_change(struct pind_charge *level)
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

/* Up to @end, which is not among them. */
static void give_back(struct pind_charge *charge, unsigned long pages, struct pind_charge *end)
{
	for (; charge != end; charge = charge->parent)
		WARN_ONCE(atomic_long_sub_return((long)pages, &charge->usage) < 0,
			  "pind: more was given back than was promised\n");
}

/* Lenient only up to @exact: of those above it is not known yet whether it is needed. */
static bool reserve_levels(struct pind_charge *charge, unsigned long pages,
			   const struct pind_charge *exact, bool lenient,
			   struct pind_charge **ret_by)
{
	struct pind_charge *level;
	bool passed;

	*ret_by = NULL;
	for (level = charge; level; level = level->parent) {
		if (!reserve_level(level, pages, lenient && exact, &passed)) {
			give_back(charge, pages, level);
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

static void raise_peak(struct pind_charge *charge, long settled)
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
	/* who uncharged before it was set could not take it back */
	if (atomic_long_read(&charge->settled) <= (long)READ_ONCE(charge->high))
		atomic_set(&charge->above_high, 0);
}

static void note_low(struct pind_charge *charge, long settled)
{
	if (settled <= (long)READ_ONCE(charge->high) && atomic_read(&charge->above_high))
		atomic_set(&charge->above_high, 0);
}

/* @pages may be below 0. It was @top in between, and is no more. */
static void add_settled(struct pind_charge *charge, long pages, long top)
{
	atomic_long_add(pages, &charge->own);
	for (; charge; charge = charge->parent) {
		long settled = atomic_long_add_return(pages, &charge->settled);

		raise_peak(charge, settled - pages + top);
		if (pages >= 0)
			note_high(charge, settled);
		else
			note_low(charge, settled);
	}
}

static void add_pins(struct pind_charge *charge, long pins)
{
	for (; charge; charge = charge->parent)
		atomic_long_add(pins, &charge->pins);
}

/* ---- the stocks */

static struct stock *lock_stock(unsigned long *flags)
{
	/* any CPU's will do: it need not stay this one's */
	struct stock *stock = raw_cpu_ptr(&stocks);

	raw_spin_lock_irqsave(&stock->lock, *flags);
	return stock;
}

static void unlock_stock(struct stock *stock, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&stock->lock, flags);
}

static void tell_settled(struct pind_charge *charge, struct share *share)
{
	if (share->settled || share->top)
		add_settled(charge, share->settled, share->top);
	share->settled = 0;
	share->top = 0;
}

static void tell_pins(struct pind_charge *charge, struct share *share)
{
	if (share->pins)
		add_pins(charge, share->pins);
	share->pins = 0;
}

/* Under the stock's lock. The levels may not survive it. */
static void empty_share(struct stock *stock, unsigned int i)
{
	struct pind_charge *charge = stock->charge[i];
	struct share *share = &stock->share[i];

	stock->charge[i] = NULL;
	/* settled first: it must never be seen above usage; and pins last, as in uncharge() */
	tell_settled(charge, share);
	if (share->avail)
		give_back(charge, share->avail, NULL);
	tell_pins(charge, share);
	*share = (struct share){};
}

static bool none_is_exact(const struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		if (atomic_read(&charge->exact) || is_near(charge, 1))
			return false;
	return true;
}

/*
 * Under the stock's lock. Asked twice, as one below may have relied on one above
 * that was let go since: who finds the second drained has raised its own before.
 */
static bool may_keep(const struct pind_charge *charge)
{
	if (charge->depth > STOCK_DEPTH || !none_is_exact(charge))
		return false;
	smp_rmb();
	return none_is_exact(charge);
}

/* Under the stock's lock. The one that came first makes room. NULL: it has to be exact. */
static struct share *new_share(struct stock *stock, struct pind_charge *charge)
{
	unsigned int i;

	if (!may_keep(charge))
		return NULL;
	for (i = 0; i < PIND_STOCK_LEVELS - 1 && stock->charge[i]; i++)
		;
	if (stock->charge[i])
		empty_share(stock, i);
	memmove(stock->charge + 1, stock->charge, i * sizeof(stock->charge[0]));
	memmove(stock->share + 1, stock->share, i * sizeof(stock->share[0]));
	stock->charge[0] = charge;
	stock->share[0] = (struct share){};
	return &stock->share[0];
}

/* Under the stock's lock. */
static struct share *share_of(struct stock *stock, struct pind_charge *charge)
{
	unsigned int i;

	for (i = 0; i < PIND_STOCK_LEVELS; i++)
		if (stock->charge[i] == charge)
			return &stock->share[i];
	return new_share(stock, charge);
}

/* Half of it, so that the next page neither takes nor gives. */
static void return_excess(struct pind_charge *charge, struct share *share)
{
	if (share->avail <= PIND_STOCK_PAGES)
		return;
	give_back(charge, share->avail - PIND_STOCK_PAGES / 2, NULL);
	share->avail = PIND_STOCK_PAGES / 2;
}

static bool is_below(const struct pind_charge *charge, const struct pind_charge *above)
{
	while (charge && charge->depth > above->depth)
		charge = charge->parent;
	return charge == above;
}

static void drain(const struct pind_charge *level)
{
	struct stock *stock;
	unsigned long flags;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&stocks, cpu);
		raw_spin_lock_irqsave(&stock->lock, flags);
		for (i = 0; i < PIND_STOCK_LEVELS; i++)
			if (stock->charge[i] && is_below(stock->charge[i], level))
				empty_share(stock, i);
		raw_spin_unlock_irqrestore(&stock->lock, flags);
	}
}

static bool is_drained(const struct pind_charge *level)
{
	for (; level; level = level->parent)
		if (atomic_read(&level->drained) > 0)
			return true;
	return false;
}

void pind_charge_exact_begin(struct pind_charge *charge)
{
	atomic_inc(&charge->exact);
	smp_mb__after_atomic(); /* see may_keep() */
	if (!is_drained(charge))
		drain(charge);
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
	    !atomic_long_read(&charge->pins))
		return true;
	pind_charge_exact_end(charge);
	return false;
}

/* So that peak sees one CPU's calls in the order in which they came, small and large. */
static void tell_first(struct pind_charge *charge)
{
	struct stock *stock;
	unsigned long flags;
	unsigned int i;

	stock = lock_stock(&flags);
	for (i = 0; i < PIND_STOCK_LEVELS; i++)
		if (stock->charge[i] == charge)
			tell_settled(charge, &stock->share[i]);
	unlock_stock(stock, flags);
}

/* ---- reserve, cancel, settle, uncharge */

static void note_all_near(struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		note_near(charge);
}

/* From what this CPU has, which is filled up if need be and if that fits. */
static bool reserve_from_stock(struct pind_charge *charge, unsigned long pages)
{
	struct pind_charge *by;
	bool done = false, filled = false;
	struct stock *stock;
	struct share *share;
	unsigned long flags;

	stock = lock_stock(&flags);
	share = share_of(stock, charge);
	if (share && share->avail >= pages) {
		share->avail -= pages;
		done = true;
	} else if (share && reserve_levels(charge, pages + PIND_STOCK_PAGES - share->avail, NULL,
					   false, &by)) {
		share->avail = PIND_STOCK_PAGES;
		done = true;
		filled = true;
	}
	unlock_stock(stock, flags);
	if (filled)
		note_all_near(charge);
	return done;
}

bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by)
{
	struct pind_charge *exact = NULL;
	bool done;

	*ret_by = NULL;
	if (!pages || (pages <= PIND_STOCK_PAGES && reserve_from_stock(charge, pages)))
		return true;
	/* From the levels; the one that is in the way must be exact, or one above it. */
	while (!(done = reserve_levels(charge, pages, exact, lenient, ret_by)) &&
	       !(exact && is_below(*ret_by, exact))) {
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

static bool cancel_in_stock(struct pind_charge *charge, unsigned long pages)
{
	struct stock *stock;
	struct share *share;
	unsigned long flags;

	stock = lock_stock(&flags);
	share = share_of(stock, charge);
	if (share) {
		share->avail += pages;
		return_excess(charge, share);
	}
	unlock_stock(stock, flags);
	return share;
}

void pind_charge_cancel(struct pind_charge *charge, unsigned long pages)
{
	if (!pages || (pages <= PIND_STOCK_PAGES && cancel_in_stock(charge, pages)))
		return;
	give_back(charge, pages, NULL);
	for (; charge; charge = charge->parent)
		note_change(charge);
}

/* @ret_told: some level was told of it. */
static bool settle_in_stock(struct pind_charge *charge, unsigned long pages, unsigned long pins,
			    bool *ret_told)
{
	struct stock *stock;
	struct share *share;
	unsigned long flags;
	int settled, sum;

	*ret_told = false;
	stock = lock_stock(&flags);
	share = share_of(stock, charge);
	if (!share)
		goto out;
	settled = share->settled + (int)pages;
	if (settled > PIND_STOCK_PAGES) {
		add_settled(charge, settled, max_t(int, settled, share->top));
		settled = 0;
		share->top = 0;
		*ret_told = true;
	}
	share->settled = settled;
	share->top = max_t(int, share->top, settled);
	sum = share->pins + (int)pins;
	if (sum > PIND_STOCK_PAGES) {
		add_pins(charge, sum);
		sum = 0;
	}
	share->pins = sum;
out:
	unlock_stock(stock, flags);
	return share;
}

bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	bool told, rose = false;

	if (pages <= PIND_STOCK_PAGES && pins <= PIND_STOCK_PAGES &&
	    settle_in_stock(charge, pages, pins, &told)) {
		if (!told)
			return false;
	} else {
		tell_first(charge);
		add_settled(charge, pages, pages);
		add_pins(charge, pins);
	}
	for (; charge; charge = charge->parent) {
		note_near(charge);
		note_change(charge);
		/* also by what others had kept, if it was seen only now */
		rose |= atomic_read(&charge->high_pending);
	}
	return rose;
}

static bool uncharge_in_stock(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	struct stock *stock;
	struct share *share;
	unsigned long flags;
	int settled, sum;

	stock = lock_stock(&flags);
	share = share_of(stock, charge);
	if (!share)
		goto out;
	settled = share->settled - (int)pages;
	if (settled < -PIND_STOCK_PAGES) {
		add_settled(charge, settled, share->top);
		settled = 0;
		share->top = 0;
	}
	share->settled = settled;
	sum = share->pins - (int)pins;
	if (sum < -PIND_STOCK_PAGES) {
		add_pins(charge, sum);
		sum = 0;
	}
	share->pins = sum;
	share->avail += pages;
	return_excess(charge, share);
out:
	unlock_stock(stock, flags);
	return share;
}

void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	long settled;

	if (pages <= PIND_STOCK_PAGES && pins <= PIND_STOCK_PAGES &&
	    uncharge_in_stock(charge, pages, pins))
		return;
	tell_first(charge);
	/* a level may be retired as soon as nothing is left of it; then RCU keeps it */
	rcu_read_lock();
	atomic_long_sub((long)pages, &charge->own);
	for (; charge; charge = charge->parent) {
		/* settled first: it must never be seen above usage */
		settled = atomic_long_sub_return((long)pages, &charge->settled);
		note_low(charge, settled);
		WARN_ONCE(atomic_long_sub_return((long)pages, &charge->usage) < 0,
			  "pind: more was uncharged than was charged\n");
		note_change(charge);
		atomic_long_sub((long)pins, &charge->pins);
	}
	rcu_read_unlock();
}

/* ---- reading */

bool pind_charge_take_high(struct pind_charge *charge)
{
	return atomic_read(&charge->high_pending) && atomic_xchg(&charge->high_pending, 0);
}

void pind_charge_read(const struct pind_charge *charge, struct pind_charge_sums *sums)
{
	/* who wants it exact is no part of what it says */
	struct pind_charge *level = (struct pind_charge *)charge;
	long settled, usage;

	pind_charge_exact_begin(level);
	settled = atomic_long_read(&level->settled);
	/* usage second: pages that settle in between are then in both, and none is missed */
	usage = atomic_long_read(&level->usage);
	sums->pins = max(atomic_long_read(&level->pins), 0L);
	sums->peak = atomic_long_read(&level->peak);
	pind_charge_exact_end(level);
	sums->current_ = max(settled, 0L);
	sums->reserved = max(usage - settled, 0L);
}

void pind_charge_reset_peak(struct pind_charge *charge)
{
	pind_charge_exact_begin(charge);
	atomic_long_set(&charge->peak, max(atomic_long_read(&charge->settled), 0L));
	/* it may have grown before that was set */
	raise_peak(charge, atomic_long_read(&charge->settled));
	pind_charge_exact_end(charge);
}
