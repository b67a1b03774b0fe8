/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last amounts of each thing, as lines of little bars. */
#ifndef PINCTL_HISTORY_H
#define PINCTL_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* So many values at most, and bytes of their bars. */
#define HISTORY_VALUES 32
#define HISTORY_BARS   (HISTORY_VALUES * 4)

struct history_line {
	char *key;
	size_t n;
	uint64_t values[HISTORY_VALUES]; /* the oldest first */
};

/* Starts all zero. */
struct history {
	size_t n;
	struct history_line *lines; /* sorted by key */
	uint64_t time;		    /* of the last values; ns */
	uint64_t span;		    /* between the last two; 0: there is but one */
};

/**
 * history_add - add the present amounts
 * @keys: of all things, each once, sorted by strcmp(); what is not among them is forgotten
 *
 * Return: 0 or -ENOMEM.
 */
int history_add(struct history *history, uint64_t time, size_t n, const char *const *keys,
		const uint64_t *values);

/* NULL if there is none. */
const struct history_line *history_find(const struct history *history, const char *key);

/* By how much a second it changed, between the last two times. */
int64_t history_rate(const struct history *history, const struct history_line *line);

/* The last @width values as bars, the highest as high as the most of them; "" for no line.
 * Return: @buffer of HISTORY_BARS + 1 bytes. */
const char *history_bars(const struct history_line *line, size_t width, char *buffer);

void history_done(struct history *history);

#endif /* PINCTL_HISTORY_H */
