/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds long-term pins: a file descriptor of a kind that pins memory, or what
 * one of the pinner's drivers knows it by, in one of a few slots. Everything
 * returns 0 or a negative errno: -EBUSY for a slot that is taken, -ENOENT for one
 * that has nothing of the kind.
 */
#ifndef PIND_STRESS_HOLDER_H
#define PIND_STRESS_HOLDER_H

#include <stdbool.h>
#include <sys/uio.h>

#include "driver.h"
#include "memory.h"

enum holder_kind {
	HOLDER_NONE,
	HOLDER_RING,
	HOLDER_UMEM,
	HOLDER_UDMABUF,
	HOLDER_PIPE, /* plain references, no pins */
	HOLDER_DRIVER,
};

struct holder {
	enum holder_kind kind;
	int fd; /* or what the driver knows it by */
	const struct driver *driver;
};

/** holder_register - fixed buffers, in a new io_uring if the slot is empty */
int holder_register(struct holder *holder, const struct iovec *buffers, unsigned int count);

/** holder_table - a new io_uring with a table of @count buffers that are not there yet */
int holder_table(struct holder *holder, unsigned int count);

/** holder_update - another buffer in place @index of the table; none if its length is 0 */
int holder_update(const struct holder *holder, unsigned int index, const struct iovec *buffer);

/** holder_unregister - give the buffers back; the io_uring stays */
int holder_unregister(const struct holder *holder);

/** holder_clone - a new io_uring with the buffers of another */
int holder_clone(struct holder *holder, const struct holder *from);

/** holder_provide - a ring of provided buffers in that memory, of an io_uring that it has */
int holder_provide(const struct holder *holder, unsigned int group, const struct iovec *memory);

/** holder_unprovide - give such a ring back */
int holder_unprovide(const struct holder *holder, unsigned int group);

/** holder_queues - a new io_uring whose queues lie in that memory, or begin there */
int holder_queues(struct holder *holder, const struct iovec *memory);

/** holder_region - a new io_uring with that memory for its parameters */
int holder_region(struct holder *holder, const struct iovec *memory);

/** holder_receiver - a new io_uring that receives packets into that memory */
int holder_receiver(struct holder *holder, const struct iovec *memory);

/** holder_umem - a new AF_XDP socket with the range as its umem */
int holder_umem(struct holder *holder, const struct iovec *range);

/** holder_udmabuf - a new dma-buf of a range of a memfd */
int holder_udmabuf(struct holder *holder, const struct piece *piece, const struct iovec *range);

/** holder_crowd - a new io_uring with a page that @count processes pin, all gone then */
int holder_crowd(struct holder *holder, int count, const struct iovec *page);

/** holder_references - a new pipe with @count (at most 1,024) plain references on a page */
int holder_references(struct holder *holder, unsigned int count, const struct iovec *page);

/** holder_pin - a range, by a driver of the pinner's */
int holder_pin(struct holder *holder, const struct driver *driver, const struct iovec *range);

/** holder_close - close it, with all that it still holds */
int holder_close(struct holder *holder);

#endif /* PIND_STRESS_HOLDER_H */
