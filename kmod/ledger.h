/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ledger: which folio is held by which accounts. Sparse, by the page frame
 * number of the folio's head (a pinned folio keeps its head: it cannot be
 * split, moved or freed).
 *
 * An unpin names only a page, so nobody can say whose pin it was. Instead the
 * kernel's own count is the truth: after every unpin, and after every record,
 * the holders of the folio are clamped to it. A charge is thus held exactly as
 * long as the kernel could still owe it: too long while a short-term pin
 * overlaps (it heals when that ends), never too short.
 */
#ifndef PIND_LEDGER_H
#define PIND_LEDGER_H

#include <linux/mm.h>

#include "holding.h"
#include "leak.h"

/**
 * struct pind_claim - what a pin call got of one folio
 * @account: who
 * @folio: of what
 * @pins: references
 * @covered: base pages that they cover
 */
struct pind_claim {
	struct pind_account *account;
	struct folio *folio;
	u32 pins;
	u32 covered;
};

/**
 * struct pind_bill - uncharge that is collected while a lock is held, for one
 * group, to walk up the hierarchy once instead of once a page
 * @group: whose
 * @pages: to uncharge
 * @pins: to take back
 * @total: pages since the bill was opened, paid ones included
 */
struct pind_bill {
	struct pind_group *group;
	unsigned long pages;
	unsigned long pins;
	unsigned long total;
};

/**
 * struct pind_audit - what an audit found; see PIND_A_AUDIT_*
 * @leaks: to be confirmed
 */
struct pind_audit {
	u64 folios;
	u64 pins;
	u64 uncharged;
	struct pind_leaks leaks;
};

/**
 * pind_ledger_record() - write down a claim
 * @budget: pages reserved for it
 * @ret_need: pages that its group owes more for it; set also on -ENOSPC
 *
 * Context: process, may sleep. Return: 0; -ENOMEM; -ENOSPC if @budget is less
 * than what is needed. On error nothing was written.
 */
int pind_ledger_record(const struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need);

/**
 * pind_ledger_record_plain() - write down the usual case, many at a time
 * @account: who
 * @pages: pinned once each
 * @nr: how many there are
 * @budget: pages reserved for them
 *
 * Takes pages from the front as long as they are folios of one page that nobody
 * holds yet and stand in one leaf that is there already: their group owes one
 * page more for each. What comes then is for pind_ledger_record(), the first
 * page of a new leaf, too.
 *
 * Context: any. Return: how many it took; may be 0.
 */
unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr, unsigned long budget);

/**
 * pind_ledger_need() - pages that the account's group would owe more for a claim
 * Context: any.
 */
unsigned long pind_ledger_need(const struct pind_claim *claim);

/** pind_ledger_is_empty() - the fast way out of every unpin. Context: any. */
bool pind_ledger_is_empty(void);

/**
 * pind_ledger_take() - take references on the folios that the ledger has
 * @folios: where they stand; those that it has move to the front, the others behind
 *
 * Before an unpin, so that they are still there to be clamped after it; the
 * caller drops the references after pind_ledger_clamp().
 *
 * Context: any; the caller holds pins of all. Return: how many it has.
 */
unsigned int pind_ledger_take(struct folio **folios, unsigned int nr);

/**
 * pind_ledger_clamp() - after an unpin: take back what the kernel no longer owes
 * @folios: with references from pind_ledger_take()
 * @unpinner: who ran the unpin
 * @bill: collects the uncharge; pind_bill_pay() it in the end
 *
 * Context: any, under rcu_read_lock().
 */
void pind_ledger_clamp(struct folio **folios, unsigned int nr, const struct pind_unpinner *unpinner,
		       struct pind_bill *bill);

/**
 * pind_ledger_clamp_unheld() - after an unpin: the same of what the ledger did not
 * have before it
 * @folios: those that pind_ledger_take() has left behind; may be gone by now
 *
 * A long-term pin may have come and gone while this unpin was under way: it found
 * our pin still there, and left its own written down for it. Whose that was nobody
 * knows; it is none that this unpin gave back.
 *
 * Context: any, under rcu_read_lock().
 */
void pind_ledger_clamp_unheld(struct folio **folios, unsigned int nr, struct pind_bill *bill);

/** pind_bill_pay() - uncharge what was collected. Context: any, under RCU. */
void pind_bill_pay(struct pind_bill *bill);

/**
 * pind_ledger_audit_some() - clamp folios in the ledger now, wherever they are
 * @cursor: where to go on, 0 at first; moved on
 * @leaves: of the ledger to look at, at most
 * @group: only folios that it, or one below it, holds; or NULL
 * @audit: what was found is added
 *
 * Context: process, may sleep. Return: false at the end of the ledger.
 */
bool pind_ledger_audit_some(unsigned long *cursor, unsigned long leaves,
			    const struct pind_group *group, struct pind_audit *audit);

/**
 * pind_ledger_leak() - does the folio that begins at @pfn lack references
 * @leak: what is so now
 * Context: any. Return: whether it is in the ledger and does.
 */
bool pind_ledger_leak(unsigned long pfn, struct pind_leak *leak);

/**
 * pind_ledger_holders() - who holds the folio that begins at @pfn
 * @holders: room for @nr of them, the oldest; their accounts stay valid while the
 *	caller is under rcu_read_lock(), which it must be
 *
 * Return: how many there are, which may be more than @nr.
 */
unsigned int pind_ledger_holders(unsigned long pfn, struct pind_holder *holders, unsigned int nr);

/** pind_ledger_folios() - folios in the ledger */
u64 pind_ledger_folios(void);

/** pind_ledger_sums() - pins, and pages of charge, that the ledger holds */
void pind_ledger_sums(s64 *ret_pins, s64 *ret_charge);

#endif /* PIND_LEDGER_H */
