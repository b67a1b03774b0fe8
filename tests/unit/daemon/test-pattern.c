// SPDX-License-Identifier: GPL-2.0-or-later
/* Patterns of cgroup paths, and that no path makes one of them slow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka-all.h"

static unsigned long steps;
#define PIND_PATTERN_STEP() (void)steps++
#include <pind/pattern.h>

static const struct {
	const char *pattern, *text;
	bool matches;
} cases[] = {
	{ "/a/b", "/a/b", true },
	{ "/a/b", "/a/bc", false },
	{ "/a/b", "/a", false },
	{ "/a/*", "/a/b", true },
	{ "/a/*", "/a/", true },
	{ "/a/*", "/a", false },
	{ "/a/*", "/a/b/c", false },
	{ "/a/**", "/a/b/c", true },
	{ "/a/***", "/a/b/c", true },
	{ "**", "", true },
	{ "**", "/", true },
	{ "*", "/", false },
	{ "/**/c", "/a/b/c", true },
	{ "/**/c", "/c", false },
	{ "/**c", "/c", true },
	{ "/*/*/c", "/a/b/c", true },
	{ "/*/c", "/a/b/c", false },
	{ "/**a*/b", "/xa/xa1/b", true },
	{ "/**a*/b", "/xa/x/b", false },
	{ "/**/p*d/c*", "/k/pod/pad/c1", true },
	{ "/**/p*d/c*", "/k/pod/x/c1", false },
	{ "?", "a", true },
	{ "?", "/", false },
	{ "?", "", false },
	{ "a?c", "abc", true },
	{ "user-*.slice", "user-1000.slice", true },
	{ "user-*.slice", "user-.slice", true },
	{ "user-*.slice", "user.slice", false },
	{ "*a*b*c*", "xaybzc", true },
	{ "*a*b*c*", "xcybza", false },
	{ "[abc]", "b", true },
	{ "[abc]", "d", false },
	{ "[a-c]x", "bx", true },
	{ "[!a-c]", "b", false },
	{ "[^a-c]", "d", true },
	{ "[!a]", "/", false },
	{ "[+-9]", "/", false },
	{ "[+-9]", "0", true },
	{ "[]a]", "]", true },
	{ "[!]a]", "]", false },
	{ "[-a]", "-", true },
	{ "[a-]", "-", true },
	{ "[a-]", "b", false },
	{ "[\\]]", "]", true },
	{ "[a\\-c]", "b", false },
	{ "[\x80-\xff]", "\xc3", true },
	{ "a\\*", "a*", true },
	{ "a\\*", "ab", false },
	{ "/dev-disk\\\\x2d1", "/dev-disk\\x2d1", true },
	{ "/dev-disk\\x2d1", "/dev-diskx2d1", true },
};

static void test_matches(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (pind_pattern_matches(cases[i].pattern, cases[i].text) != cases[i].matches)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
}

static void test_units(void **state)
{
	assert_true(pind_pattern_matches_path("user-*.slice", true, "/user.slice/user-1.slice"));
	assert_false(pind_pattern_matches_path("user-*.slice", true, "/user-1.slice/x.scope"));
	assert_false(pind_pattern_matches_path("*", true, "/"));
	assert_true(pind_pattern_matches_path("/", false, "/"));
	assert_false(pind_pattern_matches_path("*", false, "/a"));
}

static const struct {
	const char *pattern;
	bool unit;
	const char *fault; /* NULL: it is valid */
} valid[] = {
	{ "/a/**", false, NULL },
	{ "**/x", false, NULL },
	{ "/", false, NULL },
	{ "docker-[0-9a-f]*.scope", true, NULL },
	{ "/[]]", false, NULL },
	{ "/a\\[", false, NULL },
	{ "", false, "the pattern is empty" },
	{ "a/b", false, "the pattern of a path begins neither with '/' nor with '*'" },
	{ "/a/", false, "the pattern ends in '/', which no path does" },
	{ "a/b", true, "the pattern of a unit's name has a '/', which no name has" },
	{ "/a[bc", false, "the pattern has a [ without its ]" },
	{ "/a[", false, "the pattern has a [ without its ]" },
	{ "/a[]", false, "the pattern has a [ without its ]" },
	{ "/a[b-", false, "the pattern has a [ without its ]" },
	{ "/a[b\\", false, "the pattern has a [ without its ]" },
	{ "/a[b-\\", false, "the pattern has a [ without its ]" },
	{ "/[z-a]", false, "the pattern has a range in [] that ends before it begins" },
	{ "/a[b/]", false, "the pattern has '/' in [], which never stands for it" },
	{ "/a\\", false, "the pattern ends in a backslash, which escapes nothing" },
};

static void test_valid(void **state)
{
	const char *fault;

	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++) {
		bool is = pind_pattern_valid(valid[i].pattern, valid[i].unit, &fault);

		if (is != !valid[i].fault || (!is && strcmp(fault, valid[i].fault) != 0))
			fail_msg("'%s': %s", valid[i].pattern, is ? "valid" : fault);
	}
	assert_true(pind_pattern_is_plain("/a/b.c"));
	assert_false(pind_pattern_is_plain("/a/b?"));
	assert_false(pind_pattern_is_plain("/a\\x2db"));
}

static char *filled(size_t length, const char *with)
{
	char *text = calloc(1, length + 1);

	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = with[i % strlen(with)];
	return text;
}

static void test_length(void **state)
{
	char *most = filled(PIND_PATTERN_SIZE - 1, "/abc"), *more = filled(PIND_PATTERN_SIZE, "/");
	const char *fault;

	assert_true(pind_pattern_valid(most, false, &fault));
	assert_true(pind_pattern_matches(most, most));
	assert_false(pind_pattern_valid(more, false, &fault));
	assert_string_equal(fault, "the pattern is longer than 4095 bytes");
	free(most);
	free(more);
}

/* What makes a matcher that looks back try for ever. */
static void test_bounded(void **state)
{
	static const char *const patterns[] = { "*a", "**a", "**a*/", "*[ab]", "**?", "[!b]*", "**/*" };
	static const char *const texts[] = { "a", "a/", "aaaaaaaaaaaaaaaab", "/" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		for (size_t j = 0; j < sizeof(texts) / sizeof(*texts); j++) {
			char *head = filled(strlen(patterns[i]) * 100, patterns[i]);
			char *text = filled(4000, texts[j]), *pattern;

			assert_true(asprintf(&pattern, "%sX", head) > 0);
			steps = 0;
			assert_false(pind_pattern_matches(pattern, text));
			assert_true(steps <= strlen(pattern) * strlen(text));
			free(head);
			free(text);
			free(pattern);
		}
}

/* The same in the shortest words, which try all there is. */
static bool slowly(const char *p, const char *t)
{
	bool deep, has = false;

	switch (*p) {
	case '\0':
		return !*t;
	case '*':
		for (deep = p[1] == '*'; *p == '*'; p++)
			;
		for (;; t++) {
			if (slowly(p, t))
				return true;
			if (!*t || (*t == '/' && !deep))
				return false;
		}
	case '?':
		return *t && *t != '/' && slowly(p + 1, t + 1);
	case '[': /* always of two characters here */
		has = *t == p[1] || *t == p[2];
		return has && *t != '/' && slowly(p + 4, t + 1);
	default:
		return *t == *p && slowly(p + 1, t + 1);
	}
}

static void test_random(void **state)
{
	static const char *const parts[] = { "a", "b", "/", "*", "**", "?", "[ab]", "a", "/" };
	unsigned long matched = 0;

	srandom(17);
	for (int i = 0; i < 200000; i++) {
		char pattern[64] = "", text[16] = "";

		for (long n = random() % 8; n >= 0; n--)
			(void)strcat(pattern, parts[random() % 9]);
		for (long n = random() % 12, at = 0; at < n; at++)
			text[at] = "ab/"[random() % 3];
		if (pind_pattern_matches(pattern, text) != slowly(pattern, text))
			fail_msg("'%s' and '%s'", pattern, text);
		matched += slowly(pattern, text);
	}
	assert_true(matched > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches), cmocka_unit_test(test_units),
		cmocka_unit_test(test_valid), cmocka_unit_test(test_length),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
