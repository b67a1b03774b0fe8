/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ledger: which folio is held by which accounts. It is a sparse table of slots
 * (slot.h), found by the frame number of the folio's head (a pinned folio keeps its head:
 * it cannot be split, moved or freed).
 *
 * An unpin names only a page, and the page may have short-term pins, too. So the
 * kernel's own count of the folio's pins is the truth. Where that count shows that the
 * pin that goes can only be the one written down, the slot is emptied before the unpin
 * (taken.h). Else the slot is *settled* after the unpin: pins are taken from the holders
 * until those left are no more than the kernel counts. A group may stay charged too long
 * (while another pin overlaps, or while it is not known whose pin went), never too short.
 */
#ifndef PIND_LEDGER_H
#define PIND_LEDGER_H

#include <linux/mm.h>

#include "account.h"
#include "leaf.h"
#include "leak.h"
#include "slot.h"

struct pind_bill;
struct pind_group;
struct pind_unpinner;

/**
 * struct pind_claim - the pins that a call got of one folio, to be recorded
 * @account: the account that pinned
 * @folio: the folio
 * @pins: how many pins
 * @covered: base pages that they cover
 * @surplus: set by the record: change of the pages that the group keeps in place without
 *	paying; added to its charge already
 * @above_held: set by the record: with that, a level may be above its max_held
 */
struct pind_claim {
	struct pind_account *account;
	struct folio *folio;
	u32 pins;
	u32 covered;
	s32 surplus;
	bool above_held;
};

/** struct pind_pinner - an account that holds a folio, for readers */
struct pind_pinner {
	struct pind_account *account;
	u32 pins;
	u32 covered;
};

/**
 * struct pind_ledger_part - sums of the records on one CPU, less those of the releases there
 * @bytes: of holdings, holders and shares
 */
struct pind_ledger_part {
	long pins;
	long charge;
	long excess;
	long bytes;
};

DECLARE_PER_CPU(struct pind_ledger_part, pind_ledger_parts);

/** pind_ledger_count() - add to the ledger's sums of pins and pages of charge. Context: any. */
static inline void pind_ledger_count(long pins, long charge)
{
	this_cpu_add(pind_ledger_parts.pins, pins);
	this_cpu_add(pind_ledger_parts.charge, charge);
}

int pind_ledger_init(void);

/** pind_ledger_exit() - free all; no hook runs and no reader looks any more */
void pind_ledger_exit(void);

/**
 * pind_ledger_record() - write down a claim
 * @budget: pages reserved for it
 * @ret_need: pages more that its group has to pay for; set also on -ENOSPC
 *
 * Context: process, may sleep. Return: 0; -ENOMEM; -ENOSPC if @budget is less
 * than @ret_need. On error nothing was written.
 */
int pind_ledger_record(struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need);

/**
 * pind_ledger_record_whole() - likewise, for the usual case of a large folio
 * The usual case: the claim covers the whole folio, no account holds it, and its leaf exists.
 * The group pays for all its pages. Context: any. Return: false, with nothing written, if the
 * case is another.
 */
bool pind_ledger_record_whole(const struct pind_claim *claim);

/**
 * pind_ledger_record_plain() - write down the usual case, many at a time
 * @account: the account that pinned
 * @pages: pinned once each
 * @nr: how many there are
 *
 * Records pages from the front as long as they are folios of one page that no account
 * holds yet and whose leaf exists: the group pays for one page more each. The next page
 * is for pind_ledger_record(). At most 64 at a time.
 *
 * Context: any. Return: how many were recorded; may be 0.
 */
unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr);

/**
 * pind_ledger_record_one() - likewise, for one page
 * Context: process, with interrupts on. Return: whether it was recorded.
 */
static __always_inline bool pind_ledger_record_one(struct pind_account *account, struct page *page)
{
	unsigned long number = page_to_pfn(page), *slot;
	struct pind_leaf *leaf;
	bool done = false;

	if (PageCompound(page) || is_zero_pfn(number))
		return false;
	/* before a slot names the account: another CPU may release that slot's pin at once */
	pind_account_record(account, 1, 1, 1);
	local_irq_disable();
	leaf = pind_leaf_find(number);
	if (likely(leaf)) {
		slot = pind_slot_of(leaf, number);
		pind_raw_spin_lock(pind_leaf_lock(number));
		done = !leaf->dead && !*slot;
		if (done) {
			WRITE_ONCE(*slot, pind_slot_plain(account->id));
			pind_leaf_count_used(leaf, 1);
		}
		pind_raw_spin_unlock(pind_leaf_lock(number));
	}
	local_irq_enable();
	if (likely(done))
		pind_ledger_count(1, 1);
	else
		pind_account_release(account, 1, 1, 1);
	return done;
}

/**
 * pind_ledger_prepare() - make the leaf that pind_ledger_record_plain() needs for a page
 * Context: process, may sleep. Return: true if the leaf was missing and now exists.
 */
bool pind_ledger_prepare(struct page *page);

/**
 * pind_ledger_need() - pages more that the account's group would pay for with a claim
 * @ret_held: the group keeps the folio in place already
 * Context: any.
 */
unsigned long pind_ledger_need(const struct pind_claim *claim, bool *ret_held);

/** pind_ledger_peek() - the slot of a folio as it was a moment ago; no lock. Context: any. */
static __always_inline unsigned long pind_ledger_peek(struct folio *folio)
{
	unsigned long number = pind_folio_number(folio), slot;
	struct pind_leaf *leaf;

	/* as rcu_read_lock_sched_notrace(), which compilers leave out of line */
	preempt_disable_notrace();
	leaf = pind_leaf_find(number);
	slot = leaf ? READ_ONCE(*pind_slot_of(leaf, number)) : 0;
	preempt_enable_notrace();
	return slot;
}

/** pind_ledger_concerns() - is a folio in the ledger; the fast way out of every unpin */
static __always_inline bool pind_ledger_concerns(struct folio *folio)
{
	return pind_ledger_peek(folio);
}

/**
 * pind_ledger_settle() - bring a slot in line with the kernel's count
 * @pincount: the kernel's pin count of the slot's folio; read under the leaf's lock
 * @unpinner: the unpin that has ended; all zero if there was none
 * @bill: collects the uncharge, for pind_bill_pay()
 *
 * Takes at most 64 steps, so a folio with many holders may need further calls.
 *
 * Context: any, under the leaf's lock. Return: whether a further call is needed.
 */
bool pind_ledger_settle(struct pind_leaf *leaf, unsigned long number, u64 pincount,
			struct pind_unpinner *unpinner, struct pind_bill *bill);

/**
 * pind_ledger_note_unclear() - note that an unpin may have given back pins of a slot, but no
 * pin could be taken for it
 * @pincount: as for pind_ledger_settle()
 *
 * Where the folio has one page, plain references may stand in the kernel's count for pins
 * that have gone: all pins of the slot are uncertain from now on, until nobody holds it.
 *
 * Context: any, under the leaf's lock.
 */
void pind_ledger_note_unclear(struct pind_leaf *leaf, unsigned long number, u64 pincount);

/** pind_ledger_pins() - pins written down in a slot that is not 0. Under the leaf's lock. */
u64 pind_ledger_pins(unsigned long slot);

/** pind_ledger_uncertain() - how many of a slot's pins may have gone. Under the leaf's lock. */
u64 pind_ledger_uncertain(struct pind_leaf *leaf, unsigned long number);

/**
 * pind_ledger_pinners() - the accounts that hold a folio
 * @pinners: room for @nr of them, those of the oldest processes first. The caller must be
 *	under rcu_read_lock(), which keeps their accounts valid.
 * @ret_uncertain: each of the folio's pins may have gone
 *
 * Return: how many there are, which may be more than @nr.
 */
unsigned int pind_ledger_pinners(struct folio *folio, struct pind_pinner *pinners,
				 unsigned int nr, bool *ret_uncertain);

/**
 * pind_ledger_is_of_size() - is a slot, which is not 0, for a folio of this size
 * If not, its pins are of a former folio with the same number, whose unpin was not seen.
 * Context: any, under the leaf's lock.
 */
bool pind_ledger_is_of_size(unsigned long slot, struct folio *folio);

/**
 * pind_ledger_holds() - may @group, or a group below it, hold a slot's folio
 * Of a folio that very many groups hold only the first are looked at. Under RCU.
 */
bool pind_ledger_holds(struct pind_leaf *leaf, unsigned long number,
		       const struct pind_group *group);

/**
 * pind_ledger_leak() - does a large folio have fewer references than pins
 * @leak: the folio and the missing references as they are now
 * For a folio of one page this cannot be known: plain references may stand for the
 * missing ones.
 * Context: any. Return: true if the folio is in the ledger and lacks references.
 */
bool pind_ledger_leak(struct folio *folio, struct pind_leak *leak);

/** pind_ledger_folios() - folios in the ledger */
u64 pind_ledger_folios(void);

/** pind_ledger_bytes() - memory that the ledger takes */
u64 pind_ledger_bytes(void);

/**
 * pind_ledger_sums() - pins, and pages of charge, that the ledger holds
 * @ret_excess: how many of the pins are uncertain: the kernel counts fewer, or its count may
 *	be of plain references
 */
void pind_ledger_sums(s64 *ret_pins, s64 *ret_charge, s64 *ret_excess);

#endif /* PIND_LEDGER_H */
