// SPDX-License-Identifier: GPL-2.0-or-later
/* One answer for a path, and whose word it is. */
#include "cmocka-all.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/pattern.h>

#include "wanted.h"

#define GIB (1024ULL * 1024 * 1024)

static char directory[64], kept_directory[80], runtime_directory[80], files_directory[80];

static struct pind_wanted *open_wanted(void)
{
	const char *const directories[] = { files_directory, NULL };
	struct pind_store *kept, *runtime;
	struct pind_store_report report;
	struct pind_policy *policy;
	struct pind_wanted *wanted;

	assert_int_equal(pind_store_open(kept_directory, &kept, &report), 0);
	assert_int_equal(pind_store_open(runtime_directory, &runtime, &report), 0);
	assert_int_equal(pind_policy_new(&policy), 0);
	assert_int_equal(pind_policy_load(policy, directories), 0);
	assert_int_equal(pind_wanted_new(kept, runtime, policy, &wanted), 0);
	assert_true(pind_wanted_set_ram(wanted, 8 * GIB));
	return wanted;
}

static int setup(void **state)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/pind-wanted-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(kept_directory, sizeof(kept_directory), "%s/kept", directory);
	(void)snprintf(runtime_directory, sizeof(runtime_directory), "%s/runtime", directory);
	(void)snprintf(files_directory, sizeof(files_directory), "%s/files", directory);
	if (mkdir(files_directory, 0755) < 0)
		return -1;
	*state = open_wanted();
	return 0;
}

static void write_rules(struct pind_wanted *wanted, const char *file, const char *rules)
{
	const char *const directories[] = { files_directory, NULL };
	char path[128];
	FILE *stream;

	(void)snprintf(path, sizeof(path), "%s/%s", files_directory, file);
	stream = fopen(path, "we");
	assert_non_null(stream);
	(void)fprintf(stream, "{ \"rules\": [\n%s\n] }\n", rules);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(pind_policy_load(pind_wanted_policy(wanted), directories), 0);
	assert_int_equal(pind_policy_problems(pind_wanted_policy(wanted))->n, 0);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	(void)pind_wanted_free(*state);
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(struct pind_wanted *wanted, const char *path, uint64_t max, uint64_t id)
{
	const struct pind_quota quota = { .path = (char *)path,
					  .max = max,
					  .max_held = PIND_UNLIMITED,
					  .high = PIND_UNLIMITED,
					  .mode = PIND_MODE_ENFORCE,
					  .cgroup_id = id };

	assert_int_equal(pind_wanted_put(wanted, &quota), 0);
}

static void expect(struct pind_wanted *wanted, const char *path, uint64_t id,
		   enum pind_source source, uint64_t max)
{
	struct pind_wish wish = pind_wanted_find(wanted, path, id);

	assert_int_equal(wish.source, source);
	assert_true(wish.limits.max == max);
}

static void test_order(void **state)
{
	struct pind_wanted *wanted = *state;

	expect(wanted, "/a", 5, PIND_SOURCE_NONE, PIND_UNLIMITED);
	put(wanted, "/a", 2 * GIB, 0);
	expect(wanted, "/a", 5, PIND_SOURCE_KEPT, 2 * GIB);
	expect(wanted, "/a", 0, PIND_SOURCE_KEPT, 2 * GIB);
	put(wanted, "/a", GIB, 5);
	expect(wanted, "/a", 5, PIND_SOURCE_RUNTIME, GIB);
	/* it was of that cgroup alone */
	expect(wanted, "/a", 6, PIND_SOURCE_KEPT, 2 * GIB);
	expect(wanted, "/a", 0, PIND_SOURCE_KEPT, 2 * GIB);
	expect(wanted, "/a/b", 5, PIND_SOURCE_NONE, PIND_UNLIMITED);
	/* a kept one takes the place of both */
	put(wanted, "/a", 3 * GIB, 0);
	expect(wanted, "/a", 5, PIND_SOURCE_KEPT, 3 * GIB);
	assert_int_equal(pind_wanted_remove(wanted, "/a"), 1);
	assert_int_equal(pind_wanted_remove(wanted, "/a"), 0);
	assert_false(pind_wanted_has_stored(wanted, "/a"));
}

/* The second of two stores cannot be written: the first has what it had. */
static void test_half_done(void **state)
{
	struct pind_wanted *wanted = *state;
	const struct pind_quota quota = { .path = "/a", .max = 3 * GIB };
	char away[96];

	put(wanted, "/a", 2 * GIB, 0);
	put(wanted, "/a", GIB, 5);
	(void)snprintf(away, sizeof(away), "%s.away", runtime_directory);
	assert_int_equal(rename(runtime_directory, away), 0);
	assert_true(pind_wanted_put(wanted, &quota) < 0);
	expect(wanted, "/a", 5, PIND_SOURCE_RUNTIME, GIB);
	expect(wanted, "/a", 6, PIND_SOURCE_KEPT, 2 * GIB);
	assert_true(pind_wanted_remove(wanted, "/a") < 0);
	expect(wanted, "/a", 6, PIND_SOURCE_KEPT, 2 * GIB);
	assert_int_equal(rename(away, runtime_directory), 0);
}

static void test_files(void **state)
{
	struct pind_wanted *wanted = *state;
	struct pind_limits limits;
	struct pind_wish wish;

	write_rules(wanted, "10.json",
		    "{ \"match\": \"/tenant.slice/**\", \"max\": \"25%\" },\n"
		    "{ \"match\": \"/tenant.slice/a\", \"max\": \"1G\" }");
	wish = pind_wanted_find(wanted, "/tenant.slice/b", 5);
	assert_int_equal(wish.source, PIND_SOURCE_FILE);
	assert_true(wish.limits.max == 2 * GIB);
	assert_non_null(strstr(wish.file, "/10.json"));
	assert_int_equal(wish.line, 2);
	expect(wanted, "/tenant.slice/a", 0, PIND_SOURCE_FILE, GIB);
	/* memory came */
	assert_true(pind_wanted_set_ram(wanted, 16 * GIB));
	assert_false(pind_wanted_set_ram(wanted, 16 * GIB));
	expect(wanted, "/tenant.slice/b", 0, PIND_SOURCE_FILE, 4 * GIB);
	/* what is kept counts more, and a runtime quota more than that */
	put(wanted, "/tenant.slice/a", 3 * GIB, 0);
	expect(wanted, "/tenant.slice/a", 0, PIND_SOURCE_KEPT, 3 * GIB);
	put(wanted, "/tenant.slice/b", 5 * GIB, 5);
	expect(wanted, "/tenant.slice/b", 5, PIND_SOURCE_RUNTIME, 5 * GIB);
	assert_true(pind_wanted_file(wanted, "/tenant.slice/b").limits.max == 4 * GIB);
	/* for which paths the kernel is to have a rule of their own */
	assert_true(pind_wanted_rule(wanted, "/tenant.slice/a", true, &limits));
	assert_true(limits.max == 3 * GIB);
	assert_true(pind_wanted_rule(wanted, "/tenant.slice/a", false, &limits));
	assert_true(limits.max == GIB);
	assert_false(pind_wanted_rule(wanted, "/tenant.slice/b", true, &limits));
}

static bool owner_pays(struct pind_wanted *wanted, const char *path, uint64_t id)
{
	return pind_wanted_find(wanted, path, id).limits.charge_owner;
}

/* Files alone say who pays, also where something else sets the limits. */
static void test_charge(void **state)
{
	struct pind_wanted *wanted = *state;
	struct pind_limits limits;

	put(wanted, "/t/a", GIB, 0);
	put(wanted, "/t/b", GIB, 5);
	assert_false(owner_pays(wanted, "/t/a", 0) || owner_pays(wanted, "/t/b", 5));
	write_rules(wanted, "10.json",
		    "{ \"match\": \"/t/*\", \"max\": \"2G\", \"charge\": \"owner\" },\n"
		    "{ \"match\": \"/t/c\", \"max\": \"1M\" }");
	assert_true(owner_pays(wanted, "/t/a", 0) && owner_pays(wanted, "/t/b", 5));
	expect(wanted, "/t/a", 0, PIND_SOURCE_KEPT, GIB);
	expect(wanted, "/t/b", 5, PIND_SOURCE_RUNTIME, GIB);
	assert_false(owner_pays(wanted, "/t/c", 0) || owner_pays(wanted, "/u", 0));
	put(wanted, "/t/c", GIB, 0);
	assert_false(owner_pays(wanted, "/t/c", 0));
	/* the kernel's rule for the path says the same */
	assert_true(pind_wanted_rule(wanted, "/t/a", true, &limits));
	assert_true(limits.max == GIB && limits.charge_owner);
	write_rules(wanted, "10.json", "");
	assert_false(owner_pays(wanted, "/t/a", 0) || owner_pays(wanted, "/t/b", 5));
}

/* What the kernel would decide, of a list of rules. */
static struct pind_limits decided(const struct pind_rule *rules, ssize_t n, const char *path)
{
	const struct pind_limits none = pind_limits_none();

	for (ssize_t i = n; i-- > 0;)
		if (rules[i].path && !strcmp(rules[i].path, path))
			return pind_limits_changed(&none, &rules[i].limits);
	for (ssize_t i = 0; i < n; i++)
		if (rules[i].pattern &&
		    pind_pattern_matches_path(rules[i].pattern, rules[i].unit, path))
			return pind_limits_changed(&none, &rules[i].limits);
	return none;
}

/* The kernel asks the paths first, then the first pattern: it decides as the files do. */
/* What the owner of a delegated cgroup says, until an administrator says something. */
static void test_owner(void **state)
{
	const struct pind_quota quota = { .path = (char *)"/own/a",
					  .max = GIB,
					  .max_held = PIND_UNLIMITED,
					  .high = PIND_UNLIMITED,
					  .mode = PIND_MODE_ENFORCE,
					  .cgroup_id = 5,
					  .owner = 1000 };
	struct pind_wanted *wanted = *state;
	struct pind_wish wish;

	assert_int_equal(pind_wanted_put(wanted, &quota), 0);
	wish = pind_wanted_find(wanted, "/own/a", 5);
	assert_int_equal(wish.source, PIND_SOURCE_RUNTIME);
	assert_int_equal(wish.owner, 1000);
	write_rules(wanted, "10.json", "{ \"match\": \"/own/*\", \"max\": \"1M\" }");
	wish = pind_wanted_find(wanted, "/own/a", 5);
	assert_int_equal(wish.source, PIND_SOURCE_FILE);
	assert_int_equal(wish.owner, 0);
}

static void test_rules(void **state)
{
	static const char *const paths[] = { "/",  "/a",    "/b", "/a/x", "/a/u.service",
					     "/c", "/kept", "/d" };
	struct pind_wanted *wanted = *state;
	struct pind_rule *rules;
	ssize_t n;

	write_rules(wanted, "10.json",
		    "{ \"match\": \"/**\", \"max\": \"1G\", \"charge\": \"owner\" },\n"
		    "{ \"match\": \"/a\", \"max\": \"2G\" },\n"
		    "{ \"match\": \"/b\", \"max\": \"3G\" },\n"
		    "{ \"match\": \"/kept\", \"max\": \"3G\" }");
	write_rules(wanted, "20.json",
		    "{ \"match\": \"/[bc]\", \"max\": \"4G\" },\n"
		    "{ \"unit\": \"u.*\", \"max\": \"5G\" },\n"
		    "{ \"match\": \"/a\", \"max\": \"6G\" }");
	put(wanted, "/kept", 7 * GIB, 0);
	put(wanted, "/d", 8 * GIB, 0);
	n = pind_wanted_rules(wanted, &rules);
	assert_int_equal(n, 9);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct pind_limits kernel = decided(rules, n, paths[i]);
		struct pind_wish wish = pind_wanted_find(wanted, paths[i], 0);

		assert_true(pind_limits_same(&kernel, &wish.limits));
	}
	assert_true(decided(rules, n, "/a").max == 6 * GIB);
	assert_true(decided(rules, n, "/b").max == 4 * GIB);
	assert_true(decided(rules, n, "/kept").max == 7 * GIB);
	assert_false(decided(rules, n, "/kept").charge_owner);
	assert_true(decided(rules, n, "/d").max == 8 * GIB);
	assert_true(decided(rules, n, "/d").charge_owner);
	free(rules);
}

static bool is_odd(const struct pind_quota *quota, void *userdata)
{
	return quota->cgroup_id % 2;
}

/* Ten thousand come and half of them go, with a writing each. */
static void test_many(void **state)
{
	struct pind_wanted *wanted = *state;
	char path[32];

	pind_wanted_hold(wanted);
	for (uint64_t i = 1; i <= 10000; i++) {
		(void)snprintf(path, sizeof(path), "/g%05u", (unsigned int)i);
		put(wanted, path, GIB, i);
	}
	assert_int_equal(pind_wanted_flush(wanted), 0);
	assert_int_equal(pind_wanted_filter(wanted, true, is_odd, NULL), 5000);
	assert_int_equal(pind_wanted_filter(wanted, true, is_odd, NULL), 0);
	(void)pind_wanted_free(wanted);
	*state = wanted = open_wanted();
	expect(wanted, "/g00001", 1, PIND_SOURCE_RUNTIME, GIB);
	expect(wanted, "/g00002", 2, PIND_SOURCE_NONE, PIND_UNLIMITED);
	expect(wanted, "/g09999", 9999, PIND_SOURCE_RUNTIME, GIB);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order), TEST(test_files),	TEST(test_charge), TEST(test_owner),
		TEST(test_rules), TEST(test_half_done), TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
