// SPDX-License-Identifier: GPL-2.0-or-later
/* gup_benchmark's command lines: what they mean, and what is said of those that cannot be. */
#include <stdio.h>
#include <string.h>

#include "cmocka-all.h"
#include "fail.h"
#include "options.h"

#define WORDS_MAX 32

/* Splits a line into words and parses them. */
static int parse(const char *line, struct options *options)
{
	static char room[512];
	char *argv[WORDS_MAX + 2] = { "gup_benchmark" }, *rest;
	int argc = 1;

	assert_true(strlen(line) < sizeof(room));
	strcpy(room, line);
	for (char *word = strtok_r(room, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(argc <= WORDS_MAX);
		argv[argc++] = word;
	}
	fail_forget();
	return options_parse(argc, argv, options);
}

static void operations_are_gup_tests(void **state)
{
	static const struct {
		const char *line;
		enum pind_bench_operation operation;
		const char *name;
	} cases[] = {
		{ "", PIND_BENCH_GUP_FAST, "GUP_FAST_BENCHMARK" },
		{ "-u", PIND_BENCH_GUP_FAST, "GUP_FAST_BENCHMARK" },
		{ "-U", PIND_BENCH_GUP, "GUP_BENCHMARK" },
		{ "-a", PIND_BENCH_PIN_FAST, "PIN_FAST_BENCHMARK" },
		{ "-b", PIND_BENCH_PIN, "PIN_BENCHMARK" },
		{ "-L", PIND_BENCH_PIN_LONGTERM, "PIN_LONGTERM_BENCHMARK" },
		{ "-M -S", PIND_BENCH_PIN_MEMFD, "PIN_MEMFD_BENCHMARK" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;

		assert_int_equal(parse(cases[i].line, &options), 0);
		assert_int_equal(options.operation, cases[i].operation);
		assert_string_equal(options_operation_name(options.operation), cases[i].name);
	}
}

static void defaults_are_gup_tests(void **state)
{
	struct options options;

	assert_int_equal(parse("", &options), 0);
	assert_int_equal(options.size, 128 << 20);
	assert_int_equal(options.pages_per_call, 1);
	assert_int_equal(options.repeats, 1);
	assert_int_equal(options.threads, 1);
	assert_int_equal(options.flags, PIND_BENCH_WRITE);
	assert_int_equal(options.hold_ms, 0);
	assert_int_equal(options.hugetlb, 0);
	assert_int_equal(options.thp, OPTIONS_THP_AS_IS);
	assert_null(options.file);
	assert_true(options.prefault);
	assert_false(options.shared || options.json || options.help || options.version);
}

static void all_options_are_read(void **state)
{
	struct options options;

	assert_int_equal(parse("-a -m 16 -n 512 -r 3 -j 4 -W -F longterm,FORCE -t -S -f /x "
			       "--hold 1.5 --json",
			       &options),
			 0);
	assert_int_equal(options.operation, PIND_BENCH_PIN_FAST);
	assert_int_equal(options.size, 16 << 20);
	assert_int_equal(options.pages_per_call, 512);
	assert_int_equal(options.repeats, 3);
	assert_int_equal(options.threads, 4);
	assert_int_equal(options.flags, PIND_BENCH_LONGTERM | PIND_BENCH_FORCE);
	assert_int_equal(options.thp, OPTIONS_THP_ON);
	assert_true(options.shared);
	assert_string_equal(options.file, "/x");
	assert_int_equal(options.hold_ms, 1500);
	assert_true(options.json);

	assert_int_equal(parse("--size 64K -n -1 -T -z -F nofault,write", &options), 0);
	assert_int_equal(options.size, 64 << 10);
	assert_int_equal(options.pages_per_call, 16);
	assert_int_equal(options.thp, OPTIONS_THP_OFF);
	assert_false(options.prefault);
	assert_int_equal(options.flags, PIND_BENCH_WRITE | PIND_BENCH_NOFAULT);

	assert_int_equal(parse("--size 4K -n 100000", &options), 0);
	assert_int_equal(options.pages_per_call, 1);

	assert_int_equal(parse("--hugetlb 1G --size 2G -L", &options), 0);
	assert_int_equal(options.hugetlb, 1 << 30);
}

static void unpins_are_read(void **state)
{
	static const struct {
		const char *line;
		uint32_t flags;
		const char *name;
	} cases[] = {
		{ "-a", 0, "array" },
		{ "-a --unpin array", 0, "array" },
		{ "-b --unpin range", PIND_BENCH_UNPIN_RANGE, "range" },
		{ "-L --unpin FOLIO", PIND_BENCH_UNPIN_FOLIO, "folio" },
		{ "-L --unpin folio --unpin range", PIND_BENCH_UNPIN_RANGE, "range" },
		{ "-M -S -H", 0, NULL },
		{ "-u --unpin array", 0, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;

		assert_int_equal(parse(cases[i].line, &options), 0);
		assert_int_equal(options.flags, PIND_BENCH_WRITE | cases[i].flags);
		if (cases[i].name)
			assert_string_equal(options_unpin_name(&options), cases[i].name);
		else
			assert_null(options_unpin_name(&options));
	}
}

static void numbers_are_read_whole(void **state)
{
	static const struct {
		const char *line;
		uint32_t pages_per_call, hold_ms;
	} cases[] = {
		{ "-n -1", 512, 0 },
		{ "-n -27", 512, 0 },
		{ "-n 010", 10, 0 },
		{ "-n 4294967295", 512, 0 },
		{ "--hold 0", 1, 0 },
		{ "--hold 0.001", 1, 1 },
		{ "--hold 1.1", 1, 1100 },
		{ "--hold 2.50000", 1, 2500 },
		{ "--hold 3599.999", 1, 3599999 },
		{ "--hold 3600", 1, PIND_BENCH_HOLD_MAX },
	};
	struct options options;
	char line[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(line, sizeof(line), "--size 2M %s", cases[i].line);
		assert_int_equal(parse(line, &options), 0);
		assert_int_equal(options.pages_per_call, cases[i].pages_per_call);
		assert_int_equal(options.hold_ms, cases[i].hold_ms);
	}
	assert_int_equal(parse("-m 16384", &options), 0);
	assert_int_equal(options.size, UINT64_C(16384) << 20);
}

static void what_cannot_be_is_named(void **state)
{
	static const struct {
		const char *line;
		const char *says; /* a part of it */
	} cases[] = {
		{ "-x", "option -x does not exist" },
		{ "--no-such", "option --no-such does not exist" },
		{ "-n", "option -n needs a value" },
		{ "more", "\"more\" is one argument too many" },
		{ "-m 0", "-m \"0\": give a number of MiB" },
		{ "-m 1M", "-m \"1M\": give a number of MiB" },
		{ "-m -1", "-m \"-1\"" },
		{ "-m 999999999", "-m \"999999999\": give a number of MiB, from 1 to 16384" },
		{ "-m 16385", "-m \"16385\"" },
		{ "--size 17G", "is too much: at most 17179869184" },
		{ "--size 5000", "5000 bytes is not whole pages: give a multiple of 4.0 KiB" },
		{ "--size 0", "--size \"0\"" },
		{ "--size max", "--size \"max\"" },
		{ "--size 10%", "--size \"10%\"" },
		{ "--size 2Q", "--size \"2Q\" has an unknown unit" },
		{ "--hugetlb 2M --size 3M",
		  "3145728 bytes is not whole pages: give a multiple of 2.0 MiB" },
		{ "--hugetlb 3M --size 3M", "--hugetlb 3145728 is not the size of a huge page" },
		{ "--hugetlb 4K", "--hugetlb 4096 is not the size of a huge page" },
		{ "--hugetlb 2M -f /x", "-H and -f" },
		{ "--hugetlb 2M -t", "-H and -t" },
		{ "-n 0", "-n \"0\": give the pages of each call, from 1 to 4294967295, or -1 for "
			  "all in one" },
		{ "-n -0", "-n \"-0\"" },
		{ "-n -", "-n \"-\"" },
		{ "-n -1garbage", "-n \"-1garbage\"" },
		{ "-n --1", "-n \"--1\"" },
		{ "-r 0", "-r \"0\": give how often to repeat, from 1 to 1000000" },
		{ "-r 1x", "-r \"1x\"" },
		{ "-j 0", "-j \"0\": give a number of threads, from 1 to 1024" },
		{ "-j 1025", "-j \"1025\"" },
		{ "-j 1024 -r 1000", "too many runs" },
		{ "--hold 3601", "--hold \"3601\"" },
		{ "--hold -1", "--hold \"-1\"" },
		{ "--hold nan", "--hold \"nan\"" },
		{ "--hold 0x10", "--hold \"0x10\": give a number of seconds, from 0 to 3600" },
		{ "--hold 1e2", "--hold \"1e2\"" },
		{ "--hold 1.5s", "--hold \"1.5s\"" },
		{ "--hold 1.2.3", "--hold \"1.2.3\"" },
		{ "--hold 3600.001", "--hold \"3600.001\"" },
		{ "--hold 0.0001", "--hold \"0.0001\" is not whole milliseconds" },
		{ "--hold 1.2345", "--hold \"1.2345\" is not whole milliseconds" },
		{ "-a -L", "-a and -L are two operations" },
		{ "-M", "-M pins folios of shared memory: give -S" },
		{ "-M -H", "-M pins folios of shared memory: give -S" },
		{ "-M -S -F longterm", "-F does not go with -M" },
		{ "-a --unpin", "option --unpin needs a value" },
		{ "-a --unpin all", "--unpin \"all\": give array, range or folio" },
		{ "--unpin range", "--unpin range and folio go with operations that pin pages" },
		{ "-M -S --unpin folio", "--unpin range and folio go with" },
		{ "-F pin", "FOLL_PIN and FOLL_GET are never a caller's" },
		{ "-F write,get", "FOLL_PIN and FOLL_GET are never a caller's" },
		{ "-F 0x10000", "have other numbers on other kernels" },
		{ "-F ,,", "-F lacks a word: give one or more of write, force" },
		{ "-F write,,force", "-F lacks a word" },
		{ "-F write,", "-F lacks a word" },
		{ "--flags=", "-F lacks a word" },
		{ "-F now", "-F \"now\" is no flag" },
		{ "-F longterm", "FOLL_LONGTERM needs FOLL_PIN" },
		{ "-U -F longterm", "FOLL_LONGTERM needs FOLL_PIN" },
		{ "-c", "-c is gup_test's to dump pages into the kernel log, which is not offered "
			"here: `pinctl page`" },
		{ "-p", "-p is gup_test's" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;

		assert_int_equal(parse(cases[i].line, &options), PIND_EXIT_USAGE);
		assert_non_null(fail_text());
		if (!strstr(fail_text(), cases[i].says))
			print_error("'%s': expected \"%s\", got \"%s\"\n", cases[i].line,
				    cases[i].says, fail_text());
		assert_non_null(strstr(fail_text(), cases[i].says));
	}
	fail_forget();
}

static void an_empty_word_is_named(void **state)
{
	static const char *const options_of_words[] = { "-m", "-n",	"-r",	  "-j",
							"-F", "--size", "--hold", "--hugetlb" };
	struct options options;

	for (size_t i = 0; i < sizeof(options_of_words) / sizeof(options_of_words[0]); i++) {
		char *argv[] = { "gup_benchmark", (char *)options_of_words[i], "", NULL };

		fail_forget();
		assert_int_equal(options_parse(3, argv, &options), PIND_EXIT_USAGE);
		assert_non_null(fail_text());
	}
	fail_forget();
}

static void help_is_not_judged(void **state)
{
	struct options options;

	assert_int_equal(parse("--size 5000 --help", &options), 0);
	assert_true(options.help);
	assert_int_equal(parse("--version", &options), 0);
	assert_true(options.version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_are_gup_tests),
		cmocka_unit_test(defaults_are_gup_tests),
		cmocka_unit_test(all_options_are_read),
		cmocka_unit_test(unpins_are_read),
		cmocka_unit_test(numbers_are_read_whole),
		cmocka_unit_test(what_cannot_be_is_named),
		cmocka_unit_test(an_empty_word_is_named),
		cmocka_unit_test(help_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
