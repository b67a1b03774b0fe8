// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "access.h"

/* Calls that change nothing. */
static const struct {
	const char *interface;
	const char *member; /* NULL: all of it */
} open_to_all[] = {
	{ "org.freedesktop.DBus.Peer", NULL },
	{ "org.freedesktop.DBus.Introspectable", "Introspect" },
	{ "org.freedesktop.DBus.Properties", "Get" },
	{ "org.freedesktop.DBus.Properties", "GetAll" },
	{ "org.freedesktop.DBus.ObjectManager", "GetManagedObjects" },
	{ PIND_MANAGER_INTERFACE, "GetGroup" },
	{ PIND_MANAGER_INTERFACE, "ExplainQuota" },
	{ PIND_MANAGER_INTERFACE, "ListGroups" },
	{ PIND_MANAGER_INTERFACE, "ListQuotas" },
	{ PIND_MANAGER_INTERFACE, "ListAccounts" },
	{ PIND_MANAGER_INTERFACE, "ListRefusals" },
	{ PIND_MANAGER_INTERFACE, "GetCounters" },
	{ PIND_MANAGER_INTERFACE, "GetBooks" },
	{ PIND_MANAGER_INTERFACE, "ListMisuse" },
};

static bool is_open_to_all(const char *interface, const char *member)
{
	for (size_t i = 0; i < sizeof(open_to_all) / sizeof(open_to_all[0]); i++)
		if (!strcmp(open_to_all[i].interface, interface) &&
		    (!open_to_all[i].member || !strcmp(open_to_all[i].member, member)))
			return true;
	return false;
}

int pind_access_check(sd_bus_message *call, uid_t uid, sd_bus_error *ret_error)
{
	/* a call need not name its interface; then it is none that is open */
	const char *interface = sd_bus_message_get_interface(call) ?: "";
	const char *member = sd_bus_message_get_member(call) ?: "";

	if (uid == 0 || is_open_to_all(interface, member))
		return 0;
	return sd_bus_error_setf(ret_error, SD_BUS_ERROR_ACCESS_DENIED,
				 "only root may call %s, not user %u", member, (unsigned int)uid);
}
