/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of pinctl top: all that knows of ncurses. */
#ifndef PINCTL_TOP_SCREEN_H
#define PINCTL_TOP_SCREEN_H

#include "top-rows.h"

enum top_key {
	TOP_KEY_NONE, /* the time is over */
	TOP_KEY_QUIT,
	TOP_KEY_HELP,
	TOP_KEY_REFRESH,
	TOP_KEY_RESIZE,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_LEFT, /* sorted by the column to the left */
	TOP_KEY_RIGHT,
	TOP_KEY_LETTER, /* another one: see top_screen_key() */
};

/* Takes the terminal over. Return: 0, or an exit status with its sentence kept. */
int top_screen_open(void);
/* Gives it back. */
void top_screen_close(void);

/* The next key, if one comes within @milliseconds; *@ret_letter is the letter typed. */
enum top_key top_screen_key(int milliseconds, int *ret_letter);

/* Lines that rows have. */
size_t top_screen_lines(void);

/**
 * top_screen_draw - show it
 * @first: of the rows, the uppermost that is shown
 * @note: a sentence, or NULL
 */
void top_screen_draw(const struct top_rows *rows, const struct top_order *order, uint64_t time,
		     size_t first, const char *note);

/* Shows the list of keys. */
void top_screen_help(void);

#endif /* PINCTL_TOP_SCREEN_H */
