/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hierarchical counter behind a quota. Pure arithmetic: it also builds on
 * the host (tests/unit/kmod). All amounts are base pages, "pins" references.
 *
 * Each level carries two sums. "usage" is what was promised: settled charge and
 * the reservations of pin calls under way; it is what max is compared with.
 * "settled" is what is really pinned and charged: it is what users see as
 * current. At every moment settled <= usage <= max (but for a max set below
 * usage, and mode observe), so no reader ever sees current above max, and a
 * reservation that turns out to be too large never shows in current or peak.
 *
 * A pin keeps the whole of a large folio in place, also where it covers a part. What
 * is held so beyond what is charged is "surplus"; usage + surplus is what max_held is
 * compared with, settled + surplus what users see as held.
 *
 * A CPU keeps a stock of the few levels that it pins and unpins for: pages that
 * are promised at all levels and not used, and what it settled and uncharged and
 * has not added to the levels yet. So most calls write no line that another CPU
 * writes. The sums of a level are true only while it is *exact*: from
 * pind_charge_exact_begin() to pind_charge_exact_end() no CPU keeps anything of
 * it or of what is below it. Max is exact always: no call is refused before the
 * level that refuses is.
 *
 * How far the sums may be off while a level is not exact is bounded by
 * PIND_STOCK_PAGES for each of PIND_STOCK_LEVELS of each CPU, and called the
 * slack. A level that comes within the slack of its max, or within twice that of
 * its high, stays exact until it is as far away again.
 */
#ifndef PIND_CHARGE_H
#define PIND_CHARGE_H

#include <linux/types.h>
#include <linux/atomic.h>

/* max, max_held and high that mean "no limit". */
#define PIND_PAGES_UNLIMITED ((unsigned long)LONG_MAX)

/* Of how many levels a CPU keeps something. */
#define PIND_STOCK_LEVELS 5
/* The most of each amount that it keeps of one. */
#define PIND_STOCK_PAGES  64

/**
 * struct pind_charge - one level of the hierarchy
 * @parent: the level above, NULL at the root; never changes
 * @depth: levels above it; never changes
 * @max: limit on @usage; written by one writer at a time, read without lock
 * @high: mark on @settled; likewise
 * @max_held: limit on @usage and @surplus together; likewise
 * @enforce: whether @max and @max_held refuse or only observe; likewise
 * @exact: how many want it exact; while there are any no CPU begins to keep
 *	something of it or of what is below it
 * @drained: of those, how many have seen to it that no CPU does
 * @near: 1 while one of those is its nearness to max or high
 * @usage: pages promised to this level and all below it, and to stocks
 * @settled: pages charged to this level and all below it
 * @peak: the most @settled ever was
 * @pins: references held by this level and all below it
 * @own: pages charged to this level itself; the books' cross-check
 * @surplus: pages that pins of this level and below keep in place and that are not
 *	charged, once for each group
 * @uncertain: pages of @settled that may no longer be owed
 * @events_max: pin calls refused because of this level's max
 * @events_observed: pin calls its max would have refused
 * @events_high: times @settled rose above @high
 * @above_high: 1 while @settled is above @high, to see it rise but once
 * @high_pending: 1 from a rise until pind_charge_take_high() collects it
 *
 * @usage, @settled, @pins and @own are what the levels have been told; what a CPU
 * keeps is missing in them.
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

/** pind_charge_start() - to be called before all else, once */
void pind_charge_start(void);

/** pind_charge_init() - an empty level below @parent (NULL: a root), no quota */
void pind_charge_init(struct pind_charge *charge, struct pind_charge *parent);

/**
 * pind_charge_limits_changed() - to be called when max, max_held, high or enforce were written
 *
 * The level has to be exact from before they are written. Context: process.
 */
void pind_charge_limits_changed(struct pind_charge *charge);

/**
 * pind_charge_retire() - is nothing left of a level that nobody will charge again
 *
 * Of a level that says yes no CPU keeps anything from then on: the memory may be
 * freed, after RCU. If it is not, pind_charge_exact_end() takes the answer back.
 *
 * Context: process.
 */
bool pind_charge_retire(struct pind_charge *charge);

/**
 * pind_charge_reserve() - promise @pages to a level and all above it
 * @charge: the level that would pay
 * @pages: how many
 * @lenient: let levels in mode observe pass; without it they refuse, too, so
 *	that the caller can decide exactly before it says "would have refused"
 * @ret_by: the level that refused; with @lenient and success the lowest level
 *	whose max was passed over, else NULL
 *
 * Adds level by level from the bottom and takes back what it added when one
 * refuses, so a sibling may be refused for a moment because of a reservation
 * that is itself about to be refused: see pind_charge_could_have_room(). The
 * stocks refuse nobody: the level is made exact before it does.
 *
 * Context: process. Return: true if promised; false, with nothing changed.
 */
bool pind_charge_reserve(struct pind_charge *charge, unsigned long pages, bool lenient,
			 struct pind_charge **ret_by);

/**
 * pind_charge_reserve_held() - as pind_charge_reserve(), where some is held already
 * @held: how many of @pages lie in folios that the group keeps in place and does not
 *	pay for. They are taken out of surplus now, so that max_held does not count them
 *	twice; with whatever is cancelled they have to be put back by pind_charge_hold().
 */
bool pind_charge_reserve_held(struct pind_charge *charge, unsigned long pages, unsigned long held,
			      bool lenient, struct pind_charge **ret_by);

/**
 * pind_charge_hold() - what pins keep in place without paying for it has changed
 * @charge: the group's level
 * @surplus: by how many pages; may be below 0
 *
 * How large a folio is shows after the pin, so it is noted in any case: that a level
 * does not admit it is for the caller to undo, by unpinning. What the call has reserved
 * and does not need is to be cancelled first. Touches every level: to be called only
 * for large folios that are not covered as a whole, and of those that go before
 * pind_charge_uncharge().
 *
 * Context: any. Return: the lowest level that is above its max_held now and enforces it,
 * else the lowest that only observes; NULL: there is none, or @surplus is not above 0.
 */
struct pind_charge *pind_charge_hold(struct pind_charge *charge, long surplus);

/**
 * pind_charge_note_uncertain() - as many more pages (less, below 0) may not be owed
 * Of those that go before pind_charge_uncharge(). Context: any.
 */
void pind_charge_note_uncertain(struct pind_charge *charge, long pages);

/** pind_charge_cancel() - give back @pages of a reservation. Context: any. */
void pind_charge_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_charge_settle() - turn @pages of a reservation into charge
 *
 * Context: process. Return: true if some level rose above its high;
 * pind_charge_take_high() tells which.
 */
bool pind_charge_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/** pind_charge_uncharge() - take back settled @pages and @pins. Context: any. */
void pind_charge_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_charge_take_high() - did this level rise above high since last asked
 *
 * No rise is missed, and none is told that was not: where a level is not exact it
 * is too far from its high. Two calls that run at the same time may tell of it by
 * the time that one of them takes too late.
 */
bool pind_charge_take_high(struct pind_charge *charge);

/**
 * pind_charge_exact_begin() - make the sums of a level and all below it true
 *
 * Costs a look at the stock of each CPU, unless the level or one above it is exact
 * already; and until pind_charge_exact_end() every call below it the writing of all
 * levels. Nests. Context: any, with some hold on the level.
 */
void pind_charge_exact_begin(struct pind_charge *charge);

/** pind_charge_exact_end() - they need not stay so. Context: any. */
void pind_charge_exact_end(struct pind_charge *charge);

/**
 * struct pind_charge_sums - what a level says at one moment
 * @current_: settled pages
 * @peak: the most that @current_ was since the peak was reset. Exact as long as the
 *	level was exact, or one CPU pinned and unpinned in one cgroup; else it may be
 *	off, either way, by what the CPUs kept then: at most PIND_STOCK_PAGES a CPU
 *	of each cgroup in use at or below it. Never above max, and not below
 *	what @current_ was read to be.
 * @pins: references
 * @reserved: pages promised to calls under way, not settled
 * @held: pages of the folios that pins keep in place, whole, once for each group
 * @uncertain: pages of @current_ that may no longer be owed
 *
 * None is below 0, though an unpin may be booked an instant before the pin it
 * answers is settled, as long as that one's reservation lasts.
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
 * pind_charge_read() - the sums
 * @exactly: those of one moment, which empties the stocks of the level and of all below it.
 *	Else each CPU is asked in turn and keeps its stock: what the CPUs did while that
 *	lasted may be seen in part, as a page that was let go on one and pinned on another,
 *	in both. At most the slack; where nothing goes on the sums are the same. A reader
 *	who may not slow others, however often it asks, gets those.
 * Context: as pind_charge_exact_begin().
 */
void pind_charge_read(const struct pind_charge *charge, bool exactly,
		      struct pind_charge_sums *sums);

/**
 * pind_charge_has_room() - would @pages fit this very level, which is exact, now
 * @pages: 0: is it within max_held as it is
 * @held: of them, in folios that the group keeps in place already
 */
bool pind_charge_has_room(const struct pind_charge *charge, unsigned long pages,
			  unsigned long held);

/** pind_charge_could_have_room() - would they if every reservation were given back */
bool pind_charge_could_have_room(const struct pind_charge *charge, unsigned long pages,
				 unsigned long held);

/**
 * pind_charge_changed() - something was given back at a level that is exact, or settled
 *
 * To be provided by whoever has calls wait until a level has room: has_room() and
 * could_have_room() may say something else now. Context: any.
 */
void pind_charge_changed(struct pind_charge *charge);

/** pind_charge_reset_peak() - set peak to current. Context: as pind_charge_exact_begin(). */
void pind_charge_reset_peak(struct pind_charge *charge);

#endif /* PIND_CHARGE_H */
