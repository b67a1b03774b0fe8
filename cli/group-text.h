/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One group in words, for the verbs that answer with one. */
#ifndef PINCTL_GROUP_TEXT_H
#define PINCTL_GROUP_TEXT_H

#include "model.h"

/**
 * group_print_quota - print one line: "/a.slice: max 48.0 MiB, high none, ..."
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int group_print_quota(const struct pind_group_info *group);

/* Behind its limits: whose group pays, where that is not the pinner's. */
static inline const char *group_payer_text(bool owner)
{
	return owner ? ", charged to the owner of the memory" : "";
}

#endif /* PINCTL_GROUP_TEXT_H */
