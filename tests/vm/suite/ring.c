// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

/* Younger than the headers of Debian 12. */
#define REGISTER_CLONE_BUFFERS 30
struct clone_buffers {
	uint32_t src_fd;
	uint32_t flags;
	uint32_t rest[6]; /* 0: all of them */
};

int ring_open(void)
{
	struct io_uring_params params = {};
	long fd = syscall(SYS_io_uring_setup, 1, &params);

	return fd < 0 ? -errno : (int)fd;
}

/* Younger than those headers, too: it takes the place of resv2. */
#define SETUP_NO_MMAP (1U << 14)

int ring_open_in(const struct iovec *memory, unsigned int entries)
{
	struct io_uring_params params = { .flags = SETUP_NO_MMAP };
	size_t requests = entries * sizeof(struct io_uring_sqe);
	long fd;

	params.sq_off.resv2 = (uintptr_t)memory->iov_base;
	params.cq_off.resv2 = (uintptr_t)memory->iov_base + requests;
	if (requests >= memory->iov_len || requests % 4096)
		return -EINVAL;
	fd = syscall(SYS_io_uring_setup, entries, &params);
	return fd < 0 ? -errno : (int)fd;
}

static int ring_call(int ring, unsigned int opcode, const void *arg, unsigned int count)
{
	/* An update answers with how many. */
	return syscall(SYS_io_uring_register, ring, opcode, arg, count) < 0 ? -errno : 0;
}

int ring_register(int ring, const struct iovec *buffers, unsigned int count)
{
	return ring_call(ring, IORING_REGISTER_BUFFERS, buffers, count);
}

int ring_unregister(int ring)
{
	return ring_call(ring, IORING_UNREGISTER_BUFFERS, NULL, 0);
}

int ring_register_table(int ring, unsigned int count)
{
	struct io_uring_rsrc_register table = {
		.nr = count,
		.flags = IORING_RSRC_REGISTER_SPARSE,
	};

	return ring_call(ring, IORING_REGISTER_BUFFERS2, &table, sizeof(table));
}

int ring_update(int ring, unsigned int index, const struct iovec *buffer)
{
	struct io_uring_rsrc_update2 update = {
		.offset = index,
		.data = (uintptr_t)buffer,
		.nr = 1,
	};

	return ring_call(ring, IORING_REGISTER_BUFFERS_UPDATE, &update, sizeof(update));
}

int ring_clone(int ring, int from)
{
	struct clone_buffers clone = { .src_fd = (uint32_t)from };

	return ring_call(ring, REGISTER_CLONE_BUFFERS, &clone, 1);
}

int ring_provide(int ring, unsigned int group, const struct iovec *memory)
{
	struct io_uring_buf_reg provided = {
		.ring_addr = (uintptr_t)memory->iov_base,
		.ring_entries = memory->iov_len / sizeof(struct io_uring_buf),
		.bgid = group,
	};

	return ring_call(ring, IORING_REGISTER_PBUF_RING, &provided, 1);
}

int ring_unprovide(int ring, unsigned int group)
{
	struct io_uring_buf_reg provided = { .bgid = group };

	return ring_call(ring, IORING_UNREGISTER_PBUF_RING, &provided, 1);
}

/* And these than all headers of Debian 12. */
#define REGISTER_ZCRX_IFQ   32
#define REGISTER_MEM_REGION 34
#define REGION_TYPE_USER    1
#define ZCRX_REG_NODEV	    2
struct region {
	uint64_t user_addr;
	uint64_t size;
	uint32_t flags;
	uint32_t id;
	uint64_t rest[5];
};

int ring_region(int ring, const struct iovec *memory)
{
	struct region region = {
		.user_addr = (uintptr_t)memory->iov_base,
		.size = memory->iov_len,
		.flags = REGION_TYPE_USER,
	};
	struct {
		uint64_t region;
		uint64_t rest[3];
	} registration = { .region = (uintptr_t)&region };

	return ring_call(ring, REGISTER_MEM_REGION, &registration, 1);
}

static int register_receiver(int ring, const struct iovec *memory)
{
	struct region queue = { .size = 4096 };
	struct {
		uint64_t addr;
		uint64_t length;
		uint64_t rest[4];
	} area = { .addr = (uintptr_t)memory->iov_base, .length = memory->iov_len };
	struct {
		uint32_t device[2];
		uint32_t entries;
		uint32_t flags;
		uint64_t area;
		uint64_t region;
		uint64_t rest[8];
	} receiver = {
		.entries = 16,
		.flags = ZCRX_REG_NODEV,
		.area = (uintptr_t)&area,
		.region = (uintptr_t)&queue,
	};

	return ring_call(ring, REGISTER_ZCRX_IFQ, &receiver, 1);
}

int ring_open_receiver(const struct iovec *memory)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_CQE32 | IORING_SETUP_SINGLE_ISSUER |
			 IORING_SETUP_DEFER_TASKRUN,
	};
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params), r;

	if (fd < 0)
		return -errno;
	r = register_receiver(fd, memory);
	if (r < 0)
		(void)close(fd);
	return r < 0 ? r : fd;
}
