// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may do what, and whether the interface is the documented one. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <pind/cleanup.h>

#include "world.h"

#define NOBODY 65534

/* In a process of another user: 0 if the call ended with the error (NULL: worked). */
static int call_as_nobody(const char *error_name, const char *object, const char *interface,
			  const char *member, const char *types, va_list arguments)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL, *reply = NULL;
	sd_bus *bus = NULL;
	int r;

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 2;
	r = sd_bus_open_system(&bus);
	r = r < 0 ? r : sd_bus_message_new_method_call(bus, &m, PIND_BUS_NAME, object, interface,
						       member);
	if (types)
		r = r < 0 ? r : sd_bus_message_appendv(m, types, arguments);
	if (r < 0)
		return 3;
	r = sd_bus_call(bus, m, 0, &error, &reply);
	if (r >= 0)
		return error_name ? 4 : 0;
	(void)fprintf(stderr, "# %s: %s: %s\n", member, error.name, error.message);
	return error_name && !strcmp(error.name, error_name) ? 0 : 5;
}

static void as_nobody(const char *error_name, const char *object, const char *interface,
		      const char *member, const char *types, ...)
{
	va_list arguments;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		va_start(arguments, types);
		_exit(call_as_nobody(error_name, object, interface, member, types, arguments));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status))
		fail_msg("%s as nobody: %d", member, WEXITSTATUS(status));
}

static void test_reading_is_free(void **state)
{
	const char *group = PIND_GROUP_PREFIX "/_2fx_2eslice";
	struct world *w = *state;

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/x.slice");
	world_fake(w, "Born", "sb", "/x.slice", false);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetGroup", "s", "x.slice");
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListAccounts", "s", "");
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListRefusals", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListGroups", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListQuotas", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetCounters", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetBooks", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListMisuse", NULL);
	as_nobody(NULL, PIND_OBJECT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
		  NULL);
	as_nobody(NULL, group, "org.freedesktop.DBus.Properties", "Get", "ss",
		  PIND_GROUP_INTERFACE, "Current");
	as_nobody(NULL, group, "org.freedesktop.DBus.Introspectable", "Introspect", NULL);
}

static void test_changing_is_not(void **state)
{
	const char *denied = SD_BUS_ERROR_ACCESS_DENIED;
	const char *group = PIND_GROUP_PREFIX "/_2fx_2eslice";
	struct world *w = *state;

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/x.slice");
	world_set_max(w, "/x.slice", 4096, false);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/x.slice", 1,
		  "max", "t", 8192ULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "/x.slice");
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Audit", NULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "AuditGroup", "s", "/");
	/* it tells frame numbers */
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetPage", "t", 3ULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListPages", "utt", 1, 4096ULL,
		  4096ULL);
	as_nobody(denied, group, PIND_GROUP_INTERFACE, "SetQuota", "a{sv}", 1, "max", "t", 8192ULL);
	as_nobody(denied, group, PIND_GROUP_INTERFACE, "UnsetQuota", NULL);
	as_nobody(denied, group, PIND_GROUP_INTERFACE, "ResetPeak", NULL);
	as_nobody(denied, group, "org.freedesktop.DBus.Properties", "Set", "ssv",
		  PIND_GROUP_INTERFACE, "Max", "t", 8192ULL);
	/* neither by a call that does not name its interface, nor what nobody thought of */
	as_nobody(denied, PIND_OBJECT, NULL, "SetQuota", "sa{sv}", "/x.slice", 1, "max", "t",
		  8192ULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Whatever", NULL);
	assert_int_equal(world_kernel_max(w, "/x.slice"), 4096);
}

/* The bus takes no user that it does not find: that, and not that no daemon runs. */
static void test_unknown_user(void **state)
{
	const uid_t nowhere = 2123456;
	char text[1024] = "";
	int fds[2], status;
	pid_t pid;

	if (getuid() != 0 || getpwuid(nowhere))
		skip();
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		if (setgid(nowhere) < 0 || setuid(nowhere) < 0)
			_exit(126);
		(void)execl(PIND_TEST_PINCTL, "pinctl", "list", NULL);
		_exit(127); /* the user may not even reach it */
	}
	(void)close(fds[1]);
	(void)!read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 127)
		skip();
	assert_int_equal(WEXITSTATUS(status), 6);
	assert_non_null(strstr(text, "user 2123456 is not"));
}

static void compare(struct world *w, const char *object, const char *interface)
{
	sd_bus_message *reply = world_call(w, object, "org.freedesktop.DBus.Introspectable",
					   "Introspect", NULL);
	char command[512];
	const char *text;

	assert_true(sd_bus_message_read(reply, "s", &text) > 0);
	world_write(w, "live.xml", text);
	(void)sd_bus_message_unref(reply);
	(void)snprintf(command, sizeof(command),
		       "python3 %s/tests/bus/interface-diff %s %s/docs/dbus/%s.xml %s/live.xml >&2",
		       PIND_TEST_SOURCE, interface, PIND_TEST_SOURCE, interface, w->directory);
	assert_int_equal(system(command), 0);
}

static void test_interface_is_documented(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/x.slice");
	compare(w, PIND_OBJECT, PIND_MANAGER_INTERFACE);
	compare(w, PIND_GROUP_PREFIX "/_2fx_2eslice", PIND_GROUP_INTERFACE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reading_is_free),
		TEST(test_changing_is_not),
		TEST(test_unknown_user),
		TEST(test_interface_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
