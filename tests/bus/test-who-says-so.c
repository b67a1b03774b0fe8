// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules and quotas: all of them, with whoever says so, and what is wrong with their files. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

#define FILE_A "quota.d/10-a.json"
#define TENANT "/t.slice/tenant-a.slice"

static const char good[] = "{ \"rules\": [ // first\n"
			   "{ \"match\": \"/\", \"reserve\": \"50%\" },\n"
			   "{ \"unit\": \"tenant-*.slice\", \"max\": \"8M\", \"mode\": \"observe\",\n"
			   "  \"on_exceed\": \"kill\", \"comment\": \"a tenant\" } ] }\n";

/* A value of a rule, as text. */
static void read_value(sd_bus_message *m, char *text, size_t size)
{
	const char *type, *word;
	uint64_t number = 0;
	uint32_t small = 0;
	int flag = 0;

	assert_true(sd_bus_message_peek_type(m, NULL, &type) > 0);
	if (!strcmp(type, "s")) {
		assert_true(sd_bus_message_read(m, "v", "s", &word) > 0);
		/* of a file, its name */
		(void)snprintf(text, size, "%s", strstr(word, "quota.d/") ?: word);
		return;
	}
	if (!strcmp(type, "t"))
		assert_true(sd_bus_message_read(m, "v", "t", &number) > 0);
	else if (!strcmp(type, "u"))
		assert_true(sd_bus_message_read(m, "v", "u", &small) > 0);
	else
		assert_true(sd_bus_message_read(m, "v", "b", &flag) > 0);
	(void)snprintf(text, size, number == PIND_UNLIMITED ? "max" : "%llu",
		       (unsigned long long)(number + small + (unsigned int)flag));
}

/* One line for each rule: its values, as far as it has them, in the order of the contract. */
static char *list_rules(struct world *w, const char *name)
{
	static const char *const keys[] = {
		"source", "pattern", "unit",	  "max",   "max_held", "high",	 "mode",   "charge",
		"file",	  "line",    "on_exceed", "grace", "dry_run",  "signal", "comment"
	};
	sd_bus_message *m =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListRules", "s", name);
	char values[15][64], *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	const char *key;

	assert_true(sd_bus_message_enter_container(m, 'a', "a{sv}") >= 0);
	while (sd_bus_message_enter_container(m, 'a', "{sv}") > 0) {
		memset(values, 0, sizeof(values));
		while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
			size_t i = 0;

			assert_true(sd_bus_message_read(m, "s", &key) > 0);
			while (strcmp(keys[i], key))
				i++;
			read_value(m, values[i], sizeof(values[i]));
			assert_true(sd_bus_message_exit_container(m) >= 0);
		}
		assert_true(sd_bus_message_exit_container(m) >= 0);
		for (size_t i = 0; i < 15; i++)
			if (values[i][0])
				(void)fprintf(stream, "%s%s", i ? " " : "", values[i]);
		(void)fputc('\n', stream);
	}
	(void)fclose(stream);
	(void)sd_bus_message_unref(m);
	return text;
}

static void rules_are(struct world *w, const char *name, const char *expected)
{
	_cleanup_free_ char *text = list_rules(w, name);

	assert_string_equal(text, expected);
}

/* How many problems there are; the first one in @first, of 512 bytes. */
static size_t count_problems(struct world *w, char *first)
{
	sd_bus_message *m =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListProblems", NULL);
	const char *file, *sentence;
	uint32_t line;
	size_t n = 0;

	assert_true(sd_bus_message_enter_container(m, 'a', "(sus)") >= 0);
	while (sd_bus_message_read(m, "(sus)", &file, &line, &sentence) > 0)
		if (n++ == 0)
			(void)snprintf(first, 512, "%s:%u: %s", strstr(file, "quota.d"), line,
				       sentence);
	(void)sd_bus_message_unref(m);
	return n;
}

#define ROOT_RULE "file / 0 %llu max max enforce pinner quota.d/10-a.json 2 nothing\n"
#define TENANT_RULE                                                                               \
	"file tenant-*.slice 1 8388608 max max observe pinner quota.d/10-a.json 3 kill 30000000 " \
	"0 a "                                                                                    \
	"tenant\n"

static void start(struct world *w)
{
	world_write(w, FILE_A, good);
	world_mkdir(w, "/t.slice");
	world_mkdir(w, TENANT);
	world_start(w, NULL);
}

static void test_who_says_so(void **state)
{
	struct world *w = *state;
	char expected[512], problem[512];
	uint64_t half;

	start(w);
	world_until(w, world_kernel_max(w, TENANT) == 8 * MIB);
	half = world_kernel_max(w, "/");
	assert_true(half == world_manager_number(w, "TotalRam") / 2);
	(void)snprintf(expected, sizeof(expected), ROOT_RULE TENANT_RULE, (unsigned long long)half);
	rules_are(w, "", expected);
	rules_are(w, TENANT, TENANT_RULE);
	rules_are(w, "/t.slice", "");
	assert_int_equal(count_problems(w, problem), 0);

	world_set_max(w, TENANT, 4 * MIB, false);
	world_set_max(w, TENANT, 2 * MIB, true);
	world_set_max(w, "/none", MIB, false);
	rules_are(w, TENANT,
		  TENANT_RULE "kept " TENANT " 4194304 max max observe kill 30000000 0\n"
			      "runtime " TENANT " 2097152 max max observe kill 30000000 0\n");
	(void)snprintf(expected, sizeof(expected),
		       ROOT_RULE TENANT_RULE
		       "kept /none 1048576 max max enforce nothing\n"
		       "kept " TENANT " 4194304 max max observe kill 30000000 0\n"
		       "runtime " TENANT " 2097152 max max observe kill 30000000 0\n",
		       (unsigned long long)half);
	rules_are(w, "", expected);
	/* of the cgroup that was removed it says nothing any more */
	world_rmdir(w, TENANT);
	world_mkdir(w, TENANT);
	rules_are(w, TENANT,
		  TENANT_RULE "kept " TENANT " 4194304 max max observe kill 30000000 0\n");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "'a'", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListRules", "s", "a");
}

/* What the owner of a delegated cgroup says counts less than a file. */
static void test_owner(void **state)
{
	struct world *w = *state;
	char text[512];

	world_mkdir(w, "/t.slice");
	world_mkdir(w, TENANT);
	world_write(w, FILE_A, good);
	(void)snprintf(text, sizeof(text),
		       "{\"version\":1,\"quotas\":[{\"path\":\"" TENANT "\",\"max\":4194304,"
		       "\"high\":\"max\",\"mode\":\"enforce\",\"cgroup_id\":\"%llu\","
		       "\"owner\":1000}]}",
		       (unsigned long long)world_id(w, TENANT));
	world_write(w, "runtime/quotas.json", text);
	world_start(w, NULL);
	rules_are(w, TENANT, "runtime " TENANT " 4194304 max max enforce nothing\n" TENANT_RULE);
	world_until(w, world_kernel_max(w, TENANT) == 8 * MIB);
}

static void reload(struct world *w)
{
	size_t n = world_log_count(w, "files of rules were read again");

	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	world_until(w, world_log_count(w, "files of rules were read again") > n);
}

static void test_bad_file(void **state)
{
	struct world *w = *state;
	char problem[512];

	start(w);
	world_write(w, FILE_A, "{ \"rules\": [\n{ \"unit\": \"tenant-*.slice\", \"max\": \"-1\" } ] }");
	world_write(w, "quota.d/20-b.json",
		    "{ \"rules\": [\n{ \"match\": \"/t.slice\", \"max\": \"16M\" } ] }");
	for (int i = 0; i < 2; i++) {
		reload(w);
		/* what it said stays, and the others apply */
		assert_int_equal(count_problems(w, problem), 1);
		assert_non_null(strstr(problem, "quota.d/10-a.json:2: rule 1: the max \"-1\" is "
						"negative"));
		rules_are(w, TENANT, TENANT_RULE);
		assert_int_equal(world_kernel_max(w, TENANT), 8 * MIB);
		assert_int_equal(world_kernel_max(w, "/t.slice"), 16 * MIB);
		/* also in the next life */
		world_stop(w);
		world_start(w, NULL);
		rules_are(w, TENANT, TENANT_RULE);
		assert_int_equal(world_kernel_max(w, TENANT), 8 * MIB);
	}
	world_write(w, FILE_A, "");
	reload(w);
	assert_int_equal(count_problems(w, problem), 0);
	rules_are(w, TENANT, "");
	assert_true(world_kernel_max(w, TENANT) == PIND_UNLIMITED);
}

/* Files and quotas are known without the module. */
static void test_without_module(void **state)
{
	struct world *w = *state;

	world_write(w, FILE_A, good);
	world_start(w, "unloaded", NULL);
	rules_are(w, TENANT, TENANT_RULE);
}

/* Also without the module a part is one of the memory that there is now. */
static void test_memory_without_module(void **state)
{
	_cleanup_free_ char *before = NULL, *by_look = NULL, *by_reload = NULL;
	struct world *w = *state;

	world_write(w, FILE_A, "{ \"rules\": [ { \"match\": \"/a\", \"max\": \"50%\" } ] }");
	world_start(w, "unloaded", NULL);
	before = list_rules(w, "");
	assert_non_null(strstr(before, " 536870912 "));
	world_fake(w, "Memory", "t", 2048 * MIB);
	world_fake(w, "Look", NULL);
	by_look = list_rules(w, "");
	assert_non_null(strstr(by_look, " 1073741824 "));
	world_fake(w, "Memory", "t", 4096 * MIB);
	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	world_until(w, world_log_count(w, "read again") > 0);
	by_reload = list_rules(w, "");
	assert_non_null(strstr(by_reload, " 2147483648 "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_says_so),
		TEST(test_owner),
		TEST(test_bad_file),
		TEST(test_without_module),
		TEST(test_memory_without_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
