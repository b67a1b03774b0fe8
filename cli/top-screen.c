// SPDX-License-Identifier: GPL-2.0-or-later
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ncurses.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "text.h"
#include "top-screen.h"

/* Above the rows: what there is, a sentence or the keys, titles. */
#define HEAD_LINES 3

/* Columns of a high rank are left out before a name is cut below NAME_GOOD, the others before
 * it is below NAME_LEAST. */
#define NAME_GOOD  32
#define NAME_LEAST 20
#define RANK_HIGH  4

#define RANK_MAX 9

/* On wide screens the history is longer. */
#define HISTORY_SHARE 8

static bool has_colours;

static const char *const help_lines[] = {
	"  g  p  d      by group, by process, by driver",
	"  M            sort by what is pinned",
	"  P            sort by pins",
	"  N            sort by name, or by PID",
	"  T            sort by age",
	"  C            sort by change",
	"  <  >         sort by the column to the left, to the right",
	"  R            the other way round",
	"  t            groups as a tree",
	"  a            all groups, also those without pins and quota",
	"  space        look now",
	"  up down PgUp PgDn Home End   scroll",
	"  h  ?         this",
	"  q            end",
	"",
	"  Press a key.",
};

int top_screen_open(void)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);
	/* a dumb one has no way to say where something is to stand */
	const char *move = screen ? tigetstr("cup") : NULL;

	if (screen && !move)
		(void)endwin();
	if (!move)
		return fail(
			PIND_EXIT_FAILED,
			"the terminal \"%s\" has no screen that could be drawn: use `pinctl top "
			"--batch`, or set TERM",
			getenv("TERM") ?: "");
	(void)cbreak();
	(void)noecho();
	(void)keypad(stdscr, true);
	(void)curs_set(0);
	has_colours = screen_on(SCREEN_GOOD)[0] && has_colors() && start_color() == OK;
	if (has_colours) {
		(void)use_default_colors();
		(void)init_pair(1, COLOR_GREEN, -1);
		(void)init_pair(2, COLOR_YELLOW, -1);
		(void)init_pair(3, COLOR_RED, -1);
	}
	return 0;
}

void top_screen_close(void)
{
	(void)endwin();
}

static attr_t attributes(enum screen_style style)
{
	switch (style) {
	case SCREEN_BOLD:
		return A_BOLD;
	case SCREEN_DIM:
		return A_DIM;
	case SCREEN_GOOD:
		return has_colours ? COLOR_PAIR(1) : A_NORMAL;
	case SCREEN_WARN:
		return has_colours ? COLOR_PAIR(2) : A_NORMAL;
	case SCREEN_BAD:
		return has_colours ? COLOR_PAIR(3) : A_BOLD;
	case SCREEN_PLAIN:
		break;
	}
	return A_NORMAL;
}

enum top_key top_screen_key(int milliseconds, int *ret_letter)
{
	static const struct {
		int code;
		enum top_key key;
	} keys[] = {
		{ ERR, TOP_KEY_NONE },		{ 'q', TOP_KEY_QUIT },
		{ 'h', TOP_KEY_HELP },		{ '?', TOP_KEY_HELP },
		{ ' ', TOP_KEY_REFRESH },	{ KEY_RESIZE, TOP_KEY_RESIZE },
		{ KEY_UP, TOP_KEY_UP },		{ KEY_DOWN, TOP_KEY_DOWN },
		{ KEY_PPAGE, TOP_KEY_PAGE_UP }, { KEY_NPAGE, TOP_KEY_PAGE_DOWN },
		{ KEY_HOME, TOP_KEY_HOME },	{ KEY_END, TOP_KEY_END },
		{ '<', TOP_KEY_LEFT },		{ '>', TOP_KEY_RIGHT },
	};
	struct pollfd in = { .fd = STDIN_FILENO };
	int code;

	timeout(milliseconds);
	code = getch();
	*ret_letter = code;
	if (code == ERR && poll(&in, 1, 0) > 0 && in.revents & (POLLERR | POLLHUP))
		return TOP_KEY_QUIT;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].code == code)
			return keys[i].key;
	}
	return TOP_KEY_LETTER;
}

size_t top_screen_lines(void)
{
	return LINES > HEAD_LINES ? (size_t)(LINES - HEAD_LINES) : 0;
}

/* One cell, cut to its width or filled up to it. */
static void draw_cell(int line, size_t at, size_t width, const char *text, unsigned int flags,
		      attr_t style)
{
	_cleanup_free_ char *clean = text_cleaned(text);
	size_t room = at < (size_t)COLS ? (size_t)COLS - at : 0;
	_cleanup_free_ char *cut =
		clean ? text_cut(clean, width < room ? width : room, flags & TABLE_PATH) : NULL;
	size_t blanks;

	if (!cut || !room)
		return;
	width = width < room ? width : room;
	blanks = width - text_width(cut);
	(void)attrset(style);
	(void)mvprintw(line, (int)at, "%*s", (int)width, "");
	(void)mvaddstr(line, (int)(flags & TABLE_RIGHT ? at + blanks : at), cut);
	(void)attrset(A_NORMAL);
}

static size_t width_of(const struct top_column *column)
{
	size_t width = column->width;

	if (column->field == TOP_HISTORY && (size_t)COLS / HISTORY_SHARE > width)
		width = (size_t)COLS / HISTORY_SHARE;
	return width > HISTORY_VALUES && column->field == TOP_HISTORY ? HISTORY_VALUES : width;
}

/* Widths of a view's columns, 0 of those for which there is no room. One has what is left. */
static void lay_out(const struct top_columns *columns, size_t *widths)
{
	for (unsigned int rank = RANK_MAX;; rank--) {
		size_t fixed = 0, rest = columns->n;
		size_t name = rank >= RANK_HIGH ? NAME_GOOD : NAME_LEAST;

		for (size_t i = 0; i < columns->n; i++) {
			const struct top_column *column = &columns->of[i];

			widths[i] = column->rank > rank ? 0 : width_of(column);
			fixed += widths[i] ? widths[i] + 1 : 0;
			if (column->width == 0 && column->rank <= rank)
				rest = i;
		}
		if (rank > 0 && fixed + (rest < columns->n ? name : 0) > (size_t)COLS + 1)
			continue;
		if (rest < columns->n)
			widths[rest] = fixed < (size_t)COLS ? (size_t)COLS - fixed : 1;
		return;
	}
}

static void draw_titles(const struct top_order *order, const size_t *widths)
{
	const struct top_columns *columns = &top_columns[order->view];
	size_t at = 0;

	(void)attrset(A_REVERSE);
	(void)mvprintw(HEAD_LINES - 1, 0, "%*s", COLS, "");
	for (size_t i = 0; i < columns->n; i++) {
		const struct top_column *column = &columns->of[i];

		if (!widths[i])
			continue;
		draw_cell(HEAD_LINES - 1, at, widths[i], column->title, column->flags,
			  A_REVERSE | (column->field == order->sort ? A_BOLD | A_UNDERLINE : 0));
		at += widths[i] + 1;
	}
}

static void draw_row(int line, const struct top_rows *rows, const struct top_row *row,
		     const size_t *widths)
{
	const struct top_columns *columns = &top_columns[rows->view];
	size_t at = 0;

	for (size_t i = 0; i < columns->n; i++) {
		const struct top_column *column = &columns->of[i];
		_cleanup_free_ char *name = NULL;
		char buffer[TOP_CELL_MAX];
		const char *text;

		if (!widths[i])
			continue;
		text = top_cell(rows, row, column->field, widths[i], buffer);
		if (column->field == TOP_GROUP || column->field == TOP_PROCESS) {
			/* of a deep tree the names are to be seen, not the depth */
			name = top_name(rows, row, column->field, widths[i] / 2);
			if (name && column->field == TOP_GROUP)
				text_unescape(name);
			text = name ?: "";
		}
		draw_cell(line, at, widths[i], text, column->flags,
			  attributes(top_style(row, column->field)));
		at += widths[i] + 1;
	}
}

void top_screen_draw(const struct top_rows *rows, const struct top_order *order, uint64_t time,
		     size_t first, const char *note)
{
	_cleanup_free_ char *summary = top_summary(rows, time);
	size_t widths[N_TOP_FIELDS] = { 0 };

	(void)erase();
	draw_cell(0, 0, (size_t)COLS, summary ?: "", TABLE_TEXT, A_BOLD);
	if (note)
		draw_cell(1, 0, (size_t)COLS, note, TABLE_TEXT, attributes(SCREEN_WARN));
	else
		draw_cell(1, 0, (size_t)COLS,
			  "q end, h help, g p d by group, process, driver, < > sort, t tree",
			  TABLE_TEXT, attributes(SCREEN_DIM));
	lay_out(&top_columns[rows->view], widths);
	draw_titles(order, widths);
	for (size_t i = 0; i < top_screen_lines() && first + i < rows->n; i++)
		draw_row(HEAD_LINES + (int)i, rows, &rows->rows[first + i], widths);
	(void)refresh();
}

void top_screen_help(void)
{
	(void)erase();
	draw_cell(0, 0, (size_t)COLS, "pinctl top: keys", TABLE_TEXT, A_BOLD);
	for (size_t i = 0; i < sizeof(help_lines) / sizeof(help_lines[0]); i++)
		draw_cell(2 + (int)i, 0, (size_t)COLS, help_lines[i], TABLE_TEXT, A_NORMAL);
	(void)refresh();
}
