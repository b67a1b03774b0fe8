// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of quotas that are of no use: what is said, what stays, and what can be done. */
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include <pind/cleanup.h>

#include "world.h"

#define GROUP "/job.slice"
#define NEWER "{\"version\":2,\"quotas\":{}}"

/* The problems that are listed have these words; the file is named in them. */
static void lists_problem(struct world *w, const char *words)
{
	sd_bus_message *reply =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListProblems", NULL);
	const char *file, *sentence;
	uint32_t line;

	assert_true(sd_bus_message_enter_container(reply, 'a', "(sus)") > 0);
	assert_true(sd_bus_message_read(reply, "(sus)", &file, &line, &sentence) > 0);
	assert_string_equal(file, "");
	assert_int_equal(line, 0);
	assert_non_null(strstr(sentence, words));
	(void)sd_bus_message_unref(reply);
}

/* Of a later version: it is left alone, and so is what the kernel has from it. */
static void check_newer(struct world *w, const char *file)
{
	_cleanup_free_ char *text = NULL;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/free.slice");
	world_write(w, file, NEWER);
	world_start(w, GROUP "=4096", NULL);
	assert_true(world_state_is(w, "degraded"));
	assert_true(world_reason_has(w, "is of version 2, which a later pind wrote"));
	assert_int_equal(world_log_count(w, "is of version 2, which a later pind wrote"), 1);
	lists_problem(w, "/quotas.json is of version 2, which a later pind wrote");
	assert_int_equal(world_kernel_max(w, GROUP), 4096);
	assert_false(world_flag(w, GROUP, "Runtime"));
	world_refused(w, PIND_ERROR_STORE, "is of version 2", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "SetQuota", "sa{sv}", GROUP, 1, "max", "t", 8192ULL);
	world_refused(w, PIND_ERROR_STORE, "is of version 2", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "UnsetQuota", "s", GROUP);
	world_refused(w, PIND_ERROR_STORE, "is of version 2", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "SetQuota", "sa{sv}", "/free.slice", 1, "max", "t", 8192ULL);
	assert_int_equal(world_kernel_max(w, GROUP), 4096);
	assert_int_equal(world_kernel_max(w, "/free.slice"), PIND_UNLIMITED);
	text = world_read(w, file);
	assert_string_equal(text, NEWER);
}

static void test_newer_kept(void **state)
{
	check_newer(*state, "state/quotas.json");
}

static void test_newer_runtime(void **state)
{
	struct world *w = *state;

	/* what is kept may be older than what the kernel has */
	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":[{\"path\":\"" GROUP "\",\"max\":16384,"
		    "\"high\":\"max\",\"mode\":\"enforce\"}]}");
	check_newer(w, "runtime/quotas.json");
}

/* Damaged, with a good copy beside it. */
static void test_restored(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_set_max(w, GROUP, 48 * MIB, false);
	world_set_max(w, "/", 96 * MIB, false);
	world_stop(w);
	world_write(w, "state/quotas.json", "");
	world_start(w, NULL);
	assert_true(world_state_is(w, "degraded"));
	assert_true(world_reason_has(w, "state/quotas.json was damaged (it is empty); it is kept as "));
	assert_true(world_reason_has(w, "the 1 quotas of the last good copy are in force"));
	assert_int_equal(world_log_count(w, "was damaged (it is empty)"), 1);
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	world_set_max(w, GROUP, 24 * MIB, false);
	world_stop(w);
	world_start(w, NULL);
	assert_true(world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 24 * MIB);
}

/* The folder of what is kept can only be read. */
static void check_read_only(struct world *w)
{
	world_start(w, NULL);
	assert_true(world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	world_refused(w, PIND_ERROR_STORE,
		      "could not be written to disk (Read-only file system); nothing was changed",
		      PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", GROUP, 1, "max", "t",
		      24 * MIB);
	world_refused(w, PIND_ERROR_STORE, "Read-only file system", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "UnsetQuota", "s", GROUP);
	world_refused(w, PIND_ERROR_STORE, "Read-only file system", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/later.slice", 1, "max", "t",
		      24 * MIB);
	assert_int_equal(world_kernel_max(w, GROUP), 48 * MIB);
	/* what is for this run of the machine is not kept there */
	world_set_max(w, "/free.slice", 12 * MIB, true);
	assert_int_equal(world_kernel_max(w, "/free.slice"), 12 * MIB);
	assert_true(world_state_is(w, "healthy"));
}

static void test_read_only(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	world_mkdir(w, "/free.slice");
	world_set_max(w, GROUP, 48 * MIB, false);
	world_stop(w);
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(w->state, w->state, "none", MS_BIND, NULL) < 0) {
		/* skip() would say "not ok # SKIP", which meson takes for a failure */
		print_message("# not root, or in a container: no read-only disk\n");
		return;
	}
	assert_int_equal(mount("none", w->state, "none", MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
			 0);
	check_read_only(w);
	assert_int_equal(mount("none", w->state, "none", MS_REMOUNT | MS_BIND, NULL), 0);
	world_set_max(w, GROUP, 24 * MIB, false);
	assert_int_equal(world_kernel_max(w, GROUP), 24 * MIB);
	world_stop(w);
	assert_int_equal(umount(w->state), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_QUIET(test_newer_kept),
		TEST_QUIET(test_newer_runtime),
		TEST(test_restored),
		/* has its own mounts from then on */
		TEST(test_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
