// SPDX-License-Identifier: GPL-2.0-or-later
/* What gup_benchmark says of its runs, and how counters are read and compared. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka-all.h"
#include "counters.h"
#include "fail.h"
#include "report.h"

static const struct options options = {
	.operation = PIND_BENCH_PIN_FAST,
	.flags = PIND_BENCH_WRITE | PIND_BENCH_LONGTERM,
	.size = 2 << 20,
	.pages_per_call = 512,
	.repeats = 2,
	.threads = 1,
	.prefault = true,
};

static struct run two_runs[] = {
	{ .run = { .size = 2 << 20, .calls = 1, .pages = 512, .get_ns = 147999, .put_ns = 60000 },
	  .instructions = 9007199254740993 },
	{ .run = { .size = 1 << 20, .calls = 1, .pages = 256, .get_ns = 70000, .put_ns = 30000 },
	  .error = ENOMEM },
};

static struct runs made_runs(enum instructions_by by)
{
	return (struct runs){
		.runs = two_runs,
		.n = 2,
		.by = by,
		.kernel = { .present = true,
			    .n = 2,
			    .names = { "nr_foll_pin_acquired", "nr_foll_pin_released" },
			    .values = { 768, -3 } },
		.pind = { .present = true,
			  .n = 2,
			  .names = { "nr_foll_pin_requested", "nr_pind_refused" },
			  .values = { 0, 1 } },
	};
}

static char *text_of(const struct options *which, const struct runs *runs)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_text(out, which, runs);
	(void)fclose(out);
	return text;
}

static void text_is_gup_tests(void **state)
{
	struct runs runs = made_runs(INSTRUCTIONS_UNKNOWN);
	struct options threads = options;
	char *text = text_of(&options, &runs);

	assert_string_equal(
		text, "PIN_FAST_BENCHMARK: Time: get:147 put:60 us, pages:512 calls:1 unpinned:0\n"
		      "PIN_FAST_BENCHMARK: Time: get:70 put:30 us, truncated (size: 1048576), "
		      "pages:256 calls:1 unpinned:0\n"
		      "instructions: not counted, this machine has no counter for them\n"
		      "/proc/vmstat: nr_foll_pin_acquired +768 nr_foll_pin_released -3\n"
		      "/proc/pind/vmstat: nr_pind_refused +1\n");
	free(text);

	runs = made_runs(INSTRUCTIONS_BY_CLOCK);
	runs.n = 1;
	runs.pind.present = false;
	threads.threads = 2;
	text = text_of(&threads, &runs);
	assert_string_equal(text,
			    "PIN_FAST_BENCHMARK: Time: get:147 put:60 us, pages:512 calls:1 "
			    "unpinned:0 instructions: get:147999 put:60000 thread:0\n"
			    "/proc/vmstat: nr_foll_pin_acquired +768 nr_foll_pin_released -3\n"
			    "pind: not loaded\n");
	free(text);

	runs = made_runs(INSTRUCTIONS_BY_PERF);
	runs.n = 1;
	text = text_of(&options, &runs);
	assert_non_null(strstr(text, "calls:1 unpinned:0 instructions:9007199254740993\n"));
	free(text);
}

static char *json_of(const struct options *which, const struct runs *runs)
{
	cJSON *json = report_json(which, runs);
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;

	assert_non_null(text);
	cJSON_Delete(json);
	return text;
}

static void json_tells_all(void **state)
{
	struct runs runs = made_runs(INSTRUCTIONS_BY_PERF);
	struct options others = options;
	char *text = json_of(&options, &runs);

	assert_string_equal(
		text,
		"{\"operation\":\"PIN_FAST_BENCHMARK\",\"size\":2097152,\"pages_per_call\":512,"
		"\"repeats\":2,\"threads\":1,\"hold_ms\":0,\"write\":true,\"force\":false,"
		"\"nofault\":false,\"longterm\":true,\"prefault\":true,\"shared\":false,"
		"\"hugetlb\":0,\"thp\":\"as-is\",\"unpin\":\"array\",\"file\":null,"
		"\"instructions_by\":\"perf\",\"runs\":["
		"{\"thread\":0,\"size\":2097152,\"pages\":512,\"calls\":1,\"unpinned\":0,"
		"\"get_ns\":147999,"
		"\"put_ns\":60000,\"instructions\":9007199254740993},"
		"{\"thread\":0,\"size\":1048576,\"pages\":256,\"calls\":1,\"unpinned\":0,"
		"\"get_ns\":70000,"
		"\"put_ns\":30000,\"instructions\":0,\"error\":\"ENOMEM\"}],"
		"\"vmstat\":{\"nr_foll_pin_acquired\":768,\"nr_foll_pin_released\":-3},"
		"\"pind\":{\"nr_foll_pin_requested\":0,\"nr_pind_refused\":1}}");
	free(text);

	runs = made_runs(INSTRUCTIONS_UNKNOWN);
	runs.pind.present = false;
	text = json_of(&options, &runs);
	assert_non_null(strstr(text, "\"instructions_by\":null"));
	assert_null(strstr(text, "\"instructions\":"));
	assert_non_null(strstr(text, "\"pind\":null}"));
	free(text);

	others.operation = PIND_BENCH_PIN;
	others.flags = PIND_BENCH_FORCE | PIND_BENCH_NOFAULT;
	others.prefault = false;
	text = json_of(&others, &runs);
	assert_non_null(strstr(text, "\"write\":false,\"force\":true,\"nofault\":true,"
				     "\"longterm\":false,\"prefault\":false,"));
	free(text);
}

static void failure_names_the_quota(void **state)
{
	struct runs runs = made_runs(INSTRUCTIONS_UNKNOWN);

	assert_ptr_equal(runs_failed(&runs), &two_runs[1]);
	assert_int_equal(report_failure(&options, &runs, &two_runs[1]), PIND_EXIT_FAILED);
	assert_string_equal(fail_text(),
			    "PIN_FAST_BENCHMARK stopped after 256 of 512 pages: Cannot allocate "
			    "memory; `pinctl refusals` tells which quota refused");
	runs.pind.values[1] = 0;
	(void)report_failure(&options, &runs, &two_runs[1]);
	assert_string_equal(fail_text(), "PIN_FAST_BENCHMARK stopped after 256 of 512 pages: "
					 "Cannot allocate memory");
	fail_forget();
	runs.n = 1;
	assert_null(runs_failed(&runs));
}

static void interruption_tells_how_far(void **state)
{
	struct runs runs = made_runs(INSTRUCTIONS_UNKNOWN);

	assert_int_equal(report_interruption(&options, &runs), PIND_EXIT_FAILED);
	assert_string_equal(fail_text(), "interrupted after 1 of 2 runs");
	fail_forget();
}

static void failure_names_what_forbids(void **state)
{
	struct options file = options;
	struct run run = { .error = EFAULT };
	struct runs runs = { .runs = &run, .n = 1 };

	(void)report_failure(&file, &runs, &run);
	assert_string_equal(fail_text(),
			    "PIN_FAST_BENCHMARK stopped after 0 of 512 pages: Bad address");
	file.file = "/x";
	file.shared = true;
	(void)report_failure(&file, &runs, &run);
	assert_string_equal(fail_text(), "PIN_FAST_BENCHMARK stopped after 0 of 512 pages: Bad "
					 "address; newer kernels pin a file of most file systems "
					 "for long only to read it (-W)");
	file.flags = PIND_BENCH_NOFAULT;
	(void)report_failure(&file, &runs, &run);
	assert_string_equal(fail_text(), "PIN_FAST_BENCHMARK stopped after 0 of 512 pages: Bad "
					 "address; with -F nofault only what is mapped already is "
					 "got");
	fail_forget();
}

static void what_is_not_pinned_is_a_failure(void **state)
{
	struct options get = options;
	struct run run = { .run = { .size = 2 << 20, .pages = 512, .unpinned = 3 } };
	struct runs runs = { .runs = &run, .n = 1 };

	fail_forget();
	assert_int_equal(report_unpinned(&options, &runs), PIND_EXIT_FAILED);
	assert_string_equal(fail_text(), "PIN_FAST_BENCHMARK got 512 pages, and 3 of them are not "
					 "pinned: this is a fault of the kernel");
	fail_forget();
	get.operation = PIND_BENCH_GUP;
	assert_int_equal(report_unpinned(&get, &runs), 0);
	run.run.unpinned = 0;
	assert_int_equal(report_unpinned(&options, &runs), 0);
}

static void counters_are_found_by_name(void **state)
{
	char path[] = "/tmp/gup-benchmark-XXXXXX";
	struct counters before, after;
	FILE *file;

	file = fdopen(mkstemp(path), "w");
	assert_non_null(file);
	(void)fputs("nr_free_pages 5\nnr_foll_pin_acquired 10\nnr_pind_refused 2\n", file);
	(void)fclose(file);
	counters_read(path, &before);
	assert_true(before.present);
	assert_int_equal(before.n, 2);

	file = fopen(path, "w");
	(void)fputs("nr_pind_refused 3\nnr_foll_pin_new 7\nnr_foll_pin_acquired 4\n", file);
	(void)fclose(file);
	counters_read(path, &after);
	counters_moved(&before, &after);
	assert_string_equal(after.names[0], "nr_pind_refused");
	assert_int_equal(after.values[0], 1);
	assert_int_equal(after.values[1], 7);
	assert_int_equal(after.values[2], -6);
	(void)unlink(path);

	counters_read(path, &after);
	assert_false(after.present);
	assert_int_equal(after.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_gup_tests),
		cmocka_unit_test(json_tells_all),
		cmocka_unit_test(failure_names_the_quota),
		cmocka_unit_test(interruption_tells_how_far),
		cmocka_unit_test(failure_names_what_forbids),
		cmocka_unit_test(what_is_not_pinned_is_a_failure),
		cmocka_unit_test(counters_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
