/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real kernel: the module behind generic netlink. */
#ifndef PIND_KERNEL_NETLINK_H
#define PIND_KERNEL_NETLINK_H

#include "kernel.h"

/* Return: 0, or a negative errno if there is no netlink. The module need not be there. */
int pind_kernel_netlink_new(struct pind_kernel **ret);

#endif /* PIND_KERNEL_NETLINK_H */
