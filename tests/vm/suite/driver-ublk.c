// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block device in user space that is added, and never started: so nobody has to
 * serve it, and it is there until somebody removes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/ublk_cmd.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"

/* Younger than the headers of Debian 12. */
#define ADD_DEV	      _IOWR('u', UBLK_CMD_ADD_DEV, struct ublksrv_ctrl_cmd)
#define DEL_DEV	      _IOWR('u', UBLK_CMD_DEL_DEV, struct ublksrv_ctrl_cmd)
#define REG_BUF	      _IOWR('u', 0x18, struct ublksrv_ctrl_cmd)
#define UNREG_BUF     _IOWR('u', 0x19, struct ublksrv_ctrl_cmd)
#define F_SHMEM_ZC    (1ULL << 19)
#define BUF_READ_ONLY 1

struct shmem_buf_reg {
	uint64_t addr, len;
	uint32_t flags, reserved;
};

/* What carries commands, once it is open; and the device in use. */
static struct io_uring ring;
static int control = -1;
static uint32_t device;

static int open_control(void)
{
	int r, fd = open("/dev/ublk-control", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	r = io_uring_queue_init(1, &ring, IORING_SETUP_SQE128);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	control = fd;
	return 0;
}

/* One command, and its answer. The kernel has a worker do it that is ours. */
static int command(unsigned int operation, const struct ublksrv_ctrl_cmd *argument)
{
	struct io_uring_sqe *entry;
	struct io_uring_cqe *answer;
	int r = control < 0 ? open_control() : 0;

	if (r < 0)
		return r;
	entry = io_uring_get_sqe(&ring);
	if (!entry)
		return -EBUSY;
	memset(entry, 0, 2 * sizeof(*entry));
	entry->opcode = IORING_OP_URING_CMD;
	entry->fd = control;
	entry->cmd_op = operation;
	memcpy(entry->cmd, argument, sizeof(*argument));
	r = io_uring_submit_and_wait(&ring, 1);
	if (r >= 0)
		r = io_uring_wait_cqe(&ring, &answer);
	if (r < 0)
		return r;
	r = answer->res;
	io_uring_cqe_seen(&ring, answer);
	return r;
}

static long pin(const struct iovec *range, char **words)
{
	const char *word = pinner_word(words);
	const struct shmem_buf_reg buffer = {
		.addr = (uintptr_t)range->iov_base,
		.len = range->iov_len,
		.flags = word ? BUF_READ_ONLY : 0,
	};
	const struct ublksrv_ctrl_cmd argument = {
		.dev_id = device,
		.queue_id = UINT16_MAX,
		.addr = (uintptr_t)&buffer,
		.len = sizeof(buffer),
	};

	if (word && strcmp(word, "read-only"))
		return -EINVAL;
	return command(REG_BUF, &argument);
}

static long unpin(int number)
{
	const struct ublksrv_ctrl_cmd argument = {
		.dev_id = device,
		.queue_id = UINT16_MAX,
		.data = { number },
	};

	return command(UNREG_BUF, &argument);
}

static int remove_device(uint32_t number)
{
	const struct ublksrv_ctrl_cmd argument = { .dev_id = number, .queue_id = UINT16_MAX };

	return command(DEL_DEV, &argument);
}

/* @number: which, or UINT32_MAX for one that is free */
static int add_device(uint32_t number)
{
	struct ublksrv_ctrl_dev_info info = {
		.nr_hw_queues = 1,
		.queue_depth = 1,
		.max_io_buf_bytes = PAGE,
		.dev_id = number,
		.flags = F_SHMEM_ZC,
	};
	const struct ublksrv_ctrl_cmd argument = {
		.dev_id = number,
		.queue_id = UINT16_MAX,
		.addr = (uintptr_t)&info,
		.len = sizeof(info),
	};
	int r = command(ADD_DEV, &argument);

	if (r < 0)
		return r;
	device = info.dev_id;
	/* What it does not know it strikes out. */
	if (info.flags & F_SHMEM_ZC)
		return 0;
	r = remove_device(device);
	return r < 0 ? r : -EOPNOTSUPP;
}

static long do_device(struct pinner *pinner, char **words)
{
	int number = -1, r;

	if (**words) {
		r = pinner_number(words, &number);
		if (r >= 0)
			r = remove_device(number);
		if (r < 0 && r != -ENODEV)
			return r;
	}
	r = add_device(number);
	return r < 0 ? r : (long)device;
}

static long do_remove(struct pinner *pinner, char **words)
{
	int number, r = pinner_number(words, &number);

	return r < 0 ? r : remove_device(number);
}

static const struct pinner_command commands[] = {
	{ "ublk-device", do_device },
	{ "ublk-remove", do_remove },
	{},
};

const struct driver ublk_driver = {
	.name = "ublk",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
