/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits that bind a group, or would bind it, in words. */
#ifndef PINCTL_EXPLAIN_TEXT_H
#define PINCTL_EXPLAIN_TEXT_H

#include "model.h"

/* Is the least max that of a group above it? */
bool explain_is_bound_above(const struct pind_explanation *explanation);

/* Lines that follow a group's quota; none, if there is nothing to add. An exit status. */
int explain_print_bounds(const struct pind_explanation *explanation);

/* Likewise, with the quota that would result before them. */
int explain_print_plan(const struct pind_explanation *explanation);

/* As group_print_quota(), of a quota that is a file's. */
int explain_print_rule(const struct pind_explanation *explanation);

#endif /* PINCTL_EXPLAIN_TEXT_H */
