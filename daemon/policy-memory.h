/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of rules said when they were last in order: a copy of each, by name, in one
 * directory. So a file that is wrong when the machine starts leaves no tenant without a quota.
 */
#ifndef PIND_POLICY_MEMORY_H
#define PIND_POLICY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * pind_policy_memory_put - keep the text of a file
 * @directory: made if it is missing (its parent must be there)
 * @name: of the file, without its directory
 *
 * Nothing is written if it is kept already. What is there is either the old text or the
 * new one, whenever the machine stops.
 *
 * Return: 0 or a negative errno.
 */
int pind_policy_memory_put(const char *directory, const char *name, const char *text,
			   size_t length);

/* Forgets all for whose name @stays says no. */
void pind_policy_memory_prune(const char *directory,
			      bool (*stays)(const char *name, void *userdata), void *userdata);

#endif /* PIND_POLICY_MEMORY_H */
