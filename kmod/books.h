/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books: the sums of pins and charge over the ledger, the accounts, the groups and the
 * counters. The self-check compares these sums with each other and with the kernel's count of
 * pins. The books "close" while the self-check finds no difference.
 *
 * The sums are taken while pins come and go, so two may differ for a moment, but by no more
 * than the calls under way may move. A larger difference, several times in a row, is a
 * finding.
 *
 * Each check also settles a part of the ledger. So a charge ends that has outlived its pin: a
 * pin that went while the kernel's pin code held another one on the page, which that code
 * then took back unseen.
 */
#ifndef PIND_BOOKS_H
#define PIND_BOOKS_H

#include <linux/types.h>

struct pind_audit;
struct pind_group;

/** struct pind_books - a reading; see PIND_A_BOOKS_*. Charge is in pages here. */
struct pind_books {
	s64 ledger_pins;
	s64 account_pins;
	s64 group_pins;
	s64 counted_pins;
	s64 ledger_charge;
	s64 group_charge;
	s64 current_charge;
	s64 known_pins;
	s64 kernel_pins;
	s64 older_pins;
	u64 under_way;
	s64 difference;
	u64 checks;
	u64 repaired;
	s64 uncertain_pins;
	u64 steady_pins;
	u64 steady_since;
};

/**
 * pind_books_read() - the sums, and the last checks' findings
 * @anew: take the sums now, which walks over all accounts and groups. Without it they are
 *	those of the last check.
 * Context: process.
 */
void pind_books_read(struct pind_books *books, bool anew);

/** pind_books_difference() - the difference that the last checks found; 0: the books close */
s64 pind_books_difference(void);

/**
 * pind_books_audit_some() - settle a part of the ledger now
 * @cursor: the leaf to begin with, 0 at first; moved on
 * @group: only folios that this group, or one below it, holds; or NULL
 * @audit: the findings are added to it
 *
 * Context: process, may sleep. Return: false at the end of the ledger.
 */
bool pind_books_audit_some(unsigned long *cursor, const struct pind_group *group,
			   struct pind_audit *audit);

/** pind_books_start() - start the self-check; the netlink family is registered */
void pind_books_start(void);

/** pind_books_stop() - stop the self-check; the netlink family is still registered */
void pind_books_stop(void);

#endif /* PIND_BOOKS_H */
