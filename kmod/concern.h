/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does an unpin concern us: is one of its folios in the ledger? If none is, the kernel's
 * function runs as if we were not there. Context: any; takes no lock.
 */
#ifndef PIND_CONCERN_H
#define PIND_CONCERN_H

#include "ledger.h"

/** pind_concern_many() - is the folio of any of @pages in the ledger; NULL pages are skipped */
bool pind_concern_many(struct page **pages, unsigned long nr);

/** pind_concern_pages() - likewise, quicker for a single page */
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
