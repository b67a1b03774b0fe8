/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a verb is given, and the verbs: one file each, none calls another. Every
 * one returns an exit status; with other than 0 a sentence is kept (fail.h)
 * unless its output has said it all.
 */
#ifndef PINCTL_VERB_H
#define PINCTL_VERB_H

#include <stdbool.h>

struct pind_options {
	const char *group; /* the argument or --group; NULL if it was left out */
	const char *address; /* of page: the two arguments, as written, or NULL */
	const char *length;
	const char *pid;
	const char *frame;
	bool json;
	bool kernel;
	bool all;
	bool orphans;
	bool waiting;
	bool runtime;
	const char *max; /* as written; NULL: not given */
	const char *max_held;
	const char *high;
	const char *mode;
};

int cmd_list(const struct pind_options *options);
int cmd_show(const struct pind_options *options);
int cmd_set(const struct pind_options *options);
int cmd_unset(const struct pind_options *options);
int cmd_ps(const struct pind_options *options);
int cmd_refusals(const struct pind_options *options);
int cmd_vmstat(const struct pind_options *options);
int cmd_monitor(const struct pind_options *options);
int cmd_status(const struct pind_options *options);
int cmd_reset_peak(const struct pind_options *options);
int cmd_misuse(const struct pind_options *options);
int cmd_page(const struct pind_options *options);
int cmd_metrics(const struct pind_options *options);
int cmd_audit(const struct pind_options *options);

#endif /* PINCTL_VERB_H */
