// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's messages, built here as the module builds them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "messages.h"
#include "wire.h"

DEFINE_CLEANUP(struct nl_msg, nlmsg_free, nl_msgp)

/* All attributes of a group but one. */
static void put_group(struct nl_msg *message, int skip)
{
	for (int a = PIND_A_GROUP_ID; a <= PIND_A_GROUP_HIGHEST; a++) {
		if (a == skip)
			continue;
		switch (a) {
		case PIND_A_GROUP_PATH:
			assert_int_equal(nla_put_string(message, a, "/tenant.slice"), 0);
			break;
		case PIND_A_GROUP_MODE:
			assert_int_equal(nla_put_u32(message, a, PIND_MODE_OBSERVE), 0);
			break;
		case PIND_A_GROUP_CHARGE:
			assert_int_equal(nla_put_u32(message, a, PIND_PAYER_OWNER), 0);
			break;
		case PIND_A_GROUP_DEAD:
			assert_int_equal(nla_put_u32(message, a, 1), 0);
			break;
		default:
			assert_int_equal(nla_put_u64(message, a, UINT64_MAX - (uint64_t)a), 0);
			break;
		}
	}
}

static int read_group(struct nl_msg *message, struct pind_group_info *group, const char **problem)
{
	int length;
	struct nlattr *first = message_attributes(message, &length);

	return wire_read(&pind_group_kind, first, length, group, problem);
}

static void whole_group(void **state)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	const char *problem;

	put_group(message, 0);
	/* A newer module says more. */
	assert_int_equal(nla_put_u64(message, PIND_A_GROUP_HIGHEST + 1, 1), 0);
	assert_int_equal(nla_put_u64(message, 300, 1), 0);
	assert_int_equal(read_group(message, &group, &problem), 0);
	assert_null(model_missing(&pind_group_kind, &group));
	assert_string_equal(group.path, "/tenant.slice");
	assert_true(group.id == UINT64_MAX - PIND_A_GROUP_ID);
	assert_true(group.max == UINT64_MAX - PIND_A_GROUP_MAX);
	assert_true(group.events_refused == UINT64_MAX - PIND_A_GROUP_EVENTS_REFUSED);
	assert_int_equal(group.mode, PIND_MODE_OBSERVE);
	assert_int_equal(group.charge, PIND_PAYER_OWNER);
	assert_true(group.dead);
	assert_false(model_has(&pind_group_kind, &group, "runtime"));
}

static void root_group(void **state)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	const char *problem;

	put_group(message, PIND_A_GROUP_PARENT_ID);
	assert_int_equal(read_group(message, &group, &problem), 0);
	assert_true(group.parent_id == 0);
	assert_true(model_has(&pind_group_kind, &group, "parent_id"));
}

static void group_of_request(void **state)
{
	assert_int_equal(wire_group_attribute(PIND_CMD_GROUP_GET), PIND_A_GROUP_ID);
	assert_int_equal(wire_group_attribute(PIND_CMD_AUDIT), PIND_A_AUDIT_GROUP_ID);
}

/* A module from before it was told. */
static void group_without_reserved(void **state)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	const char *problem;

	put_group(message, PIND_A_GROUP_RESERVED);
	assert_int_equal(read_group(message, &group, &problem), 0);
	assert_false(model_has(&pind_group_kind, &group, "reserved"));
}

static void missing_attributes(void **state)
{
	for (int skip = PIND_A_GROUP_ID; skip <= PIND_A_GROUP_HIGHEST; skip++) {
		_cleanup_(group_info_done) struct pind_group_info group = { 0 };
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		const char *problem = NULL;

		if (skip == PIND_A_GROUP_PARENT_ID || skip >= PIND_A_GROUP_RESERVED)
			continue;
		put_group(message, skip);
		assert_int_equal(read_group(message, &group, &problem), -EBADMSG);
		assert_non_null(problem);
		assert_int_equal(
			pind_group_kind.fields[model_find(&pind_group_kind, problem)].attribute,
			skip);
	}
}

static void wrong_lengths(void **state)
{
	static const struct {
		int attribute;
		const char *data;
		int length;
	} cases[] = {
		{ PIND_A_GROUP_ID, "\1\0\0\0", 4 },
		{ PIND_A_GROUP_ID, "", 0 },
		{ PIND_A_GROUP_MODE, "\1\0\0\0\0\0\0\0", 8 },
		{ PIND_A_GROUP_MODE, "\1", 1 },
		{ PIND_A_GROUP_DEAD, "\2\0\0\0", 4 },
		{ PIND_A_GROUP_PATH, "abc", 3 },
		{ PIND_A_GROUP_PATH, "", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(group_info_done) struct pind_group_info group = { 0 };
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		const char *problem = NULL;

		put_group(message, cases[i].attribute);
		assert_int_equal(
			nla_put(message, cases[i].attribute, cases[i].length, cases[i].data), 0);
		assert_int_equal(read_group(message, &group, &problem), -EBADMSG);
	}
}

/* Any beginning of a message is refused or read, never overrun (ASan tells). */
static void cut_short(void **state)
{
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	int length;
	struct nlattr *first;

	put_group(message, 0);
	first = message_attributes(message, &length);
	/* those at the end are not needed */
	length = (int)((char *)nla_find(first, length, PIND_A_GROUP_RESERVED) - (char *)first);
	for (int n = 0; n < length; n++) {
		_cleanup_(group_info_done) struct pind_group_info group = { 0 };
		_cleanup_free_ void *copy = malloc((size_t)n + 1);
		const char *problem;

		memcpy(copy, first, (size_t)n);
		assert_int_equal(wire_read(&pind_group_kind, copy, n, &group, &problem), -EBADMSG);
	}
}

static void put_hook(struct nl_msg *message, const char *name, uint32_t hook_state, uint64_t calls)
{
	put_nest(message, PIND_A_INFO_HOOK, &pind_hook_kind,
		 &(struct pind_hook_info){
			 .name = (char *)name, .state = hook_state, .calls = calls });
}

static void info(void **state)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	struct pind_hook_info *hook;
	const char *problem;
	int64_t books = -3;
	int length;
	struct nlattr *first;

	assert_int_equal(nla_put_string(message, PIND_A_INFO_VERSION, "0.1"), 0);
	assert_int_equal(nla_put_u64(message, PIND_A_INFO_LOAD_ID, 5), 0);
	assert_int_equal(nla_put_u32(message, PIND_A_INFO_PAGE_SIZE, 4096), 0);
	for (int a = PIND_A_INFO_TOTAL_RAM; a <= PIND_A_INFO_EVENTS_LOST; a++)
		assert_int_equal(nla_put_u64(message, a, (uint64_t)a), 0);
	put_hook(message, "pin_user_pages", PIND_HOOK_STATE_ATTACHED, 12);
	put_hook(message, "pin_user_folios", PIND_HOOK_STATE_ABSENT, 0);
	assert_int_equal(nla_put(message, PIND_A_INFO_BOOKS, sizeof(books), &books), 0);

	first = message_attributes(message, &length);
	assert_int_equal(wire_read_info(first, length, &status, &hooks, &problem), 0);
	assert_string_equal(status.module_version, "0.1");
	assert_int_equal(status.page_size, 4096);
	assert_int_equal(status.books, -3);
	assert_int_equal(status.events_lost, PIND_A_INFO_EVENTS_LOST);
	assert_int_equal(hooks.n, 2);
	hook = records_at(&hooks, 0);
	assert_string_equal(hook->name, "pin_user_pages");
	assert_int_equal(hook->calls, 12);
	hook = records_at(&hooks, 1);
	assert_int_equal(hook->state, PIND_HOOK_STATE_ABSENT);
}

/* With who it is, and without. */
static void call(void **state)
{
	for (int known = 0; known < 2; known++) {
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		struct pind_call_info info = { 0 };
		const char *problem;
		int length;
		struct nlattr *first;

		if (known) {
			assert_int_equal(nla_put_u32(message, PIND_A_CALL_PID, 812), 0);
			assert_int_equal(nla_put_string(message, PIND_A_CALL_SYMBOL, "ib_umem_get"), 0);
			assert_int_equal(nla_put_string(message, PIND_A_CALL_MODULE, "ib_uverbs"), 0);
		}
		assert_int_equal(nla_put_u64(message, PIND_A_CALL_GROUP_ID, 5), 0);
		assert_int_equal(nla_put_string(message, PIND_A_CALL_PATH, "/a"), 0);
		assert_int_equal(nla_put_u64(message, PIND_A_CALL_WANTED, 4096), 0);
		assert_int_equal(nla_put_u64(message, PIND_A_CALL_SINCE, 7), 0);
		first = message_attributes(message, &length);
		assert_int_equal(wire_read_call(first, length, &info, &problem), 0);
		assert_null(model_missing(&pind_call_kind, &info));
		assert_int_equal(info.pid, known ? 812 : 0);
		assert_string_equal(model_shown(info.driver), known ? "rdma" : "-");
		assert_true(info.since == 7);
		model_clear(&pind_call_kind, &info);
	}
}

static void account(void **state)
{
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	struct pind_account_info account = { 0 };
	const char *problem;
	int length;
	struct nlattr *first;

	for (int a = PIND_A_ACCOUNT_ID; a <= PIND_A_ACCOUNT_MAX; a++) {
		if (a == PIND_A_ACCOUNT_PID || a == PIND_A_ACCOUNT_UID)
			assert_int_equal(nla_put_u32(message, a, 812), 0);
		else if (a == PIND_A_ACCOUNT_COMM)
			assert_int_equal(nla_put_string(message, a, "fio"), 0);
		else if (a == PIND_A_ACCOUNT_SYMBOL)
			assert_int_equal(nla_put_string(message, a, "io_pin_pages"), 0);
		else if (a == PIND_A_ACCOUNT_MODULE)
			assert_int_equal(nla_put_string(message, a, ""), 0);
		else
			assert_int_equal(nla_put_u64(message, a, (uint64_t)a), 0);
	}
	first = message_attributes(message, &length);
	assert_int_equal(wire_read_account(first, length, &account, &problem), 0);
	assert_int_equal(account.pid, 812);
	assert_string_equal(account.driver, "io_uring");
	assert_string_equal(account.module, "");
	/* The path is not on the wire; the group's id stands for it. */
	assert_string_equal(model_missing(&pind_account_kind, &account), "path");
	model_clear(&pind_account_kind, &account);
}

/* An acknowledgement as netlink_ack() builds it. */
static struct nl_msg *new_answer(int type, int flags, int error, bool with_request,
				 const char *text)
{
	struct nlmsghdr request = { .nlmsg_len = with_request ? 28 : 16, .nlmsg_type = 42 };
	struct nl_msg *message = nlmsg_alloc_simple(type, flags);

	assert_non_null(message);
	assert_int_equal(nlmsg_append(message, &error, sizeof(error), 0), 0);
	if (type == NLMSG_ERROR) {
		assert_int_equal(nlmsg_append(message, &request, sizeof(request), 0), 0);
		if (with_request && !(flags & NLM_F_CAPPED))
			assert_int_equal(nlmsg_append(message, "0123456789ab", 12, 0), 0);
	}
	if (text) {
		assert_int_equal(nla_put_u32(message, NLMSGERR_ATTR_OFFS, 20), 0);
		assert_int_equal(nla_put_string(message, NLMSGERR_ATTR_MSG, text), 0);
	}
	return message;
}

static void acknowledgements(void **state)
{
	static const struct {
		int type;
		int flags;
		int error;
		bool with_request;
		const char *text;
	} cases[] = {
		{ NLMSG_ERROR, 0, 0, false, NULL },
		{ NLMSG_ERROR, NLM_F_CAPPED, 0, true, NULL },
		{ NLMSG_ERROR, 0, -ENOENT, true, NULL },
		{ NLMSG_ERROR, NLM_F_ACK_TLVS, -EINVAL, true, "max is out of range" },
		{ NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, -EINVAL, true, "id is missing" },
		{ NLMSG_ERROR, NLM_F_ACK_TLVS, -EPERM, false, "x" },
		{ NLMSG_DONE, 0, 0, false, NULL },
		{ NLMSG_DONE, NLM_F_ACK_TLVS, -EINVAL, false, "group-id is too short" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(nl_msgp) struct nl_msg *message =
			new_answer(cases[i].type, cases[i].flags, cases[i].error,
				   cases[i].with_request, cases[i].text);
		const char *text = "nothing";

		assert_int_equal(wire_error(nlmsg_hdr(message), &text), cases[i].error);
		if (cases[i].text)
			assert_string_equal(text, cases[i].text);
		else
			assert_null(text);
	}
}

static void bad_acknowledgements(void **state)
{
	_cleanup_(nl_msgp) struct nl_msg *message =
		new_answer(NLMSG_ERROR, NLM_F_ACK_TLVS, -EINVAL, true, "text");
	struct nlmsghdr *whole = nlmsg_hdr(message);

	for (uint32_t n = NLMSG_HDRLEN; n < whole->nlmsg_len; n++) {
		_cleanup_free_ struct nlmsghdr *copy = malloc(n);
		const char *text;
		int r;

		memcpy(copy, whole, n);
		copy->nlmsg_len = n;
		r = wire_error(copy, &text);
		assert_true(r == -EBADMSG || r == -EINVAL);
		/* Whole but for the padding behind it. */
		if (text)
			assert_true(n > whole->nlmsg_len - NLMSG_ALIGNTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_group),
		cmocka_unit_test(root_group),
		cmocka_unit_test(group_of_request),
		cmocka_unit_test(group_without_reserved),
		cmocka_unit_test(missing_attributes),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(info),
		cmocka_unit_test(call),
		cmocka_unit_test(account),
		cmocka_unit_test(acknowledgements),
		cmocka_unit_test(bad_acknowledgements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
