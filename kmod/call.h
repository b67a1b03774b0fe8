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
 * @mm: whose memory, and who pays
 * @memfd: a file whose pages are pinned, not mapped memory; or NULL
 * @folio: one that is pinned once more, and nothing else; or NULL
 * @locked: the caller holds the mmap lock of @mm; if not, it is current's
 * @start: first address; in @memfd the first offset
 * @nr: pages asked for
 * @flags: FOLL_*; without FOLL_LONGTERM there is nothing to decide
 * @account: set by pind_call_begin(); NULL for a short-term call, only counted
 * @reserved: pages promised by the quota and not yet settled
 * @held: of them, that were taken out of the group's surplus, see
 *	pind_charge_reserve_held()
 * @waiting: among the calls under way; a long-term call only
 * @counted: its pages are under way from the beginning, for exact counters are on
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
	bool told;
};

/**
 * pind_call_begin() - before the pin: may it
 * @call: what is to be pinned; what is set here is 0
 * @call_site: return address of the pin call
 *
 * Where the reservation of all pages does not fit, it is counted how many of
 * them the group does not pay for already (pind_need()), and only those have to
 * fit. If they would but for other calls' reservations, waits up to a tenth of a
 * second for those to settle before it refuses.
 *
 * Context: process, may sleep; may run under mmap_lock. Return: 0, then one of
 * the pind_call_end functions is owed; -ENOMEM.
 */
int pind_call_begin(struct pind_call *call, unsigned long call_site);

/**
 * pind_call_end() - after the pin: write down what it got
 * @call: from pind_call_begin()
 * @pages: what was pinned
 * @got: how many, or an error
 *
 * Return: @got; or -ENOMEM, then everything is unpinned again.
 */
long pind_call_end(struct pind_call *call, struct page **pages, long got);

/**
 * pind_call_end_memfd() - likewise, where whole folios were pinned, once each
 * @folios: side by side in the file
 * @first: page of the first folio that the call's range begins with
 */
long pind_call_end_memfd(struct pind_call *call, struct folio **folios, long got,
			 unsigned long first);

/**
 * pind_call_end_folio() - likewise, where one folio was pinned @pins times more
 * @ret: 0, or an error of the pin
 */
int pind_call_end_folio(struct pind_call *call, unsigned int pins, int ret);

/**
 * pind_call_take_over() - write down pins that are older than the module
 * @account: that holds them
 * @folio: kept by the caller, and pinned so many times by the kernel's count
 * Context: process, may sleep. Return: 0; -ENOMEM, also where a limit does not admit it.
 */
int pind_call_take_over(struct pind_account *account, struct folio *folio, u32 pins, u32 covered);

#endif /* PIND_CALL_H */
