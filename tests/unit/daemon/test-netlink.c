// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The transport, against generic netlink's own controller, which is a family in every
 * kernel; and the real kernel body where the module is not loaded.
 */
#include "cmocka-all.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "kernel-netlink.h"
#include "message.h"
#include "netlink.h"

static struct pind_netlink *nl;

static int setup(void **state)
{
	if (pind_netlink_open(&nl) < 0)
		nl = NULL; /* no netlink in this sandbox */
	return 0;
}

static int teardown(void **state)
{
	nl = pind_netlink_free(nl);
	return 0;
}

static void test_resolve(void **state)
{
	struct pind_family family = {};

	if (!nl)
		skip();
	assert_int_equal(pind_netlink_resolve(nl, "nlctrl", "notify", &family), 0);
	assert_int_equal(family.id, GENL_ID_CTRL);
	assert_true(family.group != 0);
	assert_int_equal(pind_netlink_resolve(nl, "nlctrl", "none", &family), 0);
	assert_int_equal(family.group, 0);
	family.id = 99;
	assert_int_equal(pind_netlink_resolve(nl, "no-such-thing", NULL, &family), -ENODEV);
	assert_int_equal(family.id, 99);
}

static int count(const struct nlmsghdr *nlh, void *userdata)
{
	assert_non_null(pind_netlink_family_name(nlh));
	return ++*(int *)userdata == 1000 ? -E2BIG : 0;
}

static void test_dump(void **state)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(4)));
	struct nlmsghdr *nlh;
	int n = 0;

	if (!nl)
		skip();
	nlh = pind_message_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
	assert_int_equal(pind_netlink_request(nl, nlh, count, &n), 0);
	assert_true(n > 0);
	/* what the handler says is handed on, and the next request is none the worse */
	n = 999;
	assert_int_equal(pind_netlink_request(nl, nlh, count, &n), -E2BIG);
	n = 0;
	assert_int_equal(pind_netlink_request(nl, nlh, count, &n), 0);
	assert_true(n > 0);
}

/* The same, read in pieces and handed out three at a time; and once more. */
static void test_dump_in_pieces(void **state)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(4)));
	struct nlmsghdr *nlh;
	int whole = 0;

	if (!nl)
		skip();
	nlh = pind_message_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
	assert_int_equal(pind_netlink_request(nl, nlh, count, &whole), 0);
	for (int turn = 0; turn < 2; turn++) {
		int n = 0, r;

		assert_int_equal(pind_netlink_dump_begin(nl, nlh), 0);
		while ((r = pind_netlink_dump_read(nl)) > 0)
			;
		assert_int_equal(r, 0);
		do {
			int before = n;

			r = pind_netlink_dump_take(nl, count, &n, 3);
			assert_true(n - before <= 3);
		} while (r > 0);
		assert_int_equal(r, 0);
		assert_int_equal(n, whole);
	}
	/* no such command */
	nlh = pind_message_request(buffer, GENL_ID_CTRL, 99, 1, NLM_F_DUMP);
	assert_int_equal(pind_netlink_dump_begin(nl, nlh), 0);
	assert_int_equal(pind_netlink_dump_read(nl), -EOPNOTSUPP);
}

static void test_refused(void **state)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(4))) = {};
	struct pind_family family;
	struct nlmsghdr *nlh;

	if (!nl)
		skip();
	/* a name of the wrong length: the kernel has a sentence for it */
	nlh = pind_message_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_u8(nlh, CTRL_ATTR_FAMILY_ID, 1);
	assert_true(pind_netlink_request(nl, nlh, NULL, NULL) < 0);
	assert_true(strlen(pind_netlink_text(nl)) > 0);
	/* it does not stick */
	assert_int_equal(pind_netlink_resolve(nl, "nlctrl", NULL, &family), 0);
	assert_string_equal(pind_netlink_text(nl), "");
	/* a family that does not exist */
	nlh = pind_message_request(buffer, 0xfff0, 1, 1, 0);
	assert_int_equal(pind_netlink_request(nl, nlh, NULL, NULL), -ENOENT);
}

static void test_listen(void **state)
{
	struct pind_family family;
	int fd;

	if (!nl)
		skip();
	assert_int_equal(pind_netlink_resolve(nl, "nlctrl", "notify", &family), 0);
	fd = pind_netlink_listen();
	assert_true(fd >= 0);
	assert_int_equal(pind_netlink_join(fd, family.group), 0);
	assert_int_equal(pind_netlink_receive(fd, count, NULL), 0);
	(void)close(fd);
}

static void nothing(void *userdata)
{
}

static void audited(int r, const struct pind_audit *audit, void *userdata)
{
	assert_null(audit);
	*(int *)userdata = r;
}

/* They have a thread of their own: one ends in the loop, one with the kernel. */
static void audit_twice(struct pind_kernel *kernel, sd_event *event)
{
	int first = 0, second = 0;

	assert_int_equal(kernel->ops->audit(kernel, 0, audited, &first), 0);
	assert_int_equal(first, 0);
	while (first == 0)
		assert_true(sd_event_run(event, 10 * 1000 * 1000) > 0);
	assert_int_equal(first, -ENODEV);
	assert_int_equal(kernel->ops->audit(kernel, 7, audited, &second), 0);
	(void)pind_kernel_free(kernel);
	assert_int_equal(second, -ECANCELED);
}

static void test_without_module(void **state)
{
	const struct pind_kernel_handlers handlers = { .arrived = nothing, .left = nothing };
	struct pind_kernel *kernel;
	struct pind_counters counters;
	struct pind_books books;
	struct pind_info info;
	sd_event *event;

	if (!nl || access("/sys/module/pind", F_OK) == 0)
		skip();
	assert_int_equal(pind_kernel_netlink_new(&kernel), 0);
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(kernel->ops->start(kernel, event, &handlers, NULL), 0);
	assert_int_equal(kernel->ops->info_get(kernel, &info), -ENODEV);
	assert_int_equal(kernel->ops->counters_get(kernel, &counters), -ENODEV);
	assert_int_equal(kernel->ops->books_get(kernel, &books), -ENODEV);
	assert_int_equal(kernel->ops->group_get(kernel, 1, NULL, NULL), -ENODEV);
	audit_twice(kernel, event);
	(void)sd_event_unref(event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_resolve), TEST(test_dump),   TEST(test_dump_in_pieces),
		TEST(test_refused), TEST(test_listen), TEST(test_without_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
