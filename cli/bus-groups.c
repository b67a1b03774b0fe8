// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

/* The interfaces of one object: only org.pind1.Group is of interest. */
static int read_interfaces(sd_bus_message *message, struct pind_records *groups)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0) {
		const char *interface;

		r = sd_bus_message_read(message, "s", &interface);
		if (r < 0)
			return r;
		if (strcmp(interface, PIND_GROUP_INTERFACE) == 0) {
			void *group = records_add(groups);

			r = group ? bus_read_record(message, &pind_group_kind, true, group)
				  : -ENOMEM;
		} else {
			r = sd_bus_message_skip(message, "a{sv}");
		}
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_objects(sd_bus_message *message, struct pind_records *groups)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{oa{sa{sv}}}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'e', "oa{sa{sv}}")) > 0) {
		r = sd_bus_message_skip(message, "o");
		if (r >= 0)
			r = read_interfaces(message, groups);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* With no module there are no objects either: an empty list would hide that. */
static int check_module(sd_bus *bus)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_free_ char *state = NULL;
	int r;

	r = sd_bus_get_property_string(bus, PIND_BUS_NAME, PIND_OBJECT, PIND_MANAGER_INTERFACE,
				       "State", &error, &state);
	if (r < 0)
		return bus_fail(r, &error, NULL);
	return strcmp(state, PIND_STATE_NO_MODULE) == 0 ? fail_no_module() : 0;
}

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

static bool has_path(const struct pind_records *groups, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(((const struct pind_group_info *)records_at(groups, i))->path, path) ==
		    0)
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

		/* A cgroup that is gone may still be known, by its pins for instance. */
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
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	sd_bus *bus = bus_of(source);
	int r;

	r = sd_bus_call_method(bus, PIND_BUS_NAME, PIND_OBJECT,
			       "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &error,
			       &reply, "");
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = read_objects(reply, groups);
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	if (groups->n == 0) {
		r = check_module(bus);
		if (r != 0)
			return r;
	}
	for (size_t i = 0; i < groups->n; i++) {
		r = bus_check(&pind_group_kind, records_at(groups, i));
		if (r != 0)
			return r;
	}
	return add_absent_quotas(bus, groups);
}
