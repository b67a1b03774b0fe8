/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for the module: the operations of kernel.h that give it some. */
#ifndef PIND_KERNEL_RULES_H
#define PIND_KERNEL_RULES_H

#include "kernel.h"

int kernel_rules_swap(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n);
int kernel_rule_set(struct pind_kernel *kernel, const char *path,
		    const struct pind_group_change *limits);
int kernel_longterm_set(struct pind_kernel *kernel, const struct pind_longterm *entries, size_t n);
int kernel_rule_unset(struct pind_kernel *kernel, const char *path);

#endif /* PIND_KERNEL_RULES_H */
