/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of pinctl top and replay: groups, processes or drivers. */
#ifndef PINCTL_TOP_ROWS_H
#define PINCTL_TOP_ROWS_H

#include <sys/types.h>

#include "history.h"
#include "sample.h"
#include "screen.h"
#include "table.h"

enum top_view { TOP_GROUPS, TOP_PROCESSES, TOP_DRIVERS, N_TOP_VIEWS };

/* "group", "process", "driver". */
extern const char *const top_view_words[N_TOP_VIEWS];

enum top_field {
	TOP_GROUP,
	TOP_PID,
	TOP_PROCESS,
	TOP_DRIVER,
	TOP_CURRENT,
	TOP_MAX,
	TOP_USE,
	TOP_CHANGE,
	TOP_PEAK,
	TOP_PINS,
	TOP_REFUSED,
	TOP_AGE,
	TOP_N_PROCESSES,
	TOP_N_GROUPS,
	TOP_HISTORY,
	N_TOP_FIELDS,
};

/* Rows sorted by this come with the largest first, except for texts. */
struct top_column {
	enum top_field field;
	const char *title;
	unsigned int flags; /* TABLE_* */
	unsigned int rank;  /* left out first where there is no room: the highest; 0 never */
	size_t width;	    /* on a screen; 0: what is left */
};

struct top_columns {
	const struct top_column *of;
	size_t n;
};

extern const struct top_columns top_columns[N_TOP_VIEWS];

/* Texts are of the sample, which has to stay. */
struct top_row {
	const char *group;   /* "" where it is of several */
	const char *process; /* its name */
	const char *driver;
	uint32_t pid; /* 0: not known, or of several */
	bool dead;    /* the group was removed, or the process is gone */
	bool over;
	uint64_t start_time;
	uint64_t current; /* bytes; of what is no group, what its pins cover */
	uint64_t max;	  /* PIND_UNLIMITED, too, of what is no group */
	uint64_t peak;
	uint64_t pins;
	uint64_t refused;
	uint64_t since; /* ns of CLOCK_BOOTTIME; of a process or driver the oldest */
	uint64_t n_processes;
	uint64_t n_groups;
	int64_t change;			    /* bytes a second */
	size_t number;			    /* of a group: as they are sorted by path, */
	size_t parent;			    /* and its parent's, or TABLE_NO_PARENT */
	const char *above;		    /* in a tree the parent's path, or NULL */
	size_t depth;			    /* in the tree */
	char *key;			    /* by which it is known the next time */
	const struct history_line *history; /* or NULL */
};

struct top_rows {
	enum top_view view;
	uint64_t boottime; /* of the sample */
	size_t n;
	struct top_row *rows;
};

/* How they are chosen and ordered. */
struct top_order {
	enum top_view view;
	bool all;  /* also groups that neither hold pins nor have a quota */
	bool tree; /* of groups */
	bool reverse;
	enum top_field sort; /* a field of the view */
};

/* Reads the value of --by; NULL leaves it. Return: 0, or an exit status with its sentence kept. */
int top_parse_view(const char *word, enum top_view *ret);

/* What --sort says, of the order's view; NULL: by what is pinned. Return: likewise. */
int top_parse_sort(const char *title, struct top_order *order);

/* The records that a view needs: SAMPLE_*. */
unsigned int top_view_needs(enum top_view view);

/* The column of a view that has the field; -1: none. */
int top_find(enum top_view view, enum top_field field);

/**
 * top_rows_make - rows of a view
 * @sample: whose records are sorted anew
 * @history: takes what there is now, unless it has it already
 * @ret: ended by top_rows_done(), also after a failure
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int top_rows_make(struct sample *sample, const struct top_order *order, struct history *history,
		  struct top_rows *ret);

void top_rows_done(struct top_rows *rows);

/* Room for a cell that is no name. */
#define TOP_CELL_MAX (HISTORY_BARS + 1)

/**
 * top_cell - the text of a row in a column
 * @buffer: TOP_CELL_MAX bytes
 * @width: of little bars
 *
 * A group's name is what it has more than its parent's in a tree.
 *
 * Return: @buffer, or a text of the row; not cleaned.
 */
const char *top_cell(const struct top_rows *rows, const struct top_row *row, enum top_field field,
		     size_t width, char *buffer);

/**
 * top_name - what is shown of a group or process: top_cell(), indented in a tree by up to
 *	@indent columns, and whether it is gone
 *
 * Return: free(); NULL if out of memory.
 */
char *top_name(const struct top_rows *rows, const struct top_row *row, enum top_field field,
	       size_t indent);

/* How the cell is to look. */
enum screen_style top_style(const struct top_row *row, enum top_field field);

/**
 * top_print - print them as a table to stdout, under a line with the time
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int top_print(const struct top_rows *rows, uint64_t time);

/**
 * top_summary - "2026-11-29 10:12:03  33.0 MiB pinned, 3 groups"
 *
 * Return: free(); NULL if out of memory.
 */
char *top_summary(const struct top_rows *rows, uint64_t time);

#endif /* PINCTL_TOP_ROWS_H */
