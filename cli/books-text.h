/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The books in words, as rows of pinctl status. */
#ifndef PINCTL_BOOKS_TEXT_H
#define PINCTL_BOOKS_TEXT_H

#include "model.h"
#include "table.h"

/**
 * books_add_rows - the sums that stand behind status->books
 * @table: has two columns, title and fact
 * @books: what the self-check says; with nothing seen the row of books is all there is
 *
 * Books that close take one row; those that do not show each sum, and which of them
 * differ from the ledger. Then what the kernel's pins are made of.
 */
void books_add_rows(struct table *table, const struct pind_status_info *status,
		    const struct pind_books_info *books);

#endif /* PINCTL_BOOKS_TEXT_H */
