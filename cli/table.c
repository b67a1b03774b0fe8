// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdlib.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "table.h"
#include "text.h"

#define COLUMN_GAP 2

static void add_cell(struct table *table, enum screen_style style, char *text)
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
	text_clean(text);
	table->cells[table->n_cells++] = (struct table_cell){ .text = text, .style = style };
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

void table_add_pid(struct table *table, enum screen_style style, unsigned int pid)
{
	if (pid)
		table_add_styled(table, style, "%u", pid);
	else
		table_add_styled(table, style, "-");
}

void table_add_size(struct table *table, unsigned long long bytes)
{
	char buffer[SIZE_FORMAT_MAX];

	table_add(table, "%s", size_format(bytes, buffer));
}

/* @blanks are those due before the cell; none are printed at the end of a line. */
static size_t print_cell(const struct table *table, size_t column, const char *text,
			 enum screen_style style, size_t width, size_t blanks, FILE *stream)
{
	size_t fill = width - text_width(text);
	bool right = table->columns[column].right;

	if (right)
		blanks += fill;
	if (text[0]) {
		(void)fprintf(stream, "%*s%s%s%s", (int)blanks, "", screen_on(style), text,
			      screen_off(style));
		blanks = 0;
	}
	if (!right)
		blanks += fill;
	if (column + 1 < table->n_columns)
		return blanks + COLUMN_GAP;
	(void)fputc('\n', stream);
	return 0;
}

int table_print(const struct table *table, FILE *stream)
{
	_cleanup_free_ size_t *widths = calloc(table->n_columns, sizeof(*widths));

	bool has_titles = table->columns[0].title;
	size_t blanks = 0;

	if (table->failed || !widths)
		return fail_memory();

	for (size_t i = 0; i < table->n_columns; i++)
		widths[i] = has_titles ? text_width(table->columns[i].title) : 0;
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t width = text_width(table->cells[i].text);

		if (widths[i % table->n_columns] < width)
			widths[i % table->n_columns] = width;
	}

	for (size_t i = 0; has_titles && i < table->n_columns; i++)
		blanks = print_cell(table, i, table->columns[i].title, SCREEN_BOLD, widths[i],
				    blanks, stream);
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns;

		blanks = print_cell(table, column, table->cells[i].text, table->cells[i].style,
				    widths[column], blanks, stream);
	}
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
