/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The self-check: what is pinned and charged, summed up over the ledger, the
 * accounts, the groups and the counters, and compared with the kernel's count.
 *
 * The sums are taken while pins come and go, so two may differ for a moment. How
 * far is known: by no more than the calls under way may move. Only what goes
 * beyond that, several times in a row, is a difference.
 *
 * A check also clamps a part of the ledger, so that a charge which outlived its
 * pin heals: one that went while the kernel's pin code held another on the page,
 * which it takes back by itself and unseen.
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

/** pind_books_read() - sums of now, findings of the last checks. Context: process. */
void pind_books_read(struct pind_books *books);

/** pind_books_difference() - what the last checks found; 0: the books close */
s64 pind_books_difference(void);

/**
 * pind_books_audit_some() - clamp a part of the ledger now
 * @cursor: where to go on, 0 at first; moved on
 * @group: only folios that it, or one below it, holds; or NULL
 * @audit: what was found is added
 *
 * Context: process, may sleep. Return: false at the end of the ledger.
 */
bool pind_books_audit_some(unsigned long *cursor, const struct pind_group *group,
			   struct pind_audit *audit);

/** pind_books_start() - check from now on; the family is there */
void pind_books_start(void);

/** pind_books_stop() - check no more; while the family is still there */
void pind_books_stop(void);

#endif /* PIND_BOOKS_H */
