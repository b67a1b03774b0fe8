/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One pin call, around the kernel's own function: reserve, pin, settle. The
 * quota decides before a page is pinned; the whole call is admitted or refused,
 * never shortened (io_uring turns a short pin into EFAULT).
 */
#ifndef PIND_CALL_H
#define PIND_CALL_H

#include "account.h"
#include "waiting.h"

/**
 * struct pind_call - a pin call under way
 * @mm: the memory that is pinned; decides, with the calling task, which account pays (payer.h)
 * @memfd: the file whose pages are pinned instead of mapped memory; or NULL
 * @folio: the only folio of the call, to which pins are added; or NULL
 * @locked: the caller holds the mmap lock of @mm; if not, it is current's
 * @start: first address; for @memfd the first offset in the file
 * @nr: pages asked for
 * @flags: FOLL_*; without FOLL_LONGTERM there is nothing to decide
 * @account: set by pind_call_begin(); NULL for a short-term call, which is at most counted
 * @reserved: pages promised by the quota and not yet settled
 * @held: how many of @reserved were taken out of the group's surplus, see
 *	pind_charge_reserve_held()
 * @waiting: among the calls under way; a long-term call only
 * @counted: each call was looked at when it began
 * @moves: exact counters were on, so its pages are under way from the beginning; set only if it
 *	is @counted
 * @call_site: return address of the pin call; set only if it is @counted
 * @told: that it was admitted only because of mode observe has been told
 */
struct pind_call {
	struct mm_struct *mm;
	struct file *memfd;
	struct folio *folio;
	bool locked;
	unsigned long start;
	unsigned long nr;
	unsigned int flags;
	struct pind_account *account;
	unsigned long reserved;
	unsigned long held;
	struct pind_waiting *waiting;
	bool counted;
	bool moves;
	bool told;
	unsigned long call_site;
};

/**
 * pind_call_begin() - before the pin: may the call pin its pages
 * @call: what is to be pinned; the members that this function sets are 0
 * @call_site: return address of the pin call
 *
 * If a reservation of all pages does not fit, the pages that the group does not pay for
 * already are counted (pind_need()), and only those have to fit. If they would fit without
 * other calls' reservations, waits up to a tenth of a second for those calls to settle before
 * it refuses.
 *
 * Context: process, may sleep; may run under mmap_lock. Return: 0, then one of
 * the pind_call_end functions is owed; -ENOMEM.
 */
int pind_call_begin(struct pind_call *call, unsigned long call_site);

/**
 * pind_call_is_reserved() - is every page that the call may pin promised by the quota
 *
 * If not, it was admitted because its group paid for some of the pages when they were looked at.
 * They may be exchanged before they are pinned, and a page fault may then hang for as long
 * as the tenant likes with all pinned that comes before it. Such a call is to be pinned by
 * pind_call_by_parts().
 */
static inline bool pind_call_is_reserved(const struct pind_call *call)
{
	return !call->account || call->reserved >= call->nr;
}

/* Has the kernel pin @nr pages of a call, from its page @first on. Return: as the kernel's. */
typedef long (*pind_call_pin)(void *data, unsigned long first, unsigned long nr);

/**
 * pind_call_by_parts() - pin a call part by part, each written down before the next is pinned
 * @call: from pind_call_begin()
 * @pages: where @pin puts the pages
 * @pin: pins a part
 * @data: for @pin
 *
 * A part has as many pages as the call has reserved and not used, but at least one. So at no time
 * does the call hold more than one page that the quota has not promised, whatever it meets.
 *
 * Return: as pind_call_end(). Where the kernel fails a later part, the pages before it are
 * returned, also where the kernel itself would have returned an error for the whole.
 */
long pind_call_by_parts(struct pind_call *call, struct page **pages, pind_call_pin pin, void *data);

/**
 * pind_call_end() - after the pin: record the pages that were pinned
 * @call: from pind_call_begin()
 * @pages: the pages that were pinned
 * @got: how many were pinned, or an error
 *
 * Return: @got; or -ENOMEM, then everything is unpinned again.
 */
long pind_call_end(struct pind_call *call, struct page **pages, long got);

/**
 * pind_call_end_memfd() - likewise, where whole folios were pinned, once each
 * @folios: the folios, which lie side by side in the file
 * @first: the page of the first folio at which the call's range begins
 */
long pind_call_end_memfd(struct pind_call *call, struct folio **folios, long got,
			 unsigned long first);

/**
 * pind_call_end_folio() - likewise, where one folio was pinned @pins times more
 * @ret: result of the pin: 0, or an error
 */
int pind_call_end_folio(struct pind_call *call, unsigned int pins, int ret);

/**
 * pind_call_charge() - turn @pages that were reserved and are recorded now into charge
 * Announces a rise above high. Context: process.
 */
void pind_call_charge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_call_take_over() - record pins that are older than the module
 * @account: the account that holds them
 * @folio: has at least @pins pins by the kernel's count, and a reference of the caller's
 * Context: process, may sleep. Return: 0; -ENOMEM, also where a limit does not admit it.
 */
int pind_call_take_over(struct pind_account *account, struct folio *folio, u32 pins, u32 covered);

#endif /* PIND_CALL_H */
