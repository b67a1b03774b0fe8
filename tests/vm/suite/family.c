// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/pind.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "family.h"

#define ANSWER_LIMIT 10 /* seconds */

static void read_id(const struct nlmsghdr *object, void *data)
{
	uint16_t *id = data;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, object, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*id = mnl_attr_get_u16(attr);
}

static int resolve(struct family *family)
{
	struct family_answer answer;
	struct nlmsghdr *question;
	char buffer[1024];
	uint16_t id = 0;
	int r;

	family->id = GENL_ID_CTRL;
	question = family_begin(family, buffer, CTRL_CMD_GETFAMILY, false);
	mnl_attr_put_strz(question, CTRL_ATTR_FAMILY_NAME, PIND_FAMILY_NAME);
	r = family_ask(family, question, read_id, &id, &answer);
	if (r < 0)
		return r;
	family->id = id;
	return answer.error;
}

int family_open(struct family *ret_family)
{
	struct family family = { .socket = mnl_socket_open(NETLINK_GENERIC) };
	struct timeval limit = { .tv_sec = ANSWER_LIMIT };
	int fd, on = 1, r;

	if (!family.socket)
		return -errno;
	fd = mnl_socket_get_fd(family.socket);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    mnl_socket_setsockopt(family.socket, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(family.socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_bind(family.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	else
		r = resolve(&family);
	if (r < 0) {
		family_close(&family);
		return r;
	}
	*ret_family = family;
	return 0;
}

void family_close(struct family *family)
{
	(void)mnl_socket_close(family->socket);
}

struct nlmsghdr *family_begin(struct family *family, void *buffer, uint8_t command, bool dump)
{
	struct nlmsghdr *question = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *head = mnl_nlmsg_put_extra_header(question, sizeof(*head));

	question->nlmsg_type = family->id;
	question->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
	question->nlmsg_seq = ++family->sequence;
	head->cmd = command;
	head->version = PIND_FAMILY_VERSION;
	return question;
}

/* Both NLMSG_ERROR and NLMSG_DONE begin with an errno; texts follow after. */
static void read_end(const struct nlmsghdr *message, struct family_answer *answer)
{
	size_t offset = sizeof(int);
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(message) >= sizeof(int))
		memcpy(&answer->error, mnl_nlmsg_get_payload(message), sizeof(int));
	if (message->nlmsg_type == NLMSG_ERROR)
		offset = sizeof(struct nlmsgerr);
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each (attr, message, offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			strncpy(answer->text, mnl_attr_get_str(attr), sizeof(answer->text) - 1);
}

int family_ask(struct family *family, const struct nlmsghdr *question, family_object_t object,
	       void *data, struct family_answer *ret_answer)
{
	struct family_answer answer = {};
	static char buffer[FAMILY_MESSAGE_SIZE];

	if (mnl_socket_sendto(family->socket, question, question->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(family->socket, buffer, sizeof(buffer));
		const struct nlmsghdr *message = (const void *)buffer;
		int left = (int)n;

		if (n < 0)
			return -errno;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq != question->nlmsg_seq)
				continue;
			if (message->nlmsg_type == NLMSG_ERROR ||
			    message->nlmsg_type == NLMSG_DONE) {
				read_end(message, &answer);
				*ret_answer = answer;
				return 0;
			}
			answer.objects++;
			if (object)
				object(message, data);
		}
	}
}
