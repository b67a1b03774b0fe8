// SPDX-License-Identifier: GPL-2.0
/*
 * An unpin, from the kernel's function to the uncharge. It is here only if a folio of
 * it is in the ledger, or while each call is looked at: see concern.h.
 *
 *	begin_*()	before the kernel's function: where a slot's pins can only be the ones
 *			that this unpin gives back, they are *taken*: removed from the slot.
 *			Every other folio in the ledger gets a reference.
 *	(the kernel's function)
 *	unpin_end()	uncharges the pins that were taken, and *settles* the other folios:
 *			pins that the kernel no longer counts are removed from their holders
 *
 * begin_one() and end_one() are for a driver that unpins page by page, or folio by folio.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "account.h"
#include "audit.h"
#include "bill.h"
#include "compat.h"
#include "counters.h"
#include "direct.h"
#include "folio.h"
#include "group.h"
#include "holding.h"
#include "hook.h"
#include "ledger.h"
#include "misuse.h"
#include "slot.h"
#include "survey.h"
#include "taken.h"
#include "unpin.h"

/* Folios handled in one go, so that struct unpin fits the stack. */
#define CHUNK 64

/* In place of a number of guesses: see struct unpin. No number is as large. */
#define DISBELIEVED U64_MAX

/* Pages whose pins may be taken before the kernel's function, sixty-four at a time. */
#define TAKE_PAGES 512

/**
 * struct unpin - an unpin under way
 * @account: the pins are this account's for certain; or NULL
 * @call_site: return address of the unpin
 * @inside: the kernel's pin code takes back what it has not handed out
 * @unwritten: we take back pins that were never written down, so no slot has them
 * @surveyed: pins that it gives back and that the ledger does not give up, for a survey
 * @taken: before the unpin
 * @nr: folios to be settled after it
 * @folio: each with a reference
 * @given: pins of it that the unpin gives back
 * @guesses: see pind_leaf_guesses(), before the kernel's function; DISBELIEVED if only one account
 *	held the folio then
 */
struct unpin {
	const struct pind_account *account;
	unsigned long call_site;
	bool inside;
	bool unwritten;
	unsigned long surveyed;
	struct pind_taken taken;
	unsigned int nr;
	struct folio *folio[CHUNK];
	u32 given[CHUNK];
	u64 guesses[CHUNK];
};

static __always_inline void unpin_init(struct unpin *unpin, unsigned long call_site)
{
	unpin->account = NULL;
	unpin->call_site = call_site;
	unpin->inside = pind_hook_is_inside(call_site);
	unpin->unwritten = false;
	unpin->surveyed = 0;
	unpin->taken = (struct pind_taken){};
	unpin->nr = 0;
}

/*
 * A folio that is in the ledger: settle it after the unpin. @slot: its slot. If that is one in
 * place, its pins may be taken for another unpin, and several accounts hold the folio before
 * this unpin ends: nothing shows that.
 */
static void settle_later(struct unpin *unpin, struct folio *folio, unsigned long slot, u32 pins)
{
	if (unpin->nr && unpin->folio[unpin->nr - 1] == folio) {
		unpin->given[unpin->nr - 1] += pins;
		return;
	}
	folio_get(folio);
	unpin->folio[unpin->nr] = folio;
	unpin->given[unpin->nr] = pins;
	unpin->guesses[unpin->nr] = pind_slot_is_inline(slot)
					    ? DISBELIEVED
					    : pind_leaf_guesses(pind_folio_number(folio));
	unpin->nr++;
}

/*
 * The pages from @i on that are folios of one page in the walk's leaf, under its lock. Stops
 * at the first other page, before @nr. Returns where.
 */
static __always_inline unsigned long begin_in_leaf(struct unpin *unpin, const struct pind_walk *walk,
						   struct page *first, struct page **pages,
						   unsigned long i, unsigned long nr)
{
	unsigned long plain = pind_slot_plain(unpin->taken.id), value, slot, *at;
	const struct pind_walk leaf = *walk; /* so that the loop has it in registers */
	unsigned int emptied = 0;
	struct page *page;

	pind_leaf_assert_locked(leaf.leaf);
	for (; i < nr; i++) {
		page = first ? pind_page_behind(first, i) : pages[i];
		/* a page that is NULL is in no leaf */
		slot = pind_walk_index(&leaf, page);
		if (slot >= PIND_LEAF_SLOTS || PageCompound(page))
			break;
		at = &leaf.leaf->slot[slot];
		value = *at;
		if (unlikely(value != plain) && !unpin->taken.id && pind_slot_is_plain(value)) {
			plain = value;
			unpin->taken.id = pind_slot_id(value);
		}
		if (likely(value == plain && pind_page_is_sole(page))) {
			WRITE_ONCE(*at, 0);
			emptied++;
		} else if (value) {
			settle_later(unpin, page_folio(page), value, 1);
		}
	}
	if (emptied)
		pind_leaf_count_used(walk->leaf, -(long)emptied);
	unpin->taken.pins += emptied;
	unpin->taken.pages += emptied;
	unpin->taken.refs += emptied;
	return i;
}

/*
 * Folios of one page, up to CHUNK of them, leaf by leaf, each leaf under its lock, with
 * interrupts off. The pages are @first and those that follow it, or, if @first is NULL,
 * those in @pages. Stops at a large folio. Returns how many pages were gone through.
 */
static __always_inline unsigned long begin_plain(struct unpin *unpin, struct page *first,
						 struct page **pages, unsigned long nr)
{
	unsigned long flags, i, next;
	struct pind_walk walk = {};
	struct page *page;

	nr = min(nr, (unsigned long)CHUNK - unpin->nr);
	local_irq_save(flags);
	for (i = 0; i < nr; i = next) {
		page = first ? pind_page_behind(first, i) : pages[i];
		next = i + 1;
		if (!page)
			continue;
		pind_walk_enter(&walk, page);
		if (walk.leaf)
			next = begin_in_leaf(unpin, &walk, first, pages, i, nr);
		else if (PageCompound(page))
			next = i;
		pind_walk_leave(&walk);
		if (next == i)
			break;
	}
	local_irq_restore(flags);
	return i;
}

/* By itself, so that its loop has the registers. */
static noinline unsigned long begin_plain_pages(struct unpin *unpin, struct page **pages,
						unsigned long nr)
{
	return begin_plain(unpin, NULL, pages, nr);
}

static void begin_folio(struct unpin *unpin, struct folio *folio, unsigned long pins)
{
	u32 pages, id = pind_taken_folio(folio, pins, unpin->taken.id, &pages);
	unsigned long slot;

	if (id) {
		unpin->taken.id = id;
		unpin->taken.pins += pins;
		unpin->taken.pages += pages;
		unpin->taken.refs++;
	} else if ((slot = pind_ledger_peek(folio))) {
		settle_later(unpin, folio, slot, pins);
	}
}

/* Returns how many pages from the front the kernel is to unpin now. */
static unsigned long begin_pages(struct unpin *unpin, struct page **pages, unsigned long nr)
{
	unsigned long done = 0, run;

	while (done < nr && unpin->nr < CHUNK && unpin->taken.refs < TAKE_PAGES) {
		if (!pages[done] || !PageCompound(pages[done])) {
			done += begin_plain_pages(unpin, pages + done, nr - done);
			continue;
		}
		run = pind_folio_run(page_folio(pages[done]), pages + done, nr - done);
		begin_folio(unpin, page_folio(pages[done]), run);
		done += run;
	}
	return done;
}

static unsigned long begin_range(struct unpin *unpin, struct page *page, unsigned long nr)
{
	unsigned long done = 0, run;

	while (done < nr && unpin->nr < CHUNK && unpin->taken.refs < TAKE_PAGES) {
		struct page *first = pind_page_behind(page, done);
		struct folio *folio = page_folio(first);

		if (folio_test_large(folio)) {
			run = min(nr - done, pind_folio_pages_from(folio, first));
			begin_folio(unpin, folio, run);
		} else {
			run = begin_plain(unpin, first, NULL, nr - done);
		}
		done += run;
	}
	return done;
}

/* The facts known about an unpin. Interrupts and kernel threads do not tell whose pin goes. */
static struct pind_unpinner unpinner_of(const struct unpin *unpin)
{
	struct pind_unpinner unpinner = { .account = unpin->account };

	if (unpin->inside || unpin->unwritten)
		return unpinner;
	unpinner.driver = unpin->account ? 0 : pind_site_driver(unpin->call_site);
	if (in_task() && !(current->flags & PF_KTHREAD)) {
		unpinner.tgid = current->tgid;
		unpinner.start_time = current->group_leader->start_boottime;
	}
	return unpinner;
}

/*
 * An unpin gave back more pins than were taken for it: can none of the pins left in the slot
 * be stale? None can if every holder pinned through another driver than the unpin's.
 */
static bool is_settled(unsigned long slot, const struct pind_unpinner *unpinner)
{
	const struct pind_account *account;

	if (!slot || !unpinner->given)
		return true;
	if (!unpinner->driver)
		return false;
	if (!pind_slot_is_inline(slot))
		return !pind_holding_may_be_of(pind_slot_holding(slot), unpinner->driver);
	account = pind_account_by_id(pind_slot_id(slot));
	return account->owner.driver && account->owner.driver != unpinner->driver;
}

/* @guesses: see struct unpin */
static void unpin_settle(struct folio *folio, u64 guesses, struct pind_unpinner *unpinner,
			 struct pind_bill *bill)
{
	unsigned long number = pind_folio_number(folio), flags;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_leaf *leaf = pind_leaf_find(number);
	u32 given = unpinner->given;
	bool more, settled, guessed;
	unsigned long slot;
	u64 pincount;

	if (!leaf)
		return;
	raw_spin_lock_irqsave(lock, flags);
	pincount = pind_folio_pincount(folio, 1);
	/* its own pins may have been among those: then it would take another group's */
	slot = *pind_slot_of(leaf, number);
	guessed = slot && !pind_slot_is_inline(slot) && guesses != pind_leaf_guesses(number);
	if (guessed)
		unpinner->given = 0;
	more = pind_ledger_settle(leaf, number, pincount, unpinner, bill);
	slot = *pind_slot_of(leaf, number);
	if (guessed)
		unpinner->given = given; /* of none of them is it known that it was taken */
	settled = is_settled(slot, unpinner);
	if (!more && !settled)
		pind_ledger_note_unclear(leaf, number, pincount);
	/*
	 * A pin that overlapped this unpin unseen may still be counted by the kernel:
	 * its own unpin found the slot empty, and will not look again.
	 */
	if (more || !settled)
		pind_audit_recheck(leaf);
	raw_spin_unlock_irqrestore(lock, flags);
}

/* Return: how many pins the ledger gave up. */
static unsigned long settle_all(struct unpin *unpin)
{
	struct pind_unpinner unpinner;
	struct pind_bill bill = {};
	unsigned int i;

	rcu_read_lock();
	unpinner = unpinner_of(unpin);
	for (i = 0; i < unpin->nr; i++) {
		unpinner.given = unpin->inside || unpin->unwritten ? 0 : unpin->given[i];
		unpin_settle(unpin->folio[i], unpin->guesses[i], &unpinner, &bill);
	}
	pind_bill_pay(&bill);
	rcu_read_unlock();
	/* not folio_put(): memory of a device is put in its own way */
	for (i = 0; i < unpin->nr; i++)
		put_page(&unpin->folio[i]->page);
	unpin->nr = 0;
	return bill.total_pins;
}

static void unpin_end(struct unpin *unpin)
{
	unsigned long released = unpin->taken.pins;

	if (unpin->taken.refs)
		pind_taken_uncharge(unpin->taken.id, unpin->taken.pins, unpin->taken.pages,
				    unpin->taken.refs);
	unpin->taken = (struct pind_taken){};
	if (unpin->nr)
		released += settle_all(unpin);
	/* as many were no short-term ones */
	if (unlikely(unpin->surveyed))
		unpin->surveyed -= min(unpin->surveyed, released);
}

/* All of it is given back. */
static __always_inline void unpin_done(struct unpin *unpin)
{
	if (unlikely(unpin->surveyed))
		pind_survey_returned(unpin->call_site, unpin->surveyed);
}

/*
 * Pins that an unpin of a folio gives back, as the kernel counts them: not the zero
 * page's. While each call is looked at, it shows here if the folio does not have them.
 */
static unsigned long unpin_count(struct unpin *unpin, struct folio *folio, unsigned long pins)
{
	if (pind_folio_is_exempt(folio))
		return 0;
	if (unlikely(pind_folio_lacks(folio, pins)))
		pind_misuse_at(PIND_MISUSE_KIND_UNPIN_UNPINNED, unpin->call_site);
	return pins;
}

static unsigned long unpin_count_pages(struct unpin *unpin, struct page **pages, unsigned long nr)
{
	unsigned long pins = 0, i, run;

	for (i = 0; i < nr; i += run) {
		run = 1;
		if (!pages[i])
			continue;
		run = pind_folio_run(page_folio(pages[i]), pages + i, nr - i);
		pins += unpin_count(unpin, page_folio(pages[i]), run);
	}
	return pins;
}

/* Before the kernel gives them back, so that no reader sees more returned than there were. */
static void count_returned(struct unpin *unpin, unsigned long pins)
{
	/* what the pin code takes back before it has handed it out was never requested */
	if (unpin->inside)
		return;
	if (pind_counters_exact())
		pind_count_returned(pins);
	/* nor what we take back of a call that was refused */
	if (pind_surveyed() && !unpin->account && !unpin->unwritten)
		unpin->surveyed += pins;
}

/*
 * unpin_user_pages_dirty_lock(..., false) is a jump to unpin_user_pages(): call that
 * one, so that a tracer cannot bring the jump back to us as a second call.
 */
static void unpin_original(struct page **pages, unsigned long nr, bool make_dirty)
{
	if (make_dirty)
		pind_original_unpin_user_pages_dirty_lock(pages, nr, true);
	else
		pind_original_unpin_user_pages(pages, nr);
}

static void unpin_pages(struct unpin *unpin, struct page **pages, unsigned long nr,
			bool make_dirty)
{
	unsigned long n;

	/* the caller passed an error value as the count: the original warns and does nothing */
	if (IS_ERR_VALUE(nr)) {
		unpin_original(pages, nr, make_dirty);
		return;
	}
	for (; nr; pages += n, nr -= n) {
		n = begin_pages(unpin, pages, nr);
		if (pind_looks_each())
			count_returned(unpin, unpin_count_pages(unpin, pages, n));
		pind_count_begun(n);
		unpin_original(pages, n, make_dirty);
		unpin_end(unpin);
		pind_count_ended(n);
	}
	unpin_done(unpin);
}

static void unpin_folio_pins(struct unpin *unpin, struct folio *folio, unsigned long pins)
{
	begin_folio(unpin, folio, pins);
	if (pind_looks_each())
		count_returned(unpin, unpin_count(unpin, folio, pins));
	pind_count_begun(pins);
	if (unpin_user_folio)
		pind_original_unpin_user_folio(folio, pins);
	else
		pind_original_unpin_user_page(&folio->page);
	unpin_end(unpin);
	pind_count_ended(pins);
	unpin_done(unpin);
}

/* Unpin whole folios, one pin each. A folio that is NULL is skipped, as the kernel does. */
static void unpin_whole_folios(struct unpin *unpin, struct folio **folios, unsigned long nr)
{
	unsigned long n, i, pins;

	if (IS_ERR_VALUE(nr)) {
		pind_original_unpin_folios(folios, nr);
		return;
	}
	for (; nr; folios += n, nr -= n) {
		n = min_t(unsigned long, nr, CHUNK);
		for (pins = 0, i = 0; i < n; i++) {
			if (!folios[i])
				continue;
			begin_folio(unpin, folios[i], 1);
			if (pind_looks_each())
				pins += unpin_count(unpin, folios[i], 1);
		}
		if (pins)
			count_returned(unpin, pins);
		pind_count_begun(n);
		pind_original_unpin_folios(folios, n);
		unpin_end(unpin);
		pind_count_ended(n);
	}
	unpin_done(unpin);
}

/* We take back pins of @account, or, if it is NULL, pins that were never written down. */
static __always_inline void undo_init(struct unpin *unpin, struct pind_account *account)
{
	unpin_init(unpin, _RET_IP_);
	unpin->account = account;
	unpin->unwritten = !account;
}

void pind_unpin_undo(struct page **pages, unsigned long nr, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	undo_init(&unpin, account);
	unpin_pages(&unpin, pages, nr, false);
}

void pind_unpin_undo_folios(struct folio **folios, unsigned long nr, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	undo_init(&unpin, account);
	unpin_whole_folios(&unpin, folios, nr);
}

void pind_unpin_undo_folio(struct folio *folio, unsigned int pins, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	undo_init(&unpin, account);
	unpin_folio_pins(&unpin, folio, pins);
}

/*
 * The usual case of one folio: all that goes can be taken before the kernel's function.
 * Else it is as with many; so it is while each call is looked at.
 */
static __always_inline u32 begin_one(struct folio *folio, unsigned long pins, u32 *ret_pages)
{
	u32 id = pind_looks_each() ? 0 : pind_taken_folio(folio, pins, 0, ret_pages);

	if (id)
		pind_count_begun(pins);
	return id;
}

static __always_inline void end_one(u32 id, unsigned long pins, u32 pages)
{
	pind_taken_uncharge(id, pins, pages, 1);
	pind_count_ended(pins);
}

static noinline void unpin_many(struct page **pages, unsigned long nr, bool make_dirty,
				unsigned long call_site)
{
	struct unpin unpin pind_uninitialized;

	unpin_init(&unpin, call_site);
	unpin_pages(&unpin, pages, nr, make_dirty);
}

static noinline void unpin_folio_many(struct folio *folio, unsigned long pins,
				      unsigned long call_site)
{
	struct unpin unpin pind_uninitialized;

	unpin_init(&unpin, call_site);
	unpin_folio_pins(&unpin, folio, pins);
}

void pind_unpin_user_page(struct page *page)
{
	u32 id, pages;

	pind_hook_enter();
	id = begin_one(page_folio(page), 1, &pages);
	if (id) {
		pind_original_unpin_user_page(page);
		end_one(id, 1, pages);
	} else {
		unpin_many(&page, 1, false, _RET_IP_);
	}
	pind_hook_exit();
}

void pind_unpin_user_pages(struct page **pages, unsigned long npages)
{
	u32 id, covered;

	pind_hook_enter();
	id = npages == 1 && pages[0] ? begin_one(page_folio(pages[0]), 1, &covered) : 0;
	if (id) {
		pind_original_unpin_user_pages(pages, 1);
		end_one(id, 1, covered);
	} else {
		unpin_many(pages, npages, false, _RET_IP_);
	}
	pind_hook_exit();
}

void pind_unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	u32 id, covered;

	pind_hook_enter();
	id = npages == 1 && pages[0] ? begin_one(page_folio(pages[0]), 1, &covered) : 0;
	if (id) {
		unpin_original(pages, 1, make_dirty);
		end_one(id, 1, covered);
	} else {
		unpin_many(pages, npages, make_dirty, _RET_IP_);
	}
	pind_hook_exit();
}

void pind_unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty)
{
	struct unpin unpin pind_uninitialized;
	unsigned long n, i, pins = 0;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	for (; npages; npages -= n, page = pind_page_behind(page, n)) {
		n = begin_range(&unpin, page, npages);
		if (pind_looks_each())
			for (pins = 0, i = 0; i < n; i++)
				pins += unpin_count(&unpin, page_folio(pind_page_behind(page, i)), 1);
		if (pins)
			count_returned(&unpin, pins);
		pind_count_begun(n);
		pind_original_unpin_user_page_range_dirty_lock(page, n, make_dirty);
		unpin_end(&unpin);
		pind_count_ended(n);
	}
	unpin_done(&unpin);
	pind_hook_exit();
}

void pind_unpin_user_folio(struct folio *folio, unsigned long npages)
{
	u32 id, pages;

	pind_hook_enter();
	id = begin_one(folio, npages, &pages);
	if (id) {
		pind_original_unpin_user_folio(folio, npages);
		end_one(id, npages, pages);
	} else {
		unpin_folio_many(folio, npages, _RET_IP_);
	}
	pind_hook_exit();
}

void pind_unpin_folio(struct folio *folio)
{
	u32 id, pages;

	pind_hook_enter();
	id = begin_one(folio, 1, &pages);
	if (id) {
		pind_original_unpin_folio(folio);
		end_one(id, 1, pages);
	} else {
		unpin_folio_many(folio, 1, _RET_IP_);
	}
	pind_hook_exit();
}

void pind_unpin_folios(struct folio **folios, unsigned long nfolios)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	unpin.inside = pind_hook_is_inside_slow(_RET_IP_);
	unpin_whole_folios(&unpin, folios, nfolios);
	pind_hook_exit();
}
