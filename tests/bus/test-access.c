// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may do what, and whether the interface is the documented one. */
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <pind/cleanup.h>

#include "world.h"

#define NOBODY 65534

/* How many processes an answer aa{sv} names. */
static int count_named(sd_bus_message *reply)
{
	int count = 0;
	const char *key;

	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'a', "{sv}") > 0) {
		while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
			assert_true(sd_bus_message_read(reply, "s", &key) > 0);
			count += !strcmp(key, "comm");
			assert_true(sd_bus_message_skip(reply, "v") >= 0);
			assert_true(sd_bus_message_exit_container(reply) >= 0);
		}
		assert_true(sd_bus_message_exit_container(reply) >= 0);
	}
	return count;
}

struct attempt {
	const char *error; /* that it has to end with, or NULL */
	bool interactive;
	int named; /* processes that the answer has to name; -1: whatever */
};

/* In a process of another user: 0 if the call ended as it has to. */
static int call_as_nobody(const struct attempt *attempt, const char *object, const char *interface,
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
	if (attempt->interactive)
		r = r < 0 ? r : sd_bus_message_set_allow_interactive_authorization(m, true);
	if (r < 0)
		return 3;
	r = sd_bus_call(bus, m, 0, &error, &reply);
	if (r >= 0 && attempt->error)
		return 4;
	if (r >= 0)
		return attempt->named < 0 || count_named(reply) == attempt->named ? 0 : 6;
	(void)fprintf(stderr, "# %s: %s: %s\n", member, error.name, error.message);
	return attempt->error && !strcmp(error.name, attempt->error) ? 0 : 5;
}

static pid_t begin_as_nobody(const struct attempt *attempt, const char *object,
			     const char *interface, const char *member, const char *types,
			     va_list arguments)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(call_as_nobody(attempt, object, interface, member, types, arguments));
	return pid;
}

static void end_as_nobody(pid_t pid, const char *member)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status))
		fail_msg("%s as nobody: %d", member, WEXITSTATUS(status));
}

static void as_nobody(const char *error_name, const char *object, const char *interface,
		      const char *member, const char *types, ...)
{
	const struct attempt attempt = { error_name, false, -1 };
	va_list arguments;

	va_start(arguments, types);
	end_as_nobody(begin_as_nobody(&attempt, object, interface, member, types, arguments),
		      member);
	va_end(arguments);
}

static void nobody_is_told(int named, const char *member, const char *types, ...)
{
	const struct attempt attempt = { NULL, false, named };
	va_list arguments;

	va_start(arguments, types);
	end_as_nobody(begin_as_nobody(&attempt, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, types,
				      arguments),
		      member);
	va_end(arguments);
}

/* Begins a call that allows to ask for a password. */
static pid_t nobody_may_be_asked(const char *error_name, const char *member, const char *types, ...)
{
	const struct attempt attempt = { error_name, true, -1 };
	va_list arguments;
	pid_t pid;

	va_start(arguments, types);
	pid = begin_as_nobody(&attempt, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, types,
			      arguments);
	va_end(arguments);
	return pid;
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
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListSites", NULL);
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
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "SurveySites", "u", 1);
	/* it tells frame numbers */
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetPage", "t", 3ULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListPages", "utt", 1, 4096ULL,
		  4096ULL);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListOthers", "s", "/x.slice");
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

static void test_polkit(void **state)
{
	const char *denied = SD_BUS_ERROR_ACCESS_DENIED;
	struct world *w = *state;

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/x.slice");
	world_polkit(w);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/x.slice", 1,
		  "max", "t", 8192ULL);
	world_polkit_allows(w, "org.pind1.set-quota");
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", "/x.slice", 1,
		  "max", "t", 8192ULL);
	assert_int_equal(world_kernel_max(w, "/x.slice"), 8192);
	assert_false(world_flag(w, "/x.slice", "Runtime"));
	world_saw(w, "Quota /x.slice SetQuota 65534 18446744073709551615 8192");
	as_nobody(NULL, PIND_GROUP_PREFIX "/_2fx_2eslice", PIND_GROUP_INTERFACE, "ResetPeak", NULL);
	as_nobody(NULL, PIND_GROUP_PREFIX "/_2fx_2eslice", PIND_GROUP_INTERFACE, "UnsetQuota",
		  NULL);
	world_saw(w, "Quota /x.slice UnsetQuota 65534 8192 18446744073709551615");
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Audit", NULL);
	world_polkit_allows(w, "org.pind1.audit");
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "Audit", NULL);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "AuditGroup", "s", "/x.slice");
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetPage", "t", 3ULL);
	world_polkit_allows(w, "org.pind1.inspect-others");
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetPage", "t", 3ULL);
	/* what no action is for */
	as_nobody(denied, PIND_GROUP_PREFIX "/_2fx_2eslice", "org.freedesktop.DBus.Properties",
		  "Set", "ssv", PIND_GROUP_INTERFACE, "Max", "t", 8192ULL);
}

/* A password is awaited: others are served, and who goes away changes nothing. */
static void test_polkit_waits(void **state)
{
	const unsigned long long max = 8192;
	struct world *w = *state;
	pid_t pids[6];

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/x.slice");
	world_polkit(w);
	world_polkit_allows(w, "org.pind1.set-quota");
	world_polkit_hangs(w, true);
	pids[0] = nobody_may_be_asked(NULL, "SetQuota", "sa{sv}", "/x.slice", 1, "max", "t", max);
	world_until(w, world_polkit_waits(w));
	nobody_is_told(0, "ListQuotas", NULL);
	world_set_max(w, "/x.slice", 4096, false);
	assert_int_equal(kill(pids[0], SIGKILL), 0);
	assert_int_equal(waitpid(pids[0], NULL, 0), pids[0]);
	world_polkit_hangs(w, false);
	world_polkit_hangs(w, true);
	assert_int_equal(world_kernel_max(w, "/x.slice"), 4096);

	/* four of a user, and no more */
	for (int i = 0; i < 4; i++)
		pids[i] = nobody_may_be_asked(NULL, "SetQuota", "sa{sv}", "/x.slice", 1, "max", "t",
					      max);
	pids[4] = nobody_may_be_asked(SD_BUS_ERROR_LIMITS_EXCEEDED, "SetQuota", "sa{sv}",
				      "/x.slice", 1, "max", "t", max);
	pids[5] = waitpid(-1, NULL, 0); /* one of them is refused at once */
	world_polkit_hangs(w, false);
	for (int i = 0; i < 5; i++)
		if (pids[i] != pids[5])
			(void)waitpid(pids[i], NULL, 0);
	assert_int_equal(world_kernel_max(w, "/x.slice"), 8192);
}

/* Who pins is told to whose cgroup it is, and to whom polkit lets inspect. */
static void test_who_is_told(void **state)
{
	struct world *w = *state;

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/a");
	world_mkdir(w, "/a/b");
	world_mkdir(w, "/ab");
	world_unit(w, "ab.service", "/ab");
	world_fake(w, "Account", "susss", "/a/b", 5, "one", "io_sqe_buffer_register", "");
	world_fake(w, "Account", "susss", "/ab", 6, "two", "io_sqe_buffer_register", "");
	world_fake(w, "Refuse", "ssayb", "/a/b", "/a", 2, 'x', 'y', true);
	nobody_is_told(0, "ListAccounts", "s", "");
	nobody_is_told(0, "ListAccounts", "s", "ab.service");
	world_fake(w, "Processes", "s", "/a");
	nobody_is_told(1, "ListAccounts", "s", "");
	nobody_is_told(0, "ListAccounts", "s", "ab.service");
	nobody_is_told(1, "ListRefusals", NULL);
	world_fake(w, "Processes", "s", "/a/b");
	nobody_is_told(1, "ListAccounts", "s", "");
	world_fake(w, "Processes", "s", "/");
	nobody_is_told(0, "ListAccounts", "s", "");
	/* the account is older than the cgroup that is at the path now */
	world_rmdir(w, "/a/b");
	world_rmdir(w, "/a");
	world_mkdir(w, "/a");
	world_fake(w, "Processes", "s", "/a");
	nobody_is_told(0, "ListAccounts", "s", "");
	world_polkit(w);
	nobody_is_told(0, "ListAccounts", "s", "");
	world_polkit_allows(w, "org.pind1.inspect-others");
	nobody_is_told(2, "ListAccounts", "s", "");
	nobody_is_told(1, "ListAccounts", "s", "ab.service");
	nobody_is_told(1, "ListRefusals", NULL);
}

static void nobody_sets(const char *error, const char *path, uint64_t max)
{
	as_nobody(error, PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota", "sa{sv}", path, 1, "max",
		  "t", max);
}

static void test_owner(void **state)
{
	const char *denied = SD_BUS_ERROR_ACCESS_DENIED;
	struct world *w = *state;
	char owned[256];

	if (getuid() != 0)
		skip();
	world_mkdir(w, "/own");
	world_mkdir(w, "/own/in");
	world_mkdir(w, "/own/in/deep");
	world_mkdir(w, "/own/admin");
	world_mkdir(w, "/other");
	(void)snprintf(owned, sizeof(owned), "%s/own", w->cgroups);
	assert_int_equal(chown(owned, NOBODY, NOBODY), 0);
	world_set_max(w, "/own/admin", 4096, true);

	nobody_sets(NULL, "/own/in", 8192);
	assert_int_equal(world_kernel_max(w, "/own/in"), 8192);
	assert_true(world_flag(w, "/own/in", "Runtime"));
	world_saw(w, "Quota /own/in SetQuota 65534 18446744073709551615 8192");
	nobody_sets(NULL, "/own/in/deep", 4096);
	nobody_sets(denied, "/own", 8192);
	nobody_sets(denied, "/other", 8192);
	nobody_sets(denied, "/own/admin", 8192);
	as_nobody(denied, PIND_OBJECT, PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "/own/admin");
	assert_int_equal(world_kernel_max(w, "/own/admin"), 4096);

	/* it is remembered whose word it is; an administrator's counts more */
	world_stop(w);
	world_start(w, "/own/in=8192", "/own/in/deep=4096", "/own/admin=4096", NULL);
	nobody_sets(NULL, "/own/in", 12288);
	as_nobody(NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE, "UnsetQuota", "s", "/own/in/deep");
	world_set_max(w, "/own/in", 4096, false);
	nobody_sets(denied, "/own/in", 12288);
	assert_int_equal(world_kernel_max(w, "/own/in"), 4096);
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
		TEST(test_polkit),
		TEST(test_polkit_waits),
		TEST(test_who_is_told),
		TEST(test_owner),
		TEST(test_unknown_user),
		TEST(test_interface_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
