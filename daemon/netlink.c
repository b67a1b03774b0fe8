// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <pind/cleanup.h>

#include "message.h"
#include "netlink.h"

/* The kernel sends at most 32 KiB at once. */
#define RECEIVE_SIZE (64 * 1024)
/* Room for a burst of events while the daemon is busy. */
#define EVENT_BUFFER_SIZE (8 * 1024 * 1024)

/* The whole answer of a dump: messages one behind the other. */
struct pile {
	char *bytes;
	size_t length;
	size_t size;
};

struct pind_netlink {
	int fd;
	uint32_t seq;
	uint64_t overtaken;
	char text[256];
	/* A dump that is read in pieces, and the request for it. */
	struct pile pile;
	size_t at;	    /* what of it was handed out */
	unsigned int asked; /* times */
	bool interrupted;
	char request[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	char buffer[RECEIVE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void pile_free(struct pile *pile)
{
	free(pile->bytes);
}

static int pile_add(struct pile *pile, const struct nlmsghdr *nlh)
{
	size_t step = NLMSG_ALIGN(nlh->nlmsg_len);

	if (pile->length + step > pile->size) {
		size_t size = (pile->size + step) * 2;
		char *bytes = realloc(pile->bytes, size);

		if (!bytes)
			return -ENOMEM;
		pile->bytes = bytes;
		pile->size = size;
	}
	memset(pile->bytes + pile->length, 0, step);
	memcpy(pile->bytes + pile->length, nlh, nlh->nlmsg_len);
	pile->length += step;
	return 0;
}

static int pile_hand_out(const struct pile *pile, pind_netlink_handler handler, void *userdata)
{
	size_t at = 0;
	int r;

	while (handler && at < pile->length) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(pile->bytes + at);

		r = handler(nlh, userdata);
		if (r < 0)
			return r;
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return 0;
}

static int netlink_socket(int type)
{
	_cleanup_close_ int fd = -EBADF;
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | type, NETLINK_GENERIC);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int pind_netlink_open(struct pind_netlink **ret)
{
	const struct timeval timeout = { .tv_sec = PIND_NETLINK_TIMEOUT_SECONDS };
	struct pind_netlink *nl;
	const int on = 1;
	int fd;

	fd = netlink_socket(0);
	if (fd < 0)
		return fd;
	nl = calloc(1, sizeof(*nl));
	if (!nl || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0) {
		int r = -errno;

		(void)close(fd);
		free(nl);
		return r;
	}
	/* without it the request comes back with the answer, which costs but harms nothing */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	nl->fd = fd;
	*ret = nl;
	return 0;
}

struct pind_netlink *pind_netlink_free(struct pind_netlink *nl)
{
	if (nl) {
		pile_free(&nl->pile);
		(void)close(nl->fd);
		free(nl);
	}
	return NULL;
}

const char *pind_netlink_text(const struct pind_netlink *nl)
{
	return nl->text;
}

uint64_t pind_netlink_overtaken(const struct pind_netlink *nl)
{
	return nl->overtaken;
}

/* One datagram from the kernel; 0 if it came from somebody else. */
static ssize_t socket_receive(int fd, char *buffer)
{
	struct sockaddr_nl from = {};
	struct iovec iov = { .iov_base = buffer, .iov_len = RECEIVE_SIZE };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t length;

	do
		length = recvmsg(fd, &msg, 0);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	if (msg.msg_namelen != sizeof(from) || from.nl_pid != 0)
		return 0;
	if (msg.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	return length;
}

/* mnl_nlmsg_ok() takes a length of 2 GiB and more for one below 0. */
static bool message_ok(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)NLMSG_HDRLEN && nlh->nlmsg_len >= NLMSG_HDRLEN &&
	       nlh->nlmsg_len <= (uint32_t)left;
}

/* Finds the sentence among the attributes that begin at @offset. */
static void text_take(struct pind_netlink *nl, const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			(void)snprintf(nl->text, sizeof(nl->text), "%s", mnl_attr_get_str(attr));
	}
}

/* The verdict of an NLMSG_ERROR or NLMSG_DONE: 0 or negative errno. */
static int verdict_take(struct pind_netlink *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(int);
	int left = (int)mnl_nlmsg_get_payload_len(nlh) - (int)sizeof(error->error);
	int verdict;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return -EBADMSG;
	memcpy(&verdict, mnl_nlmsg_get_payload(nlh), sizeof(verdict));
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
			return -EBADMSG;
		offset = sizeof(*error);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
			/* the request stands in between: behind one that is not whole is nothing */
			if (!message_ok(&error->msg, left))
				return verdict < 0 ? verdict : 0;
			offset += mnl_nlmsg_get_payload_len(&error->msg);
		}
	}
	if (verdict < 0)
		text_take(nl, nlh, offset);
	return verdict < 0 ? verdict : 0;
}

/*
 * Takes the datagram apart. 1: the answer is complete, 0: more is to come. What
 * belongs to an earlier request, one that timed out, is passed over.
 */
static int answer_take(struct pind_netlink *nl, ssize_t length, struct pile *pile,
		       bool *interrupted)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buffer;
	int left = (int)length;
	int r;

	for (; message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != nl->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
			return verdict_take(nl, nlh) ?: 1;
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		r = pile_add(pile, nlh);
		if (r < 0)
			return r;
	}
	return 0;
}

static int request_send(struct pind_netlink *nl, struct nlmsghdr *nlh)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	nl->text[0] = '\0';
	nlh->nlmsg_seq = ++nl->seq;
	if (sendto(nl->fd, nlh, nlh->nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static int request_once(struct pind_netlink *nl, struct nlmsghdr *nlh, struct pile *pile,
			bool *interrupted)
{
	int r = request_send(nl, nlh);

	if (r < 0)
		return r;
	while (r == 0) {
		ssize_t length = socket_receive(nl->fd, nl->buffer);

		if (length == -EAGAIN)
			return -ETIMEDOUT;
		if (length < 0)
			return (int)length;
		r = answer_take(nl, length, pile, interrupted);
	}
	return r < 0 ? r : 0;
}

int pind_netlink_request(struct pind_netlink *nl, struct nlmsghdr *nlh,
			 pind_netlink_handler handler, void *userdata)
{
	_cleanup_(pile_free) struct pile pile = {};
	bool interrupted = true;
	int r;

	for (int i = 0; interrupted && i < PIND_NETLINK_DUMPS_MAX; i++) {
		if (i > 0)
			nl->overtaken++;
		pile.length = 0;
		interrupted = false;
		r = request_once(nl, nlh, &pile, &interrupted);
		if (r < 0)
			return r;
	}
	r = pile_hand_out(&pile, handler, userdata);
	if (r < 0)
		return r;
	return interrupted ? 1 : 0;
}

static int dump_ask(struct pind_netlink *nl)
{
	nl->asked++;
	nl->interrupted = false;
	nl->pile.length = 0;
	nl->at = 0;
	return request_send(nl, (struct nlmsghdr *)nl->request);
}

int pind_netlink_dump_begin(struct pind_netlink *nl, struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_len > sizeof(nl->request))
		return -E2BIG;
	memcpy(nl->request, nlh, nlh->nlmsg_len);
	nl->asked = 0;
	return dump_ask(nl);
}

int pind_netlink_dump_read(struct pind_netlink *nl)
{
	/* the kernel goes on with a dump when it is read: nothing is waited for */
	ssize_t length = socket_receive(nl->fd, nl->buffer);
	int r;

	if (length < 0)
		return length == -EAGAIN ? -ETIMEDOUT : (int)length;
	r = answer_take(nl, length, &nl->pile, &nl->interrupted);
	if (r <= 0)
		return r < 0 ? r : 1;
	if (!nl->interrupted || nl->asked >= PIND_NETLINK_DUMPS_MAX)
		return 0;
	nl->overtaken++;
	r = dump_ask(nl);
	return r < 0 ? r : 1;
}

int pind_netlink_dump_take(struct pind_netlink *nl, pind_netlink_handler handler, void *userdata,
			   size_t most)
{
	int r;

	for (size_t n = 0; n < most && nl->at < nl->pile.length; n++) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(nl->pile.bytes + nl->at);

		nl->at += NLMSG_ALIGN(nlh->nlmsg_len);
		r = handler(nlh, userdata);
		if (r < 0)
			return r;
	}
	return nl->at < nl->pile.length;
}

/* A family being looked up. */
struct lookup {
	const char *group;
	struct pind_family family;
};

static void lookup_group(struct lookup *lookup, const struct nlattr *entry)
{
	const struct nlattr *attr;
	uint32_t id = 0;
	bool wanted = false;

	mnl_attr_for_each_nested(attr, entry) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			id = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			wanted = strcmp(mnl_attr_get_str(attr), lookup->group) == 0;
	}
	if (wanted)
		lookup->family.group = id;
}

static int on_family(const struct nlmsghdr *nlh, void *userdata)
{
	struct lookup *lookup = userdata;
	const struct nlattr *attr, *entry;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
			lookup->family.id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS && lookup->group)
			mnl_attr_for_each_nested(entry, attr)
				lookup_group(lookup, entry);
	}
	return 0;
}

int pind_netlink_resolve(struct pind_netlink *nl, const char *family, const char *group,
			 struct pind_family *ret)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct lookup lookup = { .group = group };
	struct nlmsghdr *nlh;
	int r;

	nlh = pind_message_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	if (!pind_message_put_text(nlh, sizeof(buffer), CTRL_ATTR_FAMILY_NAME, family))
		return -EMSGSIZE;
	r = pind_netlink_request(nl, nlh, on_family, &lookup);
	if (r == -ENOENT)
		return -ENODEV;
	if (r < 0)
		return r;
	if (lookup.family.id == 0)
		return -EBADMSG;
	*ret = lookup.family;
	return 0;
}

const char *pind_netlink_family_name(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

int pind_netlink_listen(void)
{
	const int size = EVENT_BUFFER_SIZE;
	int fd;

	fd = netlink_socket(SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	/* beyond rmem_max only with CAP_NET_ADMIN; a small buffer overruns sooner, and says so */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

int pind_netlink_join(int fd, uint32_t group)
{
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int pind_netlink_receive(int fd, pind_netlink_handler handler, void *userdata)
{
	char buffer[RECEIVE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;
	ssize_t length;
	int left;

	length = socket_receive(fd, buffer);
	if (length == -EAGAIN)
		return 0;
	if (length < 0)
		return (int)length;
	left = (int)length;
	for (; message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		(void)handler(nlh, userdata);
	return 1;
}
