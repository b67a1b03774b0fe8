/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaks: pinned folios that have lost references, because some code dropped, by put_page(), a
 * reference that belongs to a pin. Such a folio is freed too early, or never. An audit finds
 * them; a folio that still lacks references at several looks is certain, and noted as misuse.
 *
 * Only large folios are checked, which count their pins apart from their references. On a
 * folio of one page a pin is 1,024 references; any user can add plain references to such a
 * page (by vmsplice()) and so make it look like one that has lost some of a pin's.
 */
#ifndef PIND_LEAK_H
#define PIND_LEAK_H

#include <linux/types.h>

/* Most leaks that one audit notes; the next audit finds further ones. */
#define PIND_LEAKS 16

/**
 * struct pind_leak - a folio that lacks references
 * @pfn: first frame of the folio
 * @missing: how many references it lacks, at least
 * @account: number of its account; of several, that of the oldest process
 */
struct pind_leak {
	unsigned long pfn;
	unsigned long missing;
	u32 account;
};

/** struct pind_leaks - the leaks that an audit noted */
struct pind_leaks {
	unsigned int nr;
	struct pind_leak leak[PIND_LEAKS];
};

/**
 * pind_leak_confirm() - look again, and note as misuse the leaks that are still there
 * Each folio is noted once. Context: process, sleeps.
 */
void pind_leak_confirm(const struct pind_leaks *leaks);

#endif /* PIND_LEAK_H */
