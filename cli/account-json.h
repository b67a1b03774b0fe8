/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds pins, as JSON, with what stands beside the account: schemas place and process. */
#ifndef PINCTL_ACCOUNT_JSON_H
#define PINCTL_ACCOUNT_JSON_H

#include <cjson/cJSON.h>

#include "records.h"

/**
 * struct account_beside - where what stands beside an account is read
 * @proc: process_root()
 * @mount: of cgroup v2; NULL: there is none
 * @now: ns of CLOCK_BOOTTIME
 * @realtime: the same moment by CLOCK_REALTIME
 */
struct account_beside {
	const char *proc;
	const char *mount;
	uint64_t now;
	uint64_t realtime;
};

/* Of this machine, now. */
struct account_beside account_beside_here(void);

/* One account, after account_mark_gone(); NULL if out of memory. */
cJSON *account_json(const struct account_beside *beside, const struct pind_account_info *account);

/* An array of them; NULL if out of memory. */
cJSON *account_json_all(const struct account_beside *beside, const struct pind_records *accounts);

#endif /* PINCTL_ACCOUNT_JSON_H */
