/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audits of the real kernel. The module works one off within the call that sends the
 * request, and a large ledger takes it long: so each has a thread and a socket of its
 * own, and the loop goes on.
 */
#ifndef PIND_KERNEL_AUDIT_H
#define PIND_KERNEL_AUDIT_H

#include "kernel.h"

/* The audits under way of one kernel; all zero is none. */
struct kernel_audits {
	struct audit_job *first;
};

/**
 * kernel_audit_begin - begin one
 * @kernel: whose text is set for the handler
 * @id: of the group, or 0 for everything
 *
 * Return: 0, and the handler is called once, from the loop; or a negative errno.
 */
int kernel_audit_begin(struct kernel_audits *audits, struct pind_kernel *kernel, sd_event *event,
		       uint64_t id, pind_audit_handler handler, void *userdata);

/* Ends with all of them: the handlers get -ECANCELED, the threads are left to end. */
void kernel_audit_cancel(struct kernel_audits *audits);

#endif /* PIND_KERNEL_AUDIT_H */
