/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audits of the real kernel: a large ledger takes it long. */
#ifndef PIND_KERNEL_AUDIT_H
#define PIND_KERNEL_AUDIT_H

#include "kernel-job.h"

/**
 * kernel_audit_begin - begin one
 * @id: of the group, or 0 for everything
 *
 * Return: 0, and the handler is called once, from the loop; or a negative errno.
 */
int kernel_audit_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
		       uint64_t id, pind_audit_handler handler, void *userdata);

#endif /* PIND_KERNEL_AUDIT_H */
