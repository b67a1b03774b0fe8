// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rds.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "driver.h"

#define REGIONS_MAX 16
#define PORT	    4000

/* A socket that talks to itself, and what it has registered. */
static int rds = -1;
static struct sockaddr_in self = { .sin_family = AF_INET };
static uint64_t cookies[REGIONS_MAX];

/* Takes what was sent off the socket. */
static int receive(void)
{
	char byte, control[256];
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	return recvmsg(rds, &message, 0) < 0 ? -errno : 0;
}

/*
 * Regions belong to a connection, so they are made by sending: the message
 * takes the key to the region along.
 */
static long pin(const struct iovec *range, char **words)
{
	char byte = 0, control[CMSG_SPACE(sizeof(struct rds_get_mr_args))] = {};
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_name = &self,
		.msg_namelen = sizeof(self),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct rds_get_mr_args args = {
		.vec = { (uintptr_t)range->iov_base, range->iov_len },
		.flags = RDS_RDMA_READWRITE,
	};
	int place = 0;

	while (place < REGIONS_MAX && cookies[place])
		place++;
	if (place == REGIONS_MAX)
		return -EMFILE;
	args.cookie_addr = (uintptr_t)&cookies[place];
	header->cmsg_level = SOL_RDS;
	header->cmsg_type = RDS_CMSG_RDMA_MAP;
	header->cmsg_len = CMSG_LEN(sizeof(args));
	memcpy(CMSG_DATA(header), &args, sizeof(args));
	if (sendmsg(rds, &message, 0) < 0) {
		cookies[place] = 0;
		return -errno;
	}
	return receive() < 0 ? -ETIMEDOUT : place;
}

static long unpin(int place)
{
	struct rds_free_mr_args args = { .flags = RDS_RDMA_INVALIDATE };

	if (place >= REGIONS_MAX || !cookies[place])
		return -EBADF;
	args.cookie = cookies[place];
	if (setsockopt(rds, SOL_RDS, RDS_FREE_MR, &args, sizeof(args)) < 0)
		return -errno;
	cookies[place] = 0;
	return 0;
}

static long do_rds(struct pinner *pinner, char **words)
{
	const struct timeval patience = { .tv_sec = 20 };
	const char *address = pinner_word(words);
	int transport = RDS_TRANS_IB, port = PORT;

	if (**words && pinner_number(words, &port) < 0)
		return -EINVAL;
	self.sin_port = htons((uint16_t)port);
	if (!address || inet_pton(AF_INET, address, &self.sin_addr) != 1)
		return -EINVAL;
	rds = socket(AF_RDS, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (rds < 0)
		return -errno;
	if (setsockopt(rds, SOL_RDS, SO_RDS_TRANSPORT, &transport, sizeof(transport)) < 0 ||
	    bind(rds, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    setsockopt(rds, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
		int r = -errno;

		(void)close(rds);
		rds = -1;
		return r;
	}
	return rds;
}

static long do_connect(struct pinner *pinner, char **words)
{
	if (sendto(rds, "", 1, 0, (struct sockaddr *)&self, sizeof(self)) < 0)
		return -errno;
	return receive();
}

/*
 * A region that was freed keeps its memory until the message that took its key
 * along is acknowledged, which is done every 8 messages, and then until the
 * pool of regions is flushed.
 */
static long do_flush(struct pinner *pinner, char **words)
{
	struct rds_free_mr_args args = {};
	long r = 0;

	for (int i = 0; r >= 0 && i < 8; i++)
		r = do_connect(pinner, words);
	if (r >= 0 && setsockopt(rds, SOL_RDS, RDS_FREE_MR, &args, sizeof(args)) < 0)
		r = -errno;
	return r;
}

/* For any connection: the memory is pinned, and then the driver says it cannot. */
static long do_get(struct pinner *pinner, char **words)
{
	struct rds_get_mr_args args = {};
	struct iovec range;
	uint64_t cookie;
	int r = pinner_range(pinner, words, &range);

	if (r < 0)
		return r;
	args.vec.addr = (uintptr_t)range.iov_base;
	args.vec.bytes = range.iov_len;
	args.cookie_addr = (uintptr_t)&cookie;
	return setsockopt(rds, SOL_RDS, RDS_GET_MR, &args, sizeof(args)) < 0 ? -errno : 0;
}

static const struct pinner_command commands[] = {
	{ "rds", do_rds },
	{ "rds-connect", do_connect },
	{ "rds-flush", do_flush },
	{ "rds-get", do_get },
	{},
};

const struct driver rds_driver = {
	.name = "rds",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
