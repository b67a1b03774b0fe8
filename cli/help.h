/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help of pinctl, made from the tables of verbs and options. */
#ifndef PINCTL_HELP_H
#define PINCTL_HELP_H

#include "verb.h"

/* pinctl --help and pinctl VERB --help, to stdout. */
void help_print(void);
void help_print_verb(const struct verb *verb);

/**
 * help_print_table - pinctl --complete-table, for completions of shells
 *
 * Lines of fields with a tab between them:
 *	verb NAME ARGUMENT SUMMARY	(ARGUMENT: group, target (a group or a process),
 *					process, verb or -)
 *	option VERB NAME VALUE SUMMARY	(VERB: - where no verb is given yet;
 *					VALUE: what stands behind it, or -)
 *	letter VERB LETTER NAME		(the short form of that option)
 *	column VERB NAME
 *	sort VERB NAME			(a column that --sort takes)
 *	value VALUE WORD		(what may stand for VALUE, beside others)
 */
void help_print_table(void);

#endif /* PINCTL_HELP_H */
