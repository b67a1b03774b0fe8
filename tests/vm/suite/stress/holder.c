// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <linux/io_uring.h>
#include <linux/udmabuf.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crowd.h"
#include "holder.h"
#include "ring.h"

#define REFERENCES_MAX 1024

/* Takes over the descriptor. */
static int fill(struct holder *holder, enum holder_kind kind, int fd)
{
	*holder = (struct holder){ .kind = kind, .fd = fd };
	return 0;
}

/* @r is what came of the last step in making @fd. */
static int fill_if(struct holder *holder, enum holder_kind kind, int fd, int r)
{
	if (r >= 0)
		return fill(holder, kind, fd);
	(void)close(fd);
	return r;
}

static int new_ring(const struct holder *holder)
{
	return holder->kind == HOLDER_NONE ? ring_open() : -EBUSY;
}

int holder_register(struct holder *holder, const struct iovec *buffers, unsigned int count)
{
	int ring;

	if (holder->kind == HOLDER_RING)
		return ring_register(holder->fd, buffers, count);
	ring = new_ring(holder);
	if (ring < 0)
		return ring;
	return fill_if(holder, HOLDER_RING, ring, ring_register(ring, buffers, count));
}

int holder_table(struct holder *holder, unsigned int count)
{
	int ring = new_ring(holder);

	if (ring < 0)
		return ring;
	return fill_if(holder, HOLDER_RING, ring, ring_register_table(ring, count));
}

int holder_update(const struct holder *holder, unsigned int index, const struct iovec *buffer)
{
	if (holder->kind != HOLDER_RING)
		return -ENOENT;
	return ring_update(holder->fd, index, buffer);
}

int holder_unregister(const struct holder *holder)
{
	return holder->kind == HOLDER_RING ? ring_unregister(holder->fd) : -ENOENT;
}

int holder_clone(struct holder *holder, const struct holder *from)
{
	int ring;

	if (from->kind != HOLDER_RING)
		return -ENOENT;
	ring = new_ring(holder);
	if (ring < 0)
		return ring;
	return fill_if(holder, HOLDER_RING, ring, ring_clone(ring, from->fd));
}

int holder_provide(const struct holder *holder, unsigned int group, const struct iovec *memory)
{
	return holder->kind == HOLDER_RING ? ring_provide(holder->fd, group, memory) : -ENOENT;
}

int holder_unprovide(const struct holder *holder, unsigned int group)
{
	return holder->kind == HOLDER_RING ? ring_unprovide(holder->fd, group) : -ENOENT;
}

/* As many requests as fill a page. */
int holder_queues(struct holder *holder, const struct iovec *memory)
{
	int ring;

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	ring = ring_open_in(memory, PAGE / sizeof(struct io_uring_sqe));
	return ring < 0 ? ring : fill(holder, HOLDER_RING, ring);
}

int holder_region(struct holder *holder, const struct iovec *memory)
{
	int ring = new_ring(holder);

	if (ring < 0)
		return ring;
	return fill_if(holder, HOLDER_RING, ring, ring_region(ring, memory));
}

int holder_receiver(struct holder *holder, const struct iovec *memory)
{
	int ring;

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	ring = ring_open_receiver(memory);
	return ring < 0 ? ring : fill(holder, HOLDER_RING, ring);
}

int holder_umem(struct holder *holder, const struct iovec *range)
{
	struct xdp_umem_reg umem = {
		.addr = (uintptr_t)range->iov_base,
		.len = range->iov_len,
		.chunk_size = 4096,
	};
	int fd, r;

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) < 0 ? -errno : 0;
	return fill_if(holder, HOLDER_UMEM, fd, r);
}

int holder_udmabuf(struct holder *holder, const struct piece *piece, const struct iovec *range)
{
	struct udmabuf_create create = {
		.memfd = piece->fd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = (char *)range->iov_base - piece->at,
		.size = range->iov_len,
	};
	int device, fd;

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -errno;
	fd = ioctl(device, UDMABUF_CREATE, &create);
	if (fd < 0)
		fd = -errno;
	(void)close(device);
	return fd < 0 ? fd : fill(holder, HOLDER_UDMABUF, fd);
}

int holder_crowd(struct holder *holder, int count, const struct iovec *page)
{
	int ring = new_ring(holder), r;

	if (ring < 0)
		return ring;
	r = ring_register_table(ring, count);
	if (r >= 0)
		r = crowd_pin(ring, count, page);
	return fill_if(holder, HOLDER_RING, ring, r);
}

int holder_references(struct holder *holder, unsigned int count, const struct iovec *page)
{
	struct iovec pages[REFERENCES_MAX];
	ssize_t got;
	int ends[2];

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	if (count > REFERENCES_MAX || pipe2(ends, O_CLOEXEC) < 0)
		return -EINVAL;
	for (unsigned int i = 0; i < count; i++)
		pages[i] = *page;
	/* A buffer of the pipe for each. */
	(void)fcntl(ends[1], F_SETPIPE_SZ, count * PAGE);
	got = vmsplice(ends[1], pages, count, SPLICE_F_NONBLOCK);
	got = got < 0 ? -errno : 0;
	(void)close(ends[1]);
	return fill_if(holder, HOLDER_PIPE, ends[0], (int)got);
}

int holder_pin(struct holder *holder, const struct driver *driver, const struct iovec *range)
{
	char nothing[] = "", *words = nothing;
	long number;

	if (holder->kind != HOLDER_NONE)
		return -EBUSY;
	number = driver->pin(range, &words);
	if (number < 0)
		return (int)number;
	*holder = (struct holder){ HOLDER_DRIVER, (int)number, driver };
	return 0;
}

int holder_close(struct holder *holder)
{
	if (holder->kind == HOLDER_NONE)
		return -ENOENT;
	if (holder->kind == HOLDER_DRIVER)
		(void)holder->driver->unpin(holder->fd);
	else
		(void)close(holder->fd);
	*holder = (struct holder){};
	return 0;
}
