// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmocka-all.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/pind.h>

#include "message.h"
#include "netlink.h"
#include "objects.h"
#include "played-module.h"

#define FDS	     64
#define REQUESTS_MAX 64

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags,
		      const struct sockaddr *to, socklen_t size);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
int __wrap_pind_netlink_listen(void);
int __wrap_pind_netlink_join(int fd, uint32_t group);

/* A datagram of the module. */
struct datagram {
	size_t length;
	char bytes[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* Jobs ask from their threads. */
struct played_module module;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct datagram answers[FDS]; /* of each socket, the one that waits */
static struct request {
	uint8_t command;
	char bytes[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
} requests[REQUESTS_MAX];

/* Both ends of the sockets of events: nlctrl's and the module's. */
static int events[2][2];
static size_t n_events;

static struct nlmsghdr *add(struct datagram *d, uint16_t type, uint8_t command, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(d->bytes + d->length);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	return nlh;
}

static void added(struct datagram *d, const struct nlmsghdr *nlh)
{
	d->length += MNL_ALIGN(nlh->nlmsg_len);
	assert_true(d->length <= sizeof(d->bytes));
}

static void add_verdict(struct datagram *d, int error, const char *text, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(d->bytes + d->length);
	struct nlmsgerr *verdict = mnl_nlmsg_put_extra_header(nlh, sizeof(*verdict));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | (text ? NLM_F_ACK_TLVS : 0);
	nlh->nlmsg_seq = seq;
	verdict->error = -error;
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	added(d, nlh);
}

static void add_family(struct datagram *d, uint16_t id, const char *group, uint32_t seq)
{
	struct nlmsghdr *nlh = add(d, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, seq);
	struct nlattr *all, *one;

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, id);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, PIND_FAMILY_NAME);
	all = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	one = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, id);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, group);
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, all);
	added(d, nlh);
}

static void put_whole_info(struct nlmsghdr *nlh)
{
	put_info(nlh);
	put_hook(nlh, "pin_user_pages");
	mnl_attr_put_u64(nlh, PIND_A_INFO_BOOKS, 0);
}

static void put_seventh(struct nlmsghdr *nlh)
{
	put_account(nlh, 7);
}

static void put_all_books(struct nlmsghdr *nlh)
{
	put_books(nlh, 0);
}

static void put_held_page(struct nlmsghdr *nlh)
{
	put_page(nlh);
	put_holder(nlh, PIND_A_PAGE_HOLDER, 7);
}

static void put_ten_folios(struct nlmsghdr *nlh)
{
	put_audit(nlh, 10);
}

static void change(const struct nlmsghdr *nlh, uint16_t type, const void *value, size_t size)
{
	const struct nlattr *attr = module_attribute(nlh, type);

	assert_int_equal(mnl_attr_get_payload_len(attr), size);
	memcpy(mnl_attr_get_payload(attr), value, size);
}

/* Of another process of the group, which was refused before and after the others. */
static void put_refusal_around(struct nlmsghdr *nlh)
{
	const uint64_t first = 11, seq = 2;
	const uint32_t pid = 6;

	put_refusal(nlh);
	change(nlh, PIND_A_REFUSAL_FIRST, &first, sizeof(first));
	change(nlh, PIND_A_REFUSAL_SEQ, &seq, sizeof(seq));
	change(nlh, PIND_A_REFUSAL_PID, &pid, sizeof(pid));
}

/* What each request is answered with. */
static const struct {
	uint8_t command;
	void (*put)(struct nlmsghdr *nlh);
	unsigned int times; /* of a dump */
} objects[] = {
	{ PIND_CMD_INFO_GET, put_whole_info, 1 },   { PIND_CMD_GROUP_GET, put_group, 20 },
	{ PIND_CMD_GROUP_SET, put_group, 1 },	    { PIND_CMD_GROUP_RESET_PEAK, put_group, 1 },
	{ PIND_CMD_ACCOUNT_GET, put_seventh, 3 },   { PIND_CMD_REFUSAL_GET, put_refusal_around, 1 },
	{ PIND_CMD_REFUSAL_GET, put_refusal, 1 },   { PIND_CMD_FAILURE_GET, put_failure, 1 },
	{ PIND_CMD_MISUSE_GET, put_misuse, 2 },	    { PIND_CMD_LASTING_GET, put_lasting, 1 },
	{ PIND_CMD_LASTING_GET, put_search, 1 },    { PIND_CMD_PAGE_GET, put_held_page, 3 },
	{ PIND_CMD_COUNTERS_GET, put_counters, 1 }, { PIND_CMD_BOOKS_GET, put_all_books, 1 },
	{ PIND_CMD_AUDIT, put_ten_folios, 2 },
};

const struct nlattr *module_attribute(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

uint64_t module_number(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr = module_attribute(nlh, type);

	assert_non_null(attr);
	return mnl_attr_get_payload_len(attr) == 4 ? mnl_attr_get_u32(attr)
						   : mnl_attr_get_u64(attr);
}

const char *module_text(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr = module_attribute(nlh, type);

	return attr ? mnl_attr_get_str(attr) : NULL;
}

/* Rows with strings of their own, and then how far the walk came. */
static void answer_frames(struct datagram *d, const struct nlmsghdr *request)
{
	uint64_t first = module_number(request, PIND_A_FRAME_FIRST);
	uint64_t last = module_number(request, PIND_A_FRAME_LAST);
	struct nlmsghdr *nlh;

	for (uint64_t frame = first; frame < first + 2; frame++) {
		nlh = add(d, module.family, PIND_CMD_FRAME_GET, request->nlmsg_seq);
		put_frame(nlh, frame, frame == first ? NULL : "/a.slice");
		if (frame > first)
			put_holder(nlh, PIND_A_FRAME_HOLDER, 7);
		added(d, nlh);
	}
	nlh = add(d, module.family, PIND_CMD_FRAME_GET, request->nlmsg_seq);
	put_walk(nlh, first, last, module.stops_early ? last : last + 1);
	added(d, nlh);
}

static void answer_module(struct datagram *d, const struct nlmsghdr *request)
{
	uint8_t command = (uint8_t)pind_message_command(request);

	assert_true(module.n_requests < REQUESTS_MAX);
	requests[module.n_requests].command = command;
	memcpy(requests[module.n_requests++].bytes, request, request->nlmsg_len);
	if (module.refusal && (!module.refused_command || module.refused_command == command)) {
		add_verdict(d, module.refusal, module.sentence, request->nlmsg_seq);
		return;
	}
	if (command == PIND_CMD_FRAME_GET)
		answer_frames(d, request);
	for (size_t i = 0; !module.says_nothing && i < sizeof(objects) / sizeof(objects[0]); i++) {
		bool dump = request->nlmsg_flags & NLM_F_DUMP;

		for (unsigned int n = 0;
		     objects[i].command == command && n < (dump ? objects[i].times : 1); n++) {
			struct nlmsghdr *nlh = add(d, module.family, command, request->nlmsg_seq);

			objects[i].put(nlh);
			added(d, nlh);
		}
	}
	add_verdict(d, 0, NULL, request->nlmsg_seq);
}

static void answer(struct datagram *d, const struct nlmsghdr *request)
{
	d->length = 0;
	if (request->nlmsg_type == GENL_ID_CTRL &&
	    strcmp(module_text(request, CTRL_ATTR_FAMILY_NAME), PIND_FAMILY_NAME) != 0) {
		add_family(d, GENL_ID_CTRL, "notify", request->nlmsg_seq);
		add_verdict(d, 0, NULL, request->nlmsg_seq);
	} else if (request->nlmsg_type == GENL_ID_CTRL && module.family) {
		add_family(d, module.family, PIND_MCGRP_EVENTS, request->nlmsg_seq);
		add_verdict(d, 0, NULL, request->nlmsg_seq);
	} else if (request->nlmsg_type == module.family && module.family) {
		answer_module(d, request);
	} else {
		add_verdict(d, ENOENT, NULL, request->nlmsg_seq);
	}
}

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags,
		      const struct sockaddr *to, socklen_t size)
{
	assert_true(fd < FDS);
	(void)pthread_mutex_lock(&lock);
	answer(&answers[fd], bytes);
	(void)pthread_mutex_unlock(&lock);
	return (ssize_t)length;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl *from = msg->msg_name;
	ssize_t length;

	if (fd == events[0][0] || fd == events[1][0]) {
		length = __real_recvmsg(fd, msg, flags | MSG_DONTWAIT);
	} else {
		(void)pthread_mutex_lock(&lock);
		length = (ssize_t)answers[fd].length;
		memcpy(msg->msg_iov[0].iov_base, answers[fd].bytes, answers[fd].length);
		answers[fd].length = 0;
		(void)pthread_mutex_unlock(&lock);
		msg->msg_flags = 0;
		if (length == 0) {
			errno = EAGAIN;
			return -1;
		}
	}
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	msg->msg_namelen = sizeof(*from);
	return length;
}

int __wrap_pind_netlink_listen(void)
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, events[n_events]) < 0)
		return -errno;
	/* the kernel's body closes it */
	return events[n_events++][0];
}

int __wrap_pind_netlink_join(int fd, uint32_t group)
{
	return 0;
}

void module_start(void)
{
	n_events = 0;
	module = (struct played_module){ .family = FIRST_FAMILY };
}

void module_stop(void)
{
	while (n_events)
		(void)close(events[--n_events][1]);
}

const struct nlmsghdr *module_sent(uint8_t command, size_t back)
{
	const struct request *request;

	assert_true(module.n_requests > back);
	request = &requests[module.n_requests - 1 - back];
	assert_int_equal(request->command, command);
	return (const struct nlmsghdr *)request->bytes;
}

static void tell(size_t socket, const struct datagram *d)
{
	assert_int_equal(send(events[socket][1], d->bytes, d->length, 0), d->length);
}

void module_tell(uint16_t family, uint8_t command, uint16_t nested,
		 void (*put)(struct nlmsghdr *nlh), uint64_t lost)
{
	struct datagram d = {};
	struct nlmsghdr *nlh = add(&d, family, command, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, nested);

	put(nlh);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u64(nlh, PIND_A_EVENT_LOST, lost);
	added(&d, nlh);
	tell(1, &d);
}

void module_tell_family(uint8_t command, const char *name)
{
	struct datagram d = {};
	struct nlmsghdr *nlh = add(&d, GENL_ID_CTRL, command, 0);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	added(&d, nlh);
	tell(0, &d);
}
