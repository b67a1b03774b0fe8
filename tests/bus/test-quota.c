// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas over the bus: set, refuse, keep, take back. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "world.h"

#define UNLIMITED PIND_UNLIMITED

static void make_tenants(struct world *w)
{
	world_mkdir(w, "/tenant.slice");
	world_mkdir(w, "/tenant.slice/tenant-a.slice");
	world_mkdir(w, "/tenant.slice/tenant-b.slice");
}

static void assert_group(struct world *w, const char *name, const char *path)
{
	sd_bus_message *reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetGroup", "s",
					   name);
	_cleanup_free_ char *expected = NULL;
	const char *object;

	assert_true(sd_bus_path_encode(PIND_GROUP_PREFIX, path, &expected) >= 0);
	assert_true(sd_bus_message_read(reply, "o", &object) > 0);
	assert_string_equal(object, expected);
	(void)sd_bus_message_unref(reply);
}

static void test_get_group(void **state)
{
	struct world *w = *state;
	char with_mount[256];

	make_tenants(w);
	world_mkdir(w, "/system.slice");
	world_mkdir(w, "/system.slice/nginx.service");
	assert_group(w, "/", "/");
	assert_group(w, "-.slice", "/");
	assert_group(w, "/tenant.slice", "/tenant.slice");
	assert_group(w, "tenant-a.slice", "/tenant.slice/tenant-a.slice");
	world_unit(w, "nginx.service", "/system.slice/nginx.service");
	assert_group(w, "nginx.service", "/system.slice/nginx.service");
	(void)snprintf(with_mount, sizeof(with_mount), "%s/tenant.slice/", w->cgroups);
	assert_group(w, with_mount, "/tenant.slice");
}

/* systemd says where a unit is; nobody searches for it. */
static void test_units(void **state)
{
	struct world *w = *state;
	uint64_t asked;

	world_mkdir(w, "/odd");
	world_mkdir(w, "/odd/place");
	world_mkdir(w, "/odd/lone.service");
	world_unit(w, "a.scope", "/odd/place");
	world_unit(w, "idle.service", "");
	world_unit(w, "bad.service", "odd/place");
	assert_group(w, "a.scope", "/odd/place");
	world_set_max(w, "a.scope", 48 * MIB, false);
	assert_int_equal(world_kernel_max(w, "/odd/place"), 48 * MIB);
	world_manager(w, "AuditGroup", "s", "a.scope");
	world_manager(w, "UnsetQuota", "s", "a.scope");
	assert_int_equal(world_number(w, "/odd/place", "Max"), UNLIMITED);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "'lone.service' has no cgroup", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "lone.service");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "'idle.service' has no cgroup", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "idle.service");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "begins with '/'", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "bad.service");
	/* a kind of unit that systemd says to have no such thing */
	world_unit(w, "a.mount", "/odd");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "systemd does not tell", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "a.mount");
	/* paths and slices are known without it */
	asked = world_units_asked(w);
	assert_group(w, "/odd/lone.service", "/odd/lone.service");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/odd.slice", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "odd.slice");
	assert_int_equal(world_units_asked(w), asked);
}

static void test_get_group_refused(void **state)
{
	struct world *w = *state;

	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/nowhere", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetGroup", "s", "/nowhere");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "gone.service", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "gone.service");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "'..' are not allowed", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "/a/../b");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "begins with '/'", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetGroup", "s", "tenant");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "empty", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetGroup", "s", "");
}

static void test_set_quota(void **state)
{
	_cleanup_free_ char *text = NULL, *mode = NULL;
	struct world *w = *state;

	make_tenants(w);
	world_set_max(w, "tenant-a.slice", 48 * MIB + 1, false);
	/* rounded down to pages, by the kernel */
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), 48 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "Max"), 48 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "High"), UNLIMITED);
	assert_false(world_flag(w, "/tenant.slice/tenant-a.slice", "Runtime"));
	text = world_read(w, "state/quotas.json");
	assert_non_null(text);
	assert_non_null(strstr(text, "/tenant.slice/tenant-a.slice"));
	assert_non_null(strstr(text, "50331648"));

	/* what is not given stays */
	world_manager(w, "SetQuota", "sa{sv}", "tenant-a.slice", 2, "high", "t", 32 * MIB, "mode",
		      "s", "observe");
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "Max"), 48 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "High"), 32 * MIB);
	mode = world_word(w, "/tenant.slice/tenant-a.slice", "Mode");
	assert_string_equal(mode, "observe");
	world_saw(w, "Changed /tenant.slice/tenant-a.slice");

	/* a limit on what is held is one more, kept and taken away with the others */
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "MaxHeld"), UNLIMITED);
	world_manager(w, "SetQuota", "sa{sv}", "tenant-a.slice", 1, "max_held", "t", 16 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "MaxHeld"), 16 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "Max"), 48 * MIB);
	free(text);
	text = world_read(w, "state/quotas.json");
	assert_non_null(strstr(text, "\"max_held\":16777216"));
	world_manager(w, "UnsetQuota", "s", "tenant-a.slice");
	assert_int_equal(world_number(w, "/tenant.slice/tenant-a.slice", "MaxHeld"), UNLIMITED);

	/* the root is a group like others */
	world_set_max(w, "/", 512 * MIB, false);
	assert_int_equal(world_kernel_max(w, "/"), 512 * MIB);
}

static void refuse_quota(struct world *w, const char *words, const char *key, const char *type,
			 const void *value)
{
	if (!strcmp(type, "t"))
		world_refused(w, PIND_ERROR_INVALID_VALUE, words, PIND_OBJECT,
			      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 1,
			      key, "t", *(const uint64_t *)value);
	else
		world_refused(w, PIND_ERROR_INVALID_VALUE, words, PIND_OBJECT,
			      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 1,
			      key, "s", value);
}

static void test_set_quota_invalid(void **state)
{
	struct world *w = *state;
	uint64_t one = 1;

	make_tenants(w);
	refuse_quota(w, "'min' is no part of a quota", "min", "t", &one);
	refuse_quota(w, "max has to be a number of bytes (t), not of type 's'", "max", "s", "48M");
	refuse_quota(w, "mode is 'strict'", "mode", "s", "strict");
	refuse_quota(w, "runtime has to be a boolean", "runtime", "t", &one);
	world_refused(w, PIND_ERROR_INVALID_VALUE, "nothing to set", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 0);
	world_refused(w, PIND_ERROR_INVALID_VALUE, "max is given twice", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 2, "max", "t",
		      one, "max", "t", one);
	/* a good part beside a bad one: nothing is half done */
	world_refused(w, PIND_ERROR_INVALID_VALUE, "mode", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "SetQuota", "sa{sv}", "/tenant.slice", 2, "max", "t", 4096ULL, "mode", "s",
		      "no");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/tenant.slice/none", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice/none", 2, "max",
		      "t", one, "runtime", "b", 1);
	assert_int_equal(world_number(w, "/tenant.slice", "Max"), UNLIMITED);
	assert_false(world_exists(w, "state/quotas.json"));
}

static void test_kernel_refuses(void **state)
{
	struct world *w = *state;

	make_tenants(w);
	world_fake(w, "Fail", "sis", "group-set", EINVAL, "max is above what the machine has");
	world_refused(w, PIND_ERROR_KERNEL, "max is above what the machine has", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 1, "max", "t",
		      4096ULL);
	assert_false(world_exists(w, "state/quotas.json"));
}

static void test_store_fails(void **state)
{
	struct world *w = *state;
	char away[128];

	make_tenants(w);
	world_set_max(w, "/tenant.slice", 8 * MIB, false);
	(void)snprintf(away, sizeof(away), "%s/away", w->directory);
	assert_int_equal(rename(w->state, away), 0);
	world_refused(w, PIND_ERROR_STORE, "nothing was changed", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/tenant.slice", 1, "max", "t",
		      16 * MIB);
	world_refused(w, PIND_ERROR_STORE, "nothing was changed", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "/tenant.slice");
	/* rolled back in the kernel, kept in memory */
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 8 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice", "Max"), 8 * MIB);
	assert_int_equal(rename(away, w->state), 0);
	world_set_max(w, "/tenant.slice", 16 * MIB, false);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 16 * MIB);
}

/* The disk is full when a runtime quota is to be forgotten: the kept one binds all the same. */
static void test_past_runtime_hides_nothing(void **state)
{
	const char *group = "/tenant.slice/tenant-b.slice";
	struct world *w = *state;
	char away[128];

	make_tenants(w);
	world_mkdir(w, "/keeps-inodes-apart");
	world_set_max(w, group, 24 * MIB, false);
	world_set_max(w, group, 12 * MIB, true);
	(void)snprintf(away, sizeof(away), "%s/away", w->directory);
	assert_int_equal(rename(w->runtime, away), 0);
	world_rmdir(w, group);
	world_mkdir(w, "/tenant.slice/another");
	world_fake(w, "Died", "st", group, 0ULL);
	world_mkdir(w, group);
	world_until(w, world_kernel_max(w, group) == 24 * MIB);
	assert_false(world_flag(w, group, "Runtime"));
	assert_int_equal(rename(away, w->runtime), 0);
}

/* The kernel has forgotten it, and the daemon has not noticed yet. */
static void test_part_of_a_quota(void **state)
{
	struct world *w = *state;

	make_tenants(w);
	world_set_max(w, "/tenant.slice", 8 * MIB, false);
	world_fake(w, "Set", "sttu", "/tenant.slice", UNLIMITED, UNLIMITED, PIND_MODE_ENFORCE);
	world_manager(w, "SetQuota", "sa{sv}", "/tenant.slice", 1, "high", "t", 4 * MIB);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 8 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice", "High"), 4 * MIB);
}

static void set_property(struct world *w, const char *path, const char *property, uint64_t value)
{
	_cleanup_free_ char *object = NULL;

	assert_true(sd_bus_path_encode(PIND_GROUP_PREFIX, path, &object) >= 0);
	(void)sd_bus_message_unref(world_call(w, object, "org.freedesktop.DBus.Properties", "Set",
					      "ssv", PIND_GROUP_INTERFACE, property, "t", value));
}

static void test_set_property(void **state)
{
	struct world *w = *state;
	char object[256];

	make_tenants(w);
	set_property(w, "/tenant.slice", "Max", 128 * MIB);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 128 * MIB);
	assert_true(world_exists(w, "state/quotas.json"));
	/* of a runtime quota it makes no other */
	world_set_max(w, "/tenant.slice/tenant-b.slice", MIB, true);
	set_property(w, "/tenant.slice/tenant-b.slice", "High", MIB);
	assert_true(world_flag(w, "/tenant.slice/tenant-b.slice", "Runtime"));
	assert_int_equal(world_number(w, "/tenant.slice/tenant-b.slice", "High"), MIB);

	(void)snprintf(object, sizeof(object), "%s/_2ftenant_2eslice", PIND_GROUP_PREFIX);
	world_refused(w, PIND_ERROR_INVALID_VALUE, "mode is 'off'", object,
		      "org.freedesktop.DBus.Properties", "Set", "ssv", PIND_GROUP_INTERFACE,
		      "Mode", "s", "off");
	world_refused(w, SD_BUS_ERROR_PROPERTY_READ_ONLY, "Current", object,
		      "org.freedesktop.DBus.Properties", "Set", "ssv", PIND_GROUP_INTERFACE,
		      "Current", "t", 1ULL);
}

static void test_group_methods(void **state)
{
	const char *object = PIND_GROUP_PREFIX "/_2ftenant_2eslice";
	struct world *w = *state;

	make_tenants(w);
	world_fake(w, "Use", "sttt", "/tenant.slice", 4096ULL, 8192ULL, 1ULL);
	(void)sd_bus_message_unref(world_call(w, object, PIND_GROUP_INTERFACE, "SetQuota",
					      "a{sv}", 1, "max", "t", 4 * MIB));
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 4 * MIB);
	(void)sd_bus_message_unref(world_call(w, object, PIND_GROUP_INTERFACE, "ResetPeak", NULL));
	assert_int_equal(world_number(w, "/tenant.slice", "Peak"), 4096);
	(void)sd_bus_message_unref(world_call(w, object, PIND_GROUP_INTERFACE, "UnsetQuota", NULL));
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), UNLIMITED);
}

static void test_persistence(void **state)
{
	struct world *w = *state;

	make_tenants(w);
	world_set_max(w, "tenant-a.slice", 48 * MIB, false);
	world_set_max(w, "tenant-b.slice", 24 * MIB, true);
	/* a runtime quota comes before the kept one */
	world_set_max(w, "/tenant.slice", 100 * MIB, false);
	world_set_max(w, "/tenant.slice", 200 * MIB, true);

	/* another life of the daemon, by a crash, with a kernel that has forgotten all */
	world_kill(w);
	world_start(w, NULL);
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), 48 * MIB);
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-b.slice"), 24 * MIB);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 200 * MIB);
	assert_true(world_flag(w, "/tenant.slice", "Runtime"));

	/* the machine restarts: the runtime directory is empty */
	world_stop(w);
	world_write(w, "runtime/quotas.json", "{\"version\":1,\"quotas\":[]}");
	world_start(w, NULL);
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), 48 * MIB);
	assert_int_equal(world_number(w, "/tenant.slice/tenant-b.slice", "Max"), UNLIMITED);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 100 * MIB);
	assert_false(world_flag(w, "/tenant.slice", "Runtime"));
}

static void test_unset(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct world *w = *state;

	make_tenants(w);
	world_set_max(w, "tenant-a.slice", 48 * MIB, false);
	world_set_max(w, "tenant-a.slice", 24 * MIB, true);
	world_manager(w, "UnsetQuota", "s", "tenant-a.slice");
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), UNLIMITED);
	text = world_read(w, "state/quotas.json");
	assert_null(strstr(text, "tenant-a"));

	/* one whose cgroup is gone can be taken back, too */
	world_set_max(w, "tenant-b.slice", 48 * MIB, false);
	world_rmdir(w, "/tenant.slice/tenant-b.slice");
	world_fake(w, "Died", "st", "/tenant.slice/tenant-b.slice", 0ULL);
	world_manager(w, "UnsetQuota", "s", "tenant-b.slice");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "tenant-b", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "UnsetQuota", "s", "tenant-b.slice");
}

/* The module never tells the end of a cgroup that it has not met. */
static void test_unset_unmet(void **state)
{
	struct world *w = *state;

	make_tenants(w);
	world_manager(w, "UnsetQuota", "s", "/tenant.slice");
	assert_int_equal(world_number(w, "/tenant.slice", "Max"), UNLIMITED);
	assert_int_equal(world_count(w, "Added /tenant.slice"), 0);
}

static bool stored(struct world *w, const char *words)
{
	_cleanup_free_ char *text = world_read(w, "state/quotas.json");

	return text && strstr(text, words);
}

/* What is not given stays, also where the cgroup is new and has not got its quota yet. */
static void test_set_quota_at_birth(void **state)
{
	struct world *w = *state;
	uint64_t old;

	make_tenants(w);
	world_manager(w, "SetQuota", "sa{sv}", "/tenant.slice/tenant-a.slice", 2, "max", "t",
		      48 * MIB, "high", "t", 32 * MIB);
	old = world_id(w, "/tenant.slice/tenant-a.slice");
	/* it finds both at once: the cgroup's birth and the call */
	assert_int_equal(kill(w->daemon_pid, SIGSTOP), 0);
	world_rmdir(w, "/tenant.slice/tenant-a.slice");
	world_mkdir(w, "/keeps-inodes-apart");
	world_mkdir(w, "/tenant.slice/tenant-a.slice");
	assert_true(sd_bus_call_method_async(w->bus, NULL, PIND_BUS_NAME, PIND_OBJECT,
					     PIND_MANAGER_INTERFACE, "SetQuota", NULL, NULL,
					     "sa{sv}", "/tenant.slice/tenant-a.slice", 1, "max",
					     "t", 64 * MIB) >= 0);
	assert_true(sd_bus_flush(w->bus) >= 0);
	assert_int_equal(kill(w->daemon_pid, SIGCONT), 0);
	if (world_id(w, "/tenant.slice/tenant-a.slice") == old)
		skip(); /* a file system that gives numbers away again */
	world_until(w, stored(w, "67108864"));
	assert_true(stored(w, "33554432"));
}

static size_t list_quotas(struct world *w, const char *path, bool *ret_runtime, bool *ret_present)
{
	sd_bus_message *reply =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListQuotas", NULL);
	int runtime = 0, present = 0;
	const char *key, *text;
	size_t count = 0;
	bool mine;

	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'a', "{sv}") > 0) {
		mine = false;
		while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
			assert_true(sd_bus_message_read(reply, "s", &key) > 0);
			if (!strcmp(key, "path")) {
				assert_true(sd_bus_message_read(reply, "v", "s", &text) > 0);
				mine = !strcmp(text, path);
			} else if (mine && !strcmp(key, "runtime")) {
				assert_true(sd_bus_message_read(reply, "v", "b", &runtime) > 0);
			} else if (mine && !strcmp(key, "present")) {
				assert_true(sd_bus_message_read(reply, "v", "b", &present) > 0);
			} else {
				assert_true(sd_bus_message_skip(reply, "v") >= 0);
			}
			(void)sd_bus_message_exit_container(reply);
		}
		(void)sd_bus_message_exit_container(reply);
		count += mine;
	}
	(void)sd_bus_message_unref(reply);
	*ret_runtime = runtime;
	*ret_present = present;
	return count;
}

static void test_list_quotas(void **state)
{
	struct world *w = *state;
	bool runtime, present;

	make_tenants(w);
	world_set_max(w, "tenant-a.slice", 48 * MIB, false);
	world_set_max(w, "tenant-b.slice", 48 * MIB, true);
	assert_int_equal(list_quotas(w, "/tenant.slice/tenant-b.slice", &runtime, &present), 1);
	assert_true(runtime);
	assert_true(present);
	world_rmdir(w, "/tenant.slice/tenant-a.slice");
	assert_int_equal(list_quotas(w, "/tenant.slice/tenant-a.slice", &runtime, &present), 1);
	assert_false(runtime);
	assert_false(present);
}

static void test_adoption_at_start(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct world *w = *state;

	make_tenants(w);
	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":[{\"path\":\"/tenant.slice/tenant-b.slice\","
		    "\"max\":8192,\"high\":\"max\",\"mode\":\"observe\"}]}");
	world_start(w, "/tenant.slice/tenant-a.slice=4096", "/tenant.slice/tenant-b.slice=4096",
		    NULL);
	/* in no store: taken over; in the store: the store counts */
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), 4096);
	assert_true(world_flag(w, "/tenant.slice/tenant-a.slice", "Runtime"));
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-b.slice"), 8192);
	assert_false(world_flag(w, "/tenant.slice/tenant-b.slice", "Runtime"));
	text = world_read(w, "runtime/quotas.json");
	assert_non_null(strstr(text, "tenant-a"));
}

static void test_damaged_store(void **state)
{
	_cleanup_free_ char *word = NULL, *reason = NULL, *kept = NULL, *again = NULL;
	_cleanup_free_ char *both = NULL;
	struct world *w = *state;

	make_tenants(w);
	world_write(w, "state/quotas.json",
		    "{\"version\":1,\"quotas\":["
		    "{\"path\":\"/tenant.slice\",\"max\":-1,\"high\":\"max\",\"mode\":\"enforce\"},"
		    "{\"path\":\"/tenant.slice/tenant-a.slice\",\"max\":8192,\"high\":\"max\","
		    "\"mode\":\"enforce\"}]}");
	world_start(w, NULL);
	word = world_manager_word(w, "State");
	assert_string_equal(word, "degraded");
	reason = world_manager_word(w, "Reason");
	assert_non_null(strstr(reason, "quotas.json.damaged-1"));
	kept = world_read(w, "state/quotas.json.damaged-1");
	assert_non_null(strstr(kept, "-1"));
	/* what makes sense counts */
	assert_int_equal(world_kernel_max(w, "/tenant.slice/tenant-a.slice"), 8192);

	world_stop(w);
	world_write(w, "state/quotas.json", "{ this is no");
	world_write(w, "runtime/quotas.json", "nor is this");
	world_start(w, NULL);
	both = world_manager_word(w, "Reason");
	assert_non_null(strstr(both, "state/quotas.json was damaged"));
	assert_non_null(strstr(both, "runtime/quotas.json was damaged"));
	assert_non_null(strstr(both, "restart pind.service"));
	again = world_read(w, "state/quotas.json.damaged-2");
	assert_string_equal(again, "{ this is no");
	world_set_max(w, "/tenant.slice", 4096, false);
	assert_int_equal(world_kernel_max(w, "/tenant.slice"), 4096);
}

/* A quota that is set below what is pinned already. */
static void test_over(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/a");
	world_fake(w, "Use", "sttt", "/a", 8 * MIB, 8 * MIB, 2048ULL);
	assert_false(world_flag(w, "/a", "Over"));
	world_set_max(w, "/a", 8 * MIB, false);
	assert_false(world_flag(w, "/a", "Over"));
	world_set_max(w, "/a", 4 * MIB, false);
	assert_true(world_flag(w, "/a", "Over"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_over),
		TEST(test_get_group),
		TEST(test_units),
		TEST(test_get_group_refused),
		TEST(test_set_quota),
		TEST(test_set_quota_invalid),
		TEST(test_kernel_refuses),
		TEST(test_store_fails),
		TEST(test_past_runtime_hides_nothing),
		TEST(test_part_of_a_quota),
		TEST(test_set_property),
		TEST(test_group_methods),
		TEST(test_persistence),
		TEST(test_unset),
		TEST(test_unset_unmet),
		TEST(test_set_quota_at_birth),
		TEST(test_list_quotas),
		TEST_QUIET(test_adoption_at_start),
		TEST_QUIET(test_damaged_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
