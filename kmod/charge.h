/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hierarchical counter behind a quota. Pure arithmetic: it also builds on
 * the host (tests/unit/kmod). All amounts are base pages; "pins" are references. A
 * "level" is the counter of one cgroup in the hierarchy.
 *
 * Each level carries two sums. "usage" is all that was promised: settled charge and
 * the reservations of pin calls under way. Max is compared with usage. "settled" is
 * the memory that is really pinned and charged; users see it as current. At every
 * moment settled <= usage <= max (except where max was set below usage, and in mode
 * observe), so no reader ever sees current above max, and a reservation that turns
 * out to be too large never shows in current or peak.
 *
 * A pin keeps the whole of a large folio in place, even if the pin covers only a part
 * of it. The pages that are kept in place and not charged are the "surplus". max_held is
 * compared with usage + surplus; users see settled + surplus as held.
 *
 * Each CPU keeps a stock of the few levels that it pins and unpins for: pages that are
 * promised at all levels and not used yet, and the amounts that it has settled and
 * uncharged and not yet added to the levels. So most calls write no cache line that
 * another CPU writes. The sums of a level are true only while it is *exact*: from
 * pind_charge_exact_begin() to pind_charge_exact_end() no CPU keeps anything of that
 * level or of a level below it. Max always holds exactly: a level is made exact before
 * it refuses a call.
 *
 * While a level is not exact, its sums may be off by at most PIND_STOCK_PAGES for each
 * of PIND_STOCK_LEVELS of each CPU: that amount is the "slack". A level that comes
 * within the slack of its max, or within twice the slack of its high, is made exact, and
 * stays exact until it is farther away than that by one slack more.
 */
#ifndef PIND_CHARGE_H
#define PIND_CHARGE_H

#include <linux/types.h>
#include <linux/atomic.h>

/* The value of max, max_held and high that means "no limit". */
#define PIND_PAGES_UNLIMITED ((unsigned long)LONG_MAX)

/* The number of levels that a CPU's stock has room for. */
#define PIND_STOCK_LEVELS 5
/* The most of each amount that a CPU keeps of one level. */
#define PIND_STOCK_PAGES  64

/**
 * struct pind_charge - one level of the hierarchy
 * @parent: the level above, NULL at the root; never changes
 * @depth: number of levels above it; never changes
 * @max: limit on @usage; written by one writer at a time, read without lock
 * @high: mark on @settled; likewise
 * @max_held: limit on @usage and @surplus together; likewise
 * @enforce: whether @max and @max_held refuse or only observe; likewise
 * @exact: how many users need this level exact; while there is one, no CPU begins to
 *	keep something of it or of a level below it
 * @drained: how many of those have emptied the stocks of what the CPUs kept before
 * @near: 1 while the level is one of its own users, because it is near max or high
 * @usage: pages promised to this level and all below it, and to stocks
 * @settled: pages charged to this level and all below it
 * @peak: the most @settled ever was
 * @pins: references held by this level and all below it
 * @own: pages charged to this level itself, which books.c compares with the ledger
 * @surplus: pages that pins of this level and below keep in place without being
 *	charged, counted once for each group
 * @uncertain: pages of @settled that may no longer be owed
 * @events_max: pin calls refused because of this level's max
 * @events_observed: pin calls its max would have refused
 * @events_high: times @settled rose above @high
 * @above_high: 1 while @settled is above @high, to see it rise but once
 * @high_pending: 1 from a rise until pind_charge_take_high() collects it
 *
 * @usage, @settled, @pins and @own lack the amounts that are still in the CPUs' stocks.
 */
struct pind_charge {
	struct pind_charge *parent;
	unsigned int depth;
	bool enforce;
	unsigned long max;
	unsigned long high;
	unsigned long max_held;
	atomic_t exact;
	atomic_t drained;
	atomic_t near;
	atomic_long_t usage;
	atomic_long_t settled;
	atomic_long_t peak;
	atomic_long_t pins;
	atomic_long_t own;
	atomic_long_t surplus;
	atomic_long_t uncertain;
	atomic_long_t events_max;
	atomic_long_t events_observed;
	atomic_long_t events_high;
	atomic_t above_high;
	atomic_t high_pending;
};

/** pind_charge_start() - to be called once, before all other functions here */
void pind_charge_start(void);

/** pind_charge_init() - an empty level below @parent (NULL: a root), no quota */
void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent);

/**
 * pind_charge_limits_changed() - to be called after max, max_held, high or enforce was written
 *
 * The level has to be made exact before one is written. Context: process.
 */
void pind_charge_limits_changed(struct pind_charge *charge);

/**
 * pind_charge_retire() - are all sums of a level 0 that nobody will charge again
 *
 * Context: process. Return: true if so; then the level stays exact, so no CPU keeps
 * anything of it, and its memory may be freed after an RCU grace period. A caller that
 * does not free it calls pind_charge_exact_end().
 */
bool pind_charge_retire(struct pind_charge *charge);

/**
 * pind_charge_reserve() - promise @pages to a level and all above it
 * @charge: the level that would pay
 * @pages: how many
 * @lenient: levels in mode observe do not refuse. Without it they do, so that the
 *	caller can decide exactly before it reports "would have been refused".
 * @ret_by: the level that refused; with @lenient and success the lowest level in mode
 *	observe whose max or max_held was exceeded, else NULL
 *
 * Adds level by level from the bottom, and takes that back when a level refuses. So a
 * sibling may be refused for a moment because of a reservation that is itself about to
 * be refused: see pind_charge_could_have_room(). Pages in stocks refuse nobody: a level
 * is made exact before it refuses.
 *
 * Context: process. Return: true if promised; false, with nothing changed.
 */
bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by);

/**
 * pind_charge_reserve_held() - as pind_charge_reserve(), where some pages are surplus
 * @held: how many of @pages lie in folios that the group keeps in place and does not
 *	pay for. They are taken out of the surplus now, so that max_held does not count
 *	them twice; the caller puts them back by pind_charge_hold() when it cancels.
 */
bool pind_charge_reserve_held(struct pind_charge *charge, unsigned long pages, unsigned long held,
			      bool lenient, struct pind_charge **ret_by);

/**
 * pind_charge_hold() - add to the surplus of a level and of all above it
 * @charge: the group's level
 * @surplus: by how many pages it grows; may be below 0
 *
 * The size of a folio is known only after the pin, so the surplus is added in any case.
 * Writes every level, so it is called only for large folios that are not covered as a whole;
 * for folios that are released, before pind_charge_uncharge().
 *
 * Context: any. Return: whether @surplus is above 0 and a level may now be above its max_held;
 * then the caller has to ask pind_charge_above_held().
 */
bool pind_charge_hold(struct pind_charge *charge, long surplus);

/**
 * pind_charge_above_held() - the level whose max_held does not admit all that is held
 * @charge: the group's level
 *
 * It empties the stocks of all CPUs where it has to, so it is not called under a leaf's lock.
 * Pages that a call has reserved and does not need are to be cancelled first. If the level
 * enforces max_held, the caller has to unpin.
 *
 * Context: process. Return: the lowest level that is above its max_held and enforces it; else
 * the lowest that is above it and only observes; NULL if no level is above it.
 */
struct pind_charge *pind_charge_above_held(struct pind_charge *charge);

/**
 * pind_charge_note_uncertain() - add @pages, which may be below 0, to the uncertain ones
 * For pages that are released, to be called before pind_charge_uncharge(). Context: any.
 */
void pind_charge_note_uncertain(struct pind_charge *charge, long pages);

/** pind_charge_cancel() - give back @pages of a reservation. Context: any. */
void pind_charge_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_charge_settle() - turn @pages of a reservation into charge
 *
 * Context: process. Return: true if some level may have risen above its high;
 * pind_charge_take_high() shows which.
 */
bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/** pind_charge_uncharge() - take back settled @pages and @pins. Context: any. */
void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_charge_take_high() - has this level risen above high since this was last called
 *
 * No rise is missed, and none is reported that did not happen: a level that is not exact
 * is too far from its high. Two pin calls that run at the same time may report a rise
 * late, by the time that one of them takes.
 */
bool pind_charge_take_high(struct pind_charge *charge);

/**
 * pind_charge_exact_begin() - make the sums of a level and all below it true
 *
 * The cost: a look at the stock of each CPU, unless the level or one above it is exact
 * already; and until pind_charge_exact_end() every pin call below the level writes all
 * levels. Nests. Context: any; the caller has some reference that keeps the level.
 */
void pind_charge_exact_begin(struct pind_charge *charge);

/** pind_charge_exact_end() - end pind_charge_exact_begin(). Context: any. */
void pind_charge_exact_end(struct pind_charge *charge);

/**
 * struct pind_charge_sums - the sums of a level at one moment
 * @current_: settled pages
 * @peak: the most that @current_ was since the peak was reset. Exact as long as the
 *	level was exact, or one CPU pinned and unpinned in one cgroup; else it may be
 *	off, either way, by the amounts in the CPUs' stocks at the time: at most
 *	PIND_STOCK_PAGES a CPU for each cgroup in use at or below the level. Never
 *	above max, and never below a value of @current_ that was read.
 * @pins: references
 * @reserved: pages promised to calls under way, not settled
 * @held: pages of the folios that pins keep in place, whole, once for each group
 * @uncertain: pages of @current_ that may no longer be owed
 *
 * None is below 0, though an unpin may be uncharged an instant before the pin that it
 * undoes is settled, while the pin's reservation still exists.
 */
struct pind_charge_sums {
	unsigned long current_;
	unsigned long peak;
	unsigned long pins;
	unsigned long reserved;
	unsigned long held;
	unsigned long uncertain;
};

/**
 * pind_charge_read() - read the sums of a level
 *
 * Each CPU's stock is read in turn and kept, so that no reader slows others down, however
 * often it reads. Pins and unpins that run meanwhile may be seen in part: a page that is
 * unpinned on one CPU and pinned on another may count twice. The error is at most the slack,
 * and 0 while nothing is pinned or unpinned, or the level is exact: so near its max it is 0.
 *
 * Context: process.
 */
void pind_charge_read(const struct pind_charge *level, struct pind_charge_sums *sums);

/**
 * pind_charge_has_room() - would @pages more fit this level alone; it has to be exact
 * @pages: how many; 0: is the level within its max_held now
 * @held: how many of them lie in folios that the group keeps in place already
 */
bool pind_charge_has_room(const struct pind_charge *charge, unsigned long pages,
			  unsigned long held);

/** pind_charge_could_have_room() - would they fit if every reservation were given back */
bool pind_charge_could_have_room(const struct pind_charge *charge, unsigned long pages,
				 unsigned long held);

/**
 * pind_charge_changed() - pages were given back or settled at a level that is exact
 *
 * Called by charge.c and defined in room.c, where calls wait until a level has room:
 * pind_charge_has_room() and pind_charge_could_have_room() may have another answer now.
 * Context: any.
 */
void pind_charge_changed(struct pind_charge *charge);

/** pind_charge_reset_peak() - set peak to current. Context: as pind_charge_exact_begin(). */
void pind_charge_reset_peak(struct pind_charge *charge);

#endif /* PIND_CHARGE_H */
