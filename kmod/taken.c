// SPDX-License-Identifier: GPL-2.0
#include "counters.h"
#include "group.h"
#include "taken.h"
#include "trace.h"

void pind_taken_uncharge(u32 id, u32 pins, u32 pages, u32 refs)
{
	struct pind_account *account = pind_account_by_id(id);
	struct pind_group *group = account->group;

	pind_ledger_count(-(long)pins, -(long)pages);
	pind_count_longterm_returned(pins);
	trace_pind_uncharge(group->id, pages, pins);
	/* a charged group stays, though the account may go now */
	pind_account_release(account, pins, pages, refs);
	pind_charge_uncharge(&group->charge, pages, pins);
}
