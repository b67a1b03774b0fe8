// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus-internal.h"
#include "journal.h"
#include "order.h"

static void on_call(void *userdata)
{
	struct pind_bus *bus = userdata;

	bus->calls->message_came(bus->userdata);
}

/*
 * As sd_bus_open_system(), but nobody can send us file descriptors: no call takes one, and
 * those of calls that wait would be ours meanwhile, of which a process has only so many.
 */
static int connect_bus(sd_bus **ret)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
	const char *address = getenv("DBUS_SYSTEM_BUS_ADDRESS");
	int r;

	r = sd_bus_new(&bus);
	r = r < 0 ? r : sd_bus_set_description(bus, "pind");
	r = r < 0 ? r : sd_bus_set_address(bus, address ?: "unix:path=/run/dbus/system_bus_socket");
	r = r < 0 ? r : sd_bus_set_bus_client(bus, true);
	r = r < 0 ? r : sd_bus_negotiate_fds(bus, false);
	r = r < 0 ? r : sd_bus_start(bus);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(bus);
	return 0;
}

int pind_bus_open(sd_event *event, const struct pind_bus_calls *calls, void *userdata,
		  struct pind_bus **ret)
{
	struct pind_bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->calls = calls;
	bus->userdata = userdata;
	r = connect_bus(&bus->bus);
	r = r < 0 ? r : sd_bus_set_exit_on_disconnect(bus->bus, true);
	r = r < 0 ? r : pind_queue_new(event, bus->bus, on_call, bus, &bus->queue);
	r = r < 0 ? r : pind_bus_add_manager(bus);
	r = r < 0 ? r : pind_bus_add_groups(bus);
	r = r < 0 ? r : pind_bus_add_objects(bus);
	r = r < 0 ? r : sd_bus_attach_event(bus->bus, event, PIND_ORDER_CHANGE);
	if (r < 0) {
		(void)pind_bus_free(bus);
		return r;
	}
	*ret = bus;
	return 0;
}

struct pind_bus *pind_bus_free(struct pind_bus *bus)
{
	if (bus) {
		pind_bus_drop_answers(bus);
		pind_bus_drop_namings(bus);
		pind_bus_drop_askings(bus);
		bus->queue = pind_queue_free(bus->queue);
		(void)sd_bus_flush_close_unref(bus->bus);
		free(bus);
	}
	return NULL;
}

int pind_bus_request_name(struct pind_bus *bus)
{
	int r = sd_bus_request_name(bus->bus, PIND_BUS_NAME, 0);

	return r < 0 ? r : 0;
}

static void log_failure(const char *signal, int error)
{
	if (error < 0)
		pind_log(LOG_WARNING, "the signal %s could not be sent: %s", signal,
			 strerror(-error));
}

static int new_signal(struct pind_bus *bus, const char *name, sd_bus_message **ret)
{
	return sd_bus_message_new_signal(bus->bus, ret, PIND_OBJECT, PIND_MANAGER_INTERFACE, name);
}

/* @r: of what it was made by */
static void send_signal(struct pind_bus *bus, const char *name, sd_bus_message *m, int r)
{
	r = r < 0 ? r : sd_bus_send(bus->bus, m, NULL);
	log_failure(name, r);
}

void pind_bus_emit_refused(struct pind_bus *bus, const struct pind_refusal *refusal)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(bus, "Refused", &m);
	r = r < 0 ? r : pind_bus_append_refusal(m, refusal);
	send_signal(bus, "Refused", m, r);
}

void pind_bus_emit_high(struct pind_bus *bus, const struct pind_group_info *group)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(group->path, &object);
	r = r < 0 ? r : new_signal(bus, "High", &m);
	r = r < 0 ? r : sd_bus_message_append(m, "o", object);
	r = r < 0 ? r : pind_bus_append_text(m, group->path);
	r = r < 0 ? r : sd_bus_message_append(m, "tt", group->current, group->high);
	send_signal(bus, "High", m, r);
}

void pind_bus_emit_books(struct pind_bus *bus, const struct pind_books *books)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(bus, "BooksDiffer", &m);
	r = r < 0 ? r : pind_bus_append_books(m, books);
	send_signal(bus, "BooksDiffer", m, r);
}

void pind_bus_emit_misuse(struct pind_bus *bus, const struct pind_misuse *misuse)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(bus, "MisuseSeen", &m);
	r = r < 0 ? r : pind_bus_append_misuse(m, misuse);
	send_signal(bus, "MisuseSeen", m, r);
}

void pind_bus_emit_excess(struct pind_bus *bus, const struct pind_excess_event *event)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(bus, "Exceeded", &m);
	r = r < 0 ? r : pind_bus_append_excess(m, event);
	send_signal(bus, "Exceeded", m, r);
}

void pind_bus_emit_quota(struct pind_bus *bus, const struct pind_change *change)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(bus, "QuotaChanged", &m);
	r = r < 0 ? r : pind_bus_append_change(m, change);
	send_signal(bus, "QuotaChanged", m, r);
}

void pind_bus_emit_added(struct pind_bus *bus, const struct pind_group *group)
{
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(group->info.path, &object);
	r = r < 0 ? r : sd_bus_emit_object_added(bus->bus, object);
	log_failure("InterfacesAdded", r);
}

void pind_bus_emit_removed(struct pind_bus *bus, const struct pind_group *group)
{
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(group->info.path, &object);
	r = r < 0 ? r : sd_bus_emit_object_removed(bus->bus, object);
	log_failure("InterfacesRemoved", r);
}

void pind_bus_emit_group_changed(struct pind_bus *bus, const struct pind_group *group)
{
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(group->info.path, &object);
	r = r < 0 ? r
		  : sd_bus_emit_properties_changed(bus->bus, object, PIND_GROUP_INTERFACE, "Max",
						   "MaxHeld", "High", "Mode", "Charge", "Runtime",
						   "Dead", NULL);
	log_failure("PropertiesChanged", r);
}

void pind_bus_emit_status_changed(struct pind_bus *bus)
{
	int r = sd_bus_emit_properties_changed(bus->bus, PIND_OBJECT, PIND_MANAGER_INTERFACE,
					       "State", "Reason", "ModuleVersion", "LoadId", NULL);

	log_failure("PropertiesChanged", r);
}
