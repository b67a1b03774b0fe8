// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lent UID write|read: asks for all accounts over a socket that a process of UID opened and
 * connected, and prints of how many accounts the answer names the process. So does a
 * set-user-ID program that is given such a socket as its output (write: the user that this
 * is writes the question) or as its input (read: that user reads an answer that UID asked for).
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/pind.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "family.h"

static int find_pid(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) == PIND_A_ACCOUNT_PID)
		(*(unsigned int *)data)++;
	return MNL_CB_OK;
}

static int count_pids(const struct nlmsghdr *object, void *count)
{
	return mnl_attr_parse(object, sizeof(struct genlmsghdr), find_pid, count);
}

static int open_as(uid_t uid, struct family *ret_family)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int r;

	if (seteuid(uid) < 0)
		return -errno;
	r = family_open(ret_family);
	if (r >= 0 && connect(mnl_socket_get_fd(ret_family->socket),
			      (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		r = -errno;
	return r;
}

/* The first piece of the answer is made when it is asked for, each further one when it is read. */
static int ask(struct family *family, bool write_as_self, unsigned int *count)
{
	static char buffer[FAMILY_MESSAGE_SIZE];
	const struct nlmsghdr *question =
		family_begin(family, buffer, PIND_CMD_ACCOUNT_GET, true);
	const unsigned int sequence = question->nlmsg_seq;
	int r = MNL_CB_OK;
	ssize_t n;

	if (write_as_self && seteuid(getuid()) < 0)
		return -errno;
	n = write_as_self ? write(mnl_socket_get_fd(family->socket), question, question->nlmsg_len) :
			    mnl_socket_sendto(family->socket, question, question->nlmsg_len);
	if (!write_as_self && seteuid(getuid()) < 0)
		return -errno;
	while (n >= 0 && r == MNL_CB_OK) {
		n = mnl_socket_recvfrom(family->socket, buffer, sizeof(buffer));
		if (n >= 0)
			r = mnl_cb_run(buffer, (size_t)n, sequence,
				       mnl_socket_get_portid(family->socket), count_pids, count);
	}
	return n < 0 || r == MNL_CB_ERROR ? -errno : 0;
}

int main(int argc, char **argv)
{
	unsigned int count = 0;
	struct family family;
	int r;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: lent UID write|read\n");
		return 2;
	}
	r = open_as((uid_t)strtoul(argv[1], NULL, 10), &family);
	if (r >= 0)
		r = ask(&family, !strcmp(argv[2], "write"), &count);
	if (r < 0) {
		errno = -r;
		perror("lent");
		return 1;
	}
	(void)printf("%u\n", count);
	return 0;
}
