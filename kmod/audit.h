/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over the ledger that hold it against the kernel's counts, in process context:
 * an audit on request, the self-check's round, and the recheck of leaves where an
 * unpin left something that may be stale.
 */
#ifndef PIND_AUDIT_H
#define PIND_AUDIT_H

#include "leaf.h"
#include "leak.h"

struct pind_group;

/**
 * struct pind_audit - what an audit found; see PIND_A_AUDIT_*
 * @leaks: to be confirmed
 */
struct pind_audit {
	u64 folios;
	u64 pins;
	u64 uncharged;
	u64 uncertain;
	struct pind_leaks leaks;
};

/**
 * pind_audit_some() - settle folios in the ledger now, whatever they have become
 * @cursor: where to go on, 0 at first; moved on
 * @leaves: of the ledger to look at, at most
 * @group: only folios that it, or one below it, holds; or NULL
 * @audit: what was found is added
 *
 * Context: process, may sleep. Return: false at the end of the ledger.
 */
bool pind_audit_some(unsigned long *cursor, unsigned long leaves, const struct pind_group *group,
		     struct pind_audit *audit);

/**
 * pind_audit_leak() - does the folio that begins at @pfn, if one does, lack references
 * Context: any. Return: as pind_ledger_leak().
 */
bool pind_audit_leak(unsigned long pfn, struct pind_leak *leak);

/**
 * pind_audit_recheck() - have a leaf looked at again soon: after 1 ms, then at growing
 * distances up to a second, some times
 * Context: any, under the leaf's lock.
 */
void pind_audit_recheck(struct pind_leaf *leaf);

/** pind_audit_stop() - recheck no more; no hook may run any more */
void pind_audit_stop(void);

#endif /* PIND_AUDIT_H */
