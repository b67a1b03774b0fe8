/* SPDX-License-Identifier: GPL-2.0 */
/* What an open file holds. */
#ifndef PIND_HOLD_H
#define PIND_HOLD_H

#include <linux/mm.h>

/**
 * struct hold - pins, one an entry
 * @pages: what is pinned; a page that is pinned twice stands there twice, a
 *	folio that was pinned as such is there by its first page
 * @nr: how many
 */
struct hold {
	struct page **pages;
	unsigned long nr;
};

#endif /* PIND_HOLD_H */
