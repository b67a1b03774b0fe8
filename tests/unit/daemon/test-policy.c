// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of rules: what they say, which of them count, and what is wrong with them. */
#include "cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/pind.h>

#include "policy-file.h"
#include "policy.h"

#define RAM (UINT64_C(16) << 30)
#define MIB (UINT64_C(1) << 20)

static char base[] = "/tmp/pind-policy-XXXXXX";
static char etc[64], run[64], lib[64], memory[64];
static const char *directories[] = { etc, run, lib, NULL };
static struct pind_policy *policy;

static int setup(void **state)
{
	(void)strcpy(base, "/tmp/pind-policy-XXXXXX");
	if (!mkdtemp(base) || pind_policy_new(&policy) < 0)
		return -1;
	(void)snprintf(etc, sizeof(etc), "%s/etc", base);
	(void)snprintf(run, sizeof(run), "%s/run", base);
	(void)snprintf(lib, sizeof(lib), "%s/lib", base);
	(void)snprintf(memory, sizeof(memory), "%s/memory", base);
	if (pind_policy_remember(policy, memory) < 0)
		return -1;
	return mkdir(etc, 0755) || mkdir(run, 0755) || mkdir(lib, 0755);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	policy = pind_policy_free(policy);
	return nftw(base, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *directory, const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *directory, const char *name, const char *text)
{
	FILE *file = fopen(path_of(directory, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define RULE(max) "{\"rules\":[{\"match\":\"/a\",\"max\":" max "}]}"

static const struct pind_problem *load(size_t problems)
{
	const struct pind_problems *list;

	assert_int_equal(pind_policy_load(policy, directories), 0);
	list = pind_policy_problems(policy);
	if (list->n != problems)
		fail_msg("%zu problems, not %zu; the first: %s", list->n, problems,
			 list->n ? list->entries[0].sentence : "");
	return list->entries;
}

/* The max that the policy says of a path; all ones also where it says nothing. */
static uint64_t max_of(const char *path)
{
	const struct pind_policy_rule *rule = pind_policy_find(policy, path);
	struct pind_limits limits = { .max = PIND_UNLIMITED };

	if (rule)
		pind_policy_rule_limits(rule, RAM, &limits);
	return limits.max;
}

static size_t count_rules(void)
{
	size_t n = 0;

	while (pind_policy_at(policy, n))
		n++;
	return n;
}

static void test_whole_rule(void **state)
{
	const struct pind_policy_rule *rule;
	struct pind_limits limits;

	write_file(etc, "a.json",
		   "// all of them\n"
		   "{ \"rules\": [\n"
		   "  { \"match\": \"/\", \"reserve\": \"25%\" },\n"
		   "  { \"unit\": \"user-*.slice\", \"max\": \"1.5G\", \"max_held\": 4096,\n"
		   "    \"high\": \"10%\", \"mode\": \"observe\", \"on_exceed\": \"stop-unit\",\n"
		   "    \"comment\": \"für alle\", \"charge\": \"owner\" },\n"
		   "  { \"match\": \"/x/**\", \"high\": 1e3 }\n"
		   "] }\n");
	(void)load(0);

	rule = pind_policy_at(policy, 0);
	assert_string_equal(rule->pattern, "/");
	assert_false(rule->is_unit);
	pind_policy_rule_limits(rule, RAM, &limits);
	assert_true(limits.max == RAM / 4 * 3 && limits.high == PIND_UNLIMITED);
	/* memory came, and went */
	pind_policy_rule_limits(rule, 2 * RAM, &limits);
	assert_true(limits.max == RAM / 2 * 3);

	rule = pind_policy_at(policy, 1);
	assert_true(rule->is_unit);
	assert_int_equal(rule->line, 4);
	assert_string_equal(rule->file, path_of(etc, "a.json"));
	assert_string_equal(rule->comment, "für alle");
	assert_int_equal(rule->reaction.on_exceed, PIND_ON_EXCEED_STOP_UNIT);
	assert_true(rule->reaction.grace == PIND_GRACE_DEFAULT && !rule->reaction.dry_run);
	pind_policy_rule_limits(rule, RAM, &limits);
	assert_true(limits.max == 1536 * MIB && limits.max_held == 4096);
	assert_true(limits.high == RAM / 10 && limits.mode == PIND_MODE_OBSERVE);
	assert_true(limits.charge_owner && pind_policy_charges_owner(policy));

	rule = pind_policy_at(policy, 2);
	pind_policy_rule_limits(rule, RAM, &limits);
	assert_true(limits.max == PIND_UNLIMITED && limits.high == 1000);
	assert_int_equal(limits.mode, PIND_MODE_ENFORCE);
	assert_false(limits.charge_owner);
	assert_null(pind_policy_at(policy, 3));

	assert_ptr_equal(pind_policy_find(policy, "/user.slice/user-1.slice"),
			 pind_policy_at(policy, 1));
	assert_ptr_equal(pind_policy_find(policy, "/"), pind_policy_at(policy, 0));
	assert_null(pind_policy_find(policy, "/user.slice"));
}

/* Who pays is enough to make a rule, which then limits nothing. */
static void test_charge_alone(void **state)
{
	struct pind_limits limits;

	write_file(etc, "10.json",
		   "{\"rules\":[{\"match\":\"/a\",\"charge\":\"owner\"},\n"
		   "{\"match\":\"/b\",\"charge\":\"pinner\"}]}");
	(void)load(0);
	assert_true(max_of("/a") == PIND_UNLIMITED);
	pind_policy_rule_limits(pind_policy_find(policy, "/a"), RAM, &limits);
	assert_true(limits.charge_owner);
	pind_policy_rule_limits(pind_policy_find(policy, "/b"), RAM, &limits);
	assert_false(limits.charge_owner);
	assert_true(pind_limits_are_none(&limits));
	assert_true(pind_policy_charges_owner(policy));
	/* a later rule decides all, and this one says nothing of it */
	write_file(etc, "20.json", RULE("7"));
	(void)load(0);
	pind_policy_rule_limits(pind_policy_find(policy, "/a"), RAM, &limits);
	assert_true(limits.max == 7 && !limits.charge_owner);
	write_file(etc, "10.json", "");
	(void)load(0);
	assert_false(pind_policy_charges_owner(policy));
}

/* A reserve of more than there is leaves nothing. */
static void test_reserve_too_large(void **state)
{
	write_file(etc, "a.json", "{\"rules\":[{\"match\":\"/\",\"reserve\":\"17G\"}]}");
	(void)load(0);
	assert_true(max_of("/") == 0);
}

static void test_last_decides(void **state)
{
	write_file(etc, "10.json",
		   "{\"rules\":[{\"match\":\"/*\",\"max\":1,\"high\":7},"
		   "{\"match\":\"/a\",\"max\":2}]}");
	(void)load(0);
	assert_int_equal(max_of("/a"), 2);
	assert_int_equal(max_of("/b"), 1);
	/* whole: nothing is mixed */
	assert_true(pind_policy_find(policy, "/a")->high.unlimited);

	/* by name, not by directory */
	write_file(lib, "20.json",
		   "{\"rules\":[{\"unit\":\"a\\\\x2d*.slice\",\"max\":3},"
		   "{\"unit\":\"[a-b]*.slice\",\"max\":\"max\"}]}");
	write_file(run, "05.json", RULE("9"));
	(void)load(0);
	assert_int_equal(count_rules(), 5);
	assert_int_equal(max_of("/a"), 2);
	assert_true(max_of("/x/a.slice") == PIND_UNLIMITED);
	assert_non_null(pind_policy_find(policy, "/x/a.slice"));
	assert_string_equal(pind_policy_at(policy, 0)->file, path_of(run, "05.json"));
}

static void test_precedence_and_masking(void **state)
{
	write_file(lib, "a.json", RULE("1"));
	(void)load(0);
	assert_int_equal(max_of("/a"), 1);
	write_file(run, "a.json", RULE("2"));
	(void)load(0);
	assert_int_equal(max_of("/a"), 2);
	assert_int_equal(count_rules(), 1);
	write_file(etc, "a.json", RULE("3"));
	(void)load(0);
	assert_int_equal(max_of("/a"), 3);

	write_file(etc, "a.json", "");
	(void)load(0);
	assert_int_equal(count_rules(), 0);
	assert_int_equal(unlink(path_of(etc, "a.json")), 0);
	assert_int_equal(symlink("/dev/null", path_of(etc, "a.json")), 0);
	(void)load(0);
	assert_int_equal(count_rules(), 0);
	assert_int_equal(unlink(path_of(etc, "a.json")), 0);
	(void)load(0);
	assert_int_equal(max_of("/a"), 2);

	/* not ours */
	write_file(etc, ".a.json", "nonsense");
	write_file(etc, "a.json~", "nonsense");
	write_file(etc, ".json", "nonsense");
	write_file(etc, "README", "nonsense");
	(void)load(0);
	/* nothing at all */
	directories[0] = "/nonexistent/quota.d";
	(void)load(0);
	directories[0] = etc;
	assert_int_equal(max_of("/a"), 2);
}

static void test_last_good_stays(void **state)
{
	const struct pind_problem *problem;

	write_file(etc, "a.json", RULE("1"));
	write_file(etc, "b.json", "{\"rules\":[{\"match\":\"/b\",\"max\":1}]}");
	(void)load(0);
	write_file(etc, "a.json", "{\"rules\":[\n{\"match\":\"/a\",\"max\":2},\n{\"max\":3}]}");
	write_file(etc, "b.json", "{\"rules\":[{\"match\":\"/b\",\"max\":2}]}");
	for (int i = 0; i < 3; i++) { /* however often it is looked at */
		problem = load(1);
		assert_string_equal(problem->file, path_of(etc, "a.json"));
		assert_int_equal(problem->line, 3);
		assert_int_equal(max_of("/a"), 1);
		assert_int_equal(max_of("/b"), 2);
	}
	/* a bad one of a greater weight changes nothing, too */
	assert_int_equal(unlink(path_of(etc, "a.json")), 0);
	write_file(lib, "a.json", RULE("5"));
	(void)load(0);
	assert_int_equal(max_of("/a"), 5);
	write_file(etc, "a.json", "{");
	(void)load(1);
	assert_int_equal(max_of("/a"), 5);
	/* one that is gone is gone */
	assert_int_equal(unlink(path_of(etc, "a.json")), 0);
	assert_int_equal(unlink(path_of(lib, "a.json")), 0);
	(void)load(0);
	assert_int_equal(count_rules(), 1);
	/* bad from the beginning: no rules, and not those that it hides */
	write_file(lib, "c.json", "{\"rules\":[{\"match\":\"/c\",\"max\":1}]}");
	write_file(etc, "c.json", "{");
	(void)load(1);
	assert_null(pind_policy_find(policy, "/c"));
}

static void restart(void)
{
	(void)pind_policy_free(policy);
	assert_int_equal(pind_policy_new(&policy), 0);
	assert_int_equal(pind_policy_remember(policy, memory), 0);
}

/* What was in order in an earlier life counts as well. */
static void test_restart(void **state)
{
	const struct pind_problem *problem;

	write_file(lib, "a.json", RULE("1"));
	write_file(etc, "b.json", "{\"rules\":[\n{\"match\":\"/b\",\"max\":1}]}");
	(void)load(0);
	write_file(etc, "a.json", "{");
	write_file(etc, "b.json", "{");
	for (int i = 0; i < 2; i++) {
		restart();
		(void)load(2);
		assert_int_equal(max_of("/a"), 1);
		assert_int_equal(max_of("/b"), 1);
		assert_string_equal(pind_policy_find(policy, "/b")->file, path_of(etc, "b.json"));
		assert_int_equal(pind_policy_find(policy, "/b")->line, 2);
	}
	/* one that went is forgotten, and one that is masked is masked */
	assert_int_equal(unlink(path_of(etc, "b.json")), 0);
	write_file(etc, "a.json", "");
	(void)load(0);
	write_file(etc, "b.json", "{");
	write_file(etc, "a.json", "{");
	restart();
	(void)load(2);
	assert_int_equal(count_rules(), 0);
	/* where nothing can be kept it says so, and the rules apply */
	write_file(etc, "a.json", RULE("2"));
	assert_int_equal(nftw(memory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	write_file(base, "memory", "");
	problem = load(2);
	assert_string_equal(problem[0].file, memory);
	assert_non_null(strstr(problem[0].sentence, "Not a directory"));
	assert_int_equal(max_of("/a"), 2);
}

static void test_names(void **state)
{
	const struct pind_problem *problem;

	write_file(etc, "a\033.json", RULE("1"));
	write_file(etc, "\xff.json", RULE("1"));
	write_file(etc, "\xc3\xa4.json", RULE("1"));
	problem = load(2);
	assert_string_equal(problem->file, etc);
	assert_int_equal(count_rules(), 1);
}

/* What cannot be read is not what is not there. */
static void test_unreadable(void **state)
{
	const struct pind_problem *problem;

	write_file(etc, "a.json", RULE("1"));
	write_file(lib, "b.json", "{\"rules\":[{\"match\":\"/b\",\"max\":1}]}");
	(void)load(0);
	assert_int_equal(rename(etc, path_of(base, "aside")), 0);
	assert_int_equal(symlink(etc, etc), 0);
	for (int i = 0; i < 2; i++) {
		problem = load(1);
		assert_string_equal(problem->file, etc);
		assert_non_null(strstr(problem->sentence, "cannot be read"));
		assert_int_equal(max_of("/a"), 1);
		assert_int_equal(max_of("/b"), 1);
	}
	assert_int_equal(unlink(etc), 0);
	assert_int_equal(mkdir(etc, 0755), 0);
	(void)load(0);
	assert_int_equal(count_rules(), 1);

	assert_int_equal(mkdir(path_of(etc, "dir.json"), 0755), 0);
	assert_int_equal(mkfifo(path_of(etc, "fifo.json"), 0644), 0);
	assert_int_equal(symlink("/nonexistent/x", path_of(etc, "link.json")), 0);
	problem = load(3);
	assert_non_null(strstr(problem[0].sentence, "neither a file nor /dev/null"));
	assert_non_null(strstr(problem[1].sentence, "neither a file nor /dev/null"));
	assert_non_null(strstr(problem[2].sentence, "cannot be read: No such file"));
}

#define ONE(rule) "{\"rules\":[\n" rule "\n]}"

static void test_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *says;
	} cases[] = {
		{ "[]", 1, "{ \"rules\": [ ... ] }" },
		{ "7", 1, "{ \"rules\": [ ... ] }" },
		{ "{\n}", 1, "{ \"rules\": [ ... ] }" },
		{ "{\n\"rules\":{}}", 2, "{ \"rules\": [ ... ] }" },
		{ "{\n\"Rules\":[]}", 2, "the key \"Rules\" does not exist: write rules" },
		{ ONE("7"), 2, "rule 1 is none" },
		{ ONE("null"), 2, "rule 1 is none" },
		{ ONE("{\"match\":\"/a\",\"max\":1},\n{\"max\":1}"), 3, "rule 2 names no cgroup" },
		{ ONE("{\"match\":\"/a\",\n\"unit\":\"a.slice\",\"max\":1}"), 2,
		  "has \"match\" and \"unit\"" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\n\"max\":2}"), 3,
		  "the key \"max\" stands here a second time" },
		{ ONE("{\"match\":\"/a\",\n\"maxx\":1}"), 3,
		  "rule 1: the key \"maxx\" does not exist: write match, unit," },
		{ ONE("{\"match\":\"/a\"}"), 2, "rule 1 limits nothing" },
		{ ONE("{\"match\":\"/a\",\"mode\":\"observe\"}"), 2, "rule 1 limits nothing" },
		{ ONE("{\"match\":\"/a\",\n\"max\":-1}"), 3,
		  "rule 1: the max -1 is negative: write \"64M\"" },
		{ ONE("{\"match\":\"/a\",\"max\":-1e-300}"), 2, "is negative" },
		{ ONE("{\"match\":\"/a\",\"max\":0.5}"), 2, "has a fraction of a byte" },
		{ ONE("{\"match\":\"/a\",\"max\":1e-3}"), 2, "has a fraction of a byte" },
		{ ONE("{\"match\":\"/a\",\"max\":1e30}"), 2, "is too large" },
		{ ONE("{\"match\":\"/a\",\"max\":1e999}"), 2, "is too large" },
		{ ONE("{\"match\":\"/a\",\"max\":18446744073709551615}"), 2, "is too large" },
		{ ONE("{\"match\":\"/a\",\"max\":\"16E\"}"), 2, "is too large" },
		{ ONE("{\"match\":\"/a\",\"max\":\"101%\"}"), 2, "is more than 100%" },
		{ ONE("{\"match\":\"/a\",\"max\":\"\"}"), 2, "the max \"\" is empty" },
		{ ONE("{\"match\":\"/a\",\"max\":\"1e3\"}"), 2, "has an unknown unit" },
		{ ONE("{\"match\":\"/a\",\"max\":\"64Q\"}"), 2, "has an unknown unit" },
		{ ONE("{\"match\":\"/a\",\"max\":null}"), 2, "the max null is not a size" },
		{ ONE("{\"match\":\"/a\",\"max\":true}"), 2, "is not a size" },
		{ ONE("{\"match\":\"/a\",\"max_held\":[1]}"), 2, "the max_held [1] is not a size" },
		{ ONE("{\"match\":\"/a\",\"high\":\"x\"}"), 2, "the high \"x\" is not a size" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"mode\":\"obseve\"}"), 2,
		  "the mode \"obseve\" does not exist: write \"enforce\" or \"observe\"" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"mode\":2}"), 2, "the mode 2" },
		{ ONE("{\"match\":\"/a\",\n\"charge\":\"guest\"}"), 3,
		  "the charge \"guest\" does not exist: write \"pinner\" or \"owner\"" },
		{ ONE("{\"match\":\"/a\",\"charge\":null}"), 2, "the charge null" },
		{ ONE("{\"match\":\"/a\",\"charge\":\"owner\",\"on_exceed\":\"kill\"}"), 2,
		  "neither max" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"die\"}"), 2,
		  "the on_exceed \"die\" does not exist" },
		{ ONE("{\"match\":\"/a\",\"high\":1,\"on_exceed\":\"kill\"}"), 2, "neither max" },
		{ ONE("{\"match\":\"/\",\"max\":1,\"on_exceed\":\"kill\"}"), 2, "whole machine" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"grace\":1}"), 2, "without an on_exceed" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"kill\",\"grace\":\"2w\"}"), 2,
		  "the grace \"2w\" is no time" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"kill\",\"grace\":1.5}"), 2,
		  "the grace 1.5 is no time" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"kill\",\"signal\":\"TERM\"}"), 2,
		  "has a signal" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"signal\",\"signal\":15}"), 2,
		  "the signal 15 is no signal" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"on_exceed\":\"kill\",\"dry_run\":1}"), 2,
		  "the dry_run 1 is neither" },
		{ ONE("{\"match\":\"/a\",\"max\":1,\"comment\":7}"), 2,
		  "the comment 7 is no text" },
		{ ONE("{\"match\":\"/a\",\"reserve\":1}"), 2, "\"match\": \"/\"" },
		{ ONE("{\"unit\":\"a.slice\",\"reserve\":1}"), 2, "\"match\": \"/\"" },
		{ ONE("{\"match\":\"/\",\"reserve\":1,\"max\":1}"), 2, "write one of them" },
		{ ONE("{\"match\":\"/\",\"reserve\":\"max\"}"), 2, "leaves nothing" },
		{ ONE("{\"match\":7,\"max\":1}"), 2, "the match 7 is no text" },
		{ ONE("{\"match\":\"\",\"max\":1}"), 2, "is empty" },
		{ ONE("{\"match\":\"a.slice\",\"max\":1}"), 2, "begins with '/'" },
		{ ONE("{\"match\":\"/a/\",\"max\":1}"), 2, "ends in '/'" },
		{ ONE("{\"match\":\"/a//b\",\"max\":1}"), 2, "an empty part" },
		{ ONE("{\"match\":\"/a/../b\",\"max\":1}"), 2, "'.' and '..'" },
		{ ONE("{\"match\":\"/a[\",\"max\":1}"), 2, "[ without its ]" },
		{ ONE("{\"match\":\"/sys/fs/cgroup/a\",\"max\":1}"), 2,
		  "without /sys/fs/cgroup before it" },
		{ ONE("{\"unit\":\"a/b.slice\",\"max\":1}"), 2, "has a '/'" },
		{ ONE("{\"unit\":\"nginx\",\"max\":1}"), 2, "ends in .service" },
		{ ONE("{\"match\":\"/\\u001b[31m\",\"maxx\":1}"), 2, "maxx" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pind_problem *problem;

		write_file(etc, "a.json", cases[i].text);
		problem = load(1);
		if (!strstr(problem->sentence, cases[i].says))
			fail_msg("%s: '%s' does not say '%s'", cases[i].text, problem->sentence,
				 cases[i].says);
		if (problem->line != cases[i].line)
			fail_msg("%s: line %u, not %u", cases[i].text, problem->line,
				 cases[i].line);
		assert_int_equal(count_rules(), 0);
	}
}

/* All that is wrong is told, not only the first thing. */
static void test_all_problems(void **state)
{
	const struct pind_problem *problems;

	write_file(etc, "a.json",
		   "{\"rules\":[{\"match\":\"/a\",\"max\":-1,\n\"mode\":\"x\"},\n"
		   "{\"unit\":\"a\",\"max\":1}]}");
	write_file(etc, "b.json", "{");
	problems = load(4);
	assert_int_equal(problems[0].line, 1);
	assert_int_equal(problems[1].line, 2);
	assert_int_equal(problems[2].line, 3);
	assert_string_equal(problems[3].file, path_of(etc, "b.json"));
}

/* A file with @n rules, each for a path of its own, and what @behind adds to that. */
static void write_matches(const char *name, unsigned int n, const char *behind)
{
	FILE *file = fopen(path_of(etc, name), "w");

	assert_non_null(file);
	(void)fputs("{\"rules\":[\n", file);
	for (unsigned int i = 0; i < n; i++)
		(void)fprintf(file, "{\"match\":\"/%u%s\",\"max\":%u}%s\n", i, behind, i,
			      i + 1 < n ? "," : "");
	(void)fputs("]}", file);
	assert_int_equal(fclose(file), 0);
}

static void write_many(const char *name, unsigned int n)
{
	write_matches(name, n, "");
}

/* The module has room for fewer patterns than paths: no file takes it from those before it. */
static void test_patterns(void **state)
{
	const struct pind_problem *problem;

	write_matches("a.json", PIND_RULE_PATTERNS_MAX, "/*");
	write_matches("b.json", 100, "");
	(void)load(0);
	assert_int_equal(count_rules(), PIND_RULE_PATTERNS_MAX + 100);
	write_file(etc, "c.json", "{\"rules\":[{\"unit\":\"a.service\",\"max\":1}]}");
	problem = load(1);
	assert_string_equal(problem->file, path_of(etc, "c.json"));
	assert_string_equal(problem->sentence,
			    "its 1 rules with a pattern or a unit would be more than 4096 with "
			    "those of the files before it");
	assert_int_equal(count_rules(), PIND_RULE_PATTERNS_MAX + 100);
	/* whose last good state stays, and with it what c.json has no room beside */
	write_matches("a.json", PIND_RULE_PATTERNS_MAX + 1, "/*");
	problem = load(2);
	assert_string_equal(problem->file, path_of(etc, "a.json"));
}

static void test_bounds(void **state)
{
	char pattern[PIND_RULE_PATTERN_MAX + 2], text[PIND_RULE_PATTERN_MAX + 100];
	const struct pind_problem *problem;
	FILE *file;

	write_many("a.json", PIND_POLICY_RULES_MAX);
	(void)load(0);
	assert_int_equal(max_of("/9999"), 9999);
	write_many("b.json", 1);
	problem = load(1);
	assert_non_null(strstr(problem->sentence, "more than 10000"));
	assert_int_equal(count_rules(), PIND_POLICY_RULES_MAX);
	write_many("a.json", PIND_POLICY_RULES_MAX + 1);
	problem = load(2);
	assert_non_null(strstr(problem->sentence, "it has 10001 rules"));
	assert_int_equal(unlink(path_of(etc, "b.json")), 0);

	file = fopen(path_of(etc, "a.json"), "w");
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), PIND_POLICY_FILE_SIZE_MAX + 1), 0);
	assert_int_equal(fclose(file), 0);
	problem = load(1);
	assert_non_null(strstr(problem->sentence, "more than 1048576 bytes"));

	memset(pattern, 'x', sizeof(pattern));
	for (size_t length = PIND_RULE_PATTERN_MAX; length <= PIND_RULE_PATTERN_MAX + 1; length++) {
		pattern[length] = '\0';
		pattern[0] = '/';
		pattern[length - 1] = '*';
		(void)snprintf(text, sizeof(text), "{\"rules\":[{\"match\":\"%s\",\"max\":1}]}",
			       pattern);
		write_file(etc, "a.json", text);
		(void)load(length > PIND_RULE_PATTERN_MAX);
		pattern[length] = 'x';
		pattern[length - 1] = 'x';
	}
}

/* These very files, in this order, whatever their names. */
static void test_given_files(void **state)
{
	char first[256], second[256];
	const char *files[] = { first, second, NULL };

	write_file(etc, "z", RULE("1"));
	write_file(lib, "a", RULE("2"));
	(void)strcpy(first, path_of(etc, "z"));
	(void)strcpy(second, path_of(lib, "a"));
	assert_int_equal(pind_policy_load_files(policy, files), 0);
	assert_int_equal(pind_policy_problems(policy)->n, 0);
	assert_int_equal(max_of("/a"), 2);
	(void)strcpy(second, path_of(lib, "none"));
	assert_int_equal(pind_policy_load_files(policy, files), 0);
	assert_int_equal(pind_policy_problems(policy)->n, 1);
	assert_int_equal(max_of("/a"), 1);
}

#define each(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(test_whole_rule),
		each(test_charge_alone),
		each(test_reserve_too_large),
		each(test_last_decides),
		each(test_precedence_and_masking),
		each(test_last_good_stays),
		each(test_restart),
		each(test_names),
		each(test_unreadable),
		each(test_wrong),
		each(test_all_problems),
		each(test_patterns),
		each(test_bounds),
		each(test_given_files),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
