// SPDX-License-Identifier: GPL-2.0-or-later
#include <pind/cgroup.h>

#include "account-json.h"
#include "group-place.h"
#include "json.h"
#include "process-limits.h"
#include "process.h"
#include "when.h"

struct account_beside account_beside_here(void)
{
	return (struct account_beside){ .proc = process_root(),
					.mount = pind_cgroup_mount(),
					.now = when_now(CLOCK_BOOTTIME),
					.realtime = when_now(CLOCK_REALTIME) };
}

/* The account itself, with what follows from the time. */
static int add_account(cJSON *object, const struct account_beside *beside,
		       const struct pind_account_info *account)
{
	struct pind_account_info shown = *account;

	if (account->start_time && account->start_time <= beside->now) {
		shown.started = beside->realtime - (beside->now - account->start_time);
		model_mark(&pind_account_kind, &shown, "started");
	}
	if (account->since <= beside->now) {
		shown.age = beside->now - account->since;
		model_mark(&pind_account_kind, &shown, "age");
	}
	return json_add_record(object, &pind_account_kind, &shown);
}

static int add_place(cJSON *object, const struct account_beside *beside,
		     const struct pind_account_info *account)
{
	_cleanup_(place_info_done) struct pind_place_info place = { 0 };
	int r = group_place_read(beside->mount, account->path, account->group_id, &place);

	return r < 0 ? r : json_add_record(object, &pind_place_kind, &place);
}

/* Of a process that is there, in a /proc that has those the module tells of. */
static int add_process(cJSON *object, const struct account_beside *beside,
		       const struct pind_account_info *account)
{
	_cleanup_(process_info_done) struct pind_process_info process = { 0 };

	if (!account->pid || account->gone || !process_sees_host(beside->proc) ||
	    process_limits_info(beside->proc, (pid_t)account->pid, &process) < 0)
		return 0;
	return json_add_record(object, &pind_process_kind, &process);
}

cJSON *account_json(const struct account_beside *beside, const struct pind_account_info *account)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (!object || add_account(object, beside, account) < 0 ||
	    add_place(object, beside, account) < 0 || add_process(object, beside, account) < 0)
		return NULL;
	return TAKE_PTR(object);
}

cJSON *account_json_all(const struct account_beside *beside, const struct pind_records *accounts)
{
	_cleanup_(json_freep) cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; array && i < accounts->n; i++) {
		cJSON *object = account_json(beside, records_at(accounts, i));

		if (!object || !cJSON_AddItemToArray(array, object)) {
			cJSON_Delete(object);
			return NULL;
		}
	}
	return TAKE_PTR(array);
}
