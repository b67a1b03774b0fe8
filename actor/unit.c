// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include <pind/cleanup.h>

#include "event.h"
#include "unit.h"

#define SYSTEMD	    "org.freedesktop.systemd1"
#define OBJECT	    "/org/freedesktop/systemd1"
#define UNIT_PREFIX OBJECT "/unit"

static int failed(char *sentence, int r, const char *path, const sd_bus_error *error)
{
	(void)snprintf(sentence, ACTOR_SENTENCE_SIZE, "systemd does not stop the unit of %s: %s",
		       path, error->message ?: strerror(-r));
	return r;
}

/* Is it the very cgroup of the unit that has its name? systemd answers for those inside, too. */
static int find_unit(sd_bus *bus, const char *path, char **ret_unit, char *sentence)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *unit = NULL;
	const char *object;
	int r;

	r = sd_bus_call_method(bus, SYSTEMD, OBJECT, SYSTEMD ".Manager", "GetUnitByControlGroup",
			       &error, &reply, "s", path);
	r = r < 0 ? r : sd_bus_message_read(reply, "o", &object);
	r = r < 0 ? r : sd_bus_path_decode(object, UNIT_PREFIX, &unit);
	if (r < 0)
		return failed(sentence, r, path, &error);
	if (r == 0 || strcmp(unit, strrchr(path, '/') + 1)) {
		(void)snprintf(sentence, ACTOR_SENTENCE_SIZE,
			       "%s is the cgroup of no unit of the system's systemd, so none is "
			       "stopped",
			       path);
		return -ENOENT;
	}
	*ret_unit = TAKE_PTR(unit);
	return 0;
}

int actor_unit_stop(const char *path, char *sentence)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_free_ char *unit = NULL;
	int r;

	r = sd_bus_open_system(&bus);
	if (r < 0)
		return failed(sentence, r, path, &error);
	r = find_unit(bus, path, &unit, sentence);
	if (r < 0)
		return r;
	r = sd_bus_call_method(bus, SYSTEMD, OBJECT, SYSTEMD ".Manager", "StopUnit", &error, NULL,
			       "ss", unit, "replace");
	if (r < 0)
		return failed(sentence, r, path, &error);
	(void)snprintf(sentence, ACTOR_SENTENCE_SIZE, "the unit %s is being stopped", unit);
	return 0;
}
