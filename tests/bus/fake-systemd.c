// SPDX-License-Identifier: GPL-2.0-or-later
/* As much of org.freedesktop.systemd1 as the daemon asks for; the test says which units run. */
#include <string.h>

#include <pind/cleanup.h>

#include "fake-kernel.h"

#define SYSTEMD	    "org.freedesktop.systemd1"
#define UNIT_PREFIX "/org/freedesktop/systemd1/unit"

static const struct fake_unit *find_unit(const struct fake_kernel *k, const char *name)
{
	for (size_t i = 0; i < k->n_units; i++)
		if (!strcmp(k->units[i].name, name))
			return &k->units[i];
	return NULL;
}

static int method_get_unit(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_free_ char *object = NULL;
	struct fake_kernel *k = userdata;
	const char *name;
	int r;

	k->units_asked++;
	r = sd_bus_message_read(call, "s", &name);
	if (r < 0)
		return r;
	if (!find_unit(k, name) && strcmp(sd_bus_message_get_member(call), "LoadUnit"))
		return sd_bus_error_setf(error, SYSTEMD ".NoSuchUnit", "Unit %s not loaded.", name);
	r = sd_bus_path_encode(UNIT_PREFIX, name, &object);
	return r < 0 ? r : sd_bus_reply_method_return(call, "o", object);
}

static int find_object(sd_bus *bus, const char *path, const char *interface, void *userdata,
		       void **ret_found, sd_bus_error *error)
{
	_cleanup_free_ char *name = NULL;
	int r = sd_bus_path_decode(path, UNIT_PREFIX, &name);

	/* what is loaded without being there has empty properties */
	static const struct fake_unit not_found;

	*ret_found = r > 0 ? (void *)(find_unit(userdata, name) ?: &not_found) : NULL;
	return *ret_found ? 1 : 0;
}

static int get_cgroup(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	const struct fake_unit *unit = userdata;

	return sd_bus_message_append(reply, "s", unit->path);
}

static int get_slice(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	const struct fake_unit *unit = userdata;

	return sd_bus_message_append(reply, "s", unit->slice);
}

static int get_load_state(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *userdata,
			  sd_bus_error *error)
{
	const struct fake_unit *unit = userdata;

	return sd_bus_message_append(reply, "s", unit->name[0] ? "loaded" : "not-found");
}

/* A unit does not run, and is to have a slice. */
static int method_load(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct fake_unit *unit = &k->units[k->n_units];
	const char *name, *slice;
	int r;

	r = sd_bus_message_read(call, "ss", &name, &slice);
	if (r < 0)
		return r;
	if (k->n_units == FAKE_UNITS)
		return -ENOSPC;
	*unit = (struct fake_unit){};
	(void)snprintf(unit->name, sizeof(unit->name), "%s", name);
	(void)snprintf(unit->slice, sizeof(unit->slice), "%s", slice);
	k->n_units++;
	return sd_bus_reply_method_return(call, NULL);
}

/* A unit runs in a cgroup ("": it is loaded, and does not run). */
static int method_run(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct fake_unit *unit = &k->units[k->n_units];
	const char *name, *path;
	int r;

	r = sd_bus_message_read(call, "ss", &name, &path);
	if (r < 0)
		return r;
	if (k->n_units == FAKE_UNITS)
		return -ENOSPC;
	(void)snprintf(unit->name, sizeof(unit->name), "%s", name);
	(void)snprintf(unit->path, sizeof(unit->path), "%s", path);
	k->n_units++;
	return sd_bus_reply_method_return(call, NULL);
}

static int method_asked(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	return sd_bus_reply_method_return(call, "t", k->units_asked);
}

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("GetUnit", "s", "o", method_get_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("LoadUnit", "s", "o", method_get_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("FakeLoad", "ss", NULL, method_load, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("FakeRun", "ss", NULL, method_run, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("FakeAsked", NULL, "t", method_asked, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable unit_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("ControlGroup", "s", get_cgroup, 0, 0),
	SD_BUS_PROPERTY("Slice", "s", get_slice, 0, 0),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable any_unit_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("LoadState", "s", get_load_state, 0, 0),
	SD_BUS_VTABLE_END,
};

int fake_systemd_open(struct fake_kernel *k)
{
	int r;

	r = sd_bus_add_object_vtable(k->bus, NULL, "/org/freedesktop/systemd1", SYSTEMD ".Manager",
				     manager_vtable, k);
	r = r < 0 ? r
		  : sd_bus_add_fallback_vtable(k->bus, NULL, UNIT_PREFIX, SYSTEMD ".Service",
					       unit_vtable, find_object, k);
	r = r < 0 ? r
		  : sd_bus_add_fallback_vtable(k->bus, NULL, UNIT_PREFIX, SYSTEMD ".Scope",
					       unit_vtable, find_object, k);
	r = r < 0 ? r
		  : sd_bus_add_fallback_vtable(k->bus, NULL, UNIT_PREFIX, SYSTEMD ".Unit",
					       any_unit_vtable, find_object, k);
	return r < 0 ? r : sd_bus_request_name(k->bus, SYSTEMD, 0);
}
