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
 * ring_open_in - make an io_uring whose queues lie in memory of ours, which the
 * kernel pins until the ring is closed; from Linux 6.5 on
 * @memory: whole pages; the requests come first, the rings behind them
 * @entries: how many requests; they must fill whole pages
 *
 * Return: as ring_open(); -EINVAL where the kernel does not know it.
 */
int ring_open_in(const struct iovec *memory, unsigned int entries);

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

/**
 * ring_register_table - register a table of buffers that are not there yet
 * @ring: the ring, which must not have buffers
 * @count: how many places it has
 *
 * Return: 0, or a negative errno.
 */
int ring_register_table(int ring, unsigned int count);

/**
 * ring_update - pin a buffer, and put it into one place of a ring's table
 * @ring: after ring_register_table(); from whichever process, whose buffer it is
 * @index: the place, from 0
 * @buffer: the new buffer; with a length of 0 and no base there will be none
 *
 * Return: 0, or a negative errno; then the old buffer is gone or still there.
 */
int ring_update(int ring, unsigned int index, const struct iovec *buffer);

/**
 * ring_clone - let a ring share the buffers of another, from Linux 6.12 on
 * @ring: the ring, which must not have buffers
 * @from: the other one
 *
 * Return: 0, or a negative errno: -EINVAL where the kernel does not know it.
 */
int ring_clone(int ring, int from);

/**
 * ring_provide - register a ring of provided buffers, which is pinned itself
 * (not the buffers that it names)
 * @ring: the io_uring
 * @group: id of the buffers, from 0 to 65535, not in use yet
 * @memory: whole pages, a power of two; at most 512 KiB
 *
 * Return: 0, or a negative errno.
 */
int ring_provide(int ring, unsigned int group, const struct iovec *memory);

/**
 * ring_unprovide - give a ring of provided buffers back
 * @ring: the io_uring
 * @group: as it was given to ring_provide()
 *
 * Return: 0, or a negative errno: -ENOENT if there is none.
 */
int ring_unprovide(int ring, unsigned int group);

/**
 * ring_region - register memory with a ring for what it is told by other means than
 * requests, which is pinned; from Linux 6.13 on
 * @ring: the ring, which must not have one
 * @memory: whole pages
 *
 * Return: 0, or a negative errno: -EINVAL where the kernel does not know it.
 */
int ring_region(int ring, const struct iovec *memory);

/**
 * ring_open_receiver - make an io_uring that receives packets into memory (zcrx),
 * which is pinned; without a network card, which the newest kernel can do
 * @memory: whole pages
 *
 * Return: as ring_open(); -EINVAL where the kernel does not know it.
 */
int ring_open_receiver(const struct iovec *memory);

#endif /* PIND_SUITE_RING_H */
