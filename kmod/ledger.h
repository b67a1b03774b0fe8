/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ledger: which folio is held by which accounts. It is sparse, by the frame number
 * of the folio's head (a pinned folio keeps its head: it cannot be split, moved or
 * freed).
 *
 * An unpin names only a page, and the page may have short-term pins, too. So the
 * kernel's own count of the folio's pins is the truth. A slot is emptied before the
 * unpin where that count says that the pin can only be the one that is written down;
 * else the slot is settled after the unpin: pins are taken from the holders until
 * the kernel could owe the rest. A group may stay charged too long (while another
 * pin overlaps, or while nobody can tell whose pin went), never too short.
 */
#ifndef PIND_LEDGER_H
#define PIND_LEDGER_H

#include <linux/mm.h>

#include "leaf.h"
#include "leak.h"

struct pind_account;
struct pind_bill;
struct pind_group;
struct pind_unpinner;

/**
 * struct pind_claim - what a pin call got of one folio
 * @account: the account that pinned
 * @folio: of what
 * @pins: references
 * @covered: base pages that they cover
 * @surplus: set by the record: pages that the group keeps in place more, and does not
 *	pay for; noted at its charge already
 * @above_held: set by the record: a level is above its max_held with that
 */
struct pind_claim {
	struct pind_account *account;
	struct folio *folio;
	u32 pins;
	u32 covered;
	s32 surplus;
	bool above_held;
};

/** struct pind_pinner - an account on a folio, for readers */
struct pind_pinner {
	struct pind_account *account;
	u32 pins;
	u32 covered;
};

int pind_ledger_init(void);

/** pind_ledger_exit() - forget all; nobody looks any more */
void pind_ledger_exit(void);

/**
 * pind_ledger_record() - write down a claim
 * @budget: pages reserved for it
 * @ret_need: pages that its group owes more for it; set also on -ENOSPC
 *
 * Context: process, may sleep. Return: 0; -ENOMEM; -ENOSPC if @budget is less
 * than what is needed. On error nothing was written.
 */
int pind_ledger_record(struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need);

/**
 * pind_ledger_record_whole() - likewise, the usual case of a large folio
 * It is covered as a whole, nobody holds it, and its leaf is there: the group owes all of
 * its pages. Context: any. Return: false, with nothing written, if it is not so.
 */
bool pind_ledger_record_whole(const struct pind_claim *claim);

/**
 * pind_ledger_record_plain() - write down the usual case, many at a time
 * @account: the account that pinned
 * @pages: pinned once each
 * @nr: how many there are
 *
 * Takes pages from the front as long as they are folios of one page that nobody
 * holds yet and whose leaf is there: their group owes one page more for each. The
 * next one is for pind_ledger_record(). At most 64 at a time.
 *
 * Context: any. Return: how many it took; may be 0.
 */
unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr);

/**
 * pind_ledger_prepare() - see to it that pind_ledger_record_plain() can take a page
 * Context: process, may sleep. Return: whether it lacked a leaf, and now has one.
 */
bool pind_ledger_prepare(struct page *page);

/**
 * pind_ledger_need() - pages that the account's group would owe more for a claim
 * @ret_held: the group keeps the folio in place already
 * Context: any.
 */
unsigned long pind_ledger_need(const struct pind_claim *claim, bool *ret_held);

/**
 * pind_ledger_concerns() - is a folio in the ledger
 * The fast way out of every unpin, without a lock. Context: any.
 */
static __always_inline bool pind_ledger_concerns(struct folio *folio)
{
	unsigned long number = pind_folio_number(folio);
	struct pind_leaf *leaf;
	bool concerns;

	rcu_read_lock_sched_notrace();
	leaf = pind_leaf_find(number);
	concerns = leaf && READ_ONCE(*pind_slot_of(leaf, number));
	rcu_read_unlock_sched_notrace();
	return concerns;
}

/**
 * pind_ledger_settle() - bring a slot in line with the kernel's count
 * @pincount: of its folio; read under the leaf's lock
 * @unpinner: the unpin that has ended, or one that is zero
 * @bill: collects the uncharge; pind_bill_pay() it in the end
 *
 * Takes at most 64 steps, so a folio with many holders wants further calls.
 *
 * Context: any, under the leaf's lock. Return: whether something is left to do.
 */
bool pind_ledger_settle(struct pind_leaf *leaf, unsigned long number, u64 pincount,
			struct pind_unpinner *unpinner, struct pind_bill *bill);

/**
 * pind_ledger_note_unclear() - an unpin has gone by that may have given back pins of a
 * slot, and none could be taken for it
 * @pincount: of its folio, as for pind_ledger_settle()
 *
 * Where the folio has one page, plain references may stand in the kernel's count for pins
 * that have gone: all pins of the slot are uncertain from now on, until nobody holds it.
 *
 * Context: any, under the leaf's lock.
 */
void pind_ledger_note_unclear(struct pind_leaf *leaf, unsigned long number, u64 pincount);

/** pind_ledger_uncertain() - a slot's pins that the kernel may not hold. Under the leaf's lock. */
u64 pind_ledger_uncertain(struct pind_leaf *leaf, unsigned long number);

/**
 * pind_ledger_pinners() - the accounts that hold a folio
 * @pinners: room for @nr of them, those of the oldest processes first; their accounts
 *	stay valid while the caller is under rcu_read_lock(), which it must be
 * @ret_uncertain: any of their pins may have gone
 *
 * Return: how many there are, which may be more than @nr.
 */
unsigned int pind_ledger_pinners(struct folio *folio, struct pind_pinner *pinners,
				 unsigned int nr, bool *ret_uncertain);

/**
 * pind_ledger_is_of_size() - is a slot, which is not 0, for a folio of this size
 * A folio of another size that had the same number has come and gone unseen. Context: any,
 * under the leaf's lock.
 */
bool pind_ledger_is_of_size(unsigned long slot, struct folio *folio);

/** pind_ledger_holds() - does @group, or one below it, hold a slot's folio. Under RCU. */
bool pind_ledger_holds(struct pind_leaf *leaf, unsigned long number,
		       const struct pind_group *group);

/**
 * pind_ledger_leak() - does a large folio lack references
 * @leak: what is so now
 * Of a folio of one page nobody can tell: plain references may stand for those that
 * are missing.
 * Context: any. Return: whether it is in the ledger and does.
 */
bool pind_ledger_leak(struct folio *folio, struct pind_leak *leak);

/** pind_ledger_folios() - folios in the ledger */
u64 pind_ledger_folios(void);

/** pind_ledger_bytes() - memory that the ledger takes */
u64 pind_ledger_bytes(void);

/**
 * struct pind_ledger_part - what was recorded on one CPU, less what was released there
 * @bytes: of holdings, holders and shares
 */
struct pind_ledger_part {
	long pins;
	long charge;
	long excess;
	long bytes;
};

DECLARE_PER_CPU(struct pind_ledger_part, pind_ledger_parts);

/** pind_ledger_count() - pins and pages of charge that the ledger holds more. Context: any. */
static inline void pind_ledger_count(long pins, long charge)
{
	this_cpu_add(pind_ledger_parts.pins, pins);
	this_cpu_add(pind_ledger_parts.charge, charge);
}

/**
 * pind_ledger_sums() - pins, and pages of charge, that the ledger holds
 * @ret_excess: of the pins, those that are uncertain: more than the kernel counts, or
 *	such that it counts what may be plain references
 */
void pind_ledger_sums(s64 *ret_pins, s64 *ret_charge, s64 *ret_excess);

#endif /* PIND_LEDGER_H */
