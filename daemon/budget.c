// SPDX-License-Identifier: GPL-2.0-or-later
#include "budget.h"

uint64_t pind_budget_next(const struct pind_budget *budget)
{
	const uint64_t all = (PIND_BUDGET_BURST - 1) * PIND_BUDGET_USEC;

	return budget->until > all ? budget->until - all : 0;
}

bool pind_budget_take(struct pind_budget *budget, uint64_t now)
{
	if (pind_budget_next(budget) > now)
		return false;
	if (budget->until < now)
		budget->until = now;
	budget->until += PIND_BUDGET_USEC;
	return true;
}
