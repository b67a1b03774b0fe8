/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be uncharged, collected while a lock is held. */
#ifndef PIND_BILL_H
#define PIND_BILL_H

struct pind_group;

/**
 * struct pind_bill - uncharge that is collected while a lock is held, for one group,
 * to walk up the hierarchy once instead of once a page
 * @group: whose
 * @pages: to uncharge
 * @pins: to take back
 * @total_pages: since the bill was opened, paid ones included
 * @total_pins: likewise
 */
struct pind_bill {
	struct pind_group *group;
	unsigned long pages;
	unsigned long pins;
	unsigned long total_pages;
	unsigned long total_pins;
};

/** pind_bill_add() - put a release on the bill. Under the leaf's lock. */
void pind_bill_add(struct pind_bill *bill, struct pind_group *group, unsigned long pages,
		   unsigned long pins);

/** pind_bill_pay() - uncharge what was collected. Context: any, under RCU. */
void pind_bill_pay(struct pind_bill *bill);

#endif /* PIND_BILL_H */
