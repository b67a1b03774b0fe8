/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listings of the real kernel that are read a little at a time, each by a socket of its own. */
#ifndef PIND_KERNEL_READING_H
#define PIND_KERNEL_READING_H

#include "kernel.h"

/* As read_begin(), read_some() and read_end() of struct pind_kernel_ops. */
int kernel_reading_begin(struct pind_kernel *kernel, enum pind_listing listing,
			 const struct pind_reading_handlers *handlers, void *userdata,
			 struct pind_reading **ret);
int kernel_reading_some(struct pind_kernel *kernel, struct pind_reading *reading);
void kernel_reading_end(struct pind_kernel *kernel, struct pind_reading *reading);

#endif /* PIND_KERNEL_READING_H */
