/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pins that are taken from the ledger before the kernel's unpin function runs, because they
 * can only be the ones that this unpin gives back. Their charge is given back after that
 * function.
 */
#ifndef PIND_TAKEN_H
#define PIND_TAKEN_H

#include "account.h"
#include "counters.h"
#include "folio.h"
#include "ledger.h"
#include "slot.h"
#include "stock.h"
#include "trace.h"

/**
 * struct pind_taken - pins that were taken from slots and not yet from their account
 * @id: the account; 0: no pin was taken
 * @pins: how many pins
 * @pages: the pages that they covered; counted when a folio's last pin is taken
 * @refs: references to drop on the account: one for each time that pins were taken from a
 *	folio. If the account still holds the folio, pind_taken_from() added that reference.
 */
struct pind_taken {
	u32 id;
	u32 pins;
	u32 pages;
	u32 refs;
};

/**
 * pind_taken_uncharge() - the kernel has given the pins back: uncharge them
 * Until then the account counts them. Context: any.
 */
static __always_inline void pind_taken_uncharge(u32 id, u32 pins, u32 pages, u32 refs)
{
	struct pind_account *account = pind_account_by_id(id);
	struct pind_group *group = account->group;

	pind_ledger_count(-(long)pins, -(long)pages);
	pind_count_longterm_returned(pins);
	trace_pind_uncharge(group->id, pages, pins);
	/* a charged group stays, though the account may go now */
	pind_account_release(account, pins, pages, refs);
	if (!pind_stock_quick_uncharge(&group->charge, pages, pins))
		pind_charge_uncharge(&group->charge, pages, pins);
}

/*
 * Under the leaf's lock. Can the slot's pins only be the ones that this unpin gives back? The
 * caller still holds @pins pins on the folio.
 *
 * A folio of one page: yes if one pin is written down and its references leave no room for a
 * second. A large folio: yes if one account has as many pins written down as the kernel
 * counts, for whichever pin goes, the account holds no more than the rest. The last pins of a
 * large folio that is not covered as a whole are settled instead: its surplus (charge.h) has
 * to be given back, too.
 */
static __always_inline bool pind_taken_can(unsigned long slot, struct folio *folio, bool large,
					   unsigned long pins)
{
	if (!large)
		return pins == 1 && pind_slot_is_plain(slot) && pind_page_is_sole(&folio->page);
	return pind_slot_is_inline(slot) && pind_slot_order(slot) == folio_order(folio) &&
	       pind_slot_pins(slot) == pind_folio_large_pincount(folio) &&
	       pins <= pind_slot_pins(slot) &&
	       (pins < pind_slot_pins(slot) || pind_slot_covered(slot) == folio_nr_pages(folio));
}

/* Under the leaf's lock: take @pins. Return: pages covered, if they were the slot's last pins. */
static __always_inline u32 pind_taken_from(struct pind_leaf *leaf, unsigned long *slot, bool large,
					   u32 pins)
{
	unsigned long value = *slot;

	pind_leaf_assert_locked(leaf);
	if (large && pins < pind_slot_pins(value)) {
		/* without it the account might be freed with its last pins before our uncharge */
		atomic_long_inc(&pind_account_by_id(pind_slot_id(value))->refs.refs);
		WRITE_ONCE(*slot, value - ((unsigned long)pins << PIND_SLOT_PINS_SHIFT));
		return 0;
	}
	WRITE_ONCE(*slot, 0);
	pind_leaf_count_used(leaf, -1);
	return large ? pind_slot_covered(value) : 1;
}

/**
 * pind_taken_folio() - take @pins of a folio, if they can only be the ones that go
 * @only: the id of the only account to take from; 0: any account
 * @ret_pages: pages that they covered; set only if they were taken
 * Context: any. Return: the id of the account that they were taken from, of which the caller
 * now has one reference to drop; or 0.
 */
static __always_inline u32 pind_taken_folio(struct folio *folio, unsigned long pins, u32 only,
					    u32 *ret_pages)
{
	bool large = folio_test_large(folio);
	unsigned long number = large ? pind_folio_number(folio) : folio_pfn(folio), flags, *slot;
	struct pind_leaf *leaf;
	u32 id = 0;

	local_irq_save(flags);
	leaf = pind_leaf_find(number);
	if (leaf) {
		slot = pind_slot_of(leaf, number);
		pind_raw_spin_lock(pind_leaf_lock(number));
		if (pind_taken_can(*slot, folio, large, pins) &&
		    (!only || only == pind_slot_id(*slot))) {
			id = pind_slot_id(*slot);
			*ret_pages = pind_taken_from(leaf, slot, large, pins);
		}
		pind_raw_spin_unlock(pind_leaf_lock(number));
	}
	local_irq_restore(flags);
	return id;
}

#endif /* PIND_TAKEN_H */
