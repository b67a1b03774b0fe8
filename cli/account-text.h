/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts in rows of ps_table (verb.h), for the verbs that show accounts. */
#ifndef PINCTL_ACCOUNT_TEXT_H
#define PINCTL_ACCOUNT_TEXT_H

#include "records.h"
#include "table.h"

/* Whose process is gone: the module looks every few seconds, and sees every process, while this
 * looks now. */
void account_mark_gone(struct pind_records *accounts);

/**
 * account_add_row - one account, except for the table's last column, which is for orphans only
 * @now: ns of CLOCK_BOOTTIME
 *
 * What /proc and the memory controller have beside it is read if it is asked for by name.
 */
void account_add_row(struct table *table, const struct pind_account_info *account, uint64_t now);

#endif /* PINCTL_ACCOUNT_TEXT_H */
