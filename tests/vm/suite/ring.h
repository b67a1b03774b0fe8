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
 * ring_reserve - give a ring a table for buffers, which are registered one by one
 * @ring: the ring, which must not have buffers
 * @count: how many at most
 *
 * Return: 0, or a negative errno.
 */
int ring_reserve(int ring, unsigned int count);

/**
 * ring_fill - pin a buffer, and register it in a place of the table
 * @ring: after ring_reserve(); from whichever process, whose buffer it is
 * @place: from 0
 * @buffer: the buffer
 *
 * Return: 0, or a negative errno.
 */
int ring_fill(int ring, unsigned int place, const struct iovec *buffer);

/**
 * ring_unregister - give a ring's buffers back, and wait until they are
 * @ring: the ring, from whichever process
 *
 * Return: 0, or a negative errno: -ENXIO if there are none.
 */
int ring_unregister(int ring);

#endif /* PIND_SUITE_RING_H */
