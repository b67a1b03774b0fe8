/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned columns for eyes; programs read --json. Nothing is ever cut, and
 * no line ends in blanks.
 */
#ifndef PINCTL_TABLE_H
#define PINCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "screen.h"

struct table_column {
	const char *title; /* NULL in all columns: no line of titles */
	bool right;	   /* numbers */
};

struct table_cell {
	char *text;
	enum screen_style style;
};

struct table {
	const struct table_column *columns;
	size_t n_columns;
	struct table_cell *cells; /* row by row */
	size_t n_cells;
	size_t room;
	bool failed; /* out of memory: table_print() says so */
};

#define TABLE(c) ((struct table){ .columns = (c), .n_columns = sizeof(c) / sizeof((c)[0]) })

/* Adds the next cell, row by row from the left. The text is cleaned. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_add_styled(struct table *table, enum screen_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the number of a process, "-" for 0: it is not known who it is. */
void table_add_pid(struct table *table, enum screen_style style, unsigned int pid);

/* Adds a size in words; an "unlimited" one as "max". */
void table_add_size(struct table *table, unsigned long long bytes);

/**
 * table_print - write the titles and all rows
 *
 * Return: 0, or an exit status with its sentence kept. Write errors stay in the
 * stream.
 */
int table_print(const struct table *table, FILE *stream);

/* Frees the cells. */
void table_done(struct table *table);

#endif /* PINCTL_TABLE_H */
