/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pins that an unpin takes from the ledger before the kernel's function runs, because
 * they can only be those that go; their charge is given back after it.
 */
#ifndef PIND_TAKEN_H
#define PIND_TAKEN_H

#include "account.h"
#include "folio.h"
#include "ledger.h"
#include "slot.h"

/**
 * struct pind_taken - pins that were taken from slots and not yet from their account
 * @id: the account; 0: none were
 * @pins: of them
 * @pages: that they covered
 * @refs: of the account that go: of each folio that it no longer holds, and one for each
 *	time that it holds others yet
 */
struct pind_taken {
	u32 id;
	u32 pins;
	u32 pages;
	u32 refs;
};

/**
 * pind_taken_uncharge() - the kernel has given them back: so does the account
 * It holds them until here. Context: any.
 */
void pind_taken_uncharge(u32 id, u32 pins, u32 pages, u32 refs);

/*
 * Under the leaf's lock. Can a pin of the slot only be one of those that go? The caller
 * holds as many.
 *
 * A folio of one page has no other pin than the one that is written down. Of a large one
 * all that the kernel counts are written down, for one account: whichever of them goes,
 * the account holds no more than the rest. One that is not covered as a whole has a
 * surplus, which is settled when the last pin goes.
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

/* Under the leaf's lock. Return: pages that they covered, if they were the last. */
static __always_inline u32 pind_taken_from(struct pind_leaf *leaf, unsigned long *slot, bool large,
					   u32 pins)
{
	unsigned long value = *slot;

	if (large && pins < pind_slot_pins(value)) {
		/* or the account might go with the rest before we are through */
		atomic_long_inc(&pind_account_by_id(pind_slot_id(value))->refs.refs);
		WRITE_ONCE(*slot, value - ((unsigned long)pins << PIND_SLOT_PINS_SHIFT));
		return 0;
	}
	WRITE_ONCE(*slot, 0);
	pind_leaf_count_used(leaf, -1);
	return large ? pind_slot_covered(value) : 1;
}

/**
 * pind_taken_folio() - take @pins of a folio, if they can only be those that go
 * @only: of this account; 0: of any
 * @ret_pages: that they covered; set only if they were taken
 * Context: any. Return: the account they were taken of, and one reference of it with them;
 * or 0.
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
		raw_spin_lock(pind_leaf_lock(number));
		if (pind_taken_can(*slot, folio, large, pins) &&
		    (!only || only == pind_slot_id(*slot))) {
			id = pind_slot_id(*slot);
			*ret_pages = pind_taken_from(leaf, slot, large, pins);
		}
		raw_spin_unlock(pind_leaf_lock(number));
	}
	local_irq_restore(flags);
	return id;
}

#endif /* PIND_TAKEN_H */
