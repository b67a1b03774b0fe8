// SPDX-License-Identifier: GPL-2.0-or-later
/* The module is not there: why, and what can be done all the same. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

#define GROUP "/job.slice"

/* What pind-module.service found out is said wherever the module is missed. */
static void test_note_says_why(void **state)
{
	struct world *w = *state;

	world_write(w, "module-failure", "it is not built\x1b[2J for this kernel\n");
	world_start(w, "unloaded", NULL);
	assert_true(world_state_is(w, "no-module"));
	assert_true(world_reason_has(w, "it is not built?[2J for this kernel"));
	world_refused(w, PIND_ERROR_NO_MODULE, "it is not built?[2J for this kernel", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListGroups", NULL);
	assert_int_equal(world_log_count(w, "nothing is enforced: it is not built"), 1);

	/* another try, another reason */
	world_forget(w);
	world_write(w, "module-failure", "it has no signature\n");
	assert_true(world_reason_has(w, "it has no signature"));
	world_saw(w, "Changed Manager");

	/* it was loaded by other means: what the note says is of the past */
	world_fake(w, "Load", NULL);
	world_until(w, world_state_is(w, "healthy"));
	assert_true(world_reason_has(w, ""));
	world_fake(w, "Unload", NULL);
	world_until(w, world_state_is(w, "no-module"));
	assert_true(world_reason_has(w, "load it with 'modprobe pind'"));
	world_write(w, "module-failure", "it has gone for good\n");
	assert_true(world_reason_has(w, "it has gone for good"));
}

static uint64_t kept_max(struct world *w, const char *words)
{
	_cleanup_free_ char *text = world_read(w, "state/quotas.json");
	const char *at = text ? strstr(text, words) : NULL;

	at = at ? strstr(at, "\"max\":") : NULL;
	return at ? strtoull(at + strlen("\"max\":"), NULL, 10) : 0;
}

/* Kept quotas are seen and changed without the module, and it gets them when it comes. */
static void test_quotas_without_module(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/run.slice");
	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":[{\"path\":\"" GROUP "\",\"max\":8192,"
		    "\"high\":4096,\"mode\":\"observe\"}]}");
	world_start(w, "unloaded", NULL);
	/* what is not given stays; whole pages */
	world_set_max(w, GROUP, 48 * MIB + 5, false);
	assert_int_equal(kept_max(w, GROUP), 48 * MIB);
	/* a cgroup that is not there yet, and a runtime quota of one that is */
	world_set_max(w, "/later.slice", MIB, false);
	world_set_max(w, "/run.slice", 2 * MIB, true);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/none.slice", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/none.slice", 2, "max", "t",
		      1ULL, "runtime", "b", true);
	world_refused(w, PIND_ERROR_NO_MODULE, "", PIND_GROUP_PREFIX "/_2fjob_2eslice",
		      "org.freedesktop.DBus.Properties", "Get", "ss", PIND_GROUP_INTERFACE,
		      "Current");

	world_fake(w, "Load", NULL);
	world_until(w, world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	assert_int_equal(world_number(w, GROUP, "High"), 4096);
	assert_int_equal(world_kernel_max(w, "/run.slice"), 2 * MIB);
	assert_true(world_flag(w, "/run.slice", "Runtime"));
	world_mkdir(w, "/later.slice");
	world_fake(w, "Born", "sb", "/later.slice", false);
	world_saw(w, "Added /later.slice");
	assert_int_equal(world_kernel_max(w, "/later.slice"), MIB);
}

/* Who stops the daemon is told that the kernel goes on. */
static void test_stop_says_what_stays(void **state)
{
	struct world *w = *state;

	world_stop(w);
	assert_int_equal(world_log_count(w, "until 'modprobe -r pind'"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_QUIET(test_note_says_why),
		TEST_QUIET(test_quotas_without_module),
		TEST(test_stop_says_what_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
