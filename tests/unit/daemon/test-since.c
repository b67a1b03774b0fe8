// SPDX-License-Identifier: GPL-2.0-or-later
/* Since when groups are above their quota, over the daemon's end. */
#include "cmocka-all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "since.h"

#define LOAD  7
#define START 1000000ULL

static char directory[64];

static const struct pind_since_row rows[] = {
	{ 11, 500, 4096, UINT64_MAX, { PIND_ON_EXCEED_KILL, 0, 30000000, false }, false, 0 },
	{ 12, 600, UINT64_MAX, 8192, { PIND_ON_EXCEED_SIGNAL, 15, 0, true }, true, 3 },
};

static int setup(void **state)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/pind-since-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static const char *file(void)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/" PIND_SINCE_FILE, directory);
	return path;
}

static int teardown(void **state)
{
	(void)unlink(file());
	return rmdir(directory);
}

static struct pind_since *open_since(void)
{
	struct pind_since *since;

	assert_int_equal(pind_since_open(directory, START, &since), 0);
	return since;
}

static void write_text(const char *text)
{
	FILE *stream = fopen(file(), "we");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

static bool knows(struct pind_since *since, uint64_t id)
{
	struct pind_since_row row;

	return pind_since_take(since, LOAD, id, &row);
}

static void test_over_an_end(void **state)
{
	struct pind_since *since = open_since();
	struct pind_since_row row;

	assert_false(pind_since_take(since, LOAD, 11, &row));
	pind_since_write(since, LOAD, START, rows, 2);
	(void)pind_since_free(since);
	since = open_since();
	assert_true(pind_since_take(since, LOAD, 12, &row));
	assert_int_equal(row.since, 600);
	assert_int_equal(row.max_held, 8192);
	assert_int_equal(row.reaction.on_exceed, PIND_ON_EXCEED_SIGNAL);
	assert_int_equal(row.reaction.signal, 15);
	assert_true(row.reaction.dry_run);
	assert_true(row.done);
	assert_int_equal(row.holds, 3);
	/* once; and what nobody has asked for yet stays when something else is written */
	assert_false(pind_since_take(since, LOAD, 12, &row));
	pind_since_write(since, LOAD, START, NULL, 0);
	(void)pind_since_free(since);
	since = open_since();
	assert_false(pind_since_take(since, LOAD, 12, &row));
	assert_true(pind_since_take(since, LOAD, 11, &row));
	assert_int_equal(row.max, 4096);
	assert_int_equal(row.reaction.grace, 30000000);
	(void)pind_since_free(since);
}

/* Of another load of the module, or of groups that nobody came back to. */
static void test_of_the_past(void **state)
{
	struct pind_since *since = open_since();
	struct pind_since_row row;

	pind_since_write(since, LOAD, START, rows, 2);
	(void)pind_since_free(since);
	since = open_since();
	assert_false(pind_since_take(since, LOAD + 1, 11, &row));
	(void)pind_since_free(since);
	since = open_since();
	pind_since_write(since, LOAD, START + PIND_SINCE_OLD_USEC + 1, rows, 1);
	(void)pind_since_free(since);
	since = open_since();
	assert_true(knows(since, 11));
	assert_false(knows(since, 12));
	(void)pind_since_free(since);
}

/* A file that makes no sense, in part or as a whole, is none. */
static void test_nonsense(void **state)
{
	static const char *const texts[] = {
		"",	  "x",	 "2 7\n11 1 1 1 kill 0 0 0 0 0\n",
		"\n\n\n", "1\n", "1 7\nnonsense\n11 1 1 1 explode 0 0 0 0 0\n"
	};
	struct pind_since *since;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text(texts[i]);
		since = open_since();
		assert_false(knows(since, 11));
		(void)pind_since_free(since);
	}
	write_text("1 7\nnonsense\n11 1 1 1 kill 0 0 0 0 0\n11");
	since = open_since();
	assert_true(knows(since, 11));
	(void)pind_since_free(since);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_over_an_end),
		TEST(test_of_the_past),
		TEST(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
