// SPDX-License-Identifier: GPL-2.0
/*
 * An unpin, from the kernel's function to the uncharge. It is here only if a folio of
 * it is in the ledger, or while exact counters are on: see pind_unpin_concerns().
 *
 *	begin_*()	before the kernel's function: a slot that can only be the pin that
 *			goes is emptied; other folios in the ledger get a reference
 *	(the kernel's function)
 *	unpin_end()		uncharges what was emptied, and settles the others by the kernel's
 *			count
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "account.h"
#include "audit.h"
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
#include "trace.h"
#include "unpin.h"

/* Folios handled in one go, so that what has to be remembered fits the stack. */
#define CHUNK 64

/**
 * struct unpin - an unpin under way
 * @account: the pins are this account's for certain; or NULL
 * @call_site: return address of the unpin
 * @inside: the kernel's pin code takes back what it has not handed out
 * @sole: slots that were emptied before the unpin, all of them equal to @sole_slot
 * @nr: folios to be settled after it
 * @folio: each with a reference
 * @given: pins of it that the unpin gives back
 */
struct unpin {
	const struct pind_account *account;
	unsigned long call_site;
	bool inside;
	unsigned int sole;
	unsigned int nr;
	unsigned long sole_slot;
	struct folio *folio[CHUNK];
	u32 given[CHUNK];
};

static __always_inline void unpin_init(struct unpin *unpin, unsigned long call_site)
{
	unpin->account = NULL;
	unpin->call_site = call_site;
	unpin->inside = pind_hook_is_inside(call_site);
	unpin->sole = 0;
	unpin->nr = 0;
}

/* Pages that are looked at in one go, with preemption off. */
#define LOOK_PAGES 512

static bool concerns_some(struct page **pages, unsigned long nr)
{
	unsigned long number, index = ULONG_MAX, i;
	struct pind_leaf *leaf = NULL;
	struct folio *folio;
	bool concerns = false;

	rcu_read_lock_sched_notrace();
	for (i = 0; i < nr && !concerns; i++) {
		/* newer kernels skip a page that is NULL */
		if (unlikely(!pages[i]))
			continue;
		folio = page_folio(pages[i]);
		number = pind_folio_number(folio);
		if (number >> PIND_LEAF_SHIFT != index) {
			index = number >> PIND_LEAF_SHIFT;
			leaf = pind_leaf_find(number);
		}
		concerns = leaf && READ_ONCE(*pind_slot_of(leaf, number));
	}
	rcu_read_unlock_sched_notrace();
	return concerns;
}

bool pind_unpin_concerns_pages(struct page **pages, unsigned long nr)
{
	unsigned long i;

	if (nr == 1)
		return pages[0] && pind_ledger_concerns(page_folio(pages[0]));
	if (IS_ERR_VALUE(nr))
		return false;
	for (i = 0; i < nr; i += LOOK_PAGES)
		if (concerns_some(pages + i, min(nr - i, (unsigned long)LOOK_PAGES)))
			return true;
	return false;
}

bool pind_unpin_concerns_range(struct page *page, unsigned long nr)
{
	unsigned long i, run;

	for (i = 0; i < nr; i += run) {
		struct page *first = pind_page_behind(page, i);
		struct folio *folio = page_folio(first);

		if (pind_ledger_concerns(folio))
			return true;
		run = pind_folio_pages_from(folio, first);
	}
	return false;
}

bool pind_unpin_concerns_folios(struct folio **folios, unsigned long nr)
{
	unsigned long i;

	if (IS_ERR_VALUE(nr))
		return false;
	for (i = 0; i < nr; i++)
		if (folios[i] && pind_ledger_concerns(folios[i]))
			return true;
	return false;
}

/* A folio that is in the ledger: settle it after the unpin. */
static void settle_later(struct unpin *unpin, struct folio *folio, u32 pins)
{
	if (unpin->nr && unpin->folio[unpin->nr - 1] == folio) {
		unpin->given[unpin->nr - 1] += pins;
		return;
	}
	folio_get(folio);
	unpin->folio[unpin->nr] = folio;
	unpin->given[unpin->nr] = pins;
	unpin->nr++;
}

/* Slots of a leaf were emptied. Under its lock, which is let go. */
static void close_leaf(struct unpin *unpin, struct pind_leaf *leaf, unsigned int emptied)
{
	if (emptied)
		pind_leaf_count_used(leaf, -(long)emptied);
	unpin->sole += emptied;
	raw_spin_unlock(pind_leaf_lock(leaf->index << PIND_LEAF_SHIFT));
}

/*
 * Folios of one page, up to CHUNK of them, leaf by leaf, each under its lock, with
 * interrupts off. Returns how many it went through; it stops at a large folio.
 *
 * A slot is emptied at once where its pin is the one that goes: the caller holds a pin,
 * and the folio has no other, so it is the one that is written down. Only slots of one
 * account in one go.
 */
static unsigned long begin_plain(struct unpin *unpin, struct page **pages, unsigned long nr)
{
	unsigned long sole_slot = unpin->sole ? unpin->sole_slot : 0, index = ULONG_MAX, pfn, flags, i;
	struct pind_leaf *leaf = NULL;
	unsigned int emptied = 0;
	unsigned long *slot;

	local_irq_save(flags);
	for (i = 0; i < nr; i++) {
		struct page *page = pages[i];

		if (!page)
			continue;
		if (PageCompound(page))
			break;
		pfn = page_to_pfn(page);
		if (pfn >> PIND_LEAF_SHIFT != index) {
			if (leaf)
				close_leaf(unpin, leaf, emptied);
			emptied = 0;
			index = pfn >> PIND_LEAF_SHIFT;
			leaf = pind_leaf_find(pfn);
			if (leaf)
				raw_spin_lock(pind_leaf_lock(pfn));
		}
		if (!leaf)
			continue;
		slot = pind_slot_of(leaf, pfn);
		if (!sole_slot && pind_slot_is_plain(*slot))
			sole_slot = *slot;
		if (*slot && *slot == sole_slot && pind_page_is_sole(page)) {
			WRITE_ONCE(*slot, 0);
			emptied++;
		} else if (*slot) {
			settle_later(unpin, page_folio(page), 1);
		}
	}
	if (leaf)
		close_leaf(unpin, leaf, emptied);
	unpin->sole_slot = sole_slot;
	local_irq_restore(flags);
	return i;
}

static void begin_folio(struct unpin *unpin, struct folio *folio, u32 pins)
{
	if (pind_ledger_concerns(folio))
		settle_later(unpin, folio, pins);
}

/* How many pages from the front are one large folio's and lie side by side. */
static unsigned long run_of(struct page **pages, unsigned long nr, struct folio *folio)
{
	unsigned long most, run = 1;

	most = min(nr, pind_folio_pages_from(folio, pages[0]));
	while (run < most && pages[run] == pind_page_behind(pages[0], run))
		run++;
	return run;
}

/* Returns how many pages from the front the kernel is to unpin now. */
static unsigned long begin_pages(struct unpin *unpin, struct page **pages, unsigned long nr)
{
	unsigned long done = 0, run;

	while (done < nr && unpin->nr < CHUNK && unpin->sole < CHUNK) {
		if (!pages[done] || !PageCompound(pages[done])) {
			done += begin_plain(unpin, pages + done,
					    min(nr - done, (unsigned long)CHUNK - unpin->nr));
			continue;
		}
		run = run_of(pages + done, nr - done, page_folio(pages[done]));
		begin_folio(unpin, page_folio(pages[done]), run);
		done += run;
	}
	return done;
}

static unsigned long begin_range(struct unpin *unpin, struct page *page, unsigned long nr)
{
	struct page *first;
	unsigned long done = 0, run;

	while (done < nr && unpin->nr < CHUNK && unpin->sole < CHUNK) {
		struct folio *folio;

		first = pind_page_behind(page, done);
		folio = page_folio(first);
		run = min(nr - done, pind_folio_pages_from(folio, first));
		if (folio_test_large(folio))
			begin_folio(unpin, folio, run);
		else
			begin_plain(unpin, &first, 1);
		done += run;
	}
	return done;
}

/* The pins of the slots that were emptied. Their account holds them until here. */
static void unpin_end_sole(struct unpin *unpin)
{
	struct pind_account *account = pind_account_by_id(pind_slot_id(unpin->sole_slot));
	struct pind_group *group = account->group;
	unsigned int n = unpin->sole;

	pind_ledger_count(-(long)n, -(long)n);
	pind_count_longterm_returned(n);
	trace_pind_uncharge(group->id, n, n);
	/* a charged group stays, though the account may go now */
	pind_account_release(account, n, n, n);
	pind_charge_uncharge(&group->charge, n, n);
}

/* What is known of the unpin. An interrupt or a kernel thread says nothing of who let go. */
static struct pind_unpinner unpinner_of(const struct unpin *unpin)
{
	struct pind_unpinner unpinner = { .account = unpin->account };

	if (unpin->inside)
		return unpinner;
	unpinner.driver = unpin->account ? 0 : pind_site_driver(unpin->call_site);
	if (in_task() && !(current->flags & PF_KTHREAD)) {
		unpinner.tgid = current->tgid;
		unpinner.start_time = current->group_leader->start_boottime;
	}
	return unpinner;
}

/*
 * Does an unpin that gave back more than it took leave a pin that may be stale? Not if
 * the only holder's pins are another driver's affair.
 */
static bool is_settled(unsigned long slot, const struct pind_unpinner *unpinner)
{
	const struct pind_account *account;

	if (!slot || !unpinner->given)
		return true;
	if (!pind_slot_is_inline(slot) || !unpinner->driver)
		return false;
	account = pind_account_by_id(pind_slot_id(slot));
	return account->owner.driver && account->owner.driver != unpinner->driver;
}

static void unpin_settle(struct folio *folio, struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	unsigned long number = pind_folio_number(folio), flags;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_leaf *leaf = pind_leaf_find(number);
	bool more;

	if (!leaf)
		return;
	raw_spin_lock_irqsave(lock, flags);
	more = pind_ledger_settle(leaf, number, pind_folio_pincount(folio, 1), unpinner, bill);
	/*
	 * A pin that overlapped this unpin unseen may still be counted by the kernel:
	 * its own unpin found the slot empty, and will not look again.
	 */
	if (more || !is_settled(*pind_slot_of(leaf, number), unpinner))
		pind_audit_recheck(leaf);
	raw_spin_unlock_irqrestore(lock, flags);
}

static void unpin_end(struct unpin *unpin)
{
	struct pind_unpinner unpinner;
	struct pind_bill bill = {};
	unsigned int i;

	if (!unpin->sole && !unpin->nr)
		return;
	rcu_read_lock();
	if (unpin->sole)
		unpin_end_sole(unpin);
	if (unpin->nr) {
		unpinner = unpinner_of(unpin);
		for (i = 0; i < unpin->nr; i++) {
			unpinner.given = unpin->inside ? 0 : unpin->given[i];
			unpin_settle(unpin->folio[i], &unpinner, &bill);
		}
		pind_bill_pay(&bill);
	}
	rcu_read_unlock();
	/* not folio_put(): memory of a device is put in its own way */
	for (i = 0; i < unpin->nr; i++)
		put_page(&unpin->folio[i]->page);
	unpin->sole = 0;
	unpin->nr = 0;
}

/*
 * Pins that an unpin of a folio gives back, as the kernel counts them: not the zero
 * page's. While exact counters are on, it shows here if the folio does not have them.
 */
static unsigned long unpin_count(struct unpin *unpin, struct folio *folio, unsigned long pins)
{
	if (pind_folio_is_exempt(folio))
		return 0;
	if (unlikely(pind_folio_lacks(folio, pins)))
		pind_misuse_at(PIND_MISUSE_UNPIN_UNPINNED, unpin->call_site);
	return pins;
}

static unsigned long unpin_count_pages(struct unpin *unpin, struct page **pages, unsigned long nr)
{
	unsigned long pins = 0, i, run;

	for (i = 0; i < nr; i += run) {
		run = 1;
		if (!pages[i])
			continue;
		run = run_of(pages + i, nr - i, page_folio(pages[i]));
		pins += unpin_count(unpin, page_folio(pages[i]), run);
	}
	return pins;
}

/* Before the kernel gives them back, so that no reader sees more returned than there were. */
static void count_returned(const struct unpin *unpin, unsigned long pins)
{
	/* what the pin code takes back before it has handed it out was never requested */
	if (!unpin->inside)
		pind_count_returned(pins);
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

	/* an error value taken for a count: the original warns and does nothing */
	if (IS_ERR_VALUE(nr)) {
		unpin_original(pages, nr, make_dirty);
		return;
	}
	for (; nr; pages += n, nr -= n) {
		n = begin_pages(unpin, pages, nr);
		if (pind_counters_exact())
			count_returned(unpin, unpin_count_pages(unpin, pages, n));
		pind_count_begun(n);
		unpin_original(pages, n, make_dirty);
		unpin_end(unpin);
		pind_count_ended(n);
	}
}

static void unpin_folio_pins(struct unpin *unpin, struct folio *folio, unsigned long pins)
{
	struct page *page = &folio->page;

	if (folio_test_large(folio) || pins != 1)
		begin_folio(unpin, folio, pins);
	else
		begin_plain(unpin, &page, 1);
	if (pind_counters_exact())
		count_returned(unpin, unpin_count(unpin, folio, pins));
	pind_count_begun(pins);
	if (unpin_user_folio)
		pind_original_unpin_user_folio(folio, pins);
	else
		pind_original_unpin_user_page(page);
	unpin_end(unpin);
	pind_count_ended(pins);
}

/* Pins of whole folios, one each. A folio that is NULL is skipped, as the kernel does. */
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
			if (pind_counters_exact())
				pins += unpin_count(unpin, folios[i], 1);
		}
		count_returned(unpin, pins);
		pind_count_begun(n);
		pind_original_unpin_folios(folios, n);
		unpin_end(unpin);
		pind_count_ended(n);
	}
}

void pind_unpin_undo(struct page **pages, unsigned long nr, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	unpin_init(&unpin, _RET_IP_);
	unpin.account = account;
	unpin_pages(&unpin, pages, nr, false);
}

void pind_unpin_undo_folios(struct folio **folios, unsigned long nr, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	unpin_init(&unpin, _RET_IP_);
	unpin.account = account;
	unpin_whole_folios(&unpin, folios, nr);
}

void pind_unpin_undo_folio(struct folio *folio, unsigned int pins, struct pind_account *account)
{
	struct unpin unpin pind_uninitialized;

	unpin_init(&unpin, _RET_IP_);
	unpin.account = account;
	unpin_folio_pins(&unpin, folio, pins);
}

void pind_unpin_user_page(struct page *page)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	if (PageCompound(page))
		begin_folio(&unpin, page_folio(page), 1);
	else
		begin_plain(&unpin, &page, 1);
	if (pind_counters_exact())
		count_returned(&unpin, unpin_count(&unpin, page_folio(page), 1));
	pind_count_begun(1);
	pind_original_unpin_user_page(page);
	unpin_end(&unpin);
	pind_count_ended(1);
	pind_hook_exit();
}

void pind_unpin_user_pages(struct page **pages, unsigned long npages)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	unpin_pages(&unpin, pages, npages, false);
	pind_hook_exit();
}

void pind_unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	unpin_pages(&unpin, pages, npages, make_dirty);
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
		if (pind_counters_exact())
			for (pins = 0, i = 0; i < n; i++)
				pins += unpin_count(&unpin, page_folio(pind_page_behind(page, i)), 1);
		count_returned(&unpin, pins);
		pind_count_begun(n);
		pind_original_unpin_user_page_range_dirty_lock(page, n, make_dirty);
		unpin_end(&unpin);
		pind_count_ended(n);
	}
	pind_hook_exit();
}

void pind_unpin_user_folio(struct folio *folio, unsigned long npages)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	unpin_folio_pins(&unpin, folio, npages);
	pind_hook_exit();
}

void pind_unpin_folio(struct folio *folio)
{
	struct unpin unpin pind_uninitialized;

	pind_hook_enter();
	unpin_init(&unpin, _RET_IP_);
	unpin_folio_pins(&unpin, folio, 1);
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
