// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor --kernel: the module's events, and its coming and going. Of libnl what asks and
 * receives is the test's (meson.build wraps it); each step is what is received next.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fail.h"
#include "kernel.h"
#include "messages.h"

#define FIRST_FAMILY 42
#define GROUP	     7
#define END	     40 /* the handler's word that it has seen enough */

DEFINE_CLEANUP(struct nl_msg, nlmsg_free, nl_msgp)

int __wrap_kernel_connect(struct nl_sock **ret_socket, int *ret_family);
int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name);
int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group);
int __wrap_nl_socket_add_membership(struct nl_sock *socket, int group);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type, enum nl_cb_kind kind,
			       nl_recvmsg_msg_cb_t function, void *userdata);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);

/* What is received in its turn: a message, or what libnl says of its absence. */
struct step {
	int error;
	int family;
	uint8_t command;
	uint64_t lost;
	const char *name; /* of the family that came or went */
	uint32_t from;	  /* the port of who sent it; 0: the kernel */
};

static const struct step *script;
static int family; /* the module's; 0: it is not loaded */
static int no_group, joined;
static uint64_t lost_before;
static nl_recvmsg_msg_cb_t on_message;
static void *on_message_data;

/* What was heard, one letter each. */
static char heard[32];
static const char *end_at; /* heard, it is enough; NULL: it never is */
static uint64_t number;

int __wrap_kernel_connect(struct nl_sock **ret_socket, int *ret_family)
{
	if (!family)
		return fail_no_module();
	*ret_socket = nl_socket_alloc();
	*ret_family = family;
	return 0;
}

int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name)
{
	assert_string_equal(name, PIND_FAMILY_NAME);
	return family ?: -NLE_OBJ_NOTFOUND;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *name, const char *group)
{
	return no_group ? -NLE_OBJ_NOTFOUND : GROUP;
}

int __wrap_nl_socket_add_membership(struct nl_sock *socket, int group)
{
	assert_int_equal(group, GROUP);
	joined++;
	return 0;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type, enum nl_cb_kind kind,
			       nl_recvmsg_msg_cb_t function, void *userdata)
{
	on_message = function;
	on_message_data = userdata;
	return 0;
}

int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	const struct pind_group_info group = { .path = (char *)"/a.slice", .pins = 3 };
	struct sockaddr_nl from = { .nl_family = AF_NETLINK, .nl_pid = script->from };
	_cleanup_(nl_msgp) struct nl_msg *message = nlmsg_alloc();

	assert_non_null(message);
	if (script->error)
		return (script++)->error;
	assert_non_null(genlmsg_put(message, 0, 0, script->family, 0, 0, script->command, 1));
	if (script->name) {
		assert_int_equal(nla_put_string(message, CTRL_ATTR_FAMILY_NAME, script->name), 0);
	} else {
		put_nest(message, PIND_A_EVENT_GROUP, &pind_group_kind, &group);
		assert_int_equal(nla_put_u64(message, PIND_A_EVENT_LOST, script->lost), 0);
	}
	nlmsg_set_src(message, &from);
	script++;
	(void)on_message(message, on_message_data);
	return 0;
}

static int status(struct pind_source *source, struct pind_status_info *info,
		  struct pind_records *hooks)
{
	info->events_lost = lost_before;
	return 0;
}

static const struct pind_source_ops ops = { .status = status };
static struct kernel_source kernel = { .source = { .ops = &ops } };

static int ready(void)
{
	return 0;
}

static int hear(const struct pind_event *event, void *userdata)
{
	static const char letters[] = {
		[PIND_EVENT_HIGH] = 'h',	[PIND_EVENT_GROUP_NEW] = 'n',
		[PIND_EVENT_GROUP_DEAD] = 'd',	[PIND_EVENT_MODULE_GONE] = 'L',
		[PIND_EVENT_MODULE_BACK] = 'A', [PIND_EVENT_LOST] = 'S'
	};

	if (event->group)
		assert_string_equal(event->group->path, "/a.slice");
	if (event->type == PIND_EVENT_LOST)
		number = event->number;
	(void)strncat(heard, &letters[event->type], 1);
	return end_at && strcmp(heard, end_at) == 0 ? END : 0;
}

/* Plays the steps until this was heard; or to their end in another result. */
static void watch(const struct step *steps, const char *until, int result)
{
	heard[0] = '\0';
	end_at = result == END ? until : NULL;
	script = steps;
	assert_int_equal(kernel_watch(&kernel.source, ready, hear, NULL), result);
	assert_string_equal(heard, until);
}

static int set_up(void **state)
{
	family = FIRST_FAMILY;
	lost_before = 0;
	no_group = joined = 0;
	number = 99;
	fail_forget();
	return 0;
}

static void events(void **state)
{
	watch((const struct step[]){ { .family = 42, .command = PIND_CMD_GROUP_NEW_NTF },
				     { .family = 42, .command = PIND_CMD_HIGH_NTF },
				     { .error = -NLE_INTR },
				     { .error = -NLE_AGAIN },
				     { .family = 42, .command = PIND_CMD_GROUP_DEAD_NTF } },
	      "nhd", END);
	assert_int_equal(joined, 2); /* nlctrl's, and the module's own */
}

/* Another family's, another process's, and one without what it should have. */
static void not_heard(void **state)
{
	watch(
		(const struct step[]){
			{ .family = 41, .command = PIND_CMD_HIGH_NTF },
			{ .family = 42, .command = PIND_CMD_HIGH_NTF, .from = 812 },
			{ .family = 42, .command = PIND_CMD_REFUSED_NTF },
			{ .family = GENL_ID_CTRL,
			  .command = CTRL_CMD_DELFAMILY,
			  .name = PIND_FAMILY_NAME,
			  .from = 812 },
			{ .family = GENL_ID_CTRL, .command = CTRL_CMD_DELFAMILY, .name = "other" },
			{ .family = 42, .command = PIND_CMD_HIGH_NTF } },
		"h", END);
}

/* Those that were lost before it began are no news; a socket that overflowed knows no number. */
static void lost(void **state)
{
	lost_before = 5;
	watch((const struct step[]){ { .family = 42, .command = PIND_CMD_HIGH_NTF, .lost = 5 },
				     { .family = 42, .command = PIND_CMD_HIGH_NTF, .lost = 8 } },
	      "hSh", END);
	assert_int_equal(number, 3);
	watch((const struct step[]){ { .error = -NLE_NOMEM } }, "S", END);
	assert_int_equal(number, 0);
}

static void comes_and_goes(void **state)
{
	static const struct step gone = { .family = GENL_ID_CTRL,
					  .command = CTRL_CMD_DELFAMILY,
					  .name = PIND_FAMILY_NAME };
	static const struct step back = { .family = GENL_ID_CTRL,
					  .command = CTRL_CMD_NEWFAMILY,
					  .name = PIND_FAMILY_NAME };

	lost_before = 5;
	watch((const struct step[]){ gone,
				     gone,
				     { .family = 42, .command = PIND_CMD_HIGH_NTF, .lost = 5 },
				     back,
				     back,
				     /* it counts anew */
				     { .family = 42, .command = PIND_CMD_HIGH_NTF, .lost = 1 } },
	      "LASh", END);
	assert_int_equal(number, 1);
	assert_int_equal(joined, 3);
}

/* It cannot begin, or not go on: a sentence says so. */
static void failures(void **state)
{
	family = 0;
	watch(NULL, "", PIND_EXIT_NO_MODULE);
	family = FIRST_FAMILY;
	no_group = 1;
	fail_forget();
	watch(NULL, "", PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "the kernel module's events cannot be had: "));
	no_group = 0;
	fail_forget();
	watch((const struct step[]){ { .family = 42, .command = PIND_CMD_HIGH_NTF },
				     { .error = -NLE_BAD_SOCK } },
	      "h", PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "the kernel module's events ended: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(events, set_up),
		cmocka_unit_test_setup(not_heard, set_up),
		cmocka_unit_test_setup(lost, set_up),
		cmocka_unit_test_setup(comes_and_goes, set_up),
		cmocka_unit_test_setup(failures, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
