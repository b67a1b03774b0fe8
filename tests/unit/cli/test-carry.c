// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters that are carried on never fall, and nothing is counted twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka-all.h"
#include "carry.h"
#include "fail.h"
#include "http.h"

static char directory[] = "/tmp/pinctl-carry-XXXXXX";
static char path[64];

static int set_up(void **state)
{
	(void)snprintf(path, sizeof(path), "%s/counters", directory);
	(void)unlink(path);
	return 0;
}

static int make_directory(void **state)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char lock[80];

	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(path);
	(void)unlink(lock);
	return rmdir(directory);
}

struct count {
	const char *series, *source;
	uint64_t now;
};

/* One telling of these, up to one without a series. Return: the total of the first's. */
static uint64_t tell(const struct count *counts)
{
	_cleanup_(carry_freep) struct carry *carry = NULL;
	uint64_t total;

	assert_int_equal(carry_open(path, &carry), 0);
	for (const struct count *count = counts; count->series; count++)
		if (count->source)
			assert_int_equal(carry_add(carry, count->series, count->source, count->now),
					 0);
	assert_int_equal(carry_total(carry, counts->series, &total), 0);
	assert_int_equal(carry_save(carry), 0);
	return total;
}

#define TELL(...) tell((const struct count[]){ __VA_ARGS__, { 0 } })

static void grows(void **state)
{
	assert_int_equal(TELL({ "a", "1", 5 }), 5);
	assert_int_equal(TELL({ "a", "1", 7 }), 7);
	assert_int_equal(TELL({ "a", "1", 7 }), 7);
	assert_int_equal(TELL({ "a", "1", UINT64_MAX }), UINT64_MAX);
}

/* The module was loaded anew, or the daemon restarted: it has begun at 0. */
static void begins_anew(void **state)
{
	assert_int_equal(TELL({ "a", "load 1", 5 }), 5);
	assert_int_equal(TELL({ "a", "load 2", 9 }), 14);
	assert_int_equal(TELL({ "a", "load 2", 3 }), 17);
}

/* A removed cgroup's group and its successor, side by side and then not. */
static void two_sources(void **state)
{
	assert_int_equal(TELL({ "/x", "old", 5 }), 5);
	assert_int_equal(TELL({ "/x", "old", 6 }, { "/x", "new", 1 }), 7);
	assert_int_equal(TELL({ "/x", "new", 2 }), 8);
	assert_int_equal(TELL({ "/x", NULL, 0 }), 8);
	assert_int_equal(TELL({ "/x", "old", 1 }), 9);
}

/* What counts in one series now counted in another before. */
static void moves(void **state)
{
	assert_int_equal(TELL({ "rest", "/y", 5 }), 5);
	assert_int_equal(TELL({ "/y", "/y", 7 }), 2);
	assert_int_equal(TELL({ "rest", "/y", 8 }), 6);
	assert_int_equal(TELL({ "/y", NULL, 0 }), 2);
}

static void raised(void **state)
{
	_cleanup_(carry_freep) struct carry *carry = NULL;
	uint64_t total;

	assert_int_equal(carry_open(path, &carry), 0);
	assert_int_equal(carry_raise(carry, "a", 1000), 0);
	assert_int_equal(carry_raise(carry, "a", 990), 0);
	assert_int_equal(carry_total(carry, "a", &total), 0);
	assert_int_equal(total, 1000);
}

/* Names with blanks and quotes, and lines that are none. */
static void file(void **state)
{
	_cleanup_fclose_ FILE *stream = NULL;

	assert_int_equal(TELL({ "a{x=\"1 2\"} ", "b c", 5 }), 5);
	stream = fopen(path, "ae");
	assert_non_null(stream);
	assert_true(fputs("nonsense\nseries x\nsource 5\n\nseries 1 2", stream) >= 0);
	assert_int_equal(fclose(TAKE_PTR(stream)), 0);
	assert_int_equal(TELL({ "a{x=\"1 2\"} ", "b c", 6 }), 6);
}

/* Series that are told no more are forgotten one day, not soon. */
static void forgotten(void **state)
{
	char line[256];
	FILE *stream;
	size_t n = 0;

	assert_int_equal(TELL({ "gone", "1", 5 }), 5);
	for (int i = 0; i < 90; i++)
		(void)TELL({ "a", "1", 5 });
	assert_int_equal(TELL({ "gone", NULL, 0 }), 5);
	for (int i = 0; i < 110; i++)
		(void)TELL({ "a", "1", 5 });
	stream = fopen(path, "re");
	assert_non_null(stream);
	while (fgets(line, sizeof(line), stream))
		n++;
	(void)fclose(stream);
	assert_int_equal(n, 2);
}

/* Many at a time: each sees what the one before it wrote. */
static void side_by_side(void **state)
{
	pid_t pids[8];
	int status;

	for (int i = 0; i < 8; i++) {
		char source[8];

		(void)snprintf(source, sizeof(source), "%d", i);
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			(void)TELL({ "a", source, 3 });
			_exit(0);
		}
	}
	for (int i = 0; i < 8; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(TELL({ "a", NULL, 0 }), 24);
}

static void cannot(void **state)
{
	_cleanup_(carry_freep) struct carry *carry = NULL;

	assert_int_equal(carry_open("/nonexistent/counters", &carry), PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "/nonexistent/counters.lock cannot be locked"));
	fail_forget();
}

/* A file of something else, named by mistake, is not written over. */
static void of_something_else(void **state)
{
	_cleanup_(carry_freep) struct carry *carry = NULL;
	_cleanup_fclose_ FILE *stream = fopen(path, "we");

	assert_non_null(stream);
	assert_true(fputs("a.example\n", stream) >= 0);
	assert_int_equal(fclose(TAKE_PTR(stream)), 0);
	assert_int_equal(carry_open(path, &carry), PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "counters is no file of --state, and is left alone"));
	fail_forget();
	/* an empty one is of nothing */
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(TELL({ "a", "1", 5 }), 5);
}

static void negotiation(void **state)
{
	static const struct {
		const char *accept;
		enum metric_format format;
	} rows[] = {
		{ NULL, METRIC_PROMETHEUS },
		{ "*/*", METRIC_PROMETHEUS },
		/* Prometheus 2.42 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
		  "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n",
		  METRIC_OPENMETRICS },
		/* Prometheus 3 */
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
		  "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
		  "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
		  METRIC_OPENMETRICS },
		{ "text/plain;version=0.0.4", METRIC_PROMETHEUS },
		{ "text/plain, application/openmetrics-text;q=0.9", METRIC_PROMETHEUS },
		{ "application/openmetrics-text;q=0", METRIC_PROMETHEUS },
		{ "Application/OpenMetrics-Text", METRIC_OPENMETRICS },
		{ "application/json", METRIC_PROMETHEUS },
		{ ",,, ;q=, ", METRIC_PROMETHEUS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(http_format(rows[i].accept), rows[i].format);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(grows, set_up),
		cmocka_unit_test_setup(begins_anew, set_up),
		cmocka_unit_test_setup(two_sources, set_up),
		cmocka_unit_test_setup(moves, set_up),
		cmocka_unit_test_setup(raised, set_up),
		cmocka_unit_test_setup(file, set_up),
		cmocka_unit_test_setup(forgotten, set_up),
		cmocka_unit_test_setup(side_by_side, set_up),
		cmocka_unit_test_setup(cannot, set_up),
		cmocka_unit_test_setup(of_something_else, set_up),
		cmocka_unit_test(negotiation),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
