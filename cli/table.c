// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include <linux/pind.h>
#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "table.h"
#include "text.h"

#define COLUMN_GAP "  "
#define GAP_WIDTH  2

/* Columns of a high rank are left out before a path is cut below PATH_GOOD, the others before
 * it is below PATH_LEAST; a text goes before both. Nothing is cut below CUT_LEAST. */
#define PATH_GOOD  40
#define PATH_LEAST 20
#define TEXT_LEAST 16
#define CUT_LEAST  8
#define RANK_HIGH  4

/* Blanks and lines before a row of a tree, for each level. */
#define TREE_INDENT 2

DEFINE_CLEANUP(struct libscols_table, scols_unref_table, scols_tablep)

/* A column while the table is laid out. */
struct layout {
	bool shown;
	size_t order; /* from the left */
	size_t natural;
	size_t width;
};

static const struct table_look usual_look;

static const struct table_look *look_of(const struct table *table)
{
	return table->look ?: &usual_look;
}

static void push_cell(struct table *table, enum screen_style style, char *text)
{
	if (table->n_cells == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		struct table_cell *cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells) {
			table->failed = true;
			free(text);
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	table->cells[table->n_cells++] = (struct table_cell){ .text = text, .style = style };
}

static void add_cell(struct table *table, enum screen_style style, char *text)
{
	text_clean(text);
	push_cell(table, style, text);
}

static void add_formatted(struct table *table, enum screen_style style, const char *format,
			  va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		table->failed = true;
	else
		add_cell(table, style, text);
}

void table_add(struct table *table, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_formatted(table, SCREEN_PLAIN, format, args);
	va_end(args);
}

void table_add_styled(struct table *table, enum screen_style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_formatted(table, style, format, args);
	va_end(args);
}

void table_skip(struct table *table, size_t n)
{
	while (n-- > 0)
		push_cell(table, SCREEN_PLAIN, NULL);
}

void table_add_pid(struct table *table, enum screen_style style, unsigned int pid)
{
	if (pid)
		table_add_styled(table, style, "%u", pid);
	else
		table_add_styled(table, style, "-");
}

void table_add_size(struct table *table, unsigned long long bytes)
{
	const struct table_look *look = look_of(table);
	char buffer[SIZE_FORMAT_MAX];

	if ((look->bytes || look->raw) && bytes != PIND_UNLIMITED)
		table_add(table, "%llu", bytes);
	else
		table_add(table, "%s", size_format(bytes, buffer));
}

/* The next name of the list, NULL at its end. */
static const char *next_name(const char **list, size_t *ret_length)
{
	const char *name = *list;

	if (!*name)
		return NULL;
	*ret_length = strcspn(name, ",");
	*list += *ret_length + (name[*ret_length] == ',');
	return name;
}

int table_check_look(const struct table_columns *columns, const struct table_look *look)
{
	const char *list = look->wanted ?: "", *name;
	size_t length;

	if (look->wanted && !*look->wanted)
		return fail(PIND_EXIT_USAGE, "the list of columns is empty: write NAME,NAME...");
	list += *list == '+';
	while ((name = next_name(&list, &length))) {
		if (table_find(columns, name, length) < 0)
			return table_fail_no_column(columns, name, length, false);
	}
	return 0;
}

bool table_say_empty(const struct table_look *look, const char *sentence)
{
	if (screen_is_terminal())
		(void)puts(sentence);
	else if (!look->raw && !look->noheadings)
		(void)fprintf(stderr, "%s\n", sentence);
	return screen_is_terminal();
}

static bool is_listed(const char *list, const struct table_columns *columns, int column)
{
	const char *name;
	size_t length;

	list += *list == '+';
	while ((name = next_name(&list, &length))) {
		if (table_find(columns, name, length) == column)
			return true;
	}
	return false;
}

bool table_wants(const struct table *table, const char *title)
{
	const char *wanted = look_of(table)->wanted;

	return wanted && is_listed(wanted, &table->columns,
				   table_find(&table->columns, title, strlen(title)));
}

static size_t depth_of(const struct table *table, size_t row)
{
	size_t depth = 0;

	for (; table->parents && table->parents[row] != TABLE_NO_PARENT; depth++)
		row = table->parents[row];
	return depth;
}

static const struct table_cell *cell_at(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->columns.n + column];
}

static size_t n_rows(const struct table *table)
{
	return table->n_cells / table->columns.n;
}

static void measure(const struct table *table, struct layout *layout)
{
	const struct table_look *look = look_of(table);

	for (size_t i = 0; i < table->columns.n; i++) {
		const char *title = table->columns.of[i].title;

		if (!layout[i].shown)
			continue;
		layout[i].natural = title && !look->noheadings ? text_width(title) : 0;
		for (size_t row = 0; row < n_rows(table); row++) {
			size_t width = text_width(cell_at(table, row, i)->text);

			if (i == 0)
				width += TREE_INDENT * depth_of(table, row);
			if (layout[i].natural < width)
				layout[i].natural = width;
		}
		layout[i].width = layout[i].natural;
	}
}

static bool is_blank(const struct table *table, size_t column)
{
	for (size_t row = 0; row < n_rows(table); row++) {
		const char *text = cell_at(table, row, column)->text;

		if (text[0] && strcmp(text, "-") != 0)
			return false;
	}
	return true;
}

/* Which columns there are, and where, before any is left out for want of room. */
static void choose(const struct table *table, struct layout *layout, bool fit, bool screen)
{
	const struct table_look *look = look_of(table);
	const char *list = look->wanted ?: "", *name;
	size_t n = 0, length;

	if (!look->wanted || *list == '+') {
		for (size_t i = 0; i < table->columns.n; i++) {
			unsigned int flags = table->columns.of[i].flags;

			layout[i].shown = !(flags & TABLE_EXTRA) &&
					  !(!screen && flags & TABLE_SCREEN) &&
					  !(fit && flags & TABLE_AUTO && is_blank(table, i));
			if (layout[i].shown)
				layout[i].order = n++;
		}
	}
	list += *list == '+';
	while ((name = next_name(&list, &length))) {
		int i = table_find(&table->columns, name, length);

		if (i < 0 || layout[i].shown)
			continue;
		layout[i].shown = true;
		layout[i].order = n++;
	}
}

/* How narrow a column may become, if a path may become that. */
static size_t least(const struct table *table, const struct layout *layout, size_t i, size_t path)
{
	unsigned int flags = table->columns.of[i].flags;
	size_t least = layout[i].natural;

	if (flags & TABLE_PATH)
		least = path;
	else if (flags & TABLE_TEXT)
		least = path < TEXT_LEAST ? path : TEXT_LEAST;
	return least < layout[i].natural ? least : layout[i].natural;
}

/* The width of all, where a path is cut to so much; 0: as they are. */
static size_t sum(const struct table *table, const struct layout *layout, size_t path)
{
	size_t width = 0;

	for (size_t i = 0; i < table->columns.n; i++) {
		if (layout[i].shown)
			width += GAP_WIDTH +
				 (path ? least(table, layout, i, path) : layout[i].width);
	}
	return width ? width - GAP_WIDTH : 0;
}

/* Of at least this rank, not 0. Return: was there one to leave out? */
static bool leave_one_out(const struct table *table, struct layout *layout, unsigned int rank)
{
	struct layout *worst = NULL;

	for (size_t i = 0; i < table->columns.n; i++) {
		if (!layout[i].shown || table->columns.of[i].rank < rank)
			continue;
		worst = &layout[i];
		rank = table->columns.of[i].rank;
	}
	if (worst)
		worst->shown = false;
	return worst;
}

/* Takes from the widest that may be cut. */
static void cut(const struct table *table, struct layout *layout, size_t width)
{
	while (sum(table, layout, 0) > width) {
		struct layout *widest = NULL;

		for (size_t i = 0; i < table->columns.n; i++) {
			if (layout[i].shown &&
			    layout[i].width > least(table, layout, i, CUT_LEAST) &&
			    (!widest || layout[i].width > widest->width))
				widest = &layout[i];
		}
		if (!widest)
			return;
		widest->width--;
	}
}

static void lay_out(const struct table *table, struct layout *layout)
{
	const struct table_look *look = look_of(table);
	size_t width = look->full || look->raw ? 0 : screen_width();

	choose(table, layout, width > 0, !look->raw && screen_width() > 0);
	measure(table, layout);
	if (width == 0)
		return;
	/* What was asked for by name stays. */
	while (!look->wanted && sum(table, layout, PATH_GOOD) > width &&
	       leave_one_out(table, layout, RANK_HIGH))
		;
	while (!look->wanted && sum(table, layout, PATH_LEAST) > width &&
	       leave_one_out(table, layout, 1))
		;
	cut(table, layout, width);
}

static const char *sequence(enum screen_style style)
{
	const char *on = screen_on(style);

	return on[0] ? on : NULL;
}

/* Sets a cell's text, cut to the column's width. Return: 0 or negative errno. */
static int set_cell(const struct table *table, const struct layout *layout, size_t row, size_t i,
		    struct libscols_line *line)
{
	const struct table_cell *cell = cell_at(table, row, i);
	size_t indent = i == 0 ? TREE_INDENT * depth_of(table, row) : 0;
	size_t room = layout->width > indent + 1 ? layout->width - indent : 1;
	int r;

	if (layout->width < layout->natural && text_width(cell->text) > room)
		r = scols_line_refer_data(
			line, layout->order,
			text_cut(cell->text, room, table->columns.of[i].flags & TABLE_PATH));
	else
		r = scols_line_set_data(line, layout->order,
					look_of(table)->raw && !cell->text[0] ? "-" : cell->text);
	if (r == 0 && cell->text[0])
		r = scols_cell_set_color(scols_line_get_cell(line, layout->order),
					 sequence(cell->style));
	return r;
}

static int add_columns(const struct table *table, const struct layout *layout,
		       struct libscols_table *scols)
{
	for (size_t order = 0; order < table->columns.n; order++) {
		for (size_t i = 0; i < table->columns.n; i++) {
			const struct table_column *column = &table->columns.of[i];
			int flags = (column->flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0) |
				    (table->parents && i == 0 ? SCOLS_FL_TREE : 0);
			struct libscols_column *added;

			if (!layout[i].shown || layout[i].order != order)
				continue;
			added = scols_table_new_column(scols, column->title ?: "", 1, flags);
			if (!added || scols_cell_set_color(scols_column_get_header(added),
							   sequence(SCREEN_BOLD)) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static int add_lines(const struct table *table, const struct layout *layout,
		     struct libscols_table *scols)
{
	_cleanup_free_ struct libscols_line **lines = calloc(n_rows(table) + 1, sizeof(*lines));
	int r = lines ? 0 : -ENOMEM;

	for (size_t row = 0; r == 0 && row < n_rows(table); row++) {
		lines[row] = scols_table_new_line(scols, NULL);
		if (!lines[row])
			return -ENOMEM;
		for (size_t i = 0; r == 0 && i < table->columns.n; i++) {
			if (layout[i].shown)
				r = set_cell(table, &layout[i], row, i, lines[row]);
		}
	}
	for (size_t row = 0; r == 0 && table->parents && row < n_rows(table); row++) {
		if (table->parents[row] != TABLE_NO_PARENT)
			r = scols_line_add_child(lines[table->parents[row]], lines[row]);
	}
	return r;
}

/* Left out columns leave gaps in the order. */
static void close_ranks(const struct table *table, struct layout *layout)
{
	for (size_t order = 0, n = 0; order < table->columns.n; order++) {
		for (size_t i = 0; i < table->columns.n; i++) {
			if (layout[i].shown && layout[i].order == order) {
				layout[i].order = n++;
				break;
			}
		}
	}
}

static void set_look(const struct table *table, struct libscols_table *scols)
{
	const struct table_look *look = look_of(table);

	/* It fits by now, and the stream may be none that has a width. */
	(void)scols_table_set_termforce(scols, SCOLS_TERMFORCE_NEVER);
	(void)scols_table_set_column_separator(scols, COLUMN_GAP);
	(void)scols_table_enable_ascii(scols, !screen_is_utf8());
	/* The text is clean. Where bytes above 0x7f are unknown, libsmartcols 2.38 measures
	 * for ever. */
	(void)scols_table_enable_noencoding(scols, MB_CUR_MAX > 1 && !look->raw);
	(void)scols_table_enable_noheadings(scols, look->noheadings || !table->columns.of[0].title);
	(void)scols_table_enable_colors(scols, screen_on(SCREEN_BOLD)[0] != '\0');
	if (look->raw) {
		(void)scols_table_set_column_separator(scols, " ");
		(void)scols_table_enable_raw(scols, 1);
	}
}

/* No line ends in blanks. */
static void write_lines(const char *text, FILE *stream)
{
	while (*text) {
		size_t length = strcspn(text, "\n"), n = length;

		while (n > 0 && text[n - 1] == ' ')
			n--;
		(void)fprintf(stream, "%.*s\n", (int)n, text);
		text += length + (text[length] == '\n');
	}
}

/* One cell of a line, behind @blanks, which become those before the next one. */
static int write_cell(const struct table *table, const struct layout *layout, size_t i,
		      const char *text, size_t *blanks, FILE *stream)
{
	bool right = table->columns.of[i].flags & TABLE_RIGHT;
	_cleanup_free_ char *cut = NULL;
	size_t width = text_width(text), rest;

	if (width > layout->width) {
		text = cut = text_cut(text, layout->width,
				      table->columns.of[i].flags & TABLE_PATH);
		if (!cut)
			return -ENOMEM;
		width = text_width(cut);
	}
	rest = layout->width - width;
	/* no line ends in blanks */
	if (!text[0]) {
		*blanks += rest + GAP_WIDTH;
		return 0;
	}
	(void)fprintf(stream, "%*s%s", (int)(*blanks + (right ? rest : 0)), "", text);
	*blanks = GAP_WIDTH + (right ? 0 : rest);
	return 0;
}

/* @row: or -1, the titles. */
static int write_line(const struct table *table, const struct layout *layout, const size_t *shown,
		      size_t n, ssize_t row, FILE *stream)
{
	size_t blanks = 0;
	int r = 0;

	for (size_t order = 0; r == 0 && order < n; order++) {
		size_t i = shown[order];

		r = write_cell(table, &layout[i], i,
			       row < 0 ? table->columns.of[i].title
				       : cell_at(table, (size_t)row, i)->text,
			       &blanks, stream);
	}
	(void)fputc('\n', stream);
	return r;
}

/* What has neither lines of a tree nor colours is written at a third of libsmartcols' cost. */
static int print_plain(const struct table *table, const struct layout *layout, FILE *stream)
{
	_cleanup_free_ size_t *shown = calloc(table->columns.n, sizeof(*shown));
	bool titles = !look_of(table)->noheadings && table->columns.of[0].title;
	size_t n = 0;
	int r = shown ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < table->columns.n; i++) {
		if (!layout[i].shown)
			continue;
		shown[layout[i].order] = i;
		n++;
	}
	if (r == 0 && titles && n_rows(table) > 0)
		r = write_line(table, layout, shown, n, -1, stream);
	for (size_t row = 0; r == 0 && row < n_rows(table); row++)
		r = write_line(table, layout, shown, n, (ssize_t)row, stream);
	return r < 0 ? fail_memory() : 0;
}

int table_print(const struct table *table, FILE *stream)
{
	_cleanup_free_ struct layout *layout = calloc(table->columns.n, sizeof(*layout));
	_cleanup_(scols_tablep) struct libscols_table *scols = scols_new_table();
	_cleanup_free_ char *text = NULL;

	if (table->failed || !layout || !scols)
		return fail_memory();
	lay_out(table, layout);
	close_ranks(table, layout);
	if (!look_of(table)->raw && !table->parents && !screen_on(SCREEN_BOLD)[0])
		return print_plain(table, layout, stream);
	set_look(table, scols);
	if (add_columns(table, layout, scols) < 0 || add_lines(table, layout, scols) < 0)
		return fail_memory();
	/* nothing to print: no rows, where libsmartcols leaves out the titles, too */
	if (scols_print_table_to_string(scols, &text) < 0)
		return fail_memory();
	write_lines(text ?: "", stream);
	return 0;
}

void table_done(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i].text);
	free(table->cells);
	table->cells = NULL;
	table->n_cells = table->room = 0;
}
