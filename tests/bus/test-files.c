// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of rules: in force from a cgroup's birth, read again by SIGHUP, never half. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "world.h"

#define JOB "/jobs.slice/one"

static void rules(struct world *w, const char *file, const char *max)
{
	char text[256], path[64];

	(void)snprintf(text, sizeof(text),
		       "{ \"rules\": [ { \"match\": \"/jobs.slice/*\", \"max\": \"%s\" } ] }\n", max);
	(void)snprintf(path, sizeof(path), "quota.d/%s", file);
	world_write(w, path, text);
}

static void reload(struct world *w)
{
	size_t before = world_log_count(w, "read again");

	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	world_until(w, world_log_count(w, "read again") > before);
}

static void start(struct world *w)
{
	rules(w, "10.json", "8M");
	world_start(w, NULL);
	world_mkdir(w, "/jobs.slice");
	world_mkdir(w, JOB);
}

static void test_birth(void **state)
{
	struct world *w = *state;
	uint64_t sets;

	start(w);
	sets = world_requests_of(w, "group-set");
	world_fake(w, "Born", "sb", JOB, false);
	assert_int_equal(world_number(w, JOB, "Max"), 8 * MIB);
	assert_int_equal(world_requests_of(w, "group-set"), sets);
	/* what is set counts more, and what the files say is there again after it */
	world_set_max(w, JOB, 16 * MIB, false);
	assert_int_equal(world_kernel_max(w, JOB), 16 * MIB);
	world_set_max(w, JOB, 4 * MIB, true);
	assert_int_equal(world_kernel_max(w, JOB), 4 * MIB);
	world_manager(w, "UnsetQuota", "s", JOB);
	assert_int_equal(world_kernel_max(w, JOB), 8 * MIB);
	/* and no one takes it for a quota that somebody set behind our back */
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > 0);
	assert_false(world_flag(w, JOB, "Runtime"));
}

static void test_reload(void **state)
{
	struct world *w = *state;
	char path[128];

	start(w);
	world_fake(w, "Born", "sb", JOB, false);
	world_forget(w);
	rules(w, "10.json", "50%");
	reload(w);
	assert_int_equal(world_kernel_max(w, JOB), 512 * MIB);
	world_saw(w, "Changed " JOB);
	world_saw(w, "Quota " JOB " files -1 8388608 536870912");
	/* of a later file, and of none */
	rules(w, "20.json", "12M");
	reload(w);
	assert_int_equal(world_kernel_max(w, JOB), 12 * MIB);
	for (int i = 1; i <= 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/quota.d/%d0.json", w->directory, i);
		assert_int_equal(unlink(path), 0);
	}
	reload(w);
	assert_int_equal(world_kernel_max(w, JOB), PIND_UNLIMITED);
	world_saw(w, "Quota " JOB " files -1 12582912 18446744073709551615");
	/* each once, and nothing of what stays as it is */
	reload(w);
	assert_int_equal(world_count(w, "Quota " JOB), 3);
	assert_true(world_log_count(w, "10.json:1)") >= 1);
	world_mkdir(w, "/jobs.slice/two");
	world_fake(w, "Born", "sb", "/jobs.slice/two", false);
	assert_int_equal(world_kernel_max(w, "/jobs.slice/two"), PIND_UNLIMITED);
	assert_true(world_state_is(w, "healthy"));
}

static int on_max(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	uint64_t *ret = userdata;

	assert_true(sd_bus_message_read(reply, "v", "t", ret) > 0);
	return 0;
}

/* Who has them read, and then asks, hears of what they say now: so reload pind.service waits. */
static void test_reload_before_answers(void **state)
{
	_cleanup_free_ char *object = NULL;
	struct world *w = *state;
	uint64_t max = 0;
	int status;

	start(w);
	world_fake(w, "Born", "sb", JOB, false);
	/* and so it knows already whose connection this is */
	assert_int_equal(world_number(w, JOB, "Max"), 8 * MIB);
	rules(w, "10.json", "16M");
	/* both wait for it when it looks */
	assert_int_equal(kill(w->daemon_pid, SIGSTOP), 0);
	assert_int_equal(waitpid(w->daemon_pid, &status, WUNTRACED), w->daemon_pid);
	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	assert_true(sd_bus_path_encode(PIND_GROUP_PREFIX, JOB, &object) >= 0);
	assert_true(sd_bus_call_method_async(w->bus, NULL, PIND_BUS_NAME, object,
					     "org.freedesktop.DBus.Properties", "Get", on_max, &max,
					     "ss", PIND_GROUP_INTERFACE, "Max") >= 0);
	assert_true(sd_bus_flush(w->bus) >= 0);
	/* which the bus has passed on, as it answers that */
	assert_true(sd_bus_call_method(w->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				       "org.freedesktop.DBus", "GetId", NULL, NULL, NULL) >= 0);
	assert_int_equal(kill(w->daemon_pid, SIGCONT), 0);
	world_until(w, max);
	assert_int_equal(max, 16 * MIB);
}

static void test_bad_file(void **state)
{
	_cleanup_free_ char *reason = NULL;
	struct world *w = *state;

	start(w);
	world_fake(w, "Born", "sb", JOB, false);
	world_write(w, "quota.d/10.json", "{ \"rules\": [\n{ \"match\": \"jobs\" } ] }\n");
	rules(w, "05.json", "4M");
	reload(w);
	assert_true(world_state_is(w, "degraded"));
	reason = world_manager_word(w, "Reason");
	assert_non_null(strstr(reason, "quota.d/10.json:2: "));
	assert_true(world_log_count(w, "quota.d/10.json:2") > 0);
	assert_int_equal(world_kernel_max(w, JOB), 8 * MIB);
	/* nor does another life of the daemon lose it */
	world_kill(w);
	world_start(w, NULL);
	assert_int_equal(world_kernel_max(w, JOB), 8 * MIB);
	rules(w, "10.json", "24M");
	reload(w);
	assert_true(world_state_is(w, "healthy"));
	assert_int_equal(world_kernel_max(w, JOB), 24 * MIB);
}

static void test_rules_refused(void **state)
{
	struct world *w = *state;

	start(w);
	world_fake(w, "Fail", "sis", "rules-swap", 7, "too many");
	reload(w);
	assert_true(world_state_is(w, "degraded"));
	/* it tries again by itself */
	world_until(w, world_state_is(w, "healthy"));
}

/* What the module has, in one line. */
static void assert_longterm(struct world *w, const char *expected)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *module, *symbol;
	char text[256] = "";

	assert_return_code(sd_bus_get_property(w->bus, PIND_BUS_NAME, PIND_OBJECT,
					       PIND_MANAGER_INTERFACE, "Longterm", NULL, &reply,
					       "a(ss)"),
			   0);
	assert_return_code(sd_bus_message_enter_container(reply, 'a', "(ss)"), 0);
	while (sd_bus_message_read(reply, "(ss)", &module, &symbol) > 0)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s/%s ", module,
			       symbol);
	assert_string_equal(text, expected);
}

static void test_longterm(void **state)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *module, *symbol, *file;
	struct world *w = *state;
	uint32_t line;

	start(w);
	assert_longterm(w, "");
	/* nothing is asked of a module that has none and is to have none */
	assert_int_equal(world_requests_of(w, "longterm-set"), 0);
	world_write(w, "quota.d/20.json", "{ \"rules\": [], \"longterm\": [\n"
					  "{ \"module\": \"nvidia\" },\n"
					  "{ \"module\": \"a\", \"symbol\": \"b\" } ] }\n");
	world_write(w, "quota.d/30.json", "{ \"longterm\": [ { \"symbol\": \"c\" } ] }\n");
	reload(w);
	assert_longterm(w, "nvidia/ a/b /c ");
	assert_return_code(sd_bus_call_method(w->bus, PIND_BUS_NAME, PIND_OBJECT,
					      PIND_MANAGER_INTERFACE, "ListLongterm", NULL, &reply,
					      ""),
			   0);
	assert_return_code(sd_bus_message_enter_container(reply, 'a', "(sssu)"), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_true(sd_bus_message_read(reply, "(sssu)", &module, &symbol, &file, &line) >
			    0);
	assert_string_equal(module, "a");
	assert_string_equal(symbol, "b");
	assert_non_null(strstr(file, "/20.json"));
	assert_int_equal(line, 3);
	/* a file that is wrong changes nothing; what the module refuses is told, and tried again */
	world_write(w, "quota.d/30.json", "{ \"longterm\": [ { \"symbol\": 3 } ] }\n");
	reload(w);
	assert_longterm(w, "nvidia/ a/b /c ");
	world_write(w, "quota.d/30.json", "{ \"longterm\": [] }\n");
	world_fake(w, "Fail", "sis", "longterm-set", 7, "too many");
	reload(w);
	assert_true(world_reason_has(w, "too many"));
	world_until(w, world_state_is(w, "healthy"));
	assert_longterm(w, "nvidia/ a/b ");
}

/* What a file gave that is gone when the daemon comes again is taken back, and is no quota. */
static void test_gone_meanwhile(void **state)
{
	struct world *w = *state;
	char path[128], max[64];

	start(w);
	world_set_max(w, "/jobs.slice", 64 * MIB, true);
	world_stop(w);
	(void)snprintf(path, sizeof(path), "%s/quota.d/10.json", w->directory);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(max, sizeof(max), JOB "=%llu", 8 * MIB);
	/* somebody set another one past us */
	world_mkdir(w, "/jobs.slice/other");
	world_start(w, max, "/jobs.slice/other=4194304", NULL);
	assert_int_equal(world_kernel_max(w, JOB), PIND_UNLIMITED);
	assert_false(world_flag(w, JOB, "Runtime"));
	assert_int_equal(world_kernel_max(w, "/jobs.slice/other"), 4 * MIB);
	assert_true(world_flag(w, "/jobs.slice/other", "Runtime"));
	assert_int_equal(world_kernel_max(w, "/jobs.slice"), 64 * MIB);
	assert_int_equal(world_log_count(w, "(files, 10.json:1)"), 1);
}

/* Likewise what it gives less of, or somebody else of its name. */
static void test_changed_meanwhile(void **state)
{
	struct world *w = *state;
	char max[64];

	start(w);
	world_stop(w);
	world_write(w, "quota.d/10.json",
		    "{ \"rules\": [ { \"match\": \"/jobs.slice/b*\", \"max\": \"1M\" } ] }");
	(void)snprintf(max, sizeof(max), JOB "=%llu", 8 * MIB);
	world_start(w, max, NULL);
	assert_int_equal(world_kernel_max(w, JOB), PIND_UNLIMITED);
	assert_false(world_flag(w, JOB, "Runtime"));
}

/* What is done above it alone: that is told, too, once. */
static void test_on_exceed(void **state)
{
	struct world *w = *state;
	static const char *const acts[] = { "nothing", "kill", "kill" };
	char text[256];

	for (int i = 0; i < 3; i++) {
		(void)snprintf(text, sizeof(text),
			       "{ \"rules\": [\n{ \"match\": \"" JOB "\", \"max\": \"8M\", "
			       "\"on_exceed\": \"%s\" } ] }",
			       acts[i]);
		world_write(w, "quota.d/10.json", text);
		if (i > 0) {
			world_forget(w);
			reload(w);
			world_fake(w, "Overrun", NULL);
			world_until(w, world_state_is(w, "healthy"));
		} else {
			world_start(w, NULL);
			world_mkdir(w, "/jobs.slice");
			world_mkdir(w, JOB);
			world_fake(w, "Born", "sb", JOB, false);
		}
		if (i == 1)
			world_saw(w, "Quota " JOB " files -1 8388608 8388608");
		if (i == 2)
			assert_int_equal(world_count(w, "Quota"), 0);
	}
	assert_int_equal(world_log_count(w, "above it: kill after 30 s, before nothing (files, "),
			 1);
	/* nor was there anything to be set */
	assert_int_equal(world_requests_of(w, "group-set"), 0);
}

/* Memory is plugged in, and away: a part of it is more, and less, and each time that is told. */
static void test_memory(void **state)
{
	struct world *w = *state;

	rules(w, "10.json", "50%");
	world_start(w, NULL);
	world_mkdir(w, "/jobs.slice");
	world_mkdir(w, JOB);
	world_fake(w, "Born", "sb", JOB, false);
	assert_int_equal(world_kernel_max(w, JOB), 512 * MIB);
	world_forget(w);
	world_fake(w, "Memory", "t", 2048 * MIB);
	world_until(w, world_manager_number(w, "TotalRam") == 2048 * MIB);
	world_saw(w, "Quota " JOB " memory -1 536870912 1073741824");
	assert_int_equal(world_kernel_max(w, JOB), 1024 * MIB);
	world_fake(w, "Memory", "t", 256 * MIB);
	world_until(w, world_manager_number(w, "TotalRam") == 256 * MIB);
	world_saw(w, "Quota " JOB " memory -1 1073741824 134217728");
	assert_int_equal(world_log_count(w, "(memory, "), 2);
	/* what comes of a file behind it is the file's */
	rules(w, "10.json", "8M");
	reload(w);
	world_saw(w, "Quota " JOB " files -1 134217728 8388608");
	world_fake(w, "Overrun", NULL);
	world_until(w, world_state_is(w, "healthy"));
	assert_int_equal(world_count(w, "Quota"), 3);
}

/* Nobody asks: the daemon's own look finds it, also for cgroups that are yet to come. */
static void test_memory_look(void **state)
{
	struct world *w = *state;
	uint64_t asked;

	rules(w, "10.json", "50%");
	world_start(w, NULL);
	world_mkdir(w, "/jobs.slice");
	world_mkdir(w, JOB);
	world_fake(w, "Born", "sb", JOB, false);
	world_forget(w);
	world_fake(w, "Memory", "t", 2048 * MIB);
	asked = world_requests_of(w, "info-get");
	world_fake(w, "Look", NULL);
	world_saw(w, "Quota " JOB " memory -1 536870912 1073741824");
	assert_int_equal(world_kernel_max(w, JOB), 1024 * MIB);
	world_mkdir(w, "/jobs.slice/two");
	assert_int_equal(world_kernel_max(w, "/jobs.slice/two"), 1024 * MIB);
	/* by the look, and by the reading after it: those that were missed are not made up for */
	assert_true(world_requests_of(w, "info-get") <= asked + 2);
	/* and less, by the next one */
	world_fake(w, "Memory", "t", 256 * MIB);
	world_fake(w, "Look", NULL);
	world_saw(w, "Quota " JOB " memory -1 1073741824 134217728");
	assert_int_equal(world_kernel_max(w, "/jobs.slice/two"), 128 * MIB);
}

#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_QUIET(test_birth),
		TEST_QUIET(test_reload),
		TEST_QUIET(test_reload_before_answers),
		TEST_QUIET(test_bad_file),
		TEST_QUIET(test_rules_refused),
		TEST_QUIET(test_longterm),
		TEST_QUIET(test_gone_meanwhile),
		TEST_QUIET(test_changed_meanwhile),
		TEST_QUIET(test_on_exceed),
		TEST_QUIET(test_memory),
		TEST_QUIET(test_memory_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
