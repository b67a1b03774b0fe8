// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "screen.h"

#define NSEC_PER_SEC 1000000000

static void free_lines(struct history_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(lines[i].key);
	free(lines);
}

/* The values of the old line, if it is of the same key. */
static int take_over(struct history_line *line, struct history_line *old, const char *key,
		     uint64_t value)
{
	if (old) {
		*line = *old;
		old->key = NULL;
	} else {
		line->key = strdup(key);
		if (!line->key)
			return -ENOMEM;
	}
	if (line->n == HISTORY_VALUES)
		memmove(line->values, line->values + 1, --line->n * sizeof(line->values[0]));
	line->values[line->n++] = value;
	return 0;
}

int history_add(struct history *history, uint64_t time, size_t n, const char *const *keys,
		const uint64_t *values)
{
	struct history_line *lines = calloc(n + 1, sizeof(*lines));
	size_t old = 0;

	if (!lines)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int order = 1;

		while (old < history->n && (order = strcmp(history->lines[old].key, keys[i])) < 0)
			old++;
		order = old < history->n ? order : 1;
		if (take_over(&lines[i], order == 0 ? &history->lines[old++] : NULL, keys[i],
			      values[i]) < 0) {
			free_lines(lines, i);
			return -ENOMEM;
		}
	}
	free_lines(history->lines, history->n);
	history->lines = lines;
	history->n = n;
	history->span = history->time && time > history->time ? time - history->time : 0;
	history->time = time;
	return 0;
}

static int compare_key(const void *key, const void *line)
{
	return strcmp(key, ((const struct history_line *)line)->key);
}

const struct history_line *history_find(const struct history *history, const char *key)
{
	return history->n == 0 ? NULL
			       : bsearch(key, history->lines, history->n, sizeof(*history->lines),
					 compare_key);
}

int64_t history_rate(const struct history *history, const struct history_line *line)
{
	if (!line || line->n < 2 || !history->span)
		return 0;
	return (int64_t)((double)((int64_t)line->values[line->n - 1] -
				  (int64_t)line->values[line->n - 2]) *
			 NSEC_PER_SEC / (double)history->span);
}

const char *history_bars(const struct history_line *line, size_t width, char *buffer)
{
	static const char *const utf8[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", "_", ".", "-", "=", "+", "*", "#", "@" };
	const char *const *bars = screen_is_utf8() ? utf8 : ascii;
	uint64_t most = 0;
	char *p = buffer;
	size_t first;

	*p = '\0';
	if (!line)
		return buffer;
	first = line->n > width ? line->n - width : 0;
	for (size_t i = first; i < line->n; i++)
		most = line->values[i] > most ? line->values[i] : most;
	for (size_t i = first; i < line->n; i++) {
		unsigned __int128 height = (unsigned __int128)line->values[i] * 8;

		/* a little is not nothing */
		p = stpcpy(p, bars[most ? (size_t)((height + most - 1) / most) : 0]);
	}
	return buffer;
}

void history_done(struct history *history)
{
	free_lines(history->lines, history->n);
	*history = (struct history){ 0 };
}
