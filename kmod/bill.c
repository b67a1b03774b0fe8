// SPDX-License-Identifier: GPL-2.0
#include "bill.h"
#include "group.h"
#include "trace.h"

void pind_bill_pay(struct pind_bill *bill)
{
	if (bill->group && (bill->pages || bill->pins)) {
		trace_pind_uncharge(bill->group->id, bill->pages, bill->pins);
		pind_charge_uncharge(&bill->group->charge, bill->pages, bill->pins);
	}
	bill->group = NULL;
	bill->pages = 0;
	bill->pins = 0;
}

/*
 * The group of an unpaid bill cannot go: it is charged until the bill is paid, and a
 * charged group is not reaped.
 */
void pind_bill_add(struct pind_bill *bill, struct pind_group *group, unsigned long pages,
		   unsigned long pins)
{
	if (bill->group != group) {
		pind_bill_pay(bill);
		bill->group = group;
	}
	bill->pages += pages;
	bill->pins += pins;
	bill->total_pages += pages;
	bill->total_pins += pins;
}
