/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions that run in the place of the kernel's unpin functions. Each calls the
 * function that it replaces, and brings the ledger in line with the pins that the kernel
 * then still counts.
 *
 * They run wherever an unpin may: in another process, a worker, softirq or hardirq, with
 * interrupts off. Nothing here allocates, sleeps (except inside the kernel's own
 * *_dirty_lock functions) or takes any lock of ours except raw ones, and every kernel
 * function called here may be called from any context. Settling is idempotent: to settle
 * a folio twice for one unpin does no harm.
 */
#ifndef PIND_UNPIN_H
#define PIND_UNPIN_H

#include "account.h"

/* The replacements; each has the prototype of the function that it replaces. */
void pind_unpin_user_page(struct page *page);
void pind_unpin_user_pages(struct page **pages, unsigned long npages);
void pind_unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
void pind_unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages,
					   bool make_dirty);
void pind_unpin_user_folio(struct folio *folio, unsigned long npages);
void pind_unpin_folio(struct folio *folio);
void pind_unpin_folios(struct folio **folios, unsigned long nfolios);

/**
 * pind_unpin_undo() - unpin the pages that a call has just pinned
 * @account: the ledger has these pins as this account's; NULL: it does not have them. Other
 *	pins that an account has on the same pages are not touched.
 * Context: process.
 */
void pind_unpin_undo(struct page **pages, unsigned long nr, struct pind_account *account);

/** pind_unpin_undo_folios() - likewise, folios that are pinned once each */
void pind_unpin_undo_folios(struct folio **folios, unsigned long nr, struct pind_account *account);

/** pind_unpin_undo_folio() - likewise, one folio's last @pins */
void pind_unpin_undo_folio(struct folio *folio, unsigned int pins, struct pind_account *account);

#endif /* PIND_UNPIN_H */
