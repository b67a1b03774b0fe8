/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One pin call, around the kernel's own function: reserve, pin, settle. The
 * quota decides before a page is pinned; the whole call is admitted or refused,
 * never shortened (io_uring turns a short pin into EFAULT).
 */
#ifndef PIND_CALL_H
#define PIND_CALL_H

#include "account.h"

/**
 * struct pind_call - a pin call under way
 * @account: who pins; NULL for a short-term call, which is only counted
 * @mm: whose memory
 * @locked: the caller holds the mmap lock of @mm
 * @start: first address
 * @nr: pages asked for
 * @flags: FOLL_*
 * @reserved: pages promised by the quota and not yet settled
 */
struct pind_call {
	struct pind_account *account;
	struct mm_struct *mm;
	bool locked;
	unsigned long start;
	unsigned long nr;
	unsigned int flags;
	unsigned long reserved;
};

/**
 * pind_call_begin() - before the pin: may it
 * @call: filled in
 * @mm: whose memory
 * @locked: the caller holds its mmap lock; if not, it is current's
 * @start: first address
 * @nr: pages asked for
 * @flags: FOLL_*; without FOLL_LONGTERM there is nothing to decide
 * @call_site: return address of the pin call
 *
 * Where the reservation of all pages does not fit, it is counted how many of
 * them the group does not pay for already, and only those have to fit. For that
 * the pages are faulted in, but not pinned. Waits up to a tenth of a second for other calls' unsettled
 * reservations before it refuses.
 *
 * Context: process, may sleep; may run under mmap_lock. Return: 0, then
 * pind_call_end() is owed; -ENOMEM.
 */
int pind_call_begin(struct pind_call *call, struct mm_struct *mm, bool locked,
		    unsigned long start, unsigned long nr, unsigned int flags,
		    unsigned long call_site);

/**
 * pind_call_end() - after the pin: write down what it got
 * @call: from pind_call_begin()
 * @pages: what was pinned
 * @got: how many, or an error
 *
 * Return: @got; or -ENOMEM, then everything is unpinned again.
 */
long pind_call_end(struct pind_call *call, struct page **pages, long got);

#endif /* PIND_CALL_H */
