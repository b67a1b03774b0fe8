/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a folio that is to be unpinned in the ledger? Where none is, the unpin is none of our
 * business, and the kernel's function runs as if we were not there. Context: any; takes no
 * lock.
 */
#ifndef PIND_CONCERN_H
#define PIND_CONCERN_H

#include "ledger.h"

/** pind_concern_many() - is one of these pages' folios; those that are NULL are skipped */
bool pind_concern_many(struct page **pages, unsigned long nr);

/** pind_concern_pages() - likewise */
static __always_inline bool pind_concern_pages(struct page **pages, unsigned long nr)
{
	if (nr == 1)
		return pages[0] && pind_ledger_concerns(page_folio(pages[0]));
	return pind_concern_many(pages, nr);
}

/** pind_concern_range() - likewise, of pages that stand side by side */
bool pind_concern_range(struct page *page, unsigned long nr);

/** pind_concern_folios() - likewise, of whole folios */
bool pind_concern_folios(struct folio **folios, unsigned long nr);

#endif /* PIND_CONCERN_H */
