// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Patterns of cgroup paths, by the code that the module has, too: a pattern, a line feed and
 * a path. An obvious matcher, which looks back, says what is right.
 */
#include <stdbool.h>

#include <pind/pattern.h>

#include "fuzz.h"

/* Longer patterns and texts are not compared with the obvious matcher. */
#define TRIED_MAX 64

/*
 * The answers of the obvious matcher, by what is left of pattern and text. Without them it would
 * look back at the same places again and again: 24 bytes, most of them stars, took a second.
 */
static enum { UNKNOWN, NO, YES } answers[TRIED_MAX + 1][TRIED_MAX + 1];

static bool is_match(const char *pattern, const char *text);

static bool look(const char *pattern, const char *text)
{
	const char *next = pattern + 1, *fault;
	bool has = false;

	switch (*pattern) {
	case '\0':
		return !*text;
	case '*':
		if (pattern[1] == '*')
			return is_match(pattern + 2, text) ||
			       (*text && is_match(pattern, text + 1));
		return is_match(pattern + 1, text) ||
		       (*text && *text != '/' && is_match(pattern, text + 1));
	case '?':
		has = *text != '/';
		break;
	case '[':
		next = pind_pattern_class(pattern, (unsigned char)*text, &has, &fault);
		demand(next);
		break;
	case '\\':
		has = *text == pattern[1];
		next++;
		break;
	default:
		has = *text == *pattern;
	}
	return *text && has && is_match(next, text + 1);
}

static bool is_match(const char *pattern, const char *text)
{
	typeof(&answers[0][0]) answer = &answers[strlen(pattern)][strlen(text)];

	if (*answer == UNKNOWN)
		*answer = look(pattern, text) ? YES : NO;
	return *answer == YES;
}

static void match(const char *pattern, bool unit, const char *path)
{
	const char *fault = NULL, *text = unit ? strrchr(path, '/') + 1 : path;
	bool matches;

	if (!pind_pattern_valid(pattern, unit, &fault)) {
		demand(fault);
		return;
	}
	matches = pind_pattern_matches_path(pattern, unit, path);
	if (unit && !*text) {
		demand(!matches);
	} else if (pind_pattern_is_plain(pattern)) {
		demand(matches == !strcmp(pattern, text));
	} else if (strlen(pattern) <= TRIED_MAX && strlen(text) <= TRIED_MAX) {
		memset(answers, 0, sizeof(answers));
		demand(matches == is_match(pattern, text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = fuzz_text(data, size), *path = strchr(pattern, '\n');

	if (path) {
		*path++ = '\0';
		if (*path == '/') {
			match(pattern, false, path);
			match(pattern, true, path);
		}
	}
	free(pattern);
	return 0;
}
