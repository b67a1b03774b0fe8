// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas over the bus: what would bind, and what is kept for nothing. */
#include <errno.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

static int append_reaction(sd_bus_message *message, const struct pind_reaction *reaction)
{
	int r = sd_bus_message_append(message, "{sv}", "on_exceed", "s",
				      pind_on_exceed_name(reaction->on_exceed));

	if (r < 0 || reaction->on_exceed == PIND_ON_EXCEED_NOTHING)
		return r;
	r = sd_bus_message_append(message, "{sv}{sv}", "grace", "t", reaction->grace, "dry_run",
				  "b", (int)reaction->dry_run);
	if (r >= 0 && reaction->signal)
		r = sd_bus_message_append(message, "{sv}", "signal", "s",
					  pind_signal_name(reaction->signal));
	return r;
}

int bus_append_quota(sd_bus_message *message, const struct pind_quota_change *change)
{
	int r;

	r = sd_bus_message_open_container(message, 'a', "{sv}");
	if (r >= 0 && change->max)
		r = sd_bus_message_append(message, "{sv}", "max", "t", *change->max);
	if (r >= 0 && change->max_held)
		r = sd_bus_message_append(message, "{sv}", "max_held", "t", *change->max_held);
	if (r >= 0 && change->high)
		r = sd_bus_message_append(message, "{sv}", "high", "t", *change->high);
	if (r >= 0 && change->mode)
		r = sd_bus_message_append(message, "{sv}", "mode", "s", change->mode);
	if (r >= 0 && change->reaction)
		r = append_reaction(message, change->reaction);
	if (r >= 0 && (change->runtime || change->kept))
		r = sd_bus_message_append(message, "{sv}", "runtime", "b", (int)change->runtime);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

int bus_explain(sd_bus *bus, const char *name, const struct pind_quota_change *change,
		struct pind_explanation *ret)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, PIND_BUS_NAME, PIND_OBJECT,
					   PIND_MANAGER_INTERFACE, "ExplainQuota");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(call, false);
	if (r >= 0)
		r = sd_bus_message_append(call, "s", name);
	if (r >= 0)
		r = bus_append_quota(call, change);
	if (r < 0)
		return bus_fail(r, NULL, name);
	r = sd_bus_call(bus, call, 0, &error, &reply);
	if (r < 0)
		return bus_fail(r, &error, name);
	r = bus_read_record(reply, &pind_explanation_kind, false, ret);
	return r < 0 ? bus_fail(r, NULL, name) : bus_check(&pind_explanation_kind, ret);
}

int bus_unset_stale(sd_bus *bus, bool dry, void (*handler)(const char *path))
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *path;
	int r;

	r = bus_call(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "UnsetStale", &error, &reply, "b",
		     (int)dry);
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = sd_bus_message_enter_container(reply, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read_basic(reply, 's', &path)) > 0)
		handler(path);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}
