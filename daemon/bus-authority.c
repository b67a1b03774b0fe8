// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * May whoever calls? Root may; the owner of a delegated cgroup may set quotas below it; of
 * everybody else polkit is asked, and the call goes on when the answer is there.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "access.h"
#include "bus-internal.h"
#include "text.h"

#define POLKIT	   "org.freedesktop.PolicyKit1"
#define POLKIT_OBJECT "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE POLKIT ".Authority"

/* Somebody types a password; or polkit answers by itself. */
#define INTERACTIVE_USEC (120ULL * 1000 * 1000)
#define ALONE_USEC	 (10ULL * 1000 * 1000)

/* Calls that wait for polkit. */
#define ASKINGS_MAX	 64
#define ASKINGS_USER_MAX 4

/* A call that waits for polkit. */
struct pind_asking {
	struct pind_asking *next, **link;
	struct pind_bus *bus;
	sd_bus_message *call;
	char *path;
	pind_bus_named go_on;
	const struct pind_access *access;
	struct pind_turn turn;
	bool interactive; /* then its user may make other calls meanwhile */
	char id[32];	  /* by which it is cancelled */
	sd_bus_slot *slot, *gone;
};

static void asking_free(struct pind_asking *asking)
{
	if (asking->link) {
		*asking->link = asking->next;
		if (asking->next)
			asking->next->link = asking->link;
	}
	if (!asking->interactive)
		pind_queue_release(asking->bus->queue, &asking->turn);
	(void)sd_bus_slot_unref(asking->slot);
	(void)sd_bus_slot_unref(asking->gone);
	(void)sd_bus_message_unref(asking->call);
	free(asking->path);
	free(asking);
}

DEFINE_CLEANUP(struct pind_asking, asking_free, asking_freep)

void pind_bus_drop_askings(struct pind_bus *bus)
{
	while (bus->askings)
		asking_free(bus->askings);
}

/* Makes the call with what was granted. */
static int go_on(struct pind_bus *bus, sd_bus_message *call, const char *path,
		 pind_bus_named handler, enum pind_grant grant, sd_bus_error *error)
{
	enum pind_grant before = bus->grant;
	int r;

	bus->grant = grant;
	r = handler(bus, call, path, error);
	bus->grant = before;
	return r;
}

static int refuse(const struct pind_asking *asking, bool challenge, sd_bus_error *error)
{
	if (challenge && !asking->interactive)
		return sd_bus_error_setf(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
					 "%s needs an administrator's password (%s), and the call "
					 "does not allow to ask for it",
					 asking->access->member, asking->access->action);
	return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
				 "user %u may not call %s: polkit does not allow %s%s",
				 (unsigned int)asking->turn.uid, asking->access->member,
				 asking->access->action,
				 strcmp(asking->access->action, PIND_ACTION_QUOTA)
					 ? ""
					 : ", and the owner of a delegated cgroup may change only "
					   "quotas below it that no administrator has set");
}

/* What came in place of an answer. */
static int no_answer(const struct pind_asking *asking, const sd_bus_error *said,
		     sd_bus_error *error)
{
	char clean[256];

	if (sd_bus_error_has_names(said, SD_BUS_ERROR_SERVICE_UNKNOWN,
				   SD_BUS_ERROR_NAME_HAS_NO_OWNER) ||
	    !strncmp(said->name, "org.freedesktop.DBus.Error.Spawn.", 33))
		return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
					 "only root may call %s: there is no polkit on the bus that "
					 "could allow it to user %u",
					 asking->access->member, (unsigned int)asking->turn.uid);
	return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
				 "polkit did not say whether user %u may call %s: %s",
				 (unsigned int)asking->turn.uid, asking->access->member,
				 pind_text_clean(clean, sizeof(clean), said->message ?: said->name));
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(asking_freep) struct pind_asking *asking = userdata;
	const sd_bus_error *said = sd_bus_message_get_error(reply);
	struct pind_turn before = pind_queue_resume(asking->bus->queue, &asking->turn);
	int authorized = 0, challenge = 0;
	enum pind_grant grant = PIND_GRANT_LESS;
	int r = 0;

	asking->bus->calls->message_came(asking->bus->userdata);
	if (!said && (sd_bus_message_enter_container(reply, 'r', "bba{ss}") < 0 ||
		      sd_bus_message_read(reply, "bb", &authorized, &challenge) < 0))
		authorized = challenge = 0;
	if (authorized)
		grant = PIND_GRANT_ALL;
	else if (!asking->access->partial)
		r = said ? no_answer(asking, said, &error) : refuse(asking, challenge, &error);
	if (r >= 0)
		r = go_on(asking->bus, asking->call, asking->path, asking->go_on, grant, &error);
	if (r < 0)
		(void)sd_bus_reply_method_errno(asking->call, r, &error);
	(void)pind_queue_resume(asking->bus->queue, &before);
	return 0;
}

/* Nobody waits for the answer any more. */
static int on_gone(sd_bus_message *signal, void *userdata, sd_bus_error *unused)
{
	_cleanup_(asking_freep) struct pind_asking *asking = userdata;

	(void)sd_bus_call_method_async(asking->bus->bus, NULL, POLKIT, POLKIT_OBJECT,
				       POLKIT_INTERFACE, "CancelCheckAuthorization", NULL, NULL,
				       "s", asking->id);
	return 0;
}

static int watch_sender(struct pind_asking *asking, const char *sender)
{
	char match[512];
	int n = snprintf(match, sizeof(match),
			 "type='signal',sender='org.freedesktop.DBus',"
			 "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s',"
			 "arg2=''",
			 sender);

	if (n < 0 || (size_t)n >= sizeof(match))
		return -EINVAL;
	return sd_bus_add_match_async(asking->bus->bus, &asking->gone, match, on_gone, NULL,
				      asking);
}

static int send_question(struct pind_asking *asking)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	const char *sender = sd_bus_message_get_sender(asking->call);
	sd_bus *bus = asking->bus->bus;
	int r;

	r = sd_bus_message_new_method_call(bus, &m, POLKIT, POLKIT_OBJECT, POLKIT_INTERFACE,
					   "CheckAuthorization");
	r = r < 0 ? r
		  : sd_bus_message_append(m, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
					  sender, asking->access->action, 0,
					  (uint32_t)asking->interactive, asking->id);
	r = r < 0 ? r
		  : sd_bus_call_async(bus, &asking->slot, m, on_answer, asking,
				      asking->interactive ? INTERACTIVE_USEC : ALONE_USEC);
	if (r >= 0 && asking->interactive)
		r = watch_sender(asking, sender);
	return r;
}

/* Does more wait already than may? */
static int check_room(const struct pind_bus *bus, uid_t uid, sd_bus_error *error)
{
	unsigned int all = 0, users = 0;

	for (const struct pind_asking *asking = bus->askings; asking; asking = asking->next) {
		all++;
		users += asking->turn.uid == uid;
	}
	if (all < ASKINGS_MAX && users < ASKINGS_USER_MAX)
		return 0;
	return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
				 "too many calls wait for polkit, %u of a user or %u of all; try "
				 "again when some are answered",
				 ASKINGS_USER_MAX, ASKINGS_MAX);
}

static int ask_polkit(struct pind_bus *bus, sd_bus_message *call, const struct pind_access *access,
		      const char *path, pind_bus_named handler)
{
	_cleanup_(asking_freep) struct pind_asking *asking = calloc(1, sizeof(*asking));
	static uint64_t askings;
	int r;

	if (!asking)
		return -ENOMEM;
	asking->bus = bus;
	asking->call = sd_bus_message_ref(call);
	asking->go_on = handler;
	asking->access = access;
	asking->interactive = sd_bus_message_get_allow_interactive_authorization(call) > 0;
	asking->turn = asking->interactive ? pind_queue_turn(bus->queue)
					   : pind_queue_hold(bus->queue);
	/* not held, its place in the line may be gone when it goes on */
	if (asking->interactive)
		asking->turn.user = NULL;
	(void)snprintf(asking->id, sizeof(asking->id), "pind-%" PRIu64, ++askings);
	if (path) {
		asking->path = strdup(path);
		if (!asking->path)
			return -ENOMEM;
	}
	r = send_question(asking);
	if (r < 0)
		return r;
	asking->next = bus->askings;
	asking->link = &bus->askings;
	if (asking->next)
		asking->next->link = &asking->next;
	bus->askings = TAKE_PTR(asking);
	return 1;
}

int pind_bus_authorize(struct pind_bus *bus, sd_bus_message *call, const char *path,
		       pind_bus_named handler, sd_bus_error *error)
{
	const struct pind_access *access = pind_access_of(call);
	struct pind_turn turn = pind_queue_turn(bus->queue);
	uint64_t now;
	int r;

	if (turn.uid == 0)
		return go_on(bus, call, path, handler, PIND_GRANT_ALL, error);
	if (!access || !access->action)
		return -EACCES;
	if (path && !strcmp(access->action, PIND_ACTION_QUOTA) &&
	    bus->calls->owner_may(bus->userdata, path, turn.uid)) {
		if (sd_event_now(sd_bus_get_event(bus->bus), CLOCK_MONOTONIC, &now) < 0 ||
		    !pind_pace_take(&bus->owners, turn.uid, now))
			return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
						 "user %u changes quotas too often: more than %u "
						 "times at once, or once a second; try again later",
						 (unsigned int)turn.uid, PIND_PACE_BURST);
		return go_on(bus, call, path, handler, PIND_GRANT_OWNER, error);
	}
	r = check_room(bus, turn.uid, error);
	return r < 0 ? r : ask_polkit(bus, call, access, path, handler);
}

/* Whose call it is; the group as far as it can be known. To be cleared. */
static void caller_of(struct pind_bus *bus, struct pind_caller *ret)
{
	struct pind_turn turn = pind_queue_turn(bus->queue);

	*ret = (struct pind_caller){ .uid = turn.uid, .pid = turn.pid };
	if (turn.pid)
		(void)bus->calls->group_of_process(bus->userdata, turn.pid, turn.uid, &ret->group,
						   &ret->group_id);
}

int pind_bus_set_quota(struct pind_bus *bus, const char *path,
		       const struct pind_quota_request *request, sd_bus_error *error)
{
	struct pind_quota_request granted = *request;
	struct pind_caller by;
	int r;

	/* who may limit what a unit pins may not end it by that */
	if (pind_queue_turn(bus->queue).uid != 0 && request->set_reaction &&
	    request->reaction.on_exceed != PIND_ON_EXCEED_NOTHING)
		return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED,
					"only root may have something done to a group that exceeds "
					"its quota (on_exceed)");
	caller_of(bus, &by);
	if (by.uid != 0 && bus->grant == PIND_GRANT_OWNER) {
		granted.owner = by.uid;
		granted.kind = PIND_QUOTA_RUNTIME;
	}
	granted.by = &by;
	r = bus->calls->quota_set(bus->userdata, path, &granted, error);
	free(by.group);
	return r;
}

int pind_bus_take_quota(struct pind_bus *bus, sd_bus_message *call, const char *path,
			sd_bus_error *error)
{
	struct pind_quota_request request;
	int r = pind_bus_read_quota(call, true, &request, error);

	return r < 0 ? r : pind_bus_set_quota(bus, path, &request, error);
}

int pind_bus_unset_quota(struct pind_bus *bus, const char *path, sd_bus_error *error)
{
	struct pind_caller by;
	int r;

	caller_of(bus, &by);
	r = bus->calls->quota_unset(bus->userdata, path, &by, error);
	free(by.group);
	return r;
}

int pind_bus_unset_stale(struct pind_bus *bus, bool dry,
			 int (*handler)(const char *path, void *closure), void *closure,
			 sd_bus_error *error)
{
	struct pind_caller by;
	int r;

	caller_of(bus, &by);
	r = bus->calls->unset_stale(bus->userdata, dry, &by, handler, closure, error);
	free(by.group);
	return r;
}

void pind_bus_viewer_of(struct pind_bus *bus, struct pind_viewer *ret)
{
	struct pind_turn turn = pind_queue_turn(bus->queue);

	*ret = (struct pind_viewer){
		.all = turn.uid == 0 || bus->grant == PIND_GRANT_ALL,
	};
	if (!ret->all)
		caller_of(bus, &ret->caller);
}

void pind_bus_viewer_clear(struct pind_viewer *viewer)
{
	free(viewer->caller.group);
	viewer->caller.group = NULL;
}

bool pind_bus_may_know(const struct pind_viewer *viewer, uid_t uid, const char *path,
		       uint64_t group_id)
{
	const struct pind_caller *caller = &viewer->caller;
	size_t length;

	if (viewer->all || uid == caller->uid)
		return true;
	/* whoever is in the root is in no container, but that gives no right over others */
	if (!caller->group || !strcmp(caller->group, "/"))
		return false;
	/* ids only grow: a smaller one is of the time before, when others were at this path */
	length = strlen(caller->group);
	return group_id >= caller->group_id && !strncmp(path, caller->group, length) &&
	       (!path[length] || path[length] == '/');
}
