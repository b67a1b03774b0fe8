/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about call sites: site_survey() and site_dump() of struct pind_kernel_ops. */
#ifndef PIND_KERNEL_SITE_H
#define PIND_KERNEL_SITE_H

#include "kernel.h"

int kernel_site_survey(struct pind_kernel *kernel, uint32_t seconds);
int kernel_site_dump(struct pind_kernel *kernel, pind_site_handler handler,
		     struct pind_survey *ret_survey, void *userdata);

#endif /* PIND_KERNEL_SITE_H */
