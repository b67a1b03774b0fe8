// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

static bool is_absent_quota(const void *record, const void *userdata)
{
	return model_has(&pind_group_kind, record, "present") &&
	       !((const struct pind_group_info *)record)->present;
}

/* Quotas that are kept for cgroups which do not exist now. */
static int absent_quotas(sd_bus *bus, struct pind_records *quotas)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call_manager(bus, "ListQuotas", &reply);
	if (r != 0)
		return r;
	r = bus_read_records(reply, quotas);
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	records_keep(quotas, is_absent_quota, NULL);
	return 0;
}

/* One that was removed does not count: the quota is for the path's next life. */
static bool has_path(const struct pind_records *groups, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		const struct pind_group_info *group = records_at(groups, i);

		if (!group->dead && strcmp(group->path, path) == 0)
			return true;
	}
	return false;
}

static int add_absent_quotas(sd_bus *bus, struct pind_records *groups)
{
	_cleanup_(records_done) struct pind_records quotas = RECORDS(pind_group_kind);
	size_t n = groups->n;
	int r;

	r = absent_quotas(bus, &quotas);
	for (size_t i = 0; r == 0 && i < quotas.n; i++) {
		struct pind_group_info *quota = records_at(&quotas, i);
		struct pind_group_info *group;

		/* The cgroup may have come between the two questions. */
		if (has_path(groups, n, quota->path))
			continue;
		group = records_add(groups);
		if (!group)
			return fail_memory();
		*group = *quota;
		quota->path = NULL;
	}
	return r;
}

int bus_groups(struct pind_source *source, struct pind_records *groups)
{
	sd_bus *bus = bus_of(source);
	int r = bus_list(bus, "ListGroups", groups);

	return r != 0 ? r : add_absent_quotas(bus, groups);
}
