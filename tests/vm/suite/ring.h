/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An io_uring that is never submitted to: all it does is hold fixed buffers,
 * which the kernel pins for as long as they are registered.
 */
#ifndef PIND_SUITE_RING_H
#define PIND_SUITE_RING_H

#include <sys/uio.h>

/**
 * ring_open - make an io_uring
 *
 * Return: its file descriptor, or a negative errno. Closing the last descriptor
 * gives the buffers back, some time later, from a worker of the kernel.
 */
int ring_open(void);

/**
 * ring_register - pin buffers and register them with a ring
 * @ring: the ring, which must not have buffers
 * @buffers: the buffers, each pinned by a call of its own
 * @count: how many
 *
 * Return: 0, or a negative errno; then none is pinned.
 */
int ring_register(int ring, const struct iovec *buffers, unsigned int count);

/**
 * ring_unregister - give a ring's buffers back, and wait until they are
 * @ring: the ring, from whichever process
 *
 * Return: 0, or a negative errno: -ENXIO if there are none.
 */
int ring_unregister(int ring);

#endif /* PIND_SUITE_RING_H */
