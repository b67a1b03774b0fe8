/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The act on a group that stays above its quota, in words. */
#ifndef PINCTL_REACTION_TEXT_H
#define PINCTL_REACTION_TEXT_H

#include <stdbool.h>

#include <pind/reaction.h>

/**
 * reaction_text - as pind_reaction_text(), of what the daemon said
 * @on_exceed: its word, or NULL; @grace, @dry_run and @signal (or NULL) say more of it
 *
 * Return: @buffer of PIND_REACTION_TEXT_SIZE bytes; NULL if nothing is to be done.
 */
const char *reaction_text(char *buffer, const char *on_exceed, uint64_t grace, bool dry_run,
			  const char *signal);

#endif /* PINCTL_REACTION_TEXT_H */
