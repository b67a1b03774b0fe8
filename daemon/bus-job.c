// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls whose answer takes the kernel long: they are answered when it is there. */
#include <inttypes.h>

#include <pind/cleanup.h>

#include "bus-internal.h"

/* The walk over frames that a call waits for is over. */
static void frames_done(const struct pind_walk *walk, const struct pind_frame_row *rows,
			const char *const *paths, size_t n, const sd_bus_error *error,
			void *closure)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = closure, *reply = NULL;
	int r;

	if (!walk) {
		(void)sd_bus_reply_method_error(call, error);
		return;
	}
	r = sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : pind_bus_append_walk(reply, walk);
	r = r < 0 ? r : sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = pind_bus_append_frame(reply, &rows[i], paths[i]);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	r = r < 0 ? r : sd_bus_message_send(reply);
	if (r < 0)
		(void)sd_bus_reply_method_errno(call, r, NULL);
}

static int list_frames_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	uint64_t first, last;
	int each, r;

	r = sd_bus_message_read(call, "ttb", &first, &last, &each);
	if (r < 0)
		return r;
	if (last < first || last > UINT64_MAX >> 12)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "the last frame is %" PRIu64 ", but has to be %" PRIu64
					 " (the first) or more, and at most 2^52 - 1",
					 last, first);
	if (each && last - first >= PIND_BUS_FRAMES_EACH_MAX)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "at most %" PRIu64 " frames can be listed folio by folio at "
					 "once, but there are %" PRIu64 " from %" PRIu64 " to %" PRIu64,
					 PIND_BUS_FRAMES_EACH_MAX, last - first + 1, first, last);
	r = bus->calls->frames(bus->userdata, first, last, each, frames_done,
			       sd_bus_message_ref(call), error);
	if (r < 0) {
		(void)sd_bus_message_unref(call);
		return r;
	}
	return 1;
}

int pind_bus_method_list_frames(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_frames_now, error);
}

static int list_others_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	int r;

	r = bus->calls->others(bus->userdata, path, frames_done, sd_bus_message_ref(call), error);
	if (r < 0) {
		(void)sd_bus_message_unref(call);
		return r;
	}
	return 1;
}

static int begin_others(struct pind_bus *bus, sd_bus_message *call, const char *path,
			sd_bus_error *error)
{
	return pind_bus_authorize(bus, call, path, list_others_now, error);
}

int pind_bus_method_list_others(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_path(userdata, call, begin_others, error);
}

/* The audit that a call waits for is over. */
static void audit_done(const struct pind_audit *audit, const sd_bus_error *error, void *closure)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = closure, *reply = NULL;
	int r;

	if (!audit) {
		(void)sd_bus_reply_method_error(call, error);
		return;
	}
	r = sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : pind_bus_append_audit(reply, audit);
	r = r < 0 ? r : sd_bus_message_send(reply);
	if (r < 0)
		(void)sd_bus_reply_method_errno(call, r, NULL);
}

static int audit_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
		     sd_bus_error *error)
{
	int r;

	r = bus->calls->audit(bus->userdata, path, audit_done, sd_bus_message_ref(call), error);
	if (r < 0) {
		(void)sd_bus_message_unref(call);
		return r;
	}
	return 1;
}

int pind_bus_method_audit(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, audit_now, error);
}

static int begin_audit(struct pind_bus *bus, sd_bus_message *call, const char *path,
		       sd_bus_error *error)
{
	return pind_bus_authorize(bus, call, path, audit_now, error);
}

int pind_bus_method_audit_group(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_path(userdata, call, begin_audit, error);
}
