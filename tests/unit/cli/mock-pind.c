// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stand-in for the daemon, to test pinctl against: org.pind1 as its XML has it,
 * over a handful of groups that are made up. Some names provoke errors. What is to
 * happen is said on the interface org.pind1.Mock, Do(s).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <linux/pind.h>
#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#define MIB (UINT64_C(1) << 20)
#define NOT_BUILT "mock: not built"

struct mock_group {
	const char *path;
	const char *unit; /* its other name */
	uint64_t id, parent_id, current, peak, max, high, pins, reserved;
	uint64_t events_max, events_observed, events_high, events_refused;
	const char *mode;
	int runtime, dead;
};

#define QUIET .max = PIND_UNLIMITED, .high = PIND_UNLIMITED, .mode = "enforce"

static struct mock_group groups[] = {
	{ "/", "-.slice", 1, 0, 33 * MIB, 64 * MIB, QUIET, .pins = 8448 },
	{ "/tenant.slice", "tenant.slice", 20, 1, 33 * MIB, 64 * MIB, QUIET, .pins = 8448 },
	/* An id that a double cannot hold. */
	{ "/tenant.slice/tenant-a.slice", "tenant-a.slice", 9007199254740993, 20, 32 * MIB,
	  64 * MIB, .max = 48 * MIB, .high = 40 * MIB, .pins = 8192, .events_max = 2,
	  .events_refused = 1, .reserved = 4096, .mode = "enforce" },
	{ "/idle.service", "idle.service", 30, 1, 0, 0, QUIET },
	{ "/tenant.slice/tenant-b.slice", "tenant-b.slice", 31, 20, MIB, MIB, .max = 2 * MIB,
	  .high = PIND_UNLIMITED, .pins = 256, .mode = "observe", .runtime = 1, .dead = 1 },
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static const char *mock_state = "healthy";
static int mock_stored = 1; /* is the quota of /stored.slice still there */
static sd_event *mock_event;
static int64_t mock_difference; /* of the books */
static uint64_t mock_load;	/* the module was loaded anew so often */
static int mock_old;		/* the daemon knows no GetBooks, and no ListLasting */
static int mock_secret;		/* ListLasting is not allowed */
static int mock_remade;		/* a cgroup with lasting memory was made again */
static int mock_hangs;		/* no answer comes any more */
static int mock_ends;		/* it ends instead of an answer */
static int mock_crowd = -1;	/* so many groups instead of those above, and no quotas */
static int mock_turn;		/* what they have grows each time */

static int no_module(void)
{
	return strcmp(mock_state, "no-module") == 0;
}

static char *object_of(const struct mock_group *group)
{
	char *object;

	return sd_bus_path_encode(PIND_GROUP_PREFIX, group->path, &object) < 0 ? NULL : object;
}

static struct mock_group *find_name(const char *name)
{
	if (strncmp(name, "/sys/fs/cgroup/", 15) == 0)
		name += 14;
	for (size_t i = 0; i < N_GROUPS; i++) {
		if (strcmp(groups[i].path, name) == 0 || strcmp(groups[i].unit, name) == 0)
			return &groups[i];
	}
	return NULL;
}

/* Sets an error for the names that are there to provoke one. */
static int provoke(const char *name, sd_bus_error *error)
{
	static const char *const names[][3] = {
		{ "denied.slice", SD_BUS_ERROR_ACCESS_DENIED, "Access denied" },
		{ "removed.slice", PIND_ERROR_GROUP_REMOVED,
		  "the cgroup /removed.slice was removed." },
		{ "store.slice", PIND_ERROR_STORE, "the quota of /store.slice was not stored" },
		{ "kernel.slice", PIND_ERROR_KERNEL, "the kernel module says: out of range" },
		{ "invalid.slice", PIND_ERROR_INVALID_VALUE, "\"invalid.slice\" is not good" },
		{ "silly.slice", "org.example.Silly", "a silly\nerror" },
	};

	if (no_module())
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE, NOT_BUILT);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i][0], name) == 0)
			return sd_bus_error_set(error, names[i][1], names[i][2]);
	}
	return 0;
}

static int group_by_name(const char *name, struct mock_group **ret, sd_bus_error *error)
{
	int r = provoke(name, error);

	if (r < 0)
		return r;
	*ret = find_name(name);
	return *ret ? 0 :
		      sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP, "mock: no cgroup '%s'",
					name);
}

static int find_group(sd_bus *bus, const char *object, const char *interface, void *userdata,
		      void **ret, sd_bus_error *error)
{
	_cleanup_free_ char *path = NULL;

	if (sd_bus_path_decode(object, PIND_GROUP_PREFIX, &path) <= 0 || !find_name(path))
		return 0;
	if (no_module())
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE, NOT_BUILT);
	*ret = find_name(path);
	return 1;
}

static int get_group(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_free_ char *object = NULL;
	struct mock_group *group;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r >= 0)
		r = group_by_name(name, &group, error);
	if (r < 0)
		return r;
	object = object_of(group);
	return sd_bus_reply_method_return(call, "o", object);
}

static int apply_quota(struct mock_group *group, sd_bus_message *call)
{
	const char *key;
	int r = sd_bus_message_enter_container(call, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(call, 'e', "sv")) > 0) {
		r = sd_bus_message_read(call, "s", &key);
		if (r < 0)
			return r;
		if (strcmp(key, "max") == 0)
			r = sd_bus_message_read(call, "v", "t", &group->max);
		else if (strcmp(key, "high") == 0)
			r = sd_bus_message_read(call, "v", "t", &group->high);
		else if (strcmp(key, "runtime") == 0)
			r = sd_bus_message_read(call, "v", "b", &group->runtime);
		else if (strcmp(key, "mode") == 0) {
			const char *mode = NULL;

			r = sd_bus_message_read(call, "v", "s", &mode);
			if (mode)
				group->mode = strcmp(mode, "observe") ? "enforce" : "observe";
		} else
			return -EINVAL;
		if (r >= 0)
			r = sd_bus_message_exit_container(call);
	}
	return r;
}

static int set_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_free_ char *object = NULL;
	struct mock_group *group;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (mock_hangs)
		return 1;
	if (r >= 0 && no_module() && find_name(name))
		return sd_bus_reply_method_return(call, "o", object_of(find_name(name)));
	/* what does not exist yet has no object, and is in ListQuotas */
	if (r >= 0 && strcmp(name, "/stored.slice") == 0)
		return sd_bus_reply_method_return(call, "o", PIND_GROUP_PREFIX "/_2fstored_2eslice");
	if (r >= 0)
		r = group_by_name(name, &group, error);
	if (r >= 0)
		r = apply_quota(group, call);
	if (r < 0)
		return r;
	object = object_of(group);
	return sd_bus_reply_method_return(call, "o", object);
}

static int unset_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct mock_group *group;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r >= 0 && (strcmp(name, "/stored.slice") == 0 || strcmp(name, "stored.slice") == 0)) {
		mock_stored = 0;
		return sd_bus_reply_method_return(call, "");
	}
	if (r >= 0)
		r = group_by_name(name, &group, error);
	if (r < 0)
		return r;
	if (group->dead) /* the module changes it no more */
		return sd_bus_reply_method_return(call, "");
	group->max = group->high = PIND_UNLIMITED;
	group->mode = "enforce";
	group->runtime = 0;
	return sd_bus_reply_method_return(call, "");
}

static int reset_peak(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct mock_group *group = userdata;

	group->peak = group->current;
	return sd_bus_reply_method_return(call, "");
}

static int append_group(sd_bus_message *reply, const struct mock_group *g)
{
	return sd_bus_message_append(
		reply, "a{sv}", 16, "id", "t", g->id, "parent_id", "t", g->parent_id, "path", "s",
		g->path, "current", "t", g->current, "peak", "t", g->peak, "max", "t", g->max,
		"high", "t", g->high, "mode", "s", g->mode, "runtime", "b", g->runtime, "pins",
		"t", g->pins, "dead", "b", g->dead, "events_max", "t", g->events_max,
		"events_observed", "t", g->events_observed, "events_high", "t", g->events_high,
		"events_refused", "t", g->events_refused, "reserved", "t", g->reserved);
}

/* The first in wide characters; each pins one MiB more each time, up to its place. */
static int append_crowd(sd_bus_message *reply)
{
	char path[96], unit[] = "crowd.service";
	int r = 0;

	mock_turn++;
	for (int i = 0; r >= 0 && i < mock_crowd; i++) {
		uint64_t bytes = (uint64_t)(i % 32 < mock_turn ? i % 32 : mock_turn) * MIB;
		const struct mock_group group = {
			.path = path, .unit = unit, .id = 100 + (uint64_t)i, .parent_id = 1,
			.current = bytes, .peak = bytes, .max = 32 * MIB,
			.high = PIND_UNLIMITED, .pins = bytes / 4096, .mode = "enforce",
		};

		if (i == 0)
			(void)snprintf(path, sizeof(path), "/計測器の仕事.slice");
		else
			(void)snprintf(path, sizeof(path), "/crowd.slice/crowd-%03d.slice/"
				       "a-service-of-a-rather-long-name\\x2d%d.service", i / 100, i);
		r = append_group(reply, &group);
	}
	return r;
}

static int list_groups(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	int r;

	if (mock_hangs)
		return 1;
	if (mock_ends)
		_exit(0);
	if (no_module())
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE, NOT_BUILT);
	r = sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (size_t i = 0; r >= 0 && mock_crowd < 0 && i < N_GROUPS; i++)
		r = append_group(reply, &groups[i]);
	r = r < 0 || mock_crowd < 0 ? r : append_crowd(reply);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	r = r < 0 ? r : sd_bus_message_send(reply);
	(void)sd_bus_message_unref(reply);
	return r < 0 ? r : 1;
}

static int list_quotas(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	if (mock_crowd >= 0)
		return sd_bus_reply_method_return(call, "aa{sv}", 0);
	return sd_bus_reply_method_return(
		/* one of a group above, one whose cgroup was removed, two of one that the module
		 * has not met, one whose cgroup is not there */
		call,
		"aa{sv}", 4 + mock_stored, 6, "path", "s", "/tenant.slice/tenant-a.slice", "max",
		"t", 48 * MIB, "high", "t", 40 * MIB, "mode", "s", "enforce", "runtime", "b", 0,
		"present", "b", 1, 6, "path", "s", "/tenant.slice/tenant-b.slice", "max", "t",
		7 * MIB, "high", "t", PIND_UNLIMITED, "mode", "s", "enforce", "runtime", "b", 0,
		"present", "b", 0, 6, "path", "s", "/unmet.slice", "max", "t", 3 * MIB, "high", "t",
		PIND_UNLIMITED, "mode", "s", "enforce", "runtime", "b", 0, "present", "b", 1, 6,
		"path", "s", "/unmet.slice", "max", "t", 2 * MIB, "high", "t", PIND_UNLIMITED,
		"mode", "s", "enforce", "runtime", "b", 1, "present", "b", 1, 6, "path", "s",
		"/stored.slice", "max", "t", 5 * MIB, "high", "t", PIND_UNLIMITED, "mode", "s",
		"enforce", "runtime", "b", 0, "present", "b", 0);
}

static int list_accounts(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct mock_group *group;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r >= 0)
		r = name[0] ? group_by_name(name, &group, error) : provoke(name, error);
	if (r < 0)
		return r;
	if (name[0] && strcmp(group->path, "/idle.service") == 0)
		return sd_bus_reply_method_return(call, "aa{sv}", 0);
	/* A process that is none: pid 2^22 is above the largest. */
	return sd_bus_reply_method_return(
		call, "aa{sv}", 1, 13, "id", "t", UINT64_C(9007199254740993), "path", "s",
		"/tenant.slice/tenant-a.slice", "group_id", "t", UINT64_C(9007199254740993), "pid",
		"u", 4194305, "start_time", "t", UINT64_C(1000), "comm", "s", "fio\033[2J",
		"driver", "s", "io_uring", "symbol", "s", "io_pin_pages", "module", "s", "", "pins",
		"t", UINT64_C(8192), "covered", "t", 32 * MIB, "since", "t", UINT64_C(1000),
		"exited", "t", UINT64_C(2000));
}

/* Of tenant-a alone somebody else pins memory. */
static int append_other(sd_bus_message *reply)
{
	return sd_bus_message_append(
		reply, "a{sv}", 10, "first", "t", UINT64_C(64), "last", "t", UINT64_C(131135),
		"folios", "t", UINT64_C(256), "size", "t", 512 * MIB, "pinned", "s", "yes", "pins",
		"t", UINT64_C(256), "owner", "s", "/tenant.slice/tenant-a.slice", "owner_id", "t",
		UINT64_C(9007199254740993), "file", "s", "memfd:guest", "holder", "a{sv}", 9, "id",
		"t", UINT64_C(7), "path", "s", "/spdk.slice", "group_id", "t", UINT64_C(8), "pid",
		"u", 4194306, "comm", "s", "spdk_tgt", "driver", "s", "vfio", "pins", "t",
		UINT64_C(256), "covered", "t", 512 * MIB, "since", "t", UINT64_C(1000));
}

/* One pins memory of tenant-a, and twelve do of the slice above it. */
static int list_others(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct mock_group *group;
	const char *name;
	int n, r = sd_bus_message_read(call, "s", &name);

	r = r < 0 ? r : group_by_name(name, &group, error);
	if (r < 0)
		return r;
	n = strcmp(group->path, "/tenant.slice/tenant-a.slice") == 0 ? 1
	    : strcmp(group->path, "/tenant.slice") == 0		     ? 12
								     : 0;
	r = sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = n ? sd_bus_message_append(reply, "a{sv}", 1, "lost", "t", UINT64_C(3))
		      : sd_bus_message_append(reply, "a{sv}", 0);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (int i = 0; r >= 0 && i < n; i++)
		r = append_other(reply);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

#define REFUSAL(m)                                                                               \
	25, "taken", "t", 16 * MIB, "region", "t", 64 * MIB, "seq", "t", UINT64_C(1), "first", "t", UINT64_C(1600000000123456789), "last", "t", \
		UINT64_C(1700000000123456789), "count", "t", UINT64_C(3), "uid", "u", 1000, \
		"wanted_min", "t", MIB, "wanted_max", "t", 32 * MIB, "limit", "s", "max", "path", "s", \
		"/tenant.slice/tenant-a.slice/job", "group_id", "t", UINT64_C(77), "by", "s",    \
		"/tenant.slice/tenant-a.slice", "by_id", "t", UINT64_C(9007199254740993), "pid", \
		"u", 812, "comm", "s", "fio", "driver", "s", "io_uring", "symbol", "s",          \
		"io_pin_pages", "module", "s", "", "wanted", "t", 32 * MIB, "needed", "t",       \
		32 * MIB, "current", "t", 32 * MIB, "reserved", "t", MIB, "max", "t", 48 * MIB, "mode", \
		"s", m

static int list_refusals(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	return r < 0 ? r
		     : sd_bus_reply_method_return(call, "aa{sv}", 2, REFUSAL("enforce"),
						  REFUSAL("observe"));
}

static int get_counters(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	return r < 0 ? r
		     : sd_bus_reply_method_return(
			       call, "a{sv}", 11, "nr_foll_pin_requested", "t",
			       UINT64_C(9007199254740993), "nr_foll_pin_returned", "t", UINT64_C(1),
			       "nr_foll_pin_longterm_requested", "t", UINT64_C(2),
			       "nr_foll_pin_longterm_returned", "t", UINT64_C(3),
			       "nr_foll_pin_acquired", "t", UINT64_C(4), "nr_foll_pin_released",
			       "t", UINT64_C(5), "nr_foll_pin_uncounted", "t", UINT64_C(9),
			       "nr_foll_pin_unattributed", "x", INT64_C(-6), "nr_pind_refused", "t",
			       mock_load ? UINT64_C(2) : UINT64_C(7), "nr_pind_observed", "t", UINT64_C(8), "nr_pind_exact", "t",
			       UINT64_C(0));
}

#define MISUSE                                                                                  \
	8, "kind", "s", "pin-put", "symbol", "s", "odd_\"pin\\", "module", "s", "odd", "count", \
		"t", UINT64_C(9007199254740993), "first", "t", UINT64_C(1700000000123456789),   \
		"last", "t", UINT64_C(1700000000123456789), "pid", "u", 0, "comm", "s", ""

#define LASTING(owner, id, folios, size, oldest)                                                \
	6, "owner", "s", owner, "owner_id", "t", UINT64_C(id), "folios", "t", UINT64_C(folios), \
		"size", "t", size, "pins", "t", UINT64_C(folios), "oldest", "t", UINT64_C(oldest)

#define LASTING_SEARCH                                                                            \
	7, "rounds", "t", UINT64_C(4), "walked", "t", UINT64_C(1000), "cpu", "t", UINT64_C(9500), \
		"watched", "t", UINT64_C(8193), "rest", "t", UINT64_C(0), "rate", "t",            \
		UINT64_C(1048576), "age", "t", UINT64_C(60)

/* /a.slice is there twice, and a moment may seem to be ahead of now. */
static int list_lasting_remade(sd_bus_message *call)
{
	return sd_bus_reply_method_return(
		call, "aa{sv}a{sv}", 4, LASTING("/b.slice", 8, 1, MIB, 18446744073709551614),
		LASTING("/a.slice", 7, 1, MIB, 1000), LASTING("/c\n.slice", 9, 1, 8 * MIB, 1000),
		LASTING("/a.slice", 6, 1, 2 * MIB, 18446744073709551614), LASTING_SEARCH);
}

static int list_lasting(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	if (no_module())
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE, NOT_BUILT);
	if (mock_old)
		return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_METHOD, "mock: not known");
	if (mock_secret)
		return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "mock: a secret");
	if (mock_remade)
		return list_lasting_remade(call);
	return sd_bus_reply_method_return(
		call, "aa{sv}a{sv}", 2, 5, "owner", "s", "", "folios", "t", UINT64_C(1), "size",
		"t", UINT64_C(4096), "pins", "t", UINT64_C(1), "oldest", "t", UINT64_C(1000), 6,
		"owner", "s", "/tenant.slice/tenant-a.slice", "owner_id", "t",
		UINT64_C(9007199254740993), "folios", "t", UINT64_C(8192), "size", "t", 32 * MIB,
		"pins", "t", UINT64_C(8193), "oldest", "t", UINT64_C(1000), LASTING_SEARCH);
}

#define SITE(driver, symbol, module, through, requested, returned)                                 \
	9, "driver", "s", driver, "symbol", "s", symbol, "offset", "u", 453, "module", "s", module, \
		"through", "s", through, "requested", "t", UINT64_C(requested),                    \
		"requested_calls", "t", UINT64_C(2), "returned", "t", UINT64_C(returned),          \
		"returned_calls", "t", UINT64_C(3)

static uint32_t surveyed;

static int survey_sites(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	r = r < 0 ? r : sd_bus_message_read_basic(call, 'u', &surveyed);
	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int list_sites(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	if (r < 0)
		return r;
	return sd_bus_reply_method_return(
		call, "aa{sv}a{sv}", 2, SITE("disk", "__bio_release_pages", "", "", 0, 7),
		SITE("fuse", "fuse_get_user_pages", "fuse", "iov_iter_extract_pages+0x1f",
		     9007199254740993, 0),
		3, "since", "t", UINT64_C(1000), "until", "t",
		UINT64_C(1000) + surveyed * UINT64_C(1000000000), "lost", "t", UINT64_C(4));
}

static int list_misuse(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	return r < 0 ? r : sd_bus_reply_method_return(call, "aa{sv}", 1, MISUSE);
}

#define LIMITS(max) \
	"max", "t", max, "max_held", "t", PIND_UNLIMITED, "high", "t", PIND_UNLIMITED, "mode", "s"
#define FILE_RULE(pattern, unit, max, mode, charge, line, deed, words)                             \
	13, "source", "s", "file", "pattern", "s", pattern, "unit", "b", unit, LIMITS(max), mode,  \
		"charge", "s", charge, "file", "s", "/etc/pind/quota.d/a.json", "line", "u", line, \
		"on_exceed", "s", deed, "grace", "t", 60 * UINT64_C(1000000), "comment", "s",      \
		words
#define KEPT_RULE 6, "source", "s", "kept", "pattern", "s", "/a.slice", LIMITS(32 * MIB), "enforce"

static int list_rules(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	r = r < 0 ? r : provoke(name, error);
	if (r < 0)
		return r;
	if (!strcmp(name, "idle.service"))
		return sd_bus_reply_method_return(call, "aa{sv}", 0);
	return sd_bus_reply_method_return(
		call, "aa{sv}", 3,
		FILE_RULE("a*.slice", 1, 64 * MIB, "observe", "pinner", 7, "stop-unit",
			  "for \033all"),
		FILE_RULE("/a.slice", 0, PIND_UNLIMITED, "enforce", "owner", 9, "nothing", ""),
		KEPT_RULE);
}

#define FAILURE(pid, driver)                                                                \
	19, "group_id", "t", UINT64_C(2), "path", "s", "/a.slice", "pid", "u", pid, "uid",  \
		"u", 0, "comm", "s", "fio", "driver", "s", driver, "symbol", "s",            \
		"io_pin_pages", "module", "s", "", "count", "t", UINT64_C(3), "first", "t",  \
		UINT64_C(1), "last", "t", UINT64_C(2), "wanted", "t", UINT64_C(4096),        \
		"error", "u", EFAULT, "efault", "t", UINT64_C(2), "enomem", "t",             \
		UINT64_C(0), "eagain", "t", UINT64_C(0), "eopnotsupp", "t", UINT64_C(0),     \
		"partial", "t", UINT64_C(1), "other", "t", UINT64_C(0)

static int list_failures(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return sd_bus_reply_method_return(call, "aa{sv}", 2, FAILURE(4199998, "vfio"),
					  FAILURE(4199999, "io_uring"));
}

static int list_longterm(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return sd_bus_reply_method_return(call, "a(sssu)", 2, "nvidia", "",
					  "/etc/pind/quota.d/a.json", 20, "", "cass_pin",
					  "/etc/pind/quota.d/b.json", 2);
}

static int list_problems(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return sd_bus_reply_method_return(call, "a(sus)", 2, "/etc/pind/quota.d/b.json", 3,
					  "a ',' is missing", "/run/pind/quota.d", 0,
					  "it cannot be read");
}

#define PAGE_VALUES(frame, word, pins, refs, total)                                               \
	"pfn", "t", (uint64_t)(frame), "folio_pfn", "t", (uint64_t)(frame), "folio_size", "t",    \
		UINT64_C(4096), "pinned", "s", word, "pincount", "t", UINT64_C(pins), "refcount", \
		"t", UINT64_C(refs), "mapcount", "t", UINT64_C(1), "room", "t",                   \
		UINT64_C(2097149), "holders_total", "t", UINT64_C(total)

/*
 * Nobody holds frame 7; of process 1 the first page is not pinned, the second is, by
 * more than are told.
 */
static int get_page(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	uint64_t frame;
	int r = sd_bus_message_read(call, "t", &frame);

	if (r >= 0)
		r = provoke("", error);
	if (r >= 0 && frame != 7)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE, "no such frame");
	return r < 0 ? r
		     : sd_bus_reply_method_return(call, "a{sv}", 10,
						  PAGE_VALUES(7, "maybe", 1, 1026, 0), "holders",
						  "aa{sv}", 0);
}

static int list_pages(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	uint64_t address, length;
	uint32_t pid;
	int r = sd_bus_message_read(call, "utt", &pid, &address, &length);

	if (r >= 0)
		r = provoke(pid == 13 ? "denied.slice" : "", error);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(
		call, "aa{sv}", 2, 11, "address", "t", address, PAGE_VALUES(8, "no", 0, 2, 0),
		"holders", "aa{sv}", 0, 11, "address", "t", address + 4096,
		PAGE_VALUES(20, "yes", 3, 3073, 3), "holders", "aa{sv}", 1, 12, "id", "t", UINT64_C(1),
		"path", "s", "/tenant.slice", "group_id", "t", UINT64_C(20), "pid", "u", 812,
		"start_time", "t", UINT64_C(1000), "comm", "s", "fio", "driver", "s", "io_uring",
		"symbol", "s", "io_pin_pages", "module", "s", "", "pins", "t", UINT64_C(3),
		"covered", "t", UINT64_C(4096), "since", "t", UINT64_C(1000));
}

/* 58 pins are older, 8 short-term; what the books are off by, the accounts hold. */
#define BOOKS                                                                                     \
	15, "ledger_pins", "x", INT64_C(8192), "account_pins", "x", 8192 + mock_difference,       \
		"group_pins", "x", INT64_C(8192), "counted_pins", "x", INT64_C(8192),             \
		"ledger_charge", "x", (int64_t)(32 * MIB), "group_charge", "x",                   \
		(int64_t)(32 * MIB), "current", "x", (int64_t)(32 * MIB), "known_pins", "x",      \
		INT64_C(8200), "kernel_pins", "x", INT64_C(8258), "older_pins", "x", INT64_C(58), \
		"under_way", "t", UINT64_C(0), "difference", "x", mock_difference, "checks", "t", \
		UINT64_C(9007199254740993), "repaired", "t", UINT64_C(1),                         \
		"uncertain_pins", "x", INT64_C(0)

static int get_books(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	if (r >= 0 && mock_old)
		return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_METHOD, "no such method");
	return r < 0 ? r : sd_bus_reply_method_return(call, "a{sv}", BOOKS);
}

static int audit_group(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct mock_group *group;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r >= 0)
		r = group_by_name(name, &group, error);
	return r < 0 ? r
		     : sd_bus_reply_method_return(call, "a{sv}", 4, "folios", "t", UINT64_C(1),
						  "pins", "t", UINT64_C(0), "uncharged", "t",
						  UINT64_C(0), "uncertain_pins", "t",
						  (uint64_t)group->dead);
}

static int audit(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	int r = provoke("", error);

	return r < 0 ? r
		     : sd_bus_reply_method_return(call, "a{sv}", 4, "folios", "t", UINT64_C(10),
						  "pins", "t", UINT64_C(2), "uncharged", "t",
						  UINT64_C(8192), "uncertain_pins", "t",
						  UINT64_C(0));
}

static int get_state(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	if (strcmp(property, "Reason") == 0)
		return sd_bus_message_append(reply, "s",
					     no_module()		    ? NOT_BUILT :
					     strcmp(mock_state, "degraded") ? "" :
									      "a hook is lost");
	return sd_bus_message_append(reply, "s", mock_state);
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", no_module() && property[0] == 'M' ? "" : "0.1");
}

static int get_number(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	if (strcmp(property, "TotalRam") == 0)
		return sd_bus_message_append(reply, "t", 1024 * MIB);
	if (strcmp(property, "PageSize") == 0)
		return sd_bus_message_append(reply, "u", 4096);
	if (strcmp(property, "LoadId") == 0)
		return sd_bus_message_append(reply, "t", UINT64_C(9007199254740993) + mock_load);
	if (strcmp(property, "Loaded") == 0)
		return sd_bus_message_append(reply, "t", UINT64_C(5000000000));
	if (strcmp(property, "Books") == 0)
		return sd_bus_message_append(reply, "x", mock_difference);
	return sd_bus_message_append(reply, "t", UINT64_C(9007199254740993));
}

static int get_hooks(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	if (no_module())
		return sd_bus_message_append(reply, "a(ssst)", 0);
	return sd_bus_message_append(reply, "a(ssst)", 2, "pin_user_pages", "ftrace-ipmodify",
				     strcmp(mock_state, "degraded") ? "attached" : "lost",
				     UINT64_C(12), "pin_user_folios", "ftrace-ipmodify", "absent",
				     UINT64_C(0));
}

static int get_longterm(sd_bus *bus, const char *path, const char *interface, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	if (no_module())
		return sd_bus_message_append(reply, "a(ss)", 0);
	return sd_bus_message_append(reply, "a(ss)", 2, "nvidia", "", "cxi_ss1", "cass_pin");
}

static int signal_refused(sd_bus *bus)
{
	return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Refused", "a{sv}",
				  REFUSAL("enforce"));
}

static int change_books(sd_bus *bus, int64_t difference)
{
	mock_difference = difference;
	return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "BooksDiffer", "a{sv}",
				  BOOKS);
}

static int change_state(sd_bus *bus, const char *state)
{
	mock_state = state;
	return sd_bus_emit_properties_changed(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "State",
					      "Reason", NULL);
}

/* As the daemon does: first the objects go, then it says why. */
static int unload(sd_bus *bus, const char *object)
{
	int r = sd_bus_emit_object_removed(bus, object);

	return r < 0 ? r : change_state(bus, "no-module");
}

static int act(sd_bus *bus, const char *what)
{
	struct mock_group *group = find_name("tenant-a.slice");
	_cleanup_free_ char *object = object_of(group);

	if (strcmp(what, "quit") == 0)
		return sd_event_exit(mock_event, 0);
	if (strcmp(what, "refused") == 0)
		return signal_refused(bus);
	if (strcmp(what, "high") == 0)
		return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "High", "ostt",
					  object, group->path, group->current, group->high);
	if (strcmp(what, "books-open") == 0)
		return change_books(bus, 3);
	if (strcmp(what, "books-closed") == 0)
		return change_books(bus, 0);
	if (strcmp(what, "exceeded") == 0)
		return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Exceeded",
					  "a{sv}", 10, "stage", "s", "due", "path", "s",
					  "/a\n.slice", "id", "t", 7 * UINT64_C(1), "current", "t",
					  8 * MIB, "held", "t", 8 * MIB, "max", "t", 4 * MIB,
					  "max_held", "t", PIND_UNLIMITED, "on_exceed", "s", "kill",
					  "grace", "t", UINT64_C(30000000), "dry_run", "b", 1);
	if (strcmp(what, "recovered") == 0)
		return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Exceeded",
					  "a{sv}", 10, "stage", "s", "below", "path", "s",
					  "/a.slice", "id", "t", UINT64_C(7), "current", "t",
					  8 * MIB, "held", "t", MIB, "max", "t", PIND_UNLIMITED,
					  "max_held", "t", 4 * MIB, "on_exceed", "s", "kill",
					  "grace", "t", UINT64_C(30000000), "dry_run", "b", 1);
	if (strcmp(what, "misuse") == 0)
		return sd_bus_emit_signal(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "MisuseSeen",
					  "a{sv}", MISUSE);
	if (strcmp(what, "reload") == 0) {
		mock_load++;
		group->events_max = 1;
		return 0;
	}
	if (strcmp(what, "grow-old") == 0) {
		mock_old = 1;
		return 0;
	}
	if (strcmp(what, "lasting-secret") == 0) {
		mock_secret = 1;
		return 0;
	}
	if (strcmp(what, "lasting-remade") == 0) {
		mock_remade = 1;
		return 0;
	}
	if (strcmp(what, "hang") == 0) {
		mock_hangs = 1;
		return 0;
	}
	if (strcmp(what, "end-when-asked") == 0) {
		mock_ends = 1;
		return 0;
	}
	if (sscanf(what, "crowd %d", &mock_crowd) == 1) {
		mock_turn = 0;
		return 0;
	}
	if (strcmp(what, "added") == 0)
		return sd_bus_emit_object_added(bus, object);
	if (strcmp(what, "removed") == 0)
		return sd_bus_emit_object_removed(bus, object);
	if (strcmp(what, "unload") == 0)
		return unload(bus, object);
	if (strcmp(what, "quota") == 0)
		return sd_bus_emit_properties_changed(bus, object, PIND_GROUP_INTERFACE, "Max",
						      "Mode", NULL);
	if (strcmp(what, "dead") == 0)
		return sd_bus_emit_properties_changed(bus,
						      "/org/pind1/group/"
						      "_2ftenant_2eslice_2ftenant_2db_2eslice",
						      PIND_GROUP_INTERFACE, "Dead", NULL);
	if (strcmp(what, "healthy") == 0)
		return change_state(bus, "healthy");
	if (strcmp(what, "degraded") == 0)
		return change_state(bus, "degraded");
	if (strcmp(what, "no-module") == 0)
		return change_state(bus, "no-module");
	return -EINVAL;
}

static int do_it(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *what;
	int r = sd_bus_message_read(call, "s", &what);

	if (r >= 0)
		r = act(sd_bus_message_get_bus(call), what);
	return r < 0 ? r : sd_bus_reply_method_return(call, "");
}

#define METHOD(n, i, o, h) SD_BUS_METHOD(n, i, o, h, SD_BUS_VTABLE_UNPRIVILEGED)
#define CHANGING(n, s, g)  SD_BUS_PROPERTY(n, s, g, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	CHANGING("State", "s", get_state),
	CHANGING("Reason", "s", get_state),
	CHANGING("ModuleVersion", "s", get_text),
	CHANGING("LoadId", "t", get_number),
	SD_BUS_PROPERTY("Loaded", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("TotalRam", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("PageSize", "u", get_number, 0, 0),
	SD_BUS_PROPERTY("Groups", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Accounts", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Folios", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("LedgerBytes", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Books", "x", get_number, 0, 0),
	SD_BUS_PROPERTY("Misuse", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Lasting", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("EventsLost", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Resyncs", "t", get_number, 0, 0),
	SD_BUS_PROPERTY("Hooks", "a(ssst)", get_hooks, 0, 0),
	SD_BUS_PROPERTY("Longterm", "a(ss)", get_longterm, 0, 0),
	METHOD("GetGroup", "s", "o", get_group),
	METHOD("SetQuota", "sa{sv}", "o", set_quota),
	METHOD("UnsetQuota", "s", "", unset_quota),
	METHOD("ListGroups", "", "aa{sv}", list_groups),
	METHOD("ListQuotas", "", "aa{sv}", list_quotas),
	METHOD("ListAccounts", "s", "aa{sv}", list_accounts),
	METHOD("ListOthers", "s", "a{sv}aa{sv}", list_others),
	METHOD("ListRefusals", "", "aa{sv}", list_refusals),
	METHOD("GetCounters", "", "a{sv}", get_counters),
	METHOD("GetBooks", "", "a{sv}", get_books),
	METHOD("ListMisuse", "", "aa{sv}", list_misuse),
	METHOD("ListLasting", "", "aa{sv}a{sv}", list_lasting),
	METHOD("SurveySites", "u", "", survey_sites),
	METHOD("ListSites", "", "aa{sv}a{sv}", list_sites),
	METHOD("ListRules", "s", "aa{sv}", list_rules),
	METHOD("ListFailures", "", "aa{sv}", list_failures),
	METHOD("ListLongterm", "", "a(sssu)", list_longterm),
	METHOD("ListProblems", "", "a(sus)", list_problems),
	METHOD("ListPages", "utt", "aa{sv}", list_pages),
	METHOD("GetPage", "t", "a{sv}", get_page),
	METHOD("Audit", "", "a{sv}", audit),
	METHOD("AuditGroup", "s", "a{sv}", audit_group),
	SD_BUS_SIGNAL("Refused", "a{sv}", 0),
	SD_BUS_SIGNAL("High", "ostt", 0),
	SD_BUS_SIGNAL("BooksDiffer", "a{sv}", 0),
	SD_BUS_SIGNAL("MisuseSeen", "a{sv}", 0),
	SD_BUS_SIGNAL("Exceeded", "a{sv}", 0),
	SD_BUS_VTABLE_END,
};

#define ROW(n, s, m)                                                \
	SD_BUS_PROPERTY(n, s, NULL, offsetof(struct mock_group, m), \
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

static const sd_bus_vtable group_vtable[] = {
	SD_BUS_VTABLE_START(0),
	ROW("Id", "t", id),
	ROW("ParentId", "t", parent_id),
	ROW("Path", "s", path),
	ROW("Current", "t", current),
	ROW("Peak", "t", peak),
	ROW("Max", "t", max),
	ROW("High", "t", high),
	ROW("Mode", "s", mode),
	ROW("Runtime", "b", runtime),
	ROW("Pins", "t", pins),
	ROW("Dead", "b", dead),
	ROW("EventsMax", "t", events_max),
	ROW("EventsObserved", "t", events_observed),
	ROW("EventsHigh", "t", events_high),
	ROW("EventsRefused", "t", events_refused),
	ROW("Reserved", "t", reserved),
	METHOD("ResetPeak", "", "", reset_peak),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable mock_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Do", "s", "", do_it),
	SD_BUS_VTABLE_END,
};

static int serve(sd_bus *bus)
{
	int r;

	r = sd_bus_add_object_vtable(bus, NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, manager_vtable,
				     NULL);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, PIND_OBJECT, "org.pind1.Mock", mock_vtable,
					     NULL);
	if (r >= 0)
		r = sd_bus_add_fallback_vtable(bus, NULL, PIND_GROUP_PREFIX, PIND_GROUP_INTERFACE,
					       group_vtable, find_group, NULL);
	if (r >= 0)
		r = sd_bus_add_object_manager(bus, NULL, PIND_OBJECT);
	if (r >= 0)
		r = sd_bus_request_name(bus, PIND_BUS_NAME, 0);
	return r;
}

int main(int argc, char **argv)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	if (argc > 1)
		mock_state = argv[1];
	r = sd_event_default(&mock_event);
	if (r >= 0)
		r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, mock_event, 0);
	if (r >= 0)
		r = serve(bus);
	if (r >= 0)
		r = sd_event_loop(mock_event);
	(void)sd_event_unref(mock_event);
	if (r < 0)
		(void)fprintf(stderr, "mock-pind: %s\n", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
