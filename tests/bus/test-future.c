// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas of what does not exist yet, of what never comes again, and what would bind. */
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "world.h"

#define CONTAINER                                                                               \
	"/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	".scope"

static void set_max(struct world *w, const char *name, uint64_t max)
{
	world_manager(w, "SetQuota", "sa{sv}", name, 1, "max", "t", max);
}

static bool is_stored(struct world *w, bool runtime, const char *words)
{
	_cleanup_free_ char *text =
		world_read(w, runtime ? "runtime/quotas.json" : "state/quotas.json");

	return text && strstr(text, words);
}

/* By path, by slice, and by a unit that systemd has loaded; and taken back likewise. */
static void test_before(void **state)
{
	struct world *w = *state;

	set_max(w, "/a.slice/b", 8 * MIB);
	assert_true(is_stored(w, false, "\"/a.slice/b\""));
	set_max(w, "tenant-b.slice", 16 * MIB);
	assert_true(is_stored(w, false, "\"/tenant.slice/tenant-b.slice\""));
	world_unit_of_slice(w, "db.service", "tenant-b.slice");
	set_max(w, "db.service", 4 * MIB);
	assert_true(is_stored(w, false, "\"/tenant.slice/tenant-b.slice/db.service\""));
	world_unit_of_slice(w, "memory.service", "system.slice");
	set_max(w, "memory.service", 4 * MIB);
	assert_true(is_stored(w, false, "\"/system.slice/_memory.service\""));

	world_mkdir(w, "/tenant.slice");
	world_mkdir(w, "/tenant.slice/tenant-b.slice");
	world_mkdir(w, "/tenant.slice/tenant-b.slice/db.service");
	world_until(w, world_kernel_max(w, "/tenant.slice/tenant-b.slice") == 16 * MIB);
	world_until(w, world_kernel_max(w, "/tenant.slice/tenant-b.slice/db.service") == 4 * MIB);

	world_rmdir(w, "/tenant.slice/tenant-b.slice/db.service");
	world_manager(w, "UnsetQuota", "s", "db.service");
	world_manager(w, "UnsetQuota", "s", "tenant-b.slice");
	world_manager(w, "UnsetQuota", "s", "/a.slice/b");
	assert_false(is_stored(w, false, "tenant-b"));
	assert_false(is_stored(w, false, "a.slice"));
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "no quota is kept", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "/a.slice/b");
}

/* What systemd does not know: a user's own, several, or nothing at all. */
static void test_names(void **state)
{
	struct world *w = *state;

	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/system.slice/none.service", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "none.service", 1, "max", "t",
		      4096ULL);
	world_mkdir(w, "/user.slice");
	world_mkdir(w, "/user.slice/app.service");
	world_mkdir(w, "/other.slice");
	world_mkdir(w, "/other.slice/app.service");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/user.slice/app.service", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "app.service", 1, "max", "t",
		      4096ULL);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/other.slice/app.service", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ExplainQuota", "sa{sv}", "app.service", 0);
	/* a unit that is no more, and whose quota is stored */
	set_max(w, "/user.slice/app.service", 4096);
	world_manager(w, "UnsetQuota", "s", "app.service");
	assert_false(is_stored(w, false, "app.service"));
	set_max(w, "/user.slice/app.service", 4096);
	set_max(w, "/other.slice/app.service", 4096);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "2 stored quotas", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "app.service");
}

static size_t unset_stale(struct world *w, bool dry, const char *path)
{
	sd_bus_message *reply =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "UnsetStale", "b", (int)dry);
	const char *found;
	size_t n = 0;

	assert_true(sd_bus_message_enter_container(reply, 'a', "s") >= 0);
	while (sd_bus_message_read(reply, "s", &found) > 0) {
		assert_string_equal(found, path);
		n++;
	}
	(void)sd_bus_message_unref(reply);
	return n;
}

/* The quota of a container goes with it, unless it is asked to be kept. */
static void test_container(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/system.slice");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "a runtime quota needs one", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", CONTAINER, 1, "max", "t",
		      4096ULL);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "one that is kept (pinctl set --kept) does not",
		      PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", CONTAINER, 1,
		      "max", "t", 4096ULL);
	world_mkdir(w, CONTAINER);
	set_max(w, CONTAINER, 8 * MIB);
	assert_true(is_stored(w, true, "docker-"));
	assert_false(is_stored(w, false, "docker-"));
	assert_true(world_flag(w, CONTAINER, "Runtime"));
	world_set_max(w, CONTAINER, 16 * MIB, false);
	assert_true(is_stored(w, false, "docker-"));
	set_max(w, "/kept.slice", MIB);
	assert_int_equal(unset_stale(w, false, CONTAINER), 0);
	world_rmdir(w, CONTAINER);
	world_fake(w, "Died", "st", CONTAINER, 0ULL);
	assert_int_equal(unset_stale(w, true, CONTAINER), 1);
	assert_true(is_stored(w, false, "docker-"));
	assert_int_equal(unset_stale(w, false, CONTAINER), 1);
	assert_false(is_stored(w, false, "docker-"));
	assert_true(is_stored(w, false, "kept.slice"));
}

/* A key of an explanation: a number, or a word. */
static void explained(struct world *w, const char *name, uint64_t max, const char *key,
		      const char *word, uint64_t number)
{
	sd_bus_message *reply = max ? world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE,
						 "ExplainQuota", "sa{sv}", name, 1, "max", "t", max)
				    : world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE,
						 "ExplainQuota", "sa{sv}", name, 0);
	const char *found, *text;
	uint64_t value = 0;
	bool seen = false;
	int flag;

	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(reply, "s", &found) > 0);
		if (strcmp(found, key)) {
			assert_true(sd_bus_message_skip(reply, "v") >= 0);
		} else if (word) {
			seen = true;
			assert_true(sd_bus_message_read(reply, "v", "s", &text) > 0);
			assert_string_equal(text, word);
		} else if (sd_bus_message_read(reply, "v", "t", &value) > 0) {
			seen = true;
			assert_true(value == number);
		} else {
			seen = true;
			assert_true(sd_bus_message_read(reply, "v", "b", &flag) > 0);
			assert_int_equal(flag, number);
		}
		assert_true(sd_bus_message_exit_container(reply) >= 0);
	}
	assert_true(seen);
	(void)sd_bus_message_unref(reply);
}

static void test_explain(void **state)
{
	struct world *w = *state;

	explained(w, "/t.slice/a", 0, "source", "none", 0);
	explained(w, "/t.slice/a", 0, "effective_by", "", 0);
	explained(w, "/t.slice/a", 0, "effective_max", NULL, PIND_UNLIMITED);
	world_mkdir(w, "/t.slice");
	world_mkdir(w, "/t.slice/a");
	set_max(w, "/t.slice", 8 * MIB);
	world_fake(w, "Use", "sttt", "/t.slice", 6 * MIB, 6 * MIB, 1ULL);
	world_fake(w, "Use", "sttt", "/t.slice/a", MIB, MIB, 1ULL);
	/* the ancestor binds, first by its max, then by what is left of it */
	explained(w, "/t.slice/a", 0, "effective_by", "/t.slice", 0);
	explained(w, "/t.slice/a", 16 * MIB + 1, "effective_by", "/t.slice", 0);
	explained(w, "/t.slice/a", 16 * MIB + 1, "max", NULL, 16 * MIB);
	explained(w, "/t.slice/a", 16 * MIB, "source", "kept", 0);
	explained(w, "/t.slice/a", 4 * MIB, "effective_by", "/t.slice/a", 0);
	explained(w, "/t.slice/a", 4 * MIB, "left", NULL, 2 * MIB);
	explained(w, "/t.slice/a", 4 * MIB, "left_by", "/t.slice", 0);
	explained(w, "/t.slice/a", 4 * MIB, "over", NULL, 0);
	explained(w, "/t.slice/a", 4096, "over", NULL, 1);
	explained(w, "/t.slice/a", 4096, "left", NULL, 0);
	/* nothing of this was done */
	assert_int_equal(world_kernel_max(w, "/t.slice/a"), PIND_UNLIMITED);
	assert_false(is_stored(w, false, "t.slice/a"));
	explained(w, "/t.slice/none", 0, "effective_by", "/t.slice", 0);
	world_fake(w, "Unload", NULL);
	explained(w, "/t.slice", 0, "max", NULL, 8 * MIB);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_before),
		TEST(test_names),
		TEST(test_container),
		TEST(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
