/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of pinctl, in one table: for the parser, for help and for completions. */
#ifndef PINCTL_OPTION_H
#define PINCTL_OPTION_H

#include "verb.h"

enum option_id {
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COMPLETE_TABLE,
	OPTION_NO_PAGER,
	OPTION_JSON,
	OPTION_KERNEL,
	OPTION_COLUMNS,
	OPTION_FULL,
	OPTION_NOHEADINGS,
	OPTION_RAW,
	OPTION_BYTES,
	OPTION_TREE,
	OPTION_FLAT,
	OPTION_SORT,
	OPTION_ALL,
	OPTION_OVER,
	OPTION_DEAD,
	OPTION_ORPHANS,
	OPTION_WAITING,
	OPTION_PROCESSES,
	OPTION_GROUP,
	OPTION_DRIVER,
	OPTION_SINCE,
	OPTION_OLDER_THAN,
	OPTION_PID,
	OPTION_FRAME,
	OPTION_FRAMES,
	OPTION_MEMORY_BLOCK,
	OPTION_EACH,
	OPTION_MAX,
	OPTION_MAX_HELD,
	OPTION_HIGH,
	OPTION_MODE,
	OPTION_ON_EXCEED,
	OPTION_GRACE,
	OPTION_SIGNAL,
	OPTION_ONLY_TELL,
	OPTION_RUNTIME,
	OPTION_KEPT,
	OPTION_DRY_RUN,
	OPTION_STALE,
	OPTION_BATCH,
	OPTION_COUNT,
	OPTION_DELAY,
	OPTION_SECONDS,
	OPTION_BY,
	OPTION_AT,
	OPTION_UNTIL,
	OPTION_LIMIT,
	OPTION_DIRECTORY,
	OPTION_FORMAT,
	OPTION_GROUPS,
	OPTION_STATE,
	OPTION_FILE,
	OPTION_HTTP,
	OPTION_VARLINK,
	N_OPTIONS,
};

#define OPTION(id) (UINT64_C(1) << OPTION_##id)

/* Goes with every verb. */
#define OPTIONS_GENERAL \
	(OPTION(HELP) | OPTION(VERSION) | OPTION(COMPLETE_TABLE) | OPTION(NO_PAGER))
/* How a table looks. */
#define OPTIONS_TABLE \
	(OPTION(COLUMNS) | OPTION(FULL) | OPTION(NOHEADINGS) | OPTION(RAW) | OPTION(BYTES))

struct option_row {
	const char *name;  /* without the dashes */
	char letter;	   /* 0: none */
	const char *value; /* what stands behind it; NULL: it takes none */
	const char *help;  /* lines, without the last's end; NULL: it is told to nobody */
	size_t offset;	   /* in struct pind_options: a bool, or with a value a const char * */
};

extern const struct option_row option_rows[N_OPTIONS];

/**
 * option_parse - read a command line
 * @ret_given: OPTION() of each that was given
 *
 * What is no option stands behind optind then.
 *
 * Return: 0, or an exit status with its sentence kept. So does the next one.
 */
int option_parse(int argc, char **argv, struct pind_options *options, uint64_t *ret_given);

/* Fails if one was given that the verb does not take, or two that exclude each other. */
int option_check(const struct verb *verb, uint64_t given);

#endif /* PINCTL_OPTION_H */
