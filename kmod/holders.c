// SPDX-License-Identifier: GPL-2.0
/* The functions of the ledger that readers ask about a folio. */
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "account.h"
#include "folio.h"
#include "group.h"
#include "holding.h"
#include "ledger.h"
#include "slot.h"

u64 pind_ledger_uncertain(struct pind_leaf *leaf, unsigned long number)
{
	unsigned long slot = *pind_slot_of(leaf, number);

	lockdep_assert_held(pind_leaf_lock(number));
	if (slot && !pind_slot_is_inline(slot))
		return pind_slot_holding(slot)->excess;
	return pind_slot_uncertain_pins(slot);
}

u64 pind_ledger_pins(unsigned long slot)
{
	return pind_slot_is_inline(slot) ? pind_slot_pins(slot) : pind_slot_holding(slot)->pins;
}

/* Under the leaf's lock. */
static unsigned int pinners_of(unsigned long slot, struct pind_pinner *pinners, unsigned int nr)
{
	struct pind_holding *holding;
	struct rb_node *node;
	unsigned int i = 0;

	if (!slot)
		return 0;
	if (pind_slot_is_inline(slot)) {
		*pinners = (struct pind_pinner){
			.account = pind_account_by_id(pind_slot_id(slot)),
			.pins = pind_slot_pins(slot),
			.covered = pind_slot_covered(slot),
		};
		return 1;
	}
	holding = pind_slot_holding(slot);
	for (node = rb_first(&holding->holders); node && i < nr; node = rb_next(node), i++) {
		struct pind_holder *holder = rb_entry(node, struct pind_holder, node);

		pinners[i] = (struct pind_pinner){
			.account = holder->account,
			.pins = holder->pins,
			.covered = holder->covered,
		};
	}
	return holding->nr_holders;
}

unsigned int pind_ledger_pinners(struct folio *folio, struct pind_pinner *pinners,
				 unsigned int nr, bool *ret_uncertain)
{
	unsigned long number = pind_folio_number(folio), flags;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_leaf *leaf = pind_leaf_find(number);

	*ret_uncertain = false;
	if (!leaf)
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	nr = pinners_of(*pind_slot_of(leaf, number), pinners, nr);
	*ret_uncertain = nr && pind_ledger_uncertain(leaf, number) >=
				       pind_ledger_pins(*pind_slot_of(leaf, number));
	raw_spin_unlock_irqrestore(lock, flags);
	return nr;
}

bool pind_ledger_holds(struct pind_leaf *leaf, unsigned long number,
		       const struct pind_group *group)
{
	raw_spinlock_t *lock = pind_leaf_lock(number);
	unsigned int i = 0;
	unsigned long flags, slot;
	struct rb_node *node;
	bool found = false;

	raw_spin_lock_irqsave(lock, flags);
	slot = *pind_slot_of(leaf, number);
	if (slot && pind_slot_is_inline(slot)) {
		found = pind_group_is_below(pind_account_by_id(pind_slot_id(slot))->group, group);
	} else if (slot) {
		node = rb_first(&pind_slot_holding(slot)->shares);
		for (; node && !found && i < PIND_HOLDING_LOOK; node = rb_next(node), i++)
			found = pind_group_is_below(rb_entry(node, struct pind_share, node)->group,
						    group);
		found |= !!node; /* one of those that are left may be of the group */
	}
	raw_spin_unlock_irqrestore(lock, flags);
	return found;
}

bool pind_ledger_leak(struct folio *folio, struct pind_leak *leak)
{
	unsigned long number = pind_folio_number(folio), flags, slot;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_pinner pinner;
	struct pind_leaf *leaf;
	bool found = false;

	rcu_read_lock();
	leaf = pind_leaf_find(number);
	raw_spin_lock_irqsave(lock, flags);
	slot = leaf ? *pind_slot_of(leaf, number) : 0;
	if (slot && folio_test_large(folio) && pind_ledger_is_of_size(slot, folio)) {
		(void)pinners_of(slot, &pinner, 1);
		*leak = (struct pind_leak){
			.pfn = folio_pfn(folio),
			.missing = pind_folio_missing(folio),
			.account = pinner.account->id,
		};
		/* only if the pins written down are all that the kernel counts */
		found = leak->missing && pind_ledger_pins(slot) >= pind_folio_pincount(folio, 0);
	}
	raw_spin_unlock_irqrestore(lock, flags);
	rcu_read_unlock();
	return found;
}
