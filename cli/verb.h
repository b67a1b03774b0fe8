/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs: one file each, none calls another. Every one returns an exit status;
 * with other than 0 a sentence is kept (fail.h) unless its output has said it all.
 * verbs.c has the table of them, from which help and completions are made, too.
 */
#ifndef PINCTL_VERB_H
#define PINCTL_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

/* The arguments of a verb. */
struct pind_options {
	const char *group; /* the argument, if it is a process's too, or --group; NULL if it was left out */
	char *const *arguments; /* all of them, as written */
	size_t n_arguments;
	const char *address; /* of page: its two arguments, or NULL */
	const char *length;
	const char *pid;
	const char *frame;
	const char *frames;
	const char *memory_block;
	const char *max; /* as written; NULL: not given */
	const char *max_held;
	const char *high;
	const char *mode;
	const char *on_exceed;
	const char *grace;
	const char *signal;
	const char *sort;
	const char *since;
	const char *driver;
	const char *older_than;
	const char *count;
	const char *seconds;
	const char *delay;
	const char *by;
	const char *at;
	const char *until;
	const char *limit;
	const char *directory;
	const char *format;
	const char *groups;
	const char *state;
	const char *file;
	bool help;
	bool version;
	bool table; /* --complete-table */
	bool no_pager;
	bool json;
	bool kernel;
	bool all;
	bool tree;
	bool flat;
	bool over;
	bool dead;
	bool orphans;
	bool waiting;
	bool processes;
	bool runtime;
	bool kept;
	bool dry_run;
	bool only_tell;
	bool stale;
	bool batch;
	bool http;
	bool varlink;
	bool each;
	const char *no_daemon; /* why it is the module that is read, unasked; or NULL */
	struct table_look look;
};

enum verb_arguments {
	ARGUMENTS_NONE,
	ARGUMENTS_GROUP,	  /* one */
	ARGUMENTS_TARGET,	  /* a group, or the number of a process */
	ARGUMENTS_PROCESS,	  /* the number of a process */
	ARGUMENTS_GROUP_OPTIONAL, /* one or none */
	ARGUMENTS_GROUPS,	  /* as many as wanted */
	ARGUMENTS_RANGE,	  /* no group: an address and perhaps a length, or nothing */
};

struct verb {
	const char *name;
	int (*run)(const struct pind_options *options);
	enum verb_arguments arguments;
	uint64_t options;     /* OPTION() of each that it takes */
	bool future;	      /* its group need not exist: a path is taken as it is */
	bool changes;	      /* the daemon's to do: not with --kernel */
	bool falls_back;      /* reads the module, where the daemon cannot be asked */
	bool paged;	      /* shown by a pager where it is longer than the screen */
	const char *synopsis; /* its arguments, and options that say what it does */
	const char *summary;
	const char *notes; /* behind the options in its help; whole lines, or NULL */
	const struct table_columns *columns; /* for -o; NULL: it has no such table */
	bool looks; /* it has several tables, and looks by itself which the columns are of */
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/* NULL if there is none. */
const struct verb *verb_find(const char *name);

extern const struct table_columns cat_table, list_table, ps_table, refusals_table, page_table,
	lasting_table, maps_table, sites_table;

int cmd_list(const struct pind_options *options);
int cmd_show(const struct pind_options *options);
int cmd_cat(const struct pind_options *options);
int cmd_set(const struct pind_options *options);
int cmd_unset(const struct pind_options *options);
int cmd_ps(const struct pind_options *options);
int cmd_why(const struct pind_options *options);
int cmd_refusals(const struct pind_options *options);
int cmd_vmstat(const struct pind_options *options);
int cmd_monitor(const struct pind_options *options);
int cmd_status(const struct pind_options *options);
int cmd_reset_peak(const struct pind_options *options);
int cmd_sites(const struct pind_options *options);
int cmd_lasting(const struct pind_options *options);
int cmd_misuse(const struct pind_options *options);
int cmd_maps(const struct pind_options *options);
int cmd_page(const struct pind_options *options);
int cmd_metrics(const struct pind_options *options);
int cmd_record(const struct pind_options *options);
int cmd_replay(const struct pind_options *options);
int cmd_suggest(const struct pind_options *options);
int cmd_top(const struct pind_options *options);
int cmd_audit(const struct pind_options *options);

#endif /* PINCTL_VERB_H */
