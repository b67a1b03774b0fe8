/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns of cgroup paths: the same code in the module, the daemon and pinctl, so that all of
 * them agree on which paths a pattern matches.
 *
 *   *        any number of characters, also none, but no '/'
 *   **       any number of characters
 *   ?        one character other than '/'
 *   [abc]    one of them; [a-z] a range; [!abc] and [^abc] any other one; never '/'.
 *            A ] that comes first, and a - that comes first or last, stand for themselves
 *   \x       x itself
 *
 * Characters are bytes. A pattern is for the whole text, from its first character to
 * its last.
 *
 * A pattern comes from an administrator, but the path that it is matched with comes from a
 * tenant. So nothing here allocates, recurses or looks back: one bit for each byte of the
 * pattern says whether the match may have come to that byte, and each character of the text
 * moves the bits that are set. The number of steps is at most the product of the lengths of
 * pattern and text; the bits take 512 bytes of stack.
 */
#ifndef PIND_PATTERN_H
#define PIND_PATTERN_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#endif

/* With its NUL: as long as a path may be. */
#define PIND_PATTERN_SIZE 4096

#define PIND_PATTERN_BITS (8 * sizeof(unsigned long))

/* For the test, which counts the steps. */
#ifndef PIND_PATTERN_STEP
#define PIND_PATTERN_STEP() do { } while (0)
#endif

/* One character of a class, which a backslash may escape. Return: the text behind it. */
static inline const char *pind_pattern_class_char(const char *p, unsigned char *ret)
{
	if (*p == '\\')
		p++;
	*ret = (unsigned char)*p;
	return *p ? p + 1 : p;
}

/*
 * The class that begins at @p. @ret_has: does the class match @c. Return: the text behind the
 * class; NULL if it is malformed, with the reason in *ret_fault.
 */
static inline const char *pind_pattern_class(const char *p, unsigned char c, bool *ret_has,
					     const char **ret_fault)
{
	bool has = false, negated = p[1] == '!' || p[1] == '^', first = true;
	unsigned char low, high;

	for (p += negated ? 2 : 1; *p != ']' || first; first = false) {
		PIND_PATTERN_STEP();
		p = pind_pattern_class_char(p, &low);
		high = low;
		if (*p == '-' && p[1] && p[1] != ']')
			p = pind_pattern_class_char(p + 1, &high);
		if (!low || !high) {
			*ret_fault = "the pattern has a [ without its ]";
			return NULL;
		}
		if (low > high) {
			*ret_fault = "the pattern has a range in [] that ends before it begins";
			return NULL;
		}
		if (low == '/' || high == '/') {
			*ret_fault = "the pattern has '/' in [], which never stands for it";
			return NULL;
		}
		has = has || (low <= c && c <= high);
	}
	*ret_has = c != '/' && has != negated;
	return p + 1;
}

/* The match may have come to byte @at of the pattern; and, if that is a *, to those behind it. */
static inline void pind_pattern_reach(unsigned long *states, const char *pattern, size_t at)
{
	for (;;) {
		states[at / PIND_PATTERN_BITS] |= 1UL << at % PIND_PATTERN_BITS;
		if (pattern[at] != '*')
			return;
		while (pattern[at] == '*')
			at++;
	}
}

/* The match has come to byte @at of the pattern, and the text goes on with @c. */
static inline void pind_pattern_take(unsigned long *states, const char *pattern, size_t at,
				     unsigned char c)
{
	const char *p = pattern + at, *next = p + 1, *fault;
	bool goes_on;

	PIND_PATTERN_STEP();
	switch (*p) {
	case '\0':
		return;
	case '*':
		next = p;
		goes_on = c != '/' || p[1] == '*';
		break;
	case '?':
		goes_on = c != '/';
		break;
	case '[':
		next = pind_pattern_class(p, c, &goes_on, &fault);
		if (!next)
			return;
		break;
	case '\\':
		next = p + 2;
		goes_on = (unsigned char)p[1] == c;
		break;
	default:
		goes_on = (unsigned char)*p == c;
	}
	if (goes_on)
		pind_pattern_reach(states, pattern, (size_t)(next - pattern));
}

/**
 * pind_pattern_matches() - does a pattern match a text
 * @pattern: pind_pattern_valid()
 * Context: any.
 */
static inline bool pind_pattern_matches(const char *pattern, const char *text)
{
	unsigned long states[PIND_PATTERN_SIZE / PIND_PATTERN_BITS], todo, left = 1;
	size_t length = strlen(pattern), words = length / PIND_PATTERN_BITS + 1, i, bit;

	memset(states, 0, words * sizeof(*states));
	pind_pattern_reach(states, pattern, 0);
	for (; *text && left; text++) {
		left = 0;
		/* downwards: a byte that is reached lies behind the byte that it is reached from */
		for (i = words; i-- > 0;) {
			todo = states[i];
			states[i] = 0;
			left |= todo;
			while (todo) {
				bit = PIND_PATTERN_BITS - 1 - (size_t)__builtin_clzl(todo);
				todo &= ~(1UL << bit);
				pind_pattern_take(states, pattern, i * PIND_PATTERN_BITS + bit,
						  (unsigned char)*text);
			}
		}
	}
	return states[length / PIND_PATTERN_BITS] >> length % PIND_PATTERN_BITS & 1;
}

/**
 * pind_pattern_matches_path() - does a pattern match a cgroup
 * @unit: match the last part of the path, which is the name of a unit; the root cgroup
 *	has none
 * @path: below the mount, "/" for the root
 */
static inline bool pind_pattern_matches_path(const char *pattern, bool unit, const char *path)
{
	if (!unit)
		return pind_pattern_matches(pattern, path);
	path = strrchr(path, '/');
	return path && path[1] && pind_pattern_matches(pattern, path + 1);
}

/**
 * pind_pattern_valid() - can a pattern be used, and match anything at all
 * @unit: as for pind_pattern_matches_path()
 * @ret_fault: if not, a sentence that says why: a literal, without a full stop
 */
static inline bool pind_pattern_valid(const char *pattern, bool unit, const char **ret_fault)
{
	size_t length = strnlen(pattern, PIND_PATTERN_SIZE);
	const char *p = pattern;
	bool has;

	*ret_fault = NULL;
	if (!length)
		*ret_fault = "the pattern is empty";
	else if (length == PIND_PATTERN_SIZE)
		*ret_fault = "the pattern is longer than 4095 bytes";
	else if (unit && strchr(pattern, '/'))
		*ret_fault = "the pattern of a unit's name has a '/', which no name has";
	else if (!unit && *pattern != '/' && *pattern != '*')
		*ret_fault = "the pattern of a path begins neither with '/' nor with '*'";
	else if (length > 1 && pattern[length - 1] == '/')
		*ret_fault = "the pattern ends in '/', which no path does";
	while (!*ret_fault && *p) {
		if (*p == '[') {
			p = pind_pattern_class(p, 'x', &has, ret_fault);
		} else if (*p == '\\') {
			if (!p[1])
				*ret_fault = "the pattern ends in a backslash, which escapes nothing";
			p += 2;
		} else {
			p++;
		}
	}
	return !*ret_fault;
}

/** pind_pattern_is_plain() - does a pattern match only the text that it is */
static inline bool pind_pattern_is_plain(const char *pattern)
{
	return !strpbrk(pattern, "*?[\\");
}

#endif /* PIND_PATTERN_H */
