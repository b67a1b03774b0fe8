/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folios that are pinned and have lost references: somebody put one (put_page())
 * that belongs to a pin. The folio is never freed then, or too early. An audit
 * finds them; what is still so after a while is certain, and a misuse.
 *
 * Of large folios only, which count their pins apart from their references. On one of one
 * page a pin is 1,024 references, and who gives it 513 plain ones (any user can, by
 * vmsplice()) makes it look like a pin that has lost the rest.
 */
#ifndef PIND_LEAK_H
#define PIND_LEAK_H

#include <linux/types.h>

/* That an audit notes at once; it finds the others the next time. */
#define PIND_LEAKS 16

/**
 * struct pind_leak - a folio that lacks references
 * @pfn: its first frame
 * @missing: how many, at least
 * @account: number of the account that has held it longest
 */
struct pind_leak {
	unsigned long pfn;
	unsigned long missing;
	u32 account;
};

/** struct pind_leaks - what an audit noted */
struct pind_leaks {
	unsigned int nr;
	struct pind_leak leak[PIND_LEAKS];
};

/**
 * pind_leak_confirm() - look again, and write down as misuse what is still so
 * Each folio once. Context: process, sleeps.
 */
void pind_leak_confirm(const struct pind_leaks *leaks);

#endif /* PIND_LEAK_H */
