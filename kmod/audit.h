/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over the ledger that compare it with the kernel's pin counts, in process context: an
 * audit on request, the rounds of the self-check (books.c), and the recheck of leaves where
 * an unpin left pins that may be stale.
 */
#ifndef PIND_AUDIT_H
#define PIND_AUDIT_H

#include "leaf.h"
#include "leak.h"

struct pind_group;

/**
 * struct pind_audit - the findings of an audit; see PIND_A_AUDIT_*
 * @leaks: folios that lack references, to be confirmed by pind_leak_confirm()
 */
struct pind_audit {
	u64 folios;
	u64 pins;
	u64 uncharged;
	u64 uncertain;
	struct pind_leaks leaks;
};

/**
 * pind_audit_some() - settle folios in the ledger, even if their frames are used otherwise now
 * @cursor: the leaf to begin with, 0 at first; moved on
 * @leaves: how many leaves to look at, at most
 * @group: only folios that this group, or one below it, holds; or NULL
 * @audit: the findings are added to it
 *
 * Context: process, may sleep. Return: false at the end of the ledger.
 */
bool pind_audit_some(unsigned long *cursor, unsigned long leaves, const struct pind_group *group,
		     struct pind_audit *audit);

/**
 * pind_audit_leak() - is there a folio that begins at @pfn, and does it lack references
 * Context: any. Return: as pind_ledger_leak().
 */
bool pind_audit_leak(unsigned long pfn, struct pind_leak *leak);

/**
 * pind_audit_recheck() - have a leaf looked at again: soon, then at growing distances of up to
 * a second, 16 times
 * Context: any, under the leaf's lock.
 */
void pind_audit_recheck(struct pind_leaf *leaf);

/** pind_audit_stop() - stop the recheck; no hook may run any more */
void pind_audit_stop(void);

#endif /* PIND_AUDIT_H */
