// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes on while the daemon runs: cgroups, the module, events, and their loss. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pind/cleanup.h>

#include "world.h"

#define UNLIMITED PIND_UNLIMITED
#define GROUP	  "/job.slice"

static void test_birth_by_module(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	world_saw(w, "Added " GROUP);
	/* told once */
	world_fake(w, "Born", "sb", GROUP, false);
	world_fake(w, "Died", "st", GROUP, 0ULL);
	world_saw(w, "Removed " GROUP);
	assert_int_equal(world_count(w, "Added " GROUP), 1);
}

static void test_quota_waits_for_cgroup(void **state)
{
	struct world *w = *state;
	uint64_t sets;

	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":[{\"path\":\"/a.slice/a-b.slice/c.service\","
		    "\"max\":8192,\"high\":\"max\",\"mode\":\"enforce\"}]}");
	world_start(w, NULL);
	world_mkdir(w, "/a.slice");
	world_mkdir(w, "/a.slice/a-b.slice");
	/* the daemon has nothing to do for it: the kernel has the rule */
	sets = world_requests_of(w, "group-set");
	world_mkdir(w, "/a.slice/a-b.slice/c.service");
	world_fake(w, "Born", "sb", "/a.slice/a-b.slice/c.service", false);
	world_saw(w, "Added /a.slice/a-b.slice/c.service");
	assert_int_equal(world_kernel_max(w, "/a.slice/a-b.slice/c.service"), 8192);

	/* and once more, after the whole way was removed */
	world_rmdir(w, "/a.slice/a-b.slice/c.service");
	world_rmdir(w, "/a.slice/a-b.slice");
	world_rmdir(w, "/a.slice");
	world_fake(w, "Died", "st", "/a.slice/a-b.slice/c.service", 0ULL);
	world_saw(w, "Removed /a.slice/a-b.slice/c.service");
	world_forget(w);
	world_mkdir(w, "/a.slice");
	world_mkdir(w, "/a.slice/a-b.slice");
	world_mkdir(w, "/a.slice/a-b.slice/c.service");
	world_fake(w, "Born", "sb", "/a.slice/a-b.slice/c.service", false);
	world_saw(w, "Added /a.slice/a-b.slice/c.service");
	assert_int_equal(world_kernel_max(w, "/a.slice/a-b.slice/c.service"), 8192);
	assert_int_equal(world_requests_of(w, "group-set"), sets);
}

static void test_birth_applies_quota(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	world_rmdir(w, GROUP);
	world_fake(w, "Died", "st", GROUP, 0ULL);
	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
}

/* A service restarts: the new cgroup is there before the module tells of the old one's end. */
static void test_restart_keeps_quota(void **state)
{
	struct world *w = *state;
	uint64_t old;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	old = world_id(w, GROUP);
	world_forget(w);
	world_rmdir(w, GROUP);
	world_mkdir(w, GROUP);
	if (world_id(w, GROUP) == old)
		skip(); /* a file system that gives numbers away again */
	world_fake(w, "Born", "sb", GROUP, false);
	assert_int_equal(world_number(w, GROUP, "Max"), 48 * MIB);
	/* another object, though nobody has told yet that the first one is no more */
	world_until(w, world_count(w, "Added " GROUP) == 1);
	assert_int_equal(world_count(w, "Removed " GROUP), 1);
	world_fake(w, "Died", "st", GROUP, 0ULL);
	world_process(w, 50);
	assert_int_equal(world_count(w, "Added " GROUP), 1);
	assert_int_equal(world_count(w, "Removed " GROUP), 1);
}

static void test_death(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/keeps-inodes-apart");
	world_set_max(w, GROUP, 48 * MIB, false);
	world_set_max(w, GROUP, 24 * MIB, true);
	world_forget(w);
	world_rmdir(w, GROUP);
	world_fake(w, "Died", "st", GROUP, 8192ULL);
	world_saw(w, "Changed " GROUP);
	assert_true(world_flag(w, GROUP, "Dead"));
	assert_int_equal(world_number(w, GROUP, "Current"), 8192);
	world_refused(w, PIND_ERROR_GROUP_REMOVED, "was removed", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", GROUP, 2, "max", "t", 1ULL,
		      "runtime", "b", 1);

	/* the last pin goes */
	world_fake(w, "Gone", "s", GROUP);
	world_saw(w, "Removed " GROUP);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, GROUP, PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetGroup", "s", GROUP);

	/* made anew: the kept quota again, not the runtime one */
	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	world_saw(w, "Added " GROUP);
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	assert_false(world_flag(w, GROUP, "Runtime"));
}

static void test_death_beside_new(void **state)
{
	struct world *w = *state;
	uint64_t old;

	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	old = world_number(w, GROUP, "Id");
	world_mkdir(w, "/keeps");
	/* the dead one keeps its id; a directory's number may come again */
	world_mkdir(w, "/keeps/them");
	world_rmdir(w, GROUP);
	world_fake(w, "Died", "st", GROUP, 8192ULL);
	world_mkdir(w, "/keeps/apart");
	world_mkdir(w, GROUP);
	if (world_id(w, GROUP) == old)
		skip();
	world_fake(w, "Born", "sb", GROUP, false);
	world_until(w, world_count(w, "Added " GROUP) == 2);
	assert_int_equal(world_count(w, "Removed " GROUP), 1);
	assert_false(world_flag(w, GROUP, "Dead"));
	/* the dead one goes unseen */
	world_fake(w, "Gone", "s", GROUP);
	assert_int_equal(world_count(w, "Removed " GROUP), 1);
	assert_int_equal(world_number(w, GROUP, "Id"), world_id(w, GROUP));
}

static void test_module_goes_and_comes(void **state)
{
	_cleanup_free_ char *reason = NULL;
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/other.slice");
	world_set_max(w, GROUP, 48 * MIB, false);
	world_set_max(w, "/other.slice", 24 * MIB, true);
	assert_true(world_state_is(w, "healthy"));
	world_forget(w);

	world_fake(w, "Unload", NULL);
	world_saw(w, "Changed Manager");
	world_saw(w, "Removed " GROUP);
	assert_true(world_state_is(w, "no-module"));
	reason = world_manager_word(w, "Reason");
	assert_non_null(strstr(reason, "modprobe pind"));
	assert_int_equal(world_manager_number(w, "LoadId"), 0);
	assert_int_equal(world_manager_number(w, "Loaded"), 0);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", GROUP);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListRefusals", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_GROUP_PREFIX "/_2fjob_2eslice",
		      "org.freedesktop.DBus.Properties", "Get", "ss", PIND_GROUP_INTERFACE,
		      "Current");
	/* all properties of the Manager are there all the same */
	(void)sd_bus_message_unref(world_call(w, PIND_OBJECT, "org.freedesktop.DBus.Properties",
					      "GetAll", "s", PIND_MANAGER_INTERFACE));
	assert_true(world_manager_number(w, "TotalRam") > 0);

	world_forget(w);
	world_fake(w, "Load", NULL);
	world_saw(w, "Changed Manager");
	world_fake(w, "Born", "sb", GROUP, false);
	world_saw(w, "Added " GROUP);
	assert_true(world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	assert_int_equal(world_kernel_max(w, "/other.slice"), 24 * MIB);
	assert_true(world_flag(w, "/other.slice", "Runtime"));
}

static void test_module_absent_at_start(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":[{\"path\":\"" GROUP "\",\"max\":8192,"
		    "\"high\":\"max\",\"mode\":\"enforce\"}]}");
	world_start(w, "unloaded", NULL);
	assert_true(world_state_is(w, "no-module"));
	world_fake(w, "Load", NULL);
	world_until(w, world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 8192);
	/* a stored quota may be taken back without it */
	world_fake(w, "Unload", NULL);
	world_manager(w, "UnsetQuota", "s", GROUP);
	world_fake(w, "Load", NULL);
	world_until(w, world_state_is(w, "healthy"));
	assert_int_equal(world_number(w, GROUP, "Max"), UNLIMITED);
}

static void test_unnoticed_unload(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	world_fake(w, "Vanish", NULL);
	/* the first call sees it, whatever became of the notice */
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetCounters", NULL);
	world_until(w, world_state_is(w, "no-module"));
}

static void test_overrun(void **state)
{
	struct world *w = *state;
	uint64_t resyncs, lost;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/gone.slice");
	world_fake(w, "Born", "sb", "/gone.slice", false);
	world_saw(w, "Added /gone.slice");
	resyncs = world_manager_number(w, "Resyncs");
	lost = world_manager_number(w, "EventsLost");

	/* all this goes unseen: a birth, a death, a quota, refusals */
	world_fake(w, "Born", "sb", GROUP, true);
	world_fake(w, "Set", "sttu", GROUP, 4096ULL, UNLIMITED, PIND_MODE_ENFORCE);
	world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 3, 'f', 'i', 'o', true);
	world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 2, 'd', 'd', true);
	world_fake(w, "Forget", "s", "/gone.slice");
	world_rmdir(w, "/gone.slice");
	world_fake(w, "Overrun", NULL);

	world_saw(w, "Added " GROUP);
	world_saw(w, "Removed /gone.slice");
	world_saw(w, "Refused 2 dd io_uring " GROUP " " GROUP " enforce");
	assert_int_equal(world_count(w, "Refused"), 2);
	assert_true(world_flag(w, GROUP, "Runtime")); /* taken over */
	assert_int_equal(world_manager_number(w, "Resyncs"), resyncs + 1);
	assert_int_equal(world_manager_number(w, "EventsLost"), lost + 1);
}

static uint64_t now_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void test_overruns_in_a_row(void **state)
{
	struct world *w = *state;
	uint64_t resyncs = world_manager_number(w, "Resyncs"), began = now_msec();

	for (int i = 0; i < 200; i++)
		world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "EventsLost") == 200);
	world_until(w, world_manager_number(w, "Resyncs") > resyncs);
	/* once each 200 ms, however many there are, and however long they take */
	resyncs = world_manager_number(w, "Resyncs") - resyncs;
	assert_true(resyncs <= (now_msec() - began) / 200 + 1);
}

/* Unloaded and loaded again, and the notice of both was lost. */
static void test_unnoticed_reload(void **state)
{
	struct world *w = *state;
	uint64_t load_id = world_manager_number(w, "LoadId");

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, true);
	world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 1, 'a', false);
	world_saw(w, "Refused 1 a");
	world_forget(w);
	world_fake(w, "ReloadSilently", NULL);
	world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 1, 'b', true);
	world_fake(w, "Overrun", NULL);
	world_saw(w, "Removed " GROUP);
	world_saw(w, "Added " GROUP);
	world_saw(w, "Refused 1 b");
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	assert_true(world_manager_number(w, "LoadId") != load_id);
	/* the fake module notes its load's number as that many seconds */
	assert_int_equal(world_manager_number(w, "Loaded"),
			 world_manager_number(w, "LoadId") * 1000000000);
}

/* What was refused while the daemon did not run is told, and nothing twice. */
static void test_refusals_of_the_meantime(void **state)
{
	_cleanup_free_ char *told = NULL;
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 1, 'a', false);
	world_saw(w, "Refused 1 a");
	world_kill(w);
	world_write(w, "log", "");
	world_start(w, "refusals=3", NULL);
	world_until(w, world_log_count(w, "early3[") == 1);
	assert_int_equal(world_log_count(w, "early2[124] in /: io_uring wanted to pin 32.0 MiB"),
			 1);
	assert_int_equal(world_log_count(w, "early1["), 0);
	told = world_read(w, "runtime/refusals.told");
	assert_non_null(strstr(told, "1000                    3"));
}

/* A region that observe admits piece by piece is told when all of it is there. */
static void test_observed_once(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	world_fake(w, "Set", "sttu", GROUP, 4096ULL, PIND_UNLIMITED, PIND_MODE_OBSERVE);
	for (int i = 0; i < 3; i++)
		world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 1, 'a', false);
	world_until(w, w->refused == 3);
	assert_int_equal(world_count(w, "Refused"), 1);
	assert_int_equal(world_log_count(w, "a["), 1);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/tenant.slice");
	world_mkdir(w, "/tenant.slice/x.service");
	world_set_max(w, "/tenant.slice", 48 * MIB, false);
	world_fake(w, "Refuse", "ssayb", "/tenant.slice/x.service", "/tenant.slice", 3, 'f', 'i',
		   'o', false);
	world_saw(w, "Refused 1 fio io_uring /tenant.slice/x.service /tenant.slice enforce");
	/* a name that is no UTF-8 and would start a new line */
	world_fake(w, "Refuse", "ssayb", "/tenant.slice/x.service", "/tenant.slice", 4, 'a', 0xff,
		   '\n', 'b', false);
	world_saw(w, "Refused 2 a??b io_uring");
	/* one is lost on the way, and found */
	world_fake(w, "Refuse", "ssayb", "/tenant.slice/x.service", "/tenant.slice", 1, 'c', true);
	world_fake(w, "Refuse", "ssayb", "/tenant.slice/x.service", "/tenant.slice", 1, 'd', false);
	world_saw(w, "Refused 4 d");
	assert_int_equal(world_count(w, "Refused 3 c"), 0);
	world_fake(w, "Overrun", NULL);
	world_saw(w, "Refused 3 c");
	assert_int_equal(world_count(w, "Refused"), 4);
}

/* How many entries the Manager's answer has; @name: its argument, or NULL. */
static size_t list_entries(struct world *w, const char *method, const char *name)
{
	sd_bus_message *reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, method,
					   name ? "s" : NULL, name);
	size_t count = 0;

	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	while (sd_bus_message_at_end(reply, false) == 0) {
		assert_true(sd_bus_message_skip(reply, "a{sv}") >= 0);
		count++;
	}
	(void)sd_bus_message_unref(reply);
	return count;
}

/* Anybody may have had the new group read before the module tells of it. */
static void test_birth_of_a_known_group(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	world_fake(w, "Set", "sttu", GROUP, UNLIMITED, UNLIMITED, PIND_MODE_ENFORCE);
	assert_int_equal(world_number(w, GROUP, "Max"), UNLIMITED);
	world_fake(w, "Born", "sb", GROUP, false);
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
}

static void test_list_refusals(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	for (int i = 0; i < 300; i++)
		world_fake(w, "Refuse", "ssayb", GROUP, GROUP, 1, 'a' + i % 20, false);
	/* one for each process */
	assert_int_equal(list_entries(w, "ListRefusals", NULL), 20);
	assert_int_equal(list_entries(w, "ListFailures", NULL), 1);
}

static void test_high(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_manager(w, "SetQuota", "sa{sv}", GROUP, 1, "high", "t", 4096ULL);
	world_fake(w, "Use", "sttt", GROUP, 8192ULL, 8192ULL, 2ULL);
	world_fake(w, "High", "s", GROUP);
	world_saw(w, "High " GROUP " 8192 4096");
	/* whoever comes and goes does not fill the journal */
	for (int i = 0; i < 3; i++)
		world_fake(w, "High", "s", GROUP);
	world_until(w, world_count(w, "High " GROUP) == 4);
	assert_int_equal(world_log_count(w, "rose above its high"), 1);
	world_mkdir(w, "/other.slice");
	world_fake(w, "High", "s", "/other.slice");
	world_until(w, world_log_count(w, "rose above its high") == 2);
}

static void test_accounts(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/tenant.slice");
	world_mkdir(w, "/tenant.slice/x.service");
	world_mkdir(w, "/tenant.slice2");
	world_fake(w, "Account", "susss", "/tenant.slice/x.service", 1, "fio", "io_pin_pages", "");
	world_fake(w, "Account", "susss", "/tenant.slice", 2, "fio", "ib_umem_get", "ib_uverbs");
	world_fake(w, "Account", "susss", "/tenant.slice2", 3, "qemu", "vfio_pin", "vfio");
	assert_int_equal(list_entries(w, "ListAccounts", ""), 3);
	assert_int_equal(list_entries(w, "ListAccounts", "/"), 3);
	assert_int_equal(list_entries(w, "ListAccounts", "tenant.slice"), 2);
	world_unit(w, "x.service", "/tenant.slice/x.service");
	assert_int_equal(list_entries(w, "ListAccounts", "x.service"), 1);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/none", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListAccounts", "s", "/none");
}

/* A cgroup that was removed while it pays, and the one that has its path now. */
static void test_made_again(void **state)
{
	struct world *w = *state;
	size_t before;

	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	before = list_entries(w, "ListGroups", NULL);
	world_rmdir(w, GROUP);
	world_fake(w, "Died", "st", GROUP, 8192ULL);
	assert_int_equal(list_entries(w, "ListGroups", NULL), before);
	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	assert_int_equal(list_entries(w, "ListGroups", NULL), before + 1);
	assert_int_equal(world_number(w, GROUP, "Current"), 0);
	world_fake(w, "Gone", "s", GROUP);
	assert_int_equal(list_entries(w, "ListGroups", NULL), before);
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListGroups", NULL);
}

/* The bus drops who sends more than it carries: the daemon does not. */
static void test_too_long(void **state)
{
	struct world *w = *state;
	char path[3840] = "";
	size_t n = 0;

	for (int level = 0; level < 14; level++) {
		path[n++] = '/';
		memset(path + n, '-', 255);
		n += 255;
		world_mkdir(w, path);
	}
	for (int i = 0; i < 2400; i++) {
		(void)snprintf(path + n, sizeof(path) - n, "/%d", i);
		world_mkdir(w, path);
		world_fake(w, "Born", "sb", path, true);
	}
	world_refused(w, SD_BUS_ERROR_LIMITS_EXCEEDED, "2400 groups do not fit", PIND_OBJECT,
		      "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL);
	world_refused(w, SD_BUS_ERROR_LIMITS_EXCEEDED, "2400 groups do not fit", "/org/pind1/group",
		      "org.freedesktop.DBus.Introspectable", "Introspect", NULL);
	assert_int_equal(list_entries(w, "ListGroups", NULL), 2400);
	assert_int_equal(world_number(w, path, "Current"), 0);
}

static void test_requests(void **state)
{
	_cleanup_free_ char *object = NULL;
	struct world *w = *state;
	uint64_t before;

	world_mkdir(w, GROUP);
	world_fake(w, "Born", "sb", GROUP, false);
	world_fake(w, "Use", "sttt", GROUP, 4096ULL, 8192ULL, 1ULL);
	assert_int_equal(world_number(w, GROUP, "Current"), 4096);
	assert_int_equal(world_number(w, GROUP, "EventsRefused"), 4);
	assert_int_equal(world_number(w, GROUP, "EventsFailed"), 5);
	assert_true(sd_bus_path_encode(PIND_GROUP_PREFIX, GROUP, &object) >= 0);
	before = world_requests(w);
	(void)sd_bus_message_unref(world_call(w, object, "org.freedesktop.DBus.Properties",
					      "GetAll", "s", PIND_GROUP_INTERFACE));
	assert_int_equal(world_requests(w), before + 1);
	(void)sd_bus_message_unref(world_call(w, PIND_OBJECT, "org.freedesktop.DBus.Properties",
					      "GetAll", "s", PIND_MANAGER_INTERFACE));
	assert_int_equal(world_requests(w), before + 2);
	/* values are of the moment, not of the last call */
	world_fake(w, "Use", "sttt", GROUP, 12288ULL, 12288ULL, 3ULL);
	assert_int_equal(world_number(w, GROUP, "Current"), 12288);
}

static void test_many_groups(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	uint64_t before;
	size_t count = 0;
	char path[64];

	for (int i = 0; i < 3000; i++) {
		(void)snprintf(path, sizeof(path), "/g%d.slice", i);
		world_mkdir(w, path);
		world_fake(w, "Born", "sb", path, false);
	}
	before = world_requests(w);
	reply = world_call(w, PIND_OBJECT, "org.freedesktop.DBus.ObjectManager",
			   "GetManagedObjects", NULL);
	assert_int_equal(world_requests(w), before + 1);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}") > 0);
	while (sd_bus_message_at_end(reply, false) == 0) {
		assert_true(sd_bus_message_skip(reply, "{oa{sa{sv}}}") >= 0);
		count++;
	}
	(void)sd_bus_message_unref(reply);
	assert_true(count >= 3000);
}

/* A group's last pin went, and the event has not come: the others are there all the same. */
static void test_end_not_heard(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	const char *object;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/other.slice");
	world_fake(w, "Born", "sb", GROUP, false);
	world_fake(w, "Born", "sb", "/other.slice", false);
	assert_int_equal(world_number(w, GROUP, "Current"), 0);
	world_rmdir(w, GROUP);
	world_fake(w, "Forget", "s", GROUP);
	reply = world_call(w, PIND_OBJECT, "org.freedesktop.DBus.ObjectManager",
			   "GetManagedObjects", NULL);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}") > 0);
	assert_true(sd_bus_message_read(reply, "o", &object) > 0);
	assert_string_equal(object, PIND_GROUP_PREFIX "/_2fother_2eslice");
	assert_true(sd_bus_message_skip(reply, "a{sa{sv}}") >= 0);
	assert_true(sd_bus_message_exit_container(reply) >= 0);
	assert_int_equal(sd_bus_message_at_end(reply, false), 1);
	(void)sd_bus_message_unref(reply);
}

static void test_counters_and_audit(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	const char *key;
	int64_t x = 0;
	uint64_t t;

	reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetCounters", NULL);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(reply, "s", &key) > 0);
		if (!strcmp(key, "nr_foll_pin_unattributed"))
			assert_true(sd_bus_message_read(reply, "v", "x", &x) > 0);
		else
			assert_true(sd_bus_message_read(reply, "v", "t", &t) > 0);
		(void)sd_bus_message_exit_container(reply);
	}
	(void)sd_bus_message_unref(reply);
	assert_int_equal(x, -7);
	world_manager(w, "Audit", NULL);
	world_fake(w, "Fail", "sis", "audit", EBUSY, "an audit is under way");
	world_refused(w, PIND_ERROR_KERNEL, "an audit is under way", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "Audit", NULL);
}

static void test_apply_fails(void **state)
{
	_cleanup_free_ char *reason = NULL;
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, true);
	world_fake(w, "Unload", NULL);
	world_fake(w, "Fail", "sis", "group-set", EINVAL, "no such luck");
	world_fake(w, "Load", NULL);
	world_until(w, world_state_is(w, "degraded"));
	reason = world_manager_word(w, "Reason");
	assert_non_null(strstr(reason, GROUP));
	assert_non_null(strstr(reason, "no such luck"));
	/* it tries again by itself */
	world_until(w, world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
}

static void test_module_misbehaves(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	world_fake(w, "Fail", "sis", "group-dump", EBADMSG, "");
	world_fake(w, "Overrun", NULL);
	world_until(w, world_state_is(w, "degraded"));
	/* it tries again by itself */
	world_until(w, world_state_is(w, "healthy"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_birth_by_module),
		TEST_QUIET(test_quota_waits_for_cgroup),
		TEST(test_birth_applies_quota),
		TEST(test_birth_of_a_known_group),
		TEST(test_restart_keeps_quota),
		TEST(test_death),
		TEST(test_death_beside_new),
		TEST(test_module_goes_and_comes),
		TEST_QUIET(test_module_absent_at_start),
		TEST(test_unnoticed_unload),
		TEST(test_overrun),
		TEST(test_overruns_in_a_row),
		TEST(test_unnoticed_reload),
		TEST(test_refusals_of_the_meantime),
		TEST(test_observed_once),
		TEST(test_refused),
		TEST(test_list_refusals),
		TEST(test_high),
		TEST(test_accounts),
		TEST(test_made_again),
		TEST(test_too_long),
		TEST(test_requests),
		TEST(test_many_groups),
		TEST(test_end_not_heard),
		TEST(test_counters_and_audit),
		TEST(test_apply_fails),
		TEST(test_module_misbehaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
