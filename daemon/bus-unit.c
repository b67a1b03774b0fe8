// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that begin with the name of a group. A path, and that of a slice, follows from
 * the name; the cgroup of any other unit is asked of systemd, which knows it, and the
 * call goes on when the answer is there. Of a unit that does not run, and is to have a
 * quota when it does, systemd knows the slice. Only to tell root what else has the name of
 * a unit that systemd does not know is anything searched for.
 */
#include <errno.h>
#include <string.h>

#include <pind/cgroup.h>

#include "bus-internal.h"
#include "text.h"

#define SYSTEMD		  "org.freedesktop.systemd1"
#define SYSTEMD_OBJECT	  "/org/freedesktop/systemd1"
/* It answers at once, or is restarting, or hangs. */
#define SYSTEMD_WAIT_USEC (10ULL * 1000 * 1000)

/* A call that waits for systemd. */
struct pind_naming {
	struct pind_naming *next, **link;
	struct pind_bus *bus;
	sd_bus_message *call;
	pind_bus_named go_on;
	struct pind_turn turn; /* who asks */
	sd_bus_slot *slot;
	char *unit;
	bool future; /* it need not run */
	bool search; /* whoever asks may have the tree searched for the name */
	char *object; /* of the unit */
	const char *interface; /* of systemd, for units of that kind */
};

static void naming_free(struct pind_naming *naming)
{
	if (naming->link) {
		*naming->link = naming->next;
		if (naming->next)
			naming->next->link = naming->link;
	}
	pind_queue_release(naming->bus->queue, &naming->turn);
	(void)sd_bus_slot_unref(naming->slot);
	(void)sd_bus_message_unref(naming->call);
	free(naming->unit);
	free(naming->object);
	free(naming);
}

DEFINE_CLEANUP(struct pind_naming, naming_free, naming_freep)

void pind_bus_drop_namings(struct pind_bus *bus)
{
	while (bus->namings)
		naming_free(bus->namings);
}

static const char *interface_of(const char *unit)
{
	static const struct {
		const char *suffix, *interface;
	} kinds[] = {
		{ ".service", SYSTEMD ".Service" }, { ".scope", SYSTEMD ".Scope" },
		{ ".socket", SYSTEMD ".Socket" },   { ".mount", SYSTEMD ".Mount" },
		{ ".swap", SYSTEMD ".Swap" },
	};
	const char *suffix = strrchr(unit, '.') ?: "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(suffix, kinds[i].suffix))
			return kinds[i].interface;
	return SYSTEMD ".Service";
}

static int no_cgroup(const char *unit, sd_bus_error *error)
{
	return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
				 "the unit '%s' has no cgroup: it is not running (start it), or "
				 "has another name, or is a user's own (give the path of its "
				 "cgroup)",
				 unit);
}

static int not_told(const char *unit, const char *why, sd_bus_error *error)
{
	char clean[256];

	return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
				 "systemd does not tell the cgroup of the unit '%s' (%s): give the "
				 "path of the cgroup",
				 unit, pind_text_clean(clean, sizeof(clean), why));
}

/* What systemd said instead of an answer. 0: it did answer. */
static int systemd_error(struct pind_naming *naming, sd_bus_message *reply, sd_bus_error *error)
{
	const sd_bus_error *said = sd_bus_message_get_error(reply);

	if (!said)
		return 0;
	if (sd_bus_error_has_name(said, SYSTEMD ".NoSuchUnit"))
		return no_cgroup(naming->unit, error);
	return not_told(naming->unit, said->message ?: said->name, error);
}

/* The call ends with what is known now; @r: negative, with the error, or the path is there. */
static void naming_end(struct pind_naming *naming, int r, const char *path, sd_bus_error *error)
{
	struct pind_turn before = pind_queue_resume(naming->bus->queue, &naming->turn);

	if (r >= 0)
		r = naming->go_on(naming->bus, naming->call, path, error);
	if (r < 0)
		(void)sd_bus_reply_method_errno(naming->call, r, error);
	(void)pind_queue_resume(naming->bus->queue, &before);
	naming_free(naming);
}

/* Asks systemd; the answer goes to @handler. */
static int ask(struct pind_naming *naming, sd_bus_message_handler_t handler, const char *object,
	       const char *interface, const char *member, const char *a, const char *b)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	sd_bus *bus = naming->bus->bus;
	int r;

	naming->slot = sd_bus_slot_unref(naming->slot);
	r = sd_bus_message_new_method_call(bus, &m, SYSTEMD, object, interface, member);
	r = r < 0 ? r : sd_bus_message_set_auto_start(m, false);
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', a);
	if (r >= 0 && b)
		r = sd_bus_message_append_basic(m, 's', b);
	return r < 0 ? r
		     : sd_bus_call_async(bus, &naming->slot, m, handler, naming, SYSTEMD_WAIT_USEC);
}

/* Asks for a property of the unit. */
static int ask_property(struct pind_naming *naming, sd_bus_message_handler_t handler,
			const char *interface, const char *property)
{
	return ask(naming, handler, naming->object, "org.freedesktop.DBus.Properties", "Get",
		   interface, property);
}

/* The string that was asked for; else a negative errno, with the error. */
static int read_property(struct pind_naming *naming, sd_bus_message *reply, const char **ret,
			 sd_bus_error *error)
{
	int r = systemd_error(naming, reply, error);

	if (r >= 0 && sd_bus_message_read(reply, "v", "s", ret) < 0)
		r = not_told(naming->unit, "an answer that is not understood", error);
	return r;
}

static int on_slice(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	struct pind_naming *naming = userdata;
	_cleanup_free_ char *path = NULL;
	const char *slice;
	int r;

	r = read_property(naming, reply, &slice, &error);
	if (r >= 0) {
		r = pind_cgroup_unit_path(slice[0] ? slice : "-.slice", naming->unit, sentence,
					  &path);
		if (r == -EINVAL)
			r = not_told(naming->unit, sentence, &error);
	}
	naming_end(naming, r, path, &error);
	return 0;
}

static int on_load_state(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct pind_naming *naming = userdata;
	struct pind_bus *bus = naming->bus;
	_cleanup_free_ char *path = NULL;
	const char *state;
	int r;

	r = read_property(naming, reply, &state, &error);
	if (r >= 0 && !strcmp(state, "not-found")) {
		r = bus->calls->path_of_unknown(bus->userdata, naming->unit, naming->search, &path,
						&error);
		naming_end(naming, r, path, &error);
		return 0;
	}
	r = r < 0 ? r : ask_property(naming, on_slice, naming->interface, "Slice");
	if (r < 0)
		naming_end(naming, r, NULL, &error);
	return 0;
}

static int on_cgroup(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct pind_naming *naming = userdata;
	const char *path = "";
	int r;

	r = read_property(naming, reply, &path, &error);
	if (r >= 0 && !path[0] && naming->future) {
		r = ask_property(naming, on_load_state, SYSTEMD ".Unit", "LoadState");
		if (r >= 0)
			return 0;
	}
	if (r >= 0 && !path[0])
		r = no_cgroup(naming->unit, &error);
	if (r >= 0 && pind_cgroup_path_wrong(path))
		r = not_told(naming->unit, pind_cgroup_path_wrong(path), &error);
	naming_end(naming, r, path, &error);
	return 0;
}

static int on_unit(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct pind_naming *naming = userdata;
	const char *object;
	int r;

	r = systemd_error(naming, reply, &error);
	if (r >= 0 && sd_bus_message_read(reply, "o", &object) < 0)
		r = not_told(naming->unit, "an answer that is not understood", &error);
	if (r >= 0) {
		naming->object = strdup(object);
		r = naming->object ? ask_property(naming, on_cgroup, naming->interface,
						  "ControlGroup")
				   : -ENOMEM;
	}
	if (r < 0)
		naming_end(naming, r, NULL, &error);
	return 0;
}

static int ask_systemd(struct pind_bus *bus, sd_bus_message *call, const char *unit, bool future,
		       pind_bus_named go_on)
{
	_cleanup_(naming_freep) struct pind_naming *naming = calloc(1, sizeof(*naming));
	int r;

	if (!naming)
		return -ENOMEM;
	naming->bus = bus;
	naming->call = sd_bus_message_ref(call);
	naming->go_on = go_on;
	naming->turn = pind_queue_hold(bus->queue);
	naming->interface = interface_of(unit);
	naming->future = future;
	naming->search = pind_queue_turn(bus->queue).uid == 0;
	naming->unit = strdup(unit);
	if (!naming->unit)
		return -ENOMEM;
	r = ask(naming, on_unit, SYSTEMD_OBJECT, SYSTEMD ".Manager",
		future ? "LoadUnit" : "GetUnit", unit, NULL);
	if (r < 0)
		return r;
	naming->next = bus->namings;
	naming->link = &bus->namings;
	if (naming->next)
		naming->next->link = &naming->next;
	bus->namings = TAKE_PTR(naming);
	return 1;
}

static int with_path(struct pind_bus *bus, sd_bus_message *call, bool future, pind_bus_named go_on,
		     sd_bus_error *error)
{
	_cleanup_free_ char *path = NULL;
	const char *name;
	int r;

	r = sd_bus_message_read_basic(call, 's', &name);
	if (r < 0)
		return r;
	r = bus->calls->path_of(bus->userdata, name, &path, error);
	if (r < 0)
		return r;
	return r > 0 ? ask_systemd(bus, call, name, future, go_on)
		     : go_on(bus, call, path, error);
}

int pind_bus_with_path(struct pind_bus *bus, sd_bus_message *call, pind_bus_named go_on,
		       sd_bus_error *error)
{
	return with_path(bus, call, false, go_on, error);
}

int pind_bus_with_future_path(struct pind_bus *bus, sd_bus_message *call, pind_bus_named go_on,
			      sd_bus_error *error)
{
	return with_path(bus, call, true, go_on, error);
}
