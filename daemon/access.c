// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "access.h"

static const struct pind_access accesses[] = {
	{ "org.freedesktop.DBus.Peer", NULL, NULL, false },
	{ "org.freedesktop.DBus.Introspectable", "Introspect", NULL, false },
	{ "org.freedesktop.DBus.Properties", "Get", NULL, false },
	{ "org.freedesktop.DBus.Properties", "GetAll", NULL, false },
	{ "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, false },
	{ PIND_MANAGER_INTERFACE, "GetGroup", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ExplainQuota", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListGroups", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListQuotas", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListRules", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListLongterm", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListProblems", NULL, false },
	{ PIND_MANAGER_INTERFACE, "GetCounters", NULL, false },
	{ PIND_MANAGER_INTERFACE, "GetBooks", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListLasting", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListSites", NULL, false },
	{ PIND_MANAGER_INTERFACE, "ListAccounts", PIND_ACTION_INSPECT, true },
	{ PIND_MANAGER_INTERFACE, "ListRefusals", PIND_ACTION_INSPECT, true },
	{ PIND_MANAGER_INTERFACE, "ListFailures", PIND_ACTION_INSPECT, true },
	{ PIND_MANAGER_INTERFACE, "ListMisuse", PIND_ACTION_INSPECT, true },
	{ PIND_MANAGER_INTERFACE, "ListPages", PIND_ACTION_INSPECT, false },
	{ PIND_MANAGER_INTERFACE, "GetPage", PIND_ACTION_INSPECT, false },
	{ PIND_MANAGER_INTERFACE, "ListFrames", PIND_ACTION_INSPECT, false },
	{ PIND_MANAGER_INTERFACE, "ListOthers", PIND_ACTION_INSPECT, false },
	{ PIND_MANAGER_INTERFACE, "SetQuota", PIND_ACTION_QUOTA, false },
	{ PIND_MANAGER_INTERFACE, "UnsetQuota", PIND_ACTION_QUOTA, false },
	{ PIND_MANAGER_INTERFACE, "UnsetStale", PIND_ACTION_QUOTA, false },
	{ PIND_GROUP_INTERFACE, "SetQuota", PIND_ACTION_QUOTA, false },
	{ PIND_GROUP_INTERFACE, "UnsetQuota", PIND_ACTION_QUOTA, false },
	{ PIND_GROUP_INTERFACE, "ResetPeak", PIND_ACTION_QUOTA, false },
	{ PIND_MANAGER_INTERFACE, "Audit", PIND_ACTION_AUDIT, false },
	{ PIND_MANAGER_INTERFACE, "AuditGroup", PIND_ACTION_AUDIT, false },
	{ PIND_MANAGER_INTERFACE, "SurveySites", PIND_ACTION_AUDIT, false },
};

const struct pind_access *pind_access_of(sd_bus_message *call)
{
	/* a call need not name its interface; then it is none of these */
	const char *interface = sd_bus_message_get_interface(call) ?: "";
	const char *member = sd_bus_message_get_member(call) ?: "";

	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
		if (!strcmp(accesses[i].interface, interface) &&
		    (!accesses[i].member || !strcmp(accesses[i].member, member)))
			return &accesses[i];
	return NULL;
}

int pind_access_check(sd_bus_message *call, uid_t uid, sd_bus_error *ret_error)
{
	if (uid == 0 || pind_access_of(call))
		return 0;
	return sd_bus_error_setf(ret_error, SD_BUS_ERROR_ACCESS_DENIED,
				 "only root may call %s, not user %u",
				 sd_bus_message_get_member(call) ?: "", (unsigned int)uid);
}
