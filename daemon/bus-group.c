// SPDX-License-Identifier: GPL-2.0-or-later
/* org.pind1.Group, as docs/dbus/org.pind1.Group.xml has it: an object per group. */
#include <errno.h>
#include <string.h>

#include "bus-internal.h"

/* Properties that stay as long as the object does. */
static int get_const(sd_bus *connection, const char *object, const char *interface,
		     const char *property, sd_bus_message *reply, void *userdata,
		     sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const struct pind_group_info *info = &bus->group->info;

	if (!strcmp(property, "Id"))
		return sd_bus_message_append(reply, "t", info->id);
	if (!strcmp(property, "ParentId"))
		return sd_bus_message_append(reply, "t", info->parent_id);
	return pind_bus_append_text(reply, info->path);
}

static const struct {
	const char *property;
	size_t offset;
} sizes[] = {
	{ "Current", offsetof(struct pind_group_info, current) },
	{ "Reserved", offsetof(struct pind_group_info, reserved) },
	{ "Peak", offsetof(struct pind_group_info, peak) },
	{ "Max", offsetof(struct pind_group_info, max) },
	{ "High", offsetof(struct pind_group_info, high) },
	{ "Pins", offsetof(struct pind_group_info, pins) },
	{ "EventsMax", offsetof(struct pind_group_info, events_max) },
	{ "EventsObserved", offsetof(struct pind_group_info, events_observed) },
	{ "EventsHigh", offsetof(struct pind_group_info, events_high) },
	{ "EventsRefused", offsetof(struct pind_group_info, events_refused) },
	{ "EventsFailed", offsetof(struct pind_group_info, events_failed) },
	{ "Held", offsetof(struct pind_group_info, held) },
	{ "MaxHeld", offsetof(struct pind_group_info, max_held) },
	{ "Uncertain", offsetof(struct pind_group_info, uncertain) },
};

/* Properties of type t that are read from the module at the moment of the call. */
static int get_number(sd_bus *connection, const char *object, const char *interface,
		      const char *property, sd_bus_message *reply, void *userdata,
		      sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	uint64_t value;
	int r;

	r = bus->calls->group_read(bus->userdata, bus->group, error);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (strcmp(property, sizes[i].property))
			continue;
		memcpy(&value, (const char *)&bus->group->info + sizes[i].offset, sizeof(value));
		return sd_bus_message_append(reply, "t", value);
	}
	return -ENOENT;
}

static int get_word(sd_bus *connection, const char *object, const char *interface,
		    const char *property, sd_bus_message *reply, void *userdata,
		    sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const char *word;
	int r;

	r = bus->calls->group_read(bus->userdata, bus->group, error);
	if (r < 0)
		return r;
	word = strcmp(property, "Charge") ? pind_mode_name(bus->group->info.mode) :
					    pind_payer_name(bus->group->info.charge);
	return sd_bus_message_append(reply, "s", word);
}

static int get_flag(sd_bus *connection, const char *object, const char *interface,
		    const char *property, sd_bus_message *reply, void *userdata,
		    sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	bool flag;
	int r;

	r = bus->calls->group_read(bus->userdata, bus->group, error);
	if (r < 0)
		return r;
	if (!strcmp(property, "Dead"))
		flag = bus->group->info.dead;
	else if (!strcmp(property, "Over"))
		flag = pind_group_is_over(&bus->group->info);
	else
		flag = bus->calls->group_is_runtime(bus->userdata, bus->group);
	return sd_bus_message_append(reply, "b", flag);
}

/* Has something done about the group at hand, which signals may replace meanwhile. */
static int quota_set(struct pind_bus *bus, const struct pind_quota_request *request,
		     sd_bus_error *error)
{
	_cleanup_free_ char *path = strdup(bus->group->info.path);

	if (!path)
		return -ENOMEM;
	return pind_bus_set_quota(bus, path, request, error);
}

static int set_max(sd_bus *connection, const char *object, const char *interface,
		   const char *property, sd_bus_message *value, void *userdata,
		   sd_bus_error *error)
{
	struct pind_quota_request request = { .kind = PIND_QUOTA_AS_IS, .change.set_max = true };
	int r;

	r = sd_bus_message_read_basic(value, 't', &request.change.max);
	if (r < 0)
		return r;
	return quota_set(userdata, &request, error);
}

static int set_max_held(sd_bus *connection, const char *object, const char *interface,
			const char *property, sd_bus_message *value, void *userdata,
			sd_bus_error *error)
{
	struct pind_quota_request request = { .kind = PIND_QUOTA_AS_IS, .change.set_max_held = true };
	int r;

	r = sd_bus_message_read_basic(value, 't', &request.change.max_held);
	if (r < 0)
		return r;
	return quota_set(userdata, &request, error);
}

static int set_high(sd_bus *connection, const char *object, const char *interface,
		    const char *property, sd_bus_message *value, void *userdata,
		    sd_bus_error *error)
{
	struct pind_quota_request request = { .kind = PIND_QUOTA_AS_IS, .change.set_high = true };
	int r;

	r = sd_bus_message_read_basic(value, 't', &request.change.high);
	if (r < 0)
		return r;
	return quota_set(userdata, &request, error);
}

static int set_mode(sd_bus *connection, const char *object, const char *interface,
		    const char *property, sd_bus_message *value, void *userdata,
		    sd_bus_error *error)
{
	struct pind_quota_request request = { .kind = PIND_QUOTA_AS_IS, .change.set_mode = true };
	const char *word;
	int r;

	r = sd_bus_message_read_basic(value, 's', &word);
	if (r < 0)
		return r;
	r = pind_bus_read_mode(word, &request.change.mode, error);
	if (r < 0)
		return r;
	return quota_set(userdata, &request, error);
}

/* Goes on about the group at hand once whoever calls may. */
static int authorize(struct pind_bus *bus, sd_bus_message *call, pind_bus_named go_on,
		     sd_bus_error *error)
{
	_cleanup_free_ char *path = strdup(bus->group->info.path);

	return path ? pind_bus_authorize(bus, call, path, go_on, error) : -ENOMEM;
}

static int set_quota_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			 sd_bus_error *error)
{
	int r = pind_bus_take_quota(bus, call, path, error);

	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int method_set_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return authorize(userdata, call, set_quota_now, error);
}

static int unset_quota_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	int r = pind_bus_unset_quota(bus, path, error);

	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int method_unset_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return authorize(userdata, call, unset_quota_now, error);
}

static int reset_peak_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			  sd_bus_error *error)
{
	struct pind_group *group;
	int r;

	r = bus->calls->group_find(bus->userdata, path, &group, error);
	if (r == 0)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
					 "there is no cgroup '%s'", path);
	r = r < 0 ? r : bus->calls->peak_reset(bus->userdata, group, error);
	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int method_reset_peak(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return authorize(userdata, call, reset_peak_now, error);
}

/* See bus-manager.c. */
#define FREE	 SD_BUS_VTABLE_UNPRIVILEGED
#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGING SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable group_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Id", "t", get_const, 0, CONSTANT),
	SD_BUS_PROPERTY("ParentId", "t", get_const, 0, CONSTANT),
	SD_BUS_PROPERTY("Path", "s", get_const, 0, CONSTANT),
	SD_BUS_PROPERTY("Current", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Reserved", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Peak", "t", get_number, 0, 0),
	SD_BUS_WRITABLE_PROPERTY("Max", "t", get_number, set_max, 0, CHANGING | FREE),
	SD_BUS_WRITABLE_PROPERTY("High", "t", get_number, set_high, 0, CHANGING | FREE),
	SD_BUS_WRITABLE_PROPERTY("Mode", "s", get_word, set_mode, 0, CHANGING | FREE),
	SD_BUS_PROPERTY("Charge", "s", get_word, 0, CHANGING),
	SD_BUS_PROPERTY("Runtime", "b", get_flag, 0, CHANGING),
	SD_BUS_PROPERTY("Pins", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Dead", "b", get_flag, 0, CHANGING),
	SD_BUS_PROPERTY("EventsMax", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("EventsObserved", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("EventsHigh", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("EventsRefused", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("EventsFailed", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Held", "t", get_number, 0, 0),
	SD_BUS_WRITABLE_PROPERTY("MaxHeld", "t", get_number, set_max_held, 0, CHANGING | FREE),
	SD_BUS_PROPERTY("Uncertain", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Over", "b", get_flag, 0, 0),
	SD_BUS_METHOD_WITH_ARGS("SetQuota", SD_BUS_ARGS("a{sv}", quota), SD_BUS_NO_RESULT,
				method_set_quota, FREE),
	SD_BUS_METHOD_WITH_ARGS("UnsetQuota", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
				method_unset_quota, FREE),
	SD_BUS_METHOD_WITH_ARGS("ResetPeak", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_reset_peak,
				FREE),
	SD_BUS_VTABLE_END,
};

/* Is there a group behind the object? Answers with the bus itself, which has it at hand. */
static int find_group(sd_bus *connection, const char *object, const char *interface,
		      void *userdata, void **ret_found, sd_bus_error *error)
{
	_cleanup_free_ char *path = NULL;
	struct pind_bus *bus = userdata;
	int r;

	r = sd_bus_path_decode(object, PIND_GROUP_PREFIX, &path);
	if (r <= 0 || path[0] != '/')
		return r < 0 ? r : 0;
	r = bus->calls->group_find(bus->userdata, path, &bus->group, error);
	if (r > 0)
		*ret_found = bus;
	return r;
}

/* The value of one property, as a variant. */
static int append_property(struct pind_bus *bus, sd_bus_message *m, const char *object,
			   const sd_bus_vtable *entry)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *name = entry->x.property.member, *type = entry->x.property.signature;
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', name);
	r = r < 0 ? r : sd_bus_message_open_container(m, 'v', type);
	r = r < 0 ? r
		  : entry->x.property.get(bus->bus, object, PIND_GROUP_INTERFACE, name, m, bus,
					  &error);
	r = r < 0 ? r : sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_object(struct pind_bus *bus, sd_bus_message *m, const char *object,
			   struct pind_group *group)
{
	int r;

	bus->group = group;
	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 'o', object);
	r = r < 0 ? r : sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	r = r < 0 ? r
		  : sd_bus_message_append(m, "{sa{sv}}{sa{sv}}{sa{sv}}",
					  "org.freedesktop.DBus.Peer", 0,
					  "org.freedesktop.DBus.Introspectable", 0,
					  "org.freedesktop.DBus.Properties", 0);
	r = r < 0 ? r : sd_bus_message_open_container(m, 'e', "sa{sv}");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', PIND_GROUP_INTERFACE);
	r = r < 0 ? r : sd_bus_message_open_container(m, 'a', "{sv}");
	for (const sd_bus_vtable *entry = group_vtable; entry->type != _SD_BUS_VTABLE_END; entry++)
		if (entry->type == _SD_BUS_VTABLE_PROPERTY ||
		    entry->type == _SD_BUS_VTABLE_WRITABLE_PROPERTY)
			r = r < 0 ? r : append_property(bus, m, object, entry);
	bus->group = NULL;
	for (int level = 0; level < 4; level++)
		r = r < 0 ? r : sd_bus_message_close_container(m);
	return r;
}

int pind_bus_add_groups(struct pind_bus *bus)
{
	return sd_bus_add_fallback_vtable(bus->bus, NULL, PIND_GROUP_PREFIX, PIND_GROUP_INTERFACE,
					  group_vtable, find_group, bus);
}
