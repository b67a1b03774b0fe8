// SPDX-License-Identifier: GPL-2.0-or-later
/* Alignment, and text that is not to reach a terminal. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "screen.h"
#include "table.h"
#include "text.h"
#include "when.h"

static const struct table_column columns[] = { { "NAME" }, { "SIZE", TABLE_RIGHT }, { "X" } };

static void print_to(const struct table *table, char **ret)
{
	size_t size;
	FILE *stream = open_memstream(ret, &size);

	assert_non_null(stream);
	assert_int_equal(table_print(table, stream), 0);
	(void)fclose(stream);
}

static void aligned(void **state)
{
	_cleanup_(table_done) struct table table = TABLE(columns);
	_cleanup_free_ char *text = NULL;

	table_add(&table, "/a");
	table_add_size(&table, 33554432);
	table_add(&table, "x");
	table_add(&table, "/größe.slice");
	table_add(&table, "%d", 7);
	table_add(&table, "%s", "");
	print_to(&table, &text);
	assert_string_equal(text, "NAME              SIZE  X\n"
				  "/a            32.0 MiB  x\n"
				  "/größe.slice         7\n");
}

/* Twenty wide characters. */
#define WIDE "字字字字字字字字字字字字字字字字字字字字"

static const struct table_column path_columns[] = {
	{ "GROUP", TABLE_PATH, .key = "path" },
	{ "SIZE", TABLE_RIGHT },
	{ "NOTE", TABLE_AUTO, 2 },
	{ "PINS", TABLE_RIGHT, 3 },
	{ "ID", TABLE_EXTRA },
	{ "USE", TABLE_SCREEN },
};

static const struct table_columns paths = TABLE_COLUMNS(path_columns);

static void fill(struct table *table, const char *first, const char *note)
{
	const char *cells[] = { first, "1.0 MiB", note, "256", "77", "##",
				"/b",  "2.0 MiB", "",	"1",   "78", "#" };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		table_add(table, "%s", cells[i]);
}

static void looks_like(const char *columns, const struct table_look *look, const char *first,
		       const char *note, const char *expected)
{
	_cleanup_(table_done) struct table table = TABLE_OF(paths, look);
	_cleanup_free_ char *text = NULL;

	(void)setenv("COLUMNS", columns, 1);
	fill(&table, first, note);
	print_to(&table, &text);
	(void)unsetenv("COLUMNS");
	assert_string_equal(text, expected);
}

static void fits(void **state)
{
	const char *pod =
		"/kubepods.slice/kubepods-burstable.slice/cri-containerd-0123456789.scope";
	const struct table_look usual = { 0 }, full = { .full = true };
	const struct table_look raw = { .raw = true, .noheadings = true };

	/* no width: all that is not extra or for the screen */
	looks_like("", &usual, "/a", "",
		   "GROUP     SIZE  NOTE  PINS\n"
		   "/a     1.0 MiB         256\n"
		   "/b     2.0 MiB           1\n");
	looks_like(
		"80", &usual, pod, "",
		"GROUP                                                            SIZE  PINS  USE\n"
		"/kubepods.slice/kubepods-burs…ri-containerd-0123456789.scope  1.0 MiB   256  ##\n"
		"/b                                                            2.0 MiB     1  #\n");
	looks_like("40", &usual, pod, "removed",
		   "GROUP                          SIZE  USE\n"
		   "/kubepods.sl…3456789.scope  1.0 MiB  ##\n"
		   "/b                          2.0 MiB  #\n");
	looks_like("40", &usual, WIDE, "",
		   "GROUP                    SIZE  PINS  USE\n"
		   "字字字字…字字字字字   1.0 MiB   256  ##\n"
		   "/b                    2.0 MiB     1  #\n");
	looks_like("20", &full, "/a", "",
		   "GROUP     SIZE  NOTE  PINS  USE\n"
		   "/a     1.0 MiB         256  ##\n"
		   "/b     2.0 MiB           1  #\n");
	looks_like("40", &raw, "/a b", "",
		   "/a\\x20b 1.0\\x20MiB - 256\n"
		   "/b 2.0\\x20MiB - 1\n");
}

static void without_titles(void **state)
{
	static const struct table_column plain[] = { { NULL }, { NULL } };
	_cleanup_(table_done) struct table table = TABLE(plain);
	_cleanup_free_ char *text = NULL;

	table_add(&table, "current");
	table_add(&table, "1");
	print_to(&table, &text);
	assert_string_equal(text, "current  1\n");
}

static void nothing_is_cut(void **state)
{
	_cleanup_(table_done) struct table table = TABLE(columns);
	_cleanup_free_ char *text = NULL;
	char name[5000];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	table_add(&table, "%s", name);
	table_add(&table, "1");
	table_add(&table, "2");
	print_to(&table, &text);
	assert_non_null(strstr(text, name));
}

static void many_rows(void **state)
{
	_cleanup_(table_done) struct table table = TABLE(columns);
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < 10000; i++)
		table_add(&table, "%d", i);
	table_add(&table, "a");
	table_add(&table, "b");
	print_to(&table, &text);
	assert_non_null(strstr(text, "9999"));
}

static void clean_text(void **state)
{
	static const struct {
		const char *dirty;
		const char *clean;
	} cases[] = {
		{ "", "" },
		{ "fio", "fio" },
		{ "größe", "größe" },
		{ "\033[2J", "?[2J" },
		{ "a\nb\tc\177", "a?b?c?" },
		{ "\xff\xfe", "??" },
		{ "\xc3", "?" },
		{ "\xc3(", "?(" },
		{ "\xc0\xaf", "??" },		/* too long a form of '/' */
		{ "\xed\xa0\x80", "???" },	/* a surrogate */
		{ "\xe2\x82", "??" },		/* cut short */
		{ "\xf4\x90\x80\x80", "????" }, /* above U+10FFFF */
		{ "\xc2\x9b", "??" },		/* C1 CSI */
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free_ char *text = strdup(cases[i].dirty);

		text_clean(text);
		assert_string_equal(text, cases[i].clean);
		assert_true(text_is_utf8(text));
	}
	assert_false(text_is_utf8("\xff"));
	assert_false(text_is_utf8("a\xe2\x82"));
}

static void ages(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "just now" },    { 1, "1s ago" },	      { 59, "59s ago" },
		{ 60, "1min ago" },   { 3599, "59min ago" },  { 3600, "1h ago" },
		{ 86399, "23h ago" }, { 86400, "1 day ago" }, { 4 * 86400, "4 days ago" },
	};
	uint64_t now = UINT64_C(10000000) * 1000000000;
	char buffer[WHEN_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(when_ago(now - cases[i].seconds * 1000000000, now, buffer),
				    cases[i].text);
	/* A clock read a moment too early is no age of 580 years. */
	assert_string_equal(when_ago(now + 5, now, buffer), "just now");
}

/* Whoever makes a cgroup chooses its name: in a command that is printed it is one word. */
static void quoted(void **state)
{
	static const char *const cases[][2] = {
		{ "/a.slice", "'/a.slice'" },
		{ "/it's;reboot", "'/it'\\''s;reboot'" },
		{ "", "''" },
		{ "/\033[2J$(x)", "'/?[2J$(x)'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free_ char *text = text_quoted(cases[i][0]);

		assert_string_equal(text, cases[i][1]);
	}
}

/* A number is written and read as the man pages have it, whatever the user's language has. */
static void numbers(void **state)
{
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	screen_set_locale();
	assert_string_equal(setlocale(LC_CTYPE, NULL), "C.UTF-8");
	assert_string_equal(setlocale(LC_NUMERIC, NULL), "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoted),
		cmocka_unit_test(aligned),	  cmocka_unit_test(fits),
		cmocka_unit_test(without_titles), cmocka_unit_test(nothing_is_cut),
		cmocka_unit_test(many_rows),	  cmocka_unit_test(clean_text),
		cmocka_unit_test(ages),		  cmocka_unit_test(numbers),
	};

	(void)setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
