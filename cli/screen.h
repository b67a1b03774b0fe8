/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the output goes: a terminal that takes colour and bars, or a pipe. */
#ifndef PINCTL_SCREEN_H
#define PINCTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum screen_style {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_DIM,
	SCREEN_GOOD,
	SCREEN_WARN,
	SCREEN_BAD,
};

/* Bytes that screen_bar() needs at most. */
#define SCREEN_BAR_MAX 48

/* Is stdout a terminal? */
bool screen_is_terminal(void);

/* Columns that a line may have: of the terminal, or of $COLUMNS if that is set; 0 if
 * there is neither, so that nothing has to fit. Lines of the terminal. */
size_t screen_width(void);
size_t screen_height(void);

/**
 * screen_set_locale - be in the user's locale, and know UTF-8 whatever that is
 *
 * Numbers have a point in every locale, as in the man pages and in what scripts are written for.
 * Names of others are UTF-8 in every locale, and passed on as they are.
 */
void screen_set_locale(void);

/* Does the user's locale have bars, "…" and lines for trees? Else it is ASCII. */
bool screen_is_utf8(void);

/* The escape sequence that begins or ends a style; "" where colour is not due:
 * no terminal, NO_COLOR is set, or TERM is "dumb". */
const char *screen_on(enum screen_style style);
const char *screen_off(enum screen_style style);

/* A bar of ten cells, filled as used is to max; max may not be "no limit".
 * Return: @buffer of SCREEN_BAR_MAX bytes. */
const char *screen_bar(uint64_t used, uint64_t max, char *buffer);

/* How a use of max looks: calm, from 80% on a warning, from 95% on bad. */
enum screen_style screen_use_style(uint64_t used, uint64_t max);

/**
 * screen_flush - hand the printed text to the kernel
 *
 * Return: 0, or PIND_EXIT_FAILED; with a sentence unless the reader went away
 * (EPIPE), which is nobody's fault.
 */
int screen_flush(void);

/* screen_flush() for the last time: also what close() has to tell. */
int screen_close(void);

#endif /* PINCTL_SCREEN_H */
