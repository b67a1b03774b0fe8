// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers that end in their middle, and events that are lost: the test is the kernel, in the
 * place of sendto(2), recvmsg(2) and the socket of events (meson.build wraps them).
 */
#include "cmocka-all.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "kernel-netlink.h"
#include "message.h"
#include "netlink.h"

#define FAMILY 77
/* Objects in one datagram of two. */
#define HALF   50

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags,
		      const struct sockaddr *to, socklen_t size);
ssize_t __real_sendto(int fd, const void *bytes, size_t length, int flags,
		      const struct sockaddr *to, socklen_t size);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
int __wrap_pind_netlink_listen(void);
int __wrap_pind_netlink_join(int fd, uint32_t group);
int __wrap_pind_netlink_receive(int fd, pind_netlink_handler handler, void *userdata);

/* What the next reads give, one each; an error is given in a read's place. */
static struct datagram {
	int error;
	bool older; /* of the request before */
	char bytes[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	size_t length;
} wire[64];
static size_t n_wire, at_wire;
static bool scripted;
static uint32_t seq, requests;

static struct pind_netlink *nl;

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags,
		      const struct sockaddr *to, socklen_t size)
{
	const struct nlmsghdr *nlh = bytes;

	if (!scripted)
		return __real_sendto(fd, bytes, length, flags, to, size);
	seq = nlh->nlmsg_seq;
	requests++;
	return (ssize_t)length;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl *from = msg->msg_name;
	struct datagram *datagram = &wire[at_wire];
	struct nlmsghdr *nlh = (struct nlmsghdr *)datagram->bytes;
	int left = (int)datagram->length;

	if (!scripted)
		return __real_recvmsg(fd, msg, flags);
	if (at_wire == n_wire || datagram->error) {
		errno = at_wire == n_wire ? EAGAIN : datagram->error;
		at_wire += at_wire < n_wire;
		return -1;
	}
	at_wire++;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		nlh->nlmsg_seq = seq - datagram->older;
	assert_true(datagram->length <= msg->msg_iov[0].iov_len);
	memcpy(msg->msg_iov[0].iov_base, datagram->bytes, datagram->length);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	msg->msg_namelen = sizeof(*from);
	msg->msg_flags = 0;
	return (ssize_t)datagram->length;
}

static int setup(void **state)
{
	n_wire = at_wire = 0;
	scripted = true;
	requests = 0;
	/* no netlink in this sandbox */
	if (pind_netlink_open(&nl) < 0)
		nl = NULL;
	return 0;
}

static int teardown(void **state)
{
	nl = pind_netlink_free(nl);
	scripted = false;
	return 0;
}

static struct nlmsghdr *put(struct datagram *datagram, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(datagram->bytes + datagram->length);

	assert_true(datagram->length + MNL_ALIGN(MNL_NLMSG_HDRLEN + size) <=
		    sizeof(datagram->bytes));
	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	(void)mnl_nlmsg_put_extra_header(nlh, size);
	datagram->length += MNL_ALIGN(nlh->nlmsg_len);
	return nlh;
}

static struct datagram *datagram_new(void)
{
	struct datagram *datagram = &wire[n_wire++];

	*datagram = (struct datagram){};
	return datagram;
}

/* Half of the objects. */
static struct datagram *half(uint16_t flags)
{
	struct datagram *datagram = datagram_new();

	for (int i = 0; i < HALF; i++)
		(void)put(datagram, FAMILY, NLM_F_MULTI | flags, GENL_HDRLEN);
	return datagram;
}

static void done(uint16_t flags)
{
	(void)put(datagram_new(), NLMSG_DONE, NLM_F_MULTI | flags, sizeof(int));
}

static void whole(uint16_t flags)
{
	(void)half(0);
	(void)half(flags);
	done(flags);
}

static void failure(int error)
{
	struct nlmsghdr *nlh =
		put(datagram_new(), NLMSG_ERROR, NLM_F_CAPPED, sizeof(struct nlmsgerr));

	((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error = -error;
}

static void broken(int error)
{
	datagram_new()->error = error;
}

static int count(const struct nlmsghdr *nlh, void *userdata)
{
	assert_int_equal(nlh->nlmsg_type, FAMILY);
	++*(int *)userdata;
	return 0;
}

/* Reads it in one go, or in pieces. Return: as pind_netlink_request(). */
static int dump(bool pieces, int *ret_n)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = pind_message_request(buffer, FAMILY, 1, 1, NLM_F_DUMP);
	int r;

	*ret_n = 0;
	if (!pieces)
		return pind_netlink_request(nl, nlh, count, ret_n);
	r = pind_netlink_dump_begin(nl, nlh);
	while (r >= 0 && (r = pind_netlink_dump_read(nl)) > 0)
		;
	while (r >= 0 && (r = pind_netlink_dump_take(nl, count, ret_n, 16)) > 0)
		;
	return r;
}

/* An answer whose half is there is none, whatever ended it; the next one is whole. */
static void test_half(void **state)
{
	static const struct {
		int error;
		bool on_wire; /* else it is the module's answer */
		int r;
	} ends[] = {
		{ ENODEV, false, -ENODEV }, { ENOENT, false, -ENOENT },
		{ EIO, false, -EIO },	    { ENOBUFS, true, -ENOBUFS },
		{ EAGAIN, true, -ETIMEDOUT },
	};
	int n;

	if (!nl)
		skip();
	for (size_t i = 0; i < 2 * sizeof(ends) / sizeof(ends[0]); i++) {
		const bool pieces = i % 2;

		n_wire = at_wire = 0;
		(void)half(0);
		if (ends[i / 2].on_wire)
			broken(ends[i / 2].error);
		else
			failure(ends[i / 2].error);
		assert_int_equal(dump(pieces, &n), ends[i / 2].r);
		assert_int_equal(n, 0);
		/* what was on its way yet comes before the next answer, and is none of it */
		half(0)->older = true;
		whole(0);
		assert_int_equal(dump(pieces, &n), 0);
		assert_int_equal(n, 2 * HALF);
	}
	assert_int_equal(pind_netlink_overtaken(nl), 0);
}

/* One that a change overtook is asked for again, and is handed out once. */
static void test_overtaken(void **state)
{
	int n;

	if (!nl)
		skip();
	for (int pieces = 0; pieces < 2; pieces++) {
		n_wire = at_wire = 0;
		requests = 0;
		whole(NLM_F_DUMP_INTR);
		whole(0);
		assert_int_equal(dump(pieces, &n), 0);
		assert_int_equal(n, 2 * HALF);
		assert_int_equal(requests, 2);
		/* again and again: not for ever */
		n_wire = at_wire = 0;
		requests = 0;
		for (int i = 0; i < PIND_NETLINK_DUMPS_MAX + 2; i++)
			whole(NLM_F_DUMP_INTR);
		assert_int_equal(dump(pieces, &n), pieces ? 0 : 1);
		assert_int_equal(n, 2 * HALF);
		assert_int_equal(requests, PIND_NETLINK_DUMPS_MAX);
	}
}

/* Overtaken, and then the module is gone. */
static void test_overtaken_and_gone(void **state)
{
	int n;

	if (!nl)
		skip();
	for (int pieces = 0; pieces < 2; pieces++) {
		n_wire = at_wire = 0;
		whole(NLM_F_DUMP_INTR);
		(void)half(0);
		failure(ENODEV);
		assert_int_equal(dump(pieces, &n), -ENODEV);
		assert_int_equal(n, 0);
	}
}

/* The sockets of events: so many reads tell of a loss. */
static unsigned int losses, reads;
static int event_fd[2], n_event_fd;

int __wrap_pind_netlink_listen(void)
{
	event_fd[n_event_fd] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* the kernel's body closes it */
	return event_fd[n_event_fd++];
}

int __wrap_pind_netlink_receive(int fd, pind_netlink_handler handler, void *userdata)
{
	eventfd_t value;

	reads++;
	if (losses > 0) {
		losses--;
		return -ENOBUFS;
	}
	(void)eventfd_read(fd, &value);
	return 0;
}

int __wrap_pind_netlink_join(int fd, uint32_t group)
{
	return 0;
}

static unsigned int stale;

static void on_stale(void *userdata)
{
	stale++;
}

static void nothing(void *userdata)
{
}

/* Each loss is told once, one a turn of the loop, which goes on; then nothing is done. */
static void test_losses(void **state)
{
	const struct pind_kernel_handlers handlers = { .arrived = nothing,
						       .left = nothing,
						       .stale = on_stale };
	struct pind_kernel *kernel;
	struct pind_info info;
	sd_event *event;

	scripted = false;
	if (!nl || access("/sys/module/pind", F_OK) == 0)
		skip();
	assert_int_equal(pind_kernel_netlink_new(&kernel), 0);
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(kernel->ops->start(kernel, event, &handlers, NULL), 0);
	for (int i = 0; i < 2; i++) {
		stale = reads = 0;
		losses = 1000;
		assert_int_equal(eventfd_write(event_fd[i], 1), 0);
		for (unsigned int turn = 1; turn <= 1000; turn++) {
			assert_true(sd_event_run(event, 0) > 0);
			assert_int_equal(stale, turn);
			assert_int_equal(reads, turn);
		}
		while (sd_event_run(event, 0) > 0)
			;
		assert_int_equal(stale, 1000);
		assert_true(reads <= 1002);
	}
	assert_int_equal(kernel->overruns, 2000);
	/* and the module is looked for as before */
	assert_int_equal(kernel->ops->info_get(kernel, &info), -ENODEV);
	(void)pind_kernel_free(kernel);
	(void)sd_event_unref(event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_half),
		TEST(test_overtaken),
		TEST(test_overtaken_and_gone),
		TEST(test_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
