// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals of org.pind1, and its coming and going, as events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

struct watcher {
	sd_bus *bus;
	pind_event_handler handler;
	void *userdata;
	bool module; /* was it there when last heard of */
	int result;  /* what the handler stopped with */
};

static int report(struct watcher *watcher, const struct pind_event *event)
{
	if (watcher->result == 0)
		watcher->result = watcher->handler(event, watcher->userdata);
	return 0;
}

/* Tells of the module, if that is news. Return: was it? */
static bool module_changed(struct watcher *watcher, bool module)
{
	if (module == watcher->module)
		return false;
	watcher->module = module;
	(void)report(watcher, &(struct pind_event){ .type = module ? PIND_EVENT_MODULE_BACK
								   : PIND_EVENT_MODULE_GONE });
	return true;
}

/* Asks the daemon for the module, which also tells whether the daemon runs. */
static int read_state(sd_bus *bus, bool *ret_module)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *state;
	int r;

	r = bus_call(bus, PIND_OBJECT, "org.freedesktop.DBus.Properties", "Get", &error, &reply,
		     "ss", PIND_MANAGER_INTERFACE, "State");
	if (r >= 0)
		r = sd_bus_message_read(reply, "v", "s", &state);
	if (r < 0)
		return bus_fail(r, &error, NULL);
	*ret_module = strcmp(state, PIND_STATE_NO_MODULE) != 0;
	return 0;
}

/* Asks whether the module is still there, and tells if that is news. */
static void check_module(struct watcher *watcher)
{
	bool module = false;

	if (read_state(watcher->bus, &module) == 0)
		(void)module_changed(watcher, module);
	else
		fail_forget();
}

/* A bad message is skipped; the next one may be good. */
static int on_refused(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct pind_refusal_info refusal = { 0 };
	int r;

	r = bus_read_record(message, &pind_refusal_kind, false, &refusal);
	if (r >= 0 && !model_missing(&pind_refusal_kind, &refusal))
		r = report(userdata,
			   &(struct pind_event){ .type = PIND_EVENT_REFUSED, .refusal = &refusal });
	model_clear(&pind_refusal_kind, &refusal);
	return r == -ENOMEM ? r : 0;
}

static int on_books_differ(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct pind_books_info books = { 0 };

	if (bus_read_record(message, &pind_books_kind, false, &books) < 0 ||
	    model_missing(&pind_books_kind, &books))
		return 0;
	return report(userdata, &(struct pind_event){ .type = PIND_EVENT_BOOKS, .books = &books });
}

static int on_misuse_seen(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct pind_misuse_info misuse = { 0 };
	int r;

	r = bus_read_record(message, &pind_misuse_kind, false, &misuse);
	if (r >= 0 && !model_missing(&pind_misuse_kind, &misuse))
		r = report(userdata,
			   &(struct pind_event){ .type = PIND_EVENT_MISUSE, .misuse = &misuse });
	model_clear(&pind_misuse_kind, &misuse);
	return r == -ENOMEM ? r : 0;
}

static int on_exceeded(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct pind_exceeded_info exceeded = { 0 };
	int r;

	r = bus_read_record(message, &pind_exceeded_kind, false, &exceeded);
	if (r >= 0 && !model_missing(&pind_exceeded_kind, &exceeded))
		r = report(userdata, &(struct pind_event){ .type = PIND_EVENT_EXCEEDED,
							   .exceeded = &exceeded });
	model_clear(&pind_exceeded_kind, &exceeded);
	return r == -ENOMEM ? r : 0;
}

static int on_high(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	const char *path;

	if (sd_bus_message_read(message, "ostt", NULL, &path, &group.current, &group.high) < 0)
		return 0;
	if (model_set_text(&pind_group_kind, &group, "path", path) < 0)
		return -ENOMEM;
	model_mark(&pind_group_kind, &group, "current");
	model_mark(&pind_group_kind, &group, "high");
	return report(userdata, &(struct pind_event){ .type = PIND_EVENT_HIGH, .group = &group });
}

static int set_path_of_object(struct pind_group_info *group, const char *object)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = sd_bus_path_decode(object, PIND_GROUP_PREFIX, &path);
	if (r <= 0)
		return r < 0 ? r : -EINVAL;
	return model_set_text(&pind_group_kind, group, "path", path);
}

static int on_added(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	const char *interface;
	int r;

	r = sd_bus_message_skip(message, "o");
	if (r >= 0)
		r = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");
	while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0) {
		r = sd_bus_message_read(message, "s", &interface);
		if (r < 0)
			break;
		if (strcmp(interface, PIND_GROUP_INTERFACE) == 0)
			r = bus_read_record(message, &pind_group_kind, true, &group);
		else
			r = sd_bus_message_skip(message, "a{sv}");
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
	}
	if (r >= 0 && group.path)
		r = report(userdata,
			   &(struct pind_event){ .type = PIND_EVENT_GROUP_NEW, .group = &group });
	return r == -ENOMEM ? r : 0;
}

static int on_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	struct watcher *watcher = userdata;
	const char *object;

	/* Without the module all objects go; that is told once, not for each. */
	check_module(watcher);
	if (!watcher->module || sd_bus_message_read(message, "o", &object) < 0)
		return 0;
	if (set_path_of_object(&group, object) < 0)
		return 0;
	return report(watcher, &(struct pind_event){ .type = PIND_EVENT_GROUP_DEAD,
						     .group = &group,
						     .gone = true });
}

static int group_changed(struct watcher *watcher, sd_bus_message *message)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	struct pind_event event = { .group = &group };

	if (bus_read_record(message, &pind_group_kind, true, &group) < 0 ||
	    set_path_of_object(&group, sd_bus_message_get_path(message)) < 0)
		return 0;
	/* A quota that goes with its cgroup is no change of its own. */
	if (group.dead) {
		event.type = PIND_EVENT_GROUP_DEAD;
		return report(watcher, &event);
	}
	if (model_has(&pind_group_kind, &group, "max") ||
	    model_has(&pind_group_kind, &group, "high") ||
	    model_has(&pind_group_kind, &group, "mode") ||
	    model_has(&pind_group_kind, &group, "charge") ||
	    model_has(&pind_group_kind, &group, "runtime")) {
		event.type = PIND_EVENT_QUOTA;
		return report(watcher, &event);
	}
	return 0;
}

static int manager_changed(struct watcher *watcher, sd_bus_message *message)
{
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	bool module;

	if (bus_read_record(message, &pind_status_kind, true, &status) < 0 || !status.state)
		return 0;
	/* That the module is not there is told by an event of its own, perhaps already. */
	module = strcmp(status.state, PIND_STATE_NO_MODULE) != 0;
	if (module_changed(watcher, module) || !module)
		return 0;
	return report(watcher, &(struct pind_event){ .type = PIND_EVENT_STATE,
						     .state = status.state,
						     .reason = status.reason });
}

static int on_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *interface;

	if (sd_bus_message_read(message, "s", &interface) < 0)
		return 0;
	if (strcmp(interface, PIND_GROUP_INTERFACE) == 0)
		return group_changed(userdata, message);
	if (strcmp(interface, PIND_MANAGER_INTERFACE) == 0)
		return manager_changed(userdata, message);
	return 0;
}

static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct watcher *watcher = userdata;
	const char *before, *after;

	if (sd_bus_message_read(message, "sss", NULL, &before, &after) < 0)
		return 0;
	if (before[0] && !after[0])
		return report(watcher, &(struct pind_event){ .type = PIND_EVENT_DAEMON_GONE });
	if (!before[0] && after[0]) {
		(void)report(watcher, &(struct pind_event){ .type = PIND_EVENT_DAEMON_BACK });
		check_module(watcher);
	}
	return 0;
}

static int add_matches(sd_bus *bus, struct watcher *watcher)
{
	static const struct {
		const char *rule;
		sd_bus_message_handler_t handler;
	} matches[] = {
		{ "interface='" PIND_MANAGER_INTERFACE "',member='Refused'", on_refused },
		{ "interface='" PIND_MANAGER_INTERFACE "',member='High'", on_high },
		{ "interface='" PIND_MANAGER_INTERFACE "',member='Exceeded'", on_exceeded },
		{ "interface='" PIND_MANAGER_INTERFACE "',member='BooksDiffer'", on_books_differ },
		{ "interface='" PIND_MANAGER_INTERFACE "',member='MisuseSeen'", on_misuse_seen },
		{ "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesAdded'",
		  on_added },
		{ "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesRemoved'",
		  on_removed },
		{ "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
		  on_changed },
	};
	int r;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		_cleanup_free_ char *rule = NULL;

		if (asprintf(&rule, "type='signal',sender='" PIND_BUS_NAME "',%s",
			     matches[i].rule) < 0) {
			rule = NULL;
			return -ENOMEM;
		}
		r = sd_bus_add_match(bus, NULL, rule, matches[i].handler, watcher);
		if (r < 0)
			return r;
	}
	return sd_bus_add_match(bus, NULL,
				"type='signal',sender='org.freedesktop.DBus',"
				"interface='org.freedesktop.DBus',member='NameOwnerChanged',"
				"arg0='" PIND_BUS_NAME "'",
				on_owner, watcher);
}

static int process_events(struct watcher *watcher)
{
	int n;

	while (watcher->result == 0) {
		n = sd_bus_process(watcher->bus, NULL);
		if (n == 0)
			n = sd_bus_wait(watcher->bus, UINT64_MAX);
		if (n < 0 && n != -EINTR)
			return bus_fail(n, NULL, NULL);
	}
	return watcher->result;
}

int bus_watch(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
	      void *userdata)
{
	sd_bus *bus = bus_of(source);
	struct watcher watcher = {
		.bus = bus, .handler = handler, .userdata = userdata, .module = true
	};
	bool module = false;
	int r;

	/* First listen, then ask: nothing falls in between. */
	r = add_matches(bus, &watcher);
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	r = read_state(bus, &module);
	if (r != 0)
		return r;
	r = ready();
	if (r != 0)
		return r;
	(void)module_changed(&watcher, module);
	return process_events(&watcher);
}
