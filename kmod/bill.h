/* SPDX-License-Identifier: GPL-2.0 */
/* A bill: pages and pins that are to be uncharged, collected while a lock is held. */
#ifndef PIND_BILL_H
#define PIND_BILL_H

struct pind_group;

/**
 * struct pind_bill - uncharge of one group, collected so that the hierarchy is walked up once
 * and not for each page
 * @group: the group
 * @pages: pages to uncharge
 * @pins: pins to take back
 * @total_pages: pages since the bill was opened, those that were paid included
 * @total_pins: likewise
 */
struct pind_bill {
	struct pind_group *group;
	unsigned long pages;
	unsigned long pins;
	unsigned long total_pages;
	unsigned long total_pins;
};

/** pind_bill_add() - add to the bill; one of another group is paid first. Under the leaf's lock. */
void pind_bill_add(struct pind_bill *bill, struct pind_group *group, unsigned long pages,
		   unsigned long pins);

/** pind_bill_pay() - uncharge the pages and pins on the bill. Context: any, under RCU. */
void pind_bill_pay(struct pind_bill *bill);

#endif /* PIND_BILL_H */
