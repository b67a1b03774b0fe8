/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many processes that hold one page, each of them an account of its own. */
#ifndef PIND_SUITE_CROWD_H
#define PIND_SUITE_CROWD_H

#include <sys/uio.h>

/**
 * crowd_pin - have so many processes pin a page, one after the other
 * @ring: an io_uring with a table of at least @count empty places, in which the pins
 *	outlive the processes
 * @count: how many; they are all gone at the end
 * @page: the page
 *
 * They share our memory and descriptors, so that there may be thousands of them.
 * Return: 0, or a negative errno: that of the first one that could not pin it; the
 * places before it are taken then.
 */
int crowd_pin(int ring, int count, const struct iovec *page);

#endif /* PIND_SUITE_CROWD_H */
