/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns for eyes, set by libsmartcols; programs read --json. Where the width is
 * known (screen.h), a table fits it: columns that can be done without are left out,
 * then paths lose their middle and texts their end. Elsewhere nothing is cut.
 */
#ifndef PINCTL_TABLE_H
#define PINCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "screen.h"

enum {
	TABLE_RIGHT = 1 << 0, /* numbers */
	TABLE_PATH = 1 << 1,  /* may lose its middle */
	TABLE_TEXT = 1 << 2,  /* may lose its end */
	TABLE_EXTRA = 1 << 3, /* shown only where it is asked for */
	TABLE_AUTO = 1 << 4,  /* where the width is known not shown if each row has none or "-" */
	TABLE_SCREEN = 1 << 5, /* shown only there, unless it is asked for */
};

struct table_column {
	const char *title; /* NULL in all columns: no line of titles */
	unsigned int flags;
	/* What is left out first where they do not all fit: the highest; 0 never. */
	unsigned int rank;
	const char *key; /* of the records' field that it is sorted by; NULL: by none */
};

struct table_columns {
	const struct table_column *of;
	size_t n;
};

#define TABLE_COLUMNS(c) { .of = (c), .n = sizeof(c) / sizeof((c)[0]) }

/* The user's choice of columns and order. */
struct table_look {
	const char *wanted; /* titles with commas between; NULL: as the columns say */
	bool full;	    /* all columns that are not extra, nothing cut */
	bool noheadings;
	bool raw;
	bool bytes;
};

struct table_cell {
	char *text;
	enum screen_style style;
};

struct table {
	struct table_columns columns;
	const struct table_look *look; /* NULL: the usual one */
	struct table_cell *cells; /* row by row, of all columns, shown or not */
	size_t n_cells;
	size_t room;
	size_t *parents; /* of a tree, in the first column: row of each row's parent */
	bool failed; /* out of memory: table_print() says so */
};

#define TABLE_NO_PARENT ((size_t)-1)

/* Of an array of columns; of those that have a name elsewhere, as chosen. */
#define TABLE(c) ((struct table){ .columns = TABLE_COLUMNS(c) })
#define TABLE_OF(t, l) ((struct table){ .columns = (t), .look = (l) })

/* Fails if the look names a column that is not there. Return: 0 or an exit status. */
int table_check_look(const struct table_columns *columns, const struct table_look *look);

/* Of a title that no column has, or none that can be sorted by: fails with those that there are. */
int table_fail_no_column(const struct table_columns *columns, const char *name, size_t length,
			 bool sort);

/**
 * table_sort_key - the field to sort records by
 * @title: of a column; NULL: @ret_key stays as it is
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int table_sort_key(const struct table_columns *columns, const char *title, const char **ret_key);

/**
 * table_say_empty - say in words that there is nothing
 *
 * On a terminal in place of the titles, to stdout; else to stderr, where no program
 * takes it for a row, and not at all if the look is one for programs.
 *
 * Return: is there nothing to print any more?
 */
bool table_say_empty(const struct table_look *look, const char *sentence);

/* Index of the column with this title, whatever its case; -1 if there is none. */
int table_find(const struct table_columns *columns, const char *title, size_t length);

/* Is this column asked for by name? Values that are slow to read are read only then. */
bool table_wants(const struct table *table, const char *title);

/* Adds the next cell, row by row from the left. The text is cleaned. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_add_styled(struct table *table, enum screen_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Leaves the next @n cells out: of extra columns, where none is asked for by name. */
void table_skip(struct table *table, size_t n);

/* Adds the number of a process, "-" for 0: it is not known who it is. */
void table_add_pid(struct table *table, enum screen_style style, unsigned int pid);

/* Adds a size in words, or in bytes if the look says so; an "unlimited" one as "max". */
void table_add_size(struct table *table, unsigned long long bytes);

/**
 * table_print - write the titles and all rows
 *
 * Return: 0, or an exit status with its sentence kept. Write errors stay in the
 * stream.
 */
int table_print(const struct table *table, FILE *stream);

/* Frees the cells; parents are the caller's. */
void table_done(struct table *table);

#endif /* PINCTL_TABLE_H */
