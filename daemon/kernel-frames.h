/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over frames of the real kernel, and over its ledger: much memory takes it long. */
#ifndef PIND_KERNEL_FRAMES_H
#define PIND_KERNEL_FRAMES_H

#include "kernel-job.h"

/**
 * kernel_frames_begin - begin one
 * @each: folio by folio
 *
 * Return: 0, and the handler is called once, from the loop; or a negative errno.
 */
int kernel_frames_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
			uint64_t first, uint64_t last, bool each, pind_frames_handler handler,
			void *userdata);

/* Likewise of the memory of a cgroup, by its id, that others pin. */
int kernel_others_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
			uint64_t id, pind_frames_handler handler, void *userdata);

#endif /* PIND_KERNEL_FRAMES_H */
