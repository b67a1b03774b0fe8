/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pin calls of a process that the kernel itself failed, in words. */
#ifndef PINCTL_WHY_FAILURE_H
#define PINCTL_WHY_FAILURE_H

#include "table.h"
#include "why.h"

/* Rows of a table of two columns: what was failed, how often, when last; or that nothing was. */
void why_failure_rows(struct table *table, const struct why *why);

/* What the last error means of the memory, and what to do. */
void why_failure_advise(const struct pind_failure_info *failure);

#endif /* PINCTL_WHY_FAILURE_H */
