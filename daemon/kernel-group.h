/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the real kernel about groups: as in struct pind_kernel_ops. */
#ifndef PIND_KERNEL_GROUP_H
#define PIND_KERNEL_GROUP_H

#include "kernel.h"

int kernel_group_get(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
		     void *userdata);
int kernel_group_of(struct pind_kernel *kernel, uint32_t pid, uint32_t uid,
		    pind_group_handler handler, void *userdata);
int kernel_group_set(struct pind_kernel *kernel, uint64_t id,
		     const struct pind_group_change *change, pind_group_handler handler,
		     void *userdata);
int kernel_group_reset_peak(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
			    void *userdata);
int kernel_group_dump(struct pind_kernel *kernel, pind_group_handler handler, void *userdata);

#endif /* PIND_KERNEL_GROUP_H */
