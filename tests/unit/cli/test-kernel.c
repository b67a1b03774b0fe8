// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exchange with the kernel, tried on generic netlink's own controller, which
 * every kernel has: whole answers, whole dumps, refusals with their text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include <netlink/genl/genl.h>

#include "cmocka-all.h"
#include "fail.h"
#include "kernel.h"

/* Attribute 1 of the controller is the family's number in 16 bits. As 64 bits it
 * is taken by get-family, an old operation, and refused by get-policy. */
static const uint64_t id = GENL_ID_CTRL, unknown_id = 0xffff;

static struct kernel_source controller = { .family = GENL_ID_CTRL };

static int connect_controller(void **state)
{
	int on = 1;

	controller.socket = nl_socket_alloc();
	assert_non_null(controller.socket);
	assert_int_equal(genl_connect(controller.socket), 0);
	return setsockopt(nl_socket_get_fd(controller.socket), SOL_NETLINK, NETLINK_EXT_ACK, &on,
			  sizeof(on));
}

static int disconnect_controller(void **state)
{
	fail_forget();
	nl_socket_free(controller.socket);
	return 0;
}

static int count(struct nlattr *attributes, int length, void *userdata, const char **ret_problem)
{
	assert_true(nla_find(attributes, length, CTRL_ATTR_FAMILY_NAME) != NULL);
	(*(int *)userdata)++;
	return 0;
}

static int fail_at_first(struct nlattr *attributes, int length, void *userdata,
			 const char **ret_problem)
{
	(*(int *)userdata)++;
	*ret_problem = "frobnication";
	return -EBADMSG;
}

static void whole_dump(void **state)
{
	int n = 0;

	assert_int_equal(kernel_ask(&controller, (enum pind_cmd)CTRL_CMD_GETFAMILY, NLM_F_DUMP,
				    NULL, count, &n),
			 0);
	assert_true(n >= 1);
}

static void one_answer(void **state)
{
	int n = 0;

	assert_int_equal(
		kernel_ask(&controller, (enum pind_cmd)CTRL_CMD_GETFAMILY, 0, &id, count, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(kernel_ask(&controller, (enum pind_cmd)CTRL_CMD_GETFAMILY, 0, &unknown_id,
				    count, &n),
			 -ENOENT);
	assert_int_equal(n, 1);
}

static void refusal_with_text(void **state)
{
	int n = 0;

	assert_int_equal(kernel_ask(&controller, (enum pind_cmd)CTRL_CMD_GETPOLICY, NLM_F_DUMP, &id,
				    count, &n),
			 PIND_EXIT_FAILED);
	print_message("%s\n", fail_text());
	assert_int_equal(n, 0);
	/* The text of the extended acknowledgement, not the number's. */
	assert_non_null(strstr(fail_text(), "ttribute"));
	assert_null(strstr(fail_text(), strerror(EINVAL)));
	assert_null(strstr(fail_text(), strerror(ERANGE)));
}

/* As a module says that is older than the request. */
static void unknown_command(void **state)
{
	int n = 0;

	assert_int_equal(kernel_ask(&controller, (enum pind_cmd)200, 0, NULL, count, &n),
			 -EOPNOTSUPP);
	assert_int_equal(n, 0);
}

/* The socket is as good as new after an answer that was not understood. */
static void answer_not_understood(void **state)
{
	int n = 0;

	assert_int_equal(kernel_ask(&controller, (enum pind_cmd)CTRL_CMD_GETFAMILY, NLM_F_DUMP,
				    NULL, fail_at_first, &n),
			 PIND_EXIT_FAILED);
	assert_int_equal(n, 1);
	assert_non_null(strstr(fail_text(), "\"frobnication\""));
	whole_dump(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_dump),
		cmocka_unit_test(one_answer),
		cmocka_unit_test(refusal_with_text),
		cmocka_unit_test(unknown_command),
		cmocka_unit_test(answer_not_understood),
	};

	return cmocka_run_group_tests(tests, connect_controller, disconnect_controller);
}
