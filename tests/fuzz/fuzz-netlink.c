// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's sockets: datagrams in the place of those of the kernel, each with its length in
 * two bytes before it. The sequence number of their messages is made that of the request.
 */
#include <errno.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "message.h"
#include "netlink.h"

static const uint8_t *rest;
static size_t left;
static uint32_t seq;

/* In their places by --wrap. */
ssize_t __wrap_sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
		      socklen_t to_size);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);

ssize_t __wrap_sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
		      socklen_t to_size)
{
	seq = ((const struct nlmsghdr *)bytes)->nlmsg_seq;
	return (ssize_t)size;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct nlmsghdr *nlh = msg->msg_iov->iov_base;
	size_t length;
	int n;

	if (left < 2) {
		errno = EAGAIN;
		return -1;
	}
	length = (size_t)(rest[0] | rest[1] << 8);
	length = length < left - 2 ? length : left - 2;
	memcpy(nlh, rest + 2, length);
	rest += 2 + length;
	left -= 2 + length;
	/* as many as there may be, also where a length is none */
	for (n = (int)length; n >= (int)sizeof(*nlh); nlh = mnl_nlmsg_next(nlh, &n)) {
		nlh->nlmsg_seq = seq;
		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > (uint32_t)n)
			break;
	}
	return (ssize_t)length;
}

static int on_message(const struct nlmsghdr *nlh, void *userdata)
{
	const char *name = pind_netlink_family_name(nlh);

	(*(size_t *)userdata)++;
	demand(!name || strlen(name) < nlh->nlmsg_len);
	return 0;
}

static void take(const uint8_t *data, size_t size)
{
	rest = data;
	left = size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = pind_message_request(buffer, 99, 1, 1, NLM_F_DUMP);
	static struct pind_netlink *nl;
	struct pind_family family;
	size_t n = 0;

	/* where there is no netlink at all, there is nothing to see */
	if (!nl && pind_netlink_open(&nl) < 0)
		return 0;
	take(data, size);
	(void)pind_netlink_request(nl, nlh, on_message, &n);
	demand(strlen(pind_netlink_text(nl)) < 256);
	take(data, size);
	(void)pind_netlink_resolve(nl, "pind", "events", &family);
	take(data, size);
	if (pind_netlink_dump_begin(nl, nlh) == 0) {
		while (pind_netlink_dump_read(nl) > 0)
			;
		while (pind_netlink_dump_take(nl, on_message, &n, 3) > 0)
			;
	}
	take(data, size);
	while (pind_netlink_receive(-1, on_message, &n) > 0)
		;
	return 0;
}
