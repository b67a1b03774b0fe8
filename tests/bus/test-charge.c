// SPDX-License-Identifier: GPL-2.0-or-later
/* Who pays: files say it, to the kernel's rules and to groups, and nobody else does. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "world.h"

#define BACKEND "/system.slice/spdk.service"
#define OTHER	"/system.slice/other.service"
#define NONE	"18446744073709551615"

static const char owner_pays[] =
	"{ \"rules\": [ { \"unit\": \"spdk.service\", \"charge\": \"owner\" } ] }\n";

static void reload(struct world *w)
{
	size_t before = world_log_count(w, "read again");

	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	world_until(w, world_log_count(w, "read again") > before);
}

static void start(struct world *w, const char *text)
{
	world_write(w, "quota.d/10.json", text);
	world_mkdir(w, "/system.slice");
	world_mkdir(w, BACKEND);
	world_mkdir(w, OTHER);
	world_start(w, NULL);
	world_fake(w, "Born", "sb", BACKEND, false);
	world_fake(w, "Born", "sb", OTHER, false);
}

static void charge_is(struct world *w, const char *path, const char *expected)
{
	_cleanup_free_ char *charge = world_word(w, path, "Charge");

	assert_string_equal(charge, expected);
}

/* The kernel gives it to a cgroup that it meets, by itself. */
static void test_birth(void **state)
{
	struct world *w = *state;
	uint64_t sets;

	start(w, owner_pays);
	charge_is(w, BACKEND, "owner");
	charge_is(w, OTHER, "pinner");
	assert_true(world_kernel_max(w, BACKEND) == PIND_UNLIMITED);
	world_rmdir(w, BACKEND);
	world_fake(w, "Died", "st", BACKEND, 0ULL);
	world_mkdir(w, BACKEND);
	sets = world_requests_of(w, "group-set");
	world_fake(w, "Born", "sb", BACKEND, false);
	charge_is(w, BACKEND, "owner");
	assert_int_equal(world_requests_of(w, "group-set"), sets);
}

/* A group that is there gets it, and loses it with the rule; both are reported. */
static void test_reload(void **state)
{
	struct world *w = *state;

	start(w, "");
	charge_is(w, BACKEND, "pinner");
	world_forget(w);
	world_write(w, "quota.d/10.json", owner_pays);
	reload(w);
	charge_is(w, BACKEND, "owner");
	charge_is(w, OTHER, "pinner");
	world_saw(w, "Changed " BACKEND);
	world_saw(w, "Quota " BACKEND " files -1 " NONE " " NONE " pinner owner");
	/* the last rule decides all: it says nothing of this */
	world_write(w, "quota.d/20.json",
		    "{ \"rules\": [ { \"match\": \"" BACKEND "\", \"max\": \"8M\" } ] }");
	reload(w);
	charge_is(w, BACKEND, "pinner");
	world_saw(w, "Quota " BACKEND " files -1 " NONE " 8388608 owner pinner");
	world_write(w, "quota.d/20.json", "");
	reload(w);
	charge_is(w, BACKEND, "owner");
	world_write(w, "quota.d/10.json", "");
	reload(w);
	charge_is(w, BACKEND, "pinner");
	world_saw(w, "Quota " BACKEND " files -1 " NONE " " NONE " owner pinner");
	assert_true(world_state_is(w, "healthy"));
	assert_int_equal(world_count(w, "Quota " OTHER), 0);
}

/* What is set changes the limits, and leaves the file's word on this. */
static void test_set(void **state)
{
	struct world *w = *state;

	start(w, "{ \"rules\": [ { \"match\": \"" BACKEND "\", \"max\": \"8M\","
		 " \"charge\": \"owner\" } ] }");
	world_forget(w);
	world_set_max(w, BACKEND, 4 * MIB, false);
	assert_int_equal(world_kernel_max(w, BACKEND), 4 * MIB);
	charge_is(w, BACKEND, "owner");
	world_saw(w, "Quota " BACKEND " SetQuota 0 8388608 4194304 owner owner");
	world_set_max(w, BACKEND, 2 * MIB, true);
	charge_is(w, BACKEND, "owner");
	/* so it is for the cgroup that is next at the path */
	world_rmdir(w, BACKEND);
	world_fake(w, "Died", "st", BACKEND, 0ULL);
	world_mkdir(w, BACKEND);
	world_fake(w, "Born", "sb", BACKEND, false);
	assert_int_equal(world_number(w, BACKEND, "Max"), 4 * MIB);
	charge_is(w, BACKEND, "owner");
	/* and in the next life of the daemon */
	world_kill(w);
	world_start(w, NULL);
	world_fake(w, "Born", "sb", BACKEND, false);
	assert_int_equal(world_number(w, BACKEND, "Max"), 4 * MIB);
	charge_is(w, BACKEND, "owner");
	world_manager(w, "UnsetQuota", "s", BACKEND);
	assert_int_equal(world_kernel_max(w, BACKEND), 8 * MIB);
	charge_is(w, BACKEND, "owner");
}

/* The file's word changes under a quota that is kept, and under a runtime one. */
static void test_under_quota(void **state)
{
	struct world *w = *state;

	start(w, "");
	world_set_max(w, BACKEND, 4 * MIB, false);
	world_set_max(w, OTHER, 4 * MIB, true);
	charge_is(w, BACKEND, "pinner");
	world_forget(w);
	world_write(w, "quota.d/10.json",
		    "{ \"rules\": [ { \"unit\": \"*.service\", \"charge\": \"owner\" } ] }");
	reload(w);
	charge_is(w, BACKEND, "owner");
	charge_is(w, OTHER, "owner");
	world_saw(w, "Quota " BACKEND " files -1 4194304 4194304 pinner owner");
	world_saw(w, "Quota " OTHER " files -1 4194304 4194304 pinner owner");
	assert_true(world_flag(w, OTHER, "Runtime"));
	world_write(w, "quota.d/10.json", "");
	reload(w);
	charge_is(w, BACKEND, "pinner");
	charge_is(w, OTHER, "pinner");
	world_saw(w, "Quota " BACKEND " files -1 4194304 4194304 owner pinner");
	assert_int_equal(world_kernel_max(w, BACKEND), 4 * MIB);
	assert_int_equal(world_kernel_max(w, OTHER), 4 * MIB);
	/* also for the cgroup that is next at the path */
	world_rmdir(w, BACKEND);
	world_fake(w, "Died", "st", BACKEND, 0ULL);
	world_mkdir(w, BACKEND);
	world_fake(w, "Born", "sb", BACKEND, false);
	charge_is(w, BACKEND, "pinner");
	assert_int_equal(world_number(w, BACKEND, "Max"), 4 * MIB);
}

/* Nobody else can say it, not even by the kernel past the daemon. */
static void test_files_alone(void **state)
{
	struct world *w = *state;

	start(w, "");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "'charge' is no part of a quota", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", BACKEND, 1, "charge", "s",
		      "owner");
	world_refused(w, "org.freedesktop.DBus.Error.PropertyReadOnly", "",
		      PIND_OBJECT "/group/_2fsystem_2eslice_2fspdk_2eservice",
		      "org.freedesktop.DBus.Properties", "Set", "ssv", PIND_GROUP_INTERFACE,
		      "Charge", "s", "owner");
	world_fake(w, "Set", "sttu", BACKEND, MIB, PIND_UNLIMITED, 2U);
	world_fake(w, "Charge", "su", BACKEND, 2U);
	world_fake(w, "Charge", "su", OTHER, 2U);
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > 0);
	charge_is(w, BACKEND, "pinner");
	charge_is(w, OTHER, "pinner");
	/* limits that somebody set are a quota, as ever; this is none */
	assert_int_equal(world_kernel_max(w, BACKEND), MIB);
	assert_true(world_flag(w, BACKEND, "Runtime"));
	assert_false(world_flag(w, OTHER, "Runtime"));
}

/* An older module is not asked for it, unless it is wanted; then the State says so. */
static void test_old_module(void **state)
{
	_cleanup_free_ char *reason = NULL;
	struct world *w = *state;

	start(w, "");
	world_fake(w, "GrowOld", NULL);
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > 0);
	world_set_max(w, BACKEND, 4 * MIB, false);
	assert_int_equal(world_kernel_max(w, BACKEND), 4 * MIB);
	charge_is(w, BACKEND, "pinner");
	assert_true(world_state_is(w, "healthy"));
	world_write(w, "quota.d/10.json", owner_pays);
	reload(w);
	assert_true(world_state_is(w, "degraded"));
	reason = world_manager_word(w, "Reason");
	assert_non_null(strstr(reason, "does not take the rules"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_birth),	TEST(test_reload),	TEST(test_set),
		TEST(test_under_quota), TEST(test_files_alone), TEST(test_old_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
