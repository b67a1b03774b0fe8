// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages: built, taken apart, and each way in which they can be wrong. */
#include "cmocka-all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "message.h"
#include "objects.h"

#define SIZE 4096

struct message {
	char buffer[SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
};

static void begin(struct message *m, uint8_t command)
{
	memset(m, 0, sizeof(*m));
	m->nlh = pind_message_request(m->buffer, 0x20, command, 1, 0);
}

static void test_request(void **state)
{
	const struct pind_group_change change = { .set_max = true,
						  .max = 8192,
						  .high = 1,
						  .set_charge = true,
						  .charge = PIND_PAYER_OWNER };
	struct message m;
	struct genlmsghdr *genl;
	struct nlattr *attr;
	int n = 0;

	begin(&m, PIND_CMD_GROUP_SET);
	pind_message_put_group_change(m.nlh, 7, &change);
	genl = mnl_nlmsg_get_payload(m.nlh);
	assert_int_equal(m.nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(m.nlh->nlmsg_type, 0x20);
	assert_int_equal(genl->cmd, PIND_CMD_GROUP_SET);
	assert_int_equal(genl->reserved, 0);
	mnl_attr_for_each(attr, m.nlh, GENL_HDRLEN) {
		n++;
		if (mnl_attr_get_type(attr) == PIND_A_GROUP_ID)
			assert_int_equal(mnl_attr_get_u64(attr), 7);
		else if (mnl_attr_get_type(attr) == PIND_A_GROUP_MAX)
			assert_int_equal(mnl_attr_get_u64(attr), 8192);
		else if (mnl_attr_get_type(attr) == PIND_A_GROUP_CHARGE)
			assert_int_equal(mnl_attr_get_u32(attr), PIND_PAYER_OWNER);
		else
			fail();
	}
	assert_int_equal(n, 3);
	assert_true(m.nlh->nlmsg_len <= PIND_REQUEST_SIZE);
}

static void test_rule_request(void **state)
{
	const struct pind_rule rule = {
		.path = "/a.slice",
		.limits = { .set_max = true,
			    .max = 8192,
			    .set_mode = true,
			    .mode = 1,
			    .high = 1,
			    .set_charge = true,
			    .charge = PIND_PAYER_OWNER },
	};
	const struct nlattr *attr;
	struct message m;

	begin(&m, PIND_CMD_RULE_SET);
	assert_true(pind_message_put_rule(m.nlh, SIZE, &rule));
	attr = mnl_nlmsg_get_payload_offset(m.nlh, GENL_HDRLEN);
	assert_int_equal(mnl_attr_get_type(attr), PIND_A_RULE_PATH);
	assert_string_equal(mnl_attr_get_str(attr), "/a.slice");
	attr = mnl_attr_next(attr);
	assert_int_equal(mnl_attr_get_type(attr), PIND_A_RULE_MAX);
	assert_int_equal(mnl_attr_get_u64(attr), 8192);
	attr = mnl_attr_next(attr);
	assert_int_equal(mnl_attr_get_type(attr), PIND_A_RULE_MODE);
	assert_int_equal(mnl_attr_get_u32(attr), PIND_MODE_OBSERVE);
	attr = mnl_attr_next(attr);
	assert_int_equal(mnl_attr_get_type(attr), PIND_A_RULE_CHARGE);
	assert_int_equal(mnl_attr_get_u32(attr), PIND_PAYER_OWNER);
	assert_ptr_equal(mnl_attr_next(attr), mnl_nlmsg_get_payload_tail(m.nlh));
}

/* Nothing of what was in the buffer goes to the kernel: after a string comes 0. */
static void test_padding(void **state)
{
	const char *const texts[] = { "", "a", "ab", "abc", "abcd" };
	struct message m;
	char *at, *end;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		begin(&m, PIND_CMD_RULE_SET);
		at = mnl_nlmsg_get_payload_tail(m.nlh);
		memset(at, 0xff, SIZE - m.nlh->nlmsg_len);
		assert_true(pind_message_put_text(m.nlh, SIZE, PIND_A_RULE_PATH, texts[i]));
		at += MNL_ATTR_HDRLEN + strlen(texts[i]);
		end = mnl_nlmsg_get_payload_tail(m.nlh);
		assert_true(end > at && end - at <= 4);
		while (at < end)
			assert_int_equal(*at++, 0);
		assert_false(pind_message_put_text(m.nlh, m.nlh->nlmsg_len + 4, PIND_A_RULE_PATH,
						   texts[i]));
	}
}

/* As many as there is room for, and none in part. */
static void test_rules_request(void **state)
{
	const struct pind_rule rule = {
		.pattern = "user-*.slice",
		.unit = true,
		.limits = { .set_max_held = true, .max_held = 1, .set_high = true, .high = 2 },
	};
	const struct nlattr *attr, *inner;
	struct message m;
	int n = 0, found = 0;

	begin(&m, PIND_CMD_RULES_ADD);
	while (pind_message_add_rule(m.nlh, SIZE, &rule))
		n++;
	assert_true(n > 50);
	assert_true(m.nlh->nlmsg_len <= SIZE);
	mnl_attr_for_each(attr, m.nlh, GENL_HDRLEN) {
		assert_int_equal(mnl_attr_get_type(attr), PIND_A_RULES_RULE);
		assert_true(attr->nla_type & NLA_F_NESTED);
		found++;
	}
	assert_int_equal(found, n);
	attr = mnl_nlmsg_get_payload_offset(m.nlh, GENL_HDRLEN);
	inner = mnl_attr_get_payload(attr);
	assert_int_equal(mnl_attr_get_type(inner), PIND_A_RULE_PATTERN);
	assert_string_equal(mnl_attr_get_str(inner), "user-*.slice");
	inner = mnl_attr_next(inner);
	assert_int_equal(mnl_attr_get_type(inner), PIND_A_RULE_UNIT);
	assert_int_equal(mnl_attr_get_payload_len(inner), 0);
	inner = mnl_attr_next(inner);
	assert_int_equal(mnl_attr_get_type(inner), PIND_A_RULE_MAX_HELD);
	inner = mnl_attr_next(inner);
	assert_int_equal(mnl_attr_get_type(inner), PIND_A_RULE_HIGH);
}

static void test_audit_request(void **state)
{
	const struct nlattr *attr;
	struct message m;

	begin(&m, PIND_CMD_AUDIT);
	pind_message_put_audit(m.nlh, 0);
	assert_int_equal(mnl_nlmsg_get_payload_len(m.nlh), GENL_HDRLEN);
	pind_message_put_audit(m.nlh, 7);
	attr = mnl_nlmsg_get_payload_offset(m.nlh, GENL_HDRLEN);
	assert_int_equal(mnl_attr_get_type(attr), PIND_A_AUDIT_GROUP_ID);
	assert_int_equal(mnl_attr_get_u64(attr), 7);
}

static void test_group(void **state)
{
	struct pind_group_info group;
	struct message m;

	begin(&m, PIND_CMD_GROUP_GET);
	put_group(m.nlh);
	/* a newer module may say more */
	mnl_attr_put_u64(m.nlh, 999, 1);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), 0);
	assert_int_equal(group.id, 7);
	assert_int_equal(group.parent_id, 1);
	assert_string_equal(group.path, "/a.slice");
	assert_int_equal(group.current, 4096);
	assert_int_equal(group.peak, 8192);
	assert_true(group.max == PIND_UNLIMITED);
	assert_int_equal(group.high, 12288);
	assert_int_equal(group.mode, PIND_MODE_OBSERVE);
	assert_int_equal(group.pins, 5);
	assert_int_equal(group.dead, 1);
	assert_int_equal(group.events_max, 11);
	assert_int_equal(group.events_observed, 12);
	assert_int_equal(group.events_high, 13);
	assert_int_equal(group.events_refused, 14);
	assert_int_equal(group.reserved, 15);
	assert_int_equal(group.charge, 0); /* the module is older than that */
	mnl_attr_put_u32(m.nlh, PIND_A_GROUP_CHARGE, PIND_PAYER_OWNER);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), 0);
	assert_int_equal(group.charge, PIND_PAYER_OWNER);
}

/* The message without one of its attributes. */
static void copy_without(struct message *to, const struct message *from, uint16_t type)
{
	const struct nlattr *attr;

	begin(to, PIND_CMD_GROUP_GET);
	mnl_attr_for_each(attr, from->nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) != type)
			mnl_attr_put(to->nlh, mnl_attr_get_type(attr),
				     mnl_attr_get_payload_len(attr), mnl_attr_get_payload(attr));
}

static void test_missing(void **state)
{
	struct pind_group_info group = { .id = 99 };
	struct message whole, m;

	begin(&whole, PIND_CMD_GROUP_GET);
	put_group(whole.nlh);
	for (uint16_t type = PIND_A_GROUP_ID; type <= PIND_A_GROUP_UNCERTAIN; type++) {
		copy_without(&m, &whole, type);
		/* the root has none; an older module does not tell */
		if (type == PIND_A_GROUP_PARENT_ID || type == PIND_A_GROUP_RESERVED)
			continue;
		assert_int_equal(pind_message_parse_group(m.nlh, &group), -EBADMSG);
		assert_int_equal(group.id, 99);
	}
	copy_without(&m, &whole, PIND_A_GROUP_PARENT_ID);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), 0);
	assert_int_equal(group.parent_id, 0);
	copy_without(&m, &whole, PIND_A_GROUP_RESERVED);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), 0);
	assert_int_equal(group.reserved, 0);
}

static void assert_bad_with(uint16_t type, size_t length, const void *value)
{
	struct pind_group_info group;
	struct message whole, m;

	begin(&whole, PIND_CMD_GROUP_GET);
	put_group(whole.nlh);
	copy_without(&m, &whole, type);
	mnl_attr_put(m.nlh, type, length, value);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), -EBADMSG);
}

static void test_lengths(void **state)
{
	const char zeros[16] = {};

	for (size_t length = 0; length <= 16; length++) {
		if (length != 8)
			assert_bad_with(PIND_A_GROUP_MAX, length, zeros);
		if (length != 4)
			assert_bad_with(PIND_A_GROUP_DEAD, length, zeros);
	}
	assert_bad_with(PIND_A_GROUP_PATH, 0, "");
	assert_bad_with(PIND_A_GROUP_PATH, 2, "/a"); /* no end */
	assert_bad_with(PIND_A_GROUP_PATH, 4, "/\0a"); /* an end within */
	assert_bad_with(PIND_A_GROUP_PATH, 2, "a"); /* no path */
	assert_bad_with(PIND_A_GROUP_MODE, 4, "\3\0\0\0");
	assert_bad_with(PIND_A_GROUP_MODE, 4, zeros);
	assert_bad_with(PIND_A_GROUP_CHARGE, 4, "\3\0\0\0");
	assert_bad_with(PIND_A_GROUP_CHARGE, 8, zeros);
}

static void test_twice(void **state)
{
	struct pind_group_info group;
	struct message m;

	begin(&m, PIND_CMD_GROUP_GET);
	put_group(m.nlh);
	mnl_attr_put_u64(m.nlh, PIND_A_GROUP_MAX, 1);
	assert_int_equal(pind_message_parse_group(m.nlh, &group), -EBADMSG);
}

/* Cut at each byte, on the heap, so that a sanitizer sees a read beyond. */
static void test_truncated(void **state)
{
	struct message m;

	begin(&m, PIND_CMD_REFUSED_NTF);
	{
		struct nlattr *nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_REFUSAL);

		put_refusal(m.nlh);
		mnl_attr_nest_end(m.nlh, nest);
	}
	for (uint32_t length = NLMSG_HDRLEN; length < m.nlh->nlmsg_len; length++) {
		struct nlmsghdr *cut = malloc(length);
		struct pind_group_info group;
		struct pind_refusal refusal;
		struct pind_event event;

		memcpy(cut, m.nlh, length);
		cut->nlmsg_len = length;
		assert_int_equal(pind_message_parse_event(cut, &event), -EBADMSG);
		assert_int_equal(pind_message_parse_group(cut, &group), -EBADMSG);
		assert_int_equal(pind_message_parse_refusal(cut, &refusal), -EBADMSG);
		free(cut);
	}
}

/* Any byte wrong: an answer, whichever, and no read beyond. */
static void test_garbled(void **state)
{
	struct message m;

	begin(&m, PIND_CMD_GROUP_GET);
	put_group(m.nlh);
	for (uint32_t at = NLMSG_HDRLEN; at < m.nlh->nlmsg_len; at++)
		for (int value = 0; value < 256; value += 5) {
			struct nlmsghdr *copy = malloc(m.nlh->nlmsg_len);
			struct pind_group_info group;

			memcpy(copy, m.nlh, m.nlh->nlmsg_len);
			((unsigned char *)copy)[at] = (unsigned char)value;
			if (pind_message_parse_group(copy, &group) == 0)
				assert_int_equal(group.path[0], '/');
			free(copy);
		}
}

static void test_refusal(void **state)
{
	struct pind_refusal refusal;
	struct message m;

	begin(&m, PIND_CMD_REFUSAL_GET);
	put_refusal(m.nlh);
	assert_int_equal(pind_message_parse_refusal(m.nlh, &refusal), 0);
	assert_int_equal(refusal.seq, 1);
	assert_int_equal(refusal.by_id, 4);
	assert_string_equal(refusal.by_path, "/a.slice");
	assert_string_equal(refusal.module, "");
	assert_int_equal(refusal.needed, 7);
	assert_int_equal(refusal.mode, PIND_MODE_ENFORCE);
	assert_int_equal(refusal.reserved, 10);
	assert_int_equal(refusal.count, 11);
	assert_int_equal(refusal.first, 12);
	assert_int_equal(refusal.wanted_min, 13);
	assert_int_equal(refusal.wanted_max, 14);
	assert_int_equal(refusal.uid, 15);
	assert_int_equal(refusal.taken, 16);
	assert_int_equal(refusal.region, 17);
	assert_int_equal(refusal.limit, PIND_LIMIT_MAX_HELD);
}

static void test_info(void **state)
{
	struct pind_info info;
	struct message m;

	begin(&m, PIND_CMD_INFO_GET);
	put_info(m.nlh);
	put_hook(m.nlh, "pin_user_pages");
	put_hook(m.nlh, "unpin_user_page");
	assert_int_equal(pind_message_parse_info(m.nlh, &info), -EBADMSG); /* no books */
	mnl_attr_put_u64(m.nlh, PIND_A_INFO_BOOKS, (uint64_t)-1);
	assert_int_equal(pind_message_parse_info(m.nlh, &info), 0);
	assert_string_equal(info.version, "0.1");
	assert_int_equal(info.load_id, PIND_A_INFO_LOAD_ID);
	assert_int_equal(info.events_lost, PIND_A_INFO_EVENTS_LOST);
	assert_int_equal(info.n_hooks, 2);
	assert_string_equal(info.hooks[1].name, "unpin_user_page");
	assert_int_equal(info.hooks[1].calls, 3);
	assert_int_equal((int64_t)info.books, -1);
	assert_int_equal(info.loaded, 0); /* it is older than that */
	mnl_attr_put_u64(m.nlh, PIND_A_INFO_LOADED, 5);
	assert_int_equal(pind_message_parse_info(m.nlh, &info), 0);
	assert_int_equal(info.loaded, 5);
}

static void test_event(void **state)
{
	struct pind_event event;
	struct nlattr *nest;
	struct message m;

	begin(&m, PIND_CMD_HIGH_NTF);
	nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_GROUP);
	put_group(m.nlh);
	mnl_attr_nest_end(m.nlh, nest);
	mnl_attr_put_u64(m.nlh, PIND_A_EVENT_LOST, 17);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), 1);
	assert_int_equal(event.command, PIND_CMD_HIGH_NTF);
	assert_int_equal(event.lost, 17);
	assert_string_equal(event.group.path, "/a.slice");

	/* the wrong object for the event */
	begin(&m, PIND_CMD_REFUSED_NTF);
	nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_GROUP);
	put_group(m.nlh);
	mnl_attr_nest_end(m.nlh, nest);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), -EBADMSG);
	/* none at all */
	begin(&m, PIND_CMD_GROUP_NEW_NTF);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), -EBADMSG);
	/* no event, or one of the future */
	begin(&m, PIND_CMD_GROUP_GET);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), 0);
	begin(&m, PIND_CMD_MAX + 1);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), 0);
}

static void test_misuse(void **state)
{
	struct pind_misuse misuse;
	struct pind_event event;
	struct nlattr *nest;
	struct message m, cut;

	begin(&m, PIND_CMD_MISUSE_GET);
	put_misuse(m.nlh);
	assert_int_equal(pind_message_parse_misuse(m.nlh, &misuse), 0);
	assert_int_equal(misuse.kind, PIND_MISUSE_KIND_PIN_PUT);
	assert_string_equal(misuse.symbol, "odd_pin");
	assert_int_equal(misuse.count, 3);
	assert_int_equal(misuse.last, 20);
	copy_without(&cut, &m, PIND_A_MISUSE_SYMBOL);
	assert_int_equal(pind_message_parse_misuse(cut.nlh, &misuse), -EBADMSG);

	begin(&m, PIND_CMD_MISUSE_NTF);
	nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_MISUSE);
	put_misuse(m.nlh);
	mnl_attr_nest_end(m.nlh, nest);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), 1);
	assert_string_equal(event.misuse.module, "odd");
}

static void test_page(void **state)
{
	struct pind_page page;
	struct message m, cut;

	begin(&m, PIND_CMD_PAGE_GET);
	put_page(m.nlh);
	assert_int_equal(pind_message_parse_page(m.nlh, &page), 0);
	assert_false(page.has_address || page.has_mapcount);
	assert_int_equal(page.n_holders, 0);
	/* an older module does not answer the question */
	copy_without(&cut, &m, PIND_A_PAGE_PINNED);
	assert_int_equal(pind_message_parse_page(cut.nlh, &page), -EBADMSG);

	mnl_attr_put_u64(m.nlh, PIND_A_PAGE_ADDRESS, 0);
	mnl_attr_put_u64(m.nlh, PIND_A_PAGE_MAPCOUNT, 0);
	put_holder(m.nlh, PIND_A_PAGE_HOLDER, 1);
	put_holder(m.nlh, PIND_A_PAGE_HOLDER, 2);
	assert_int_equal(pind_message_parse_page(m.nlh, &page), 0);
	assert_true(page.has_address && page.has_mapcount);
	assert_int_equal(page.pinned, PIND_PINNED_YES);
	assert_int_equal(page.room, 6);
	assert_int_equal(page.n_holders, 2);
	assert_int_equal(page.holders_total, 70);
	assert_int_equal(page.holders[1].id, 2);
	assert_string_equal(page.holders[1].comm, "fio");
	assert_int_equal(page.holders[1].exited, 0);
}

static void test_page_request(void **state)
{
	const struct pind_page_query frame = { .is_frame = true, .pfn = 9, .pid = 1 };
	const struct pind_page_query range = { .pid = 12, .address = 4096, .length = 8192 };
	const struct nlattr *attr;
	struct message m;
	int n = 0;

	begin(&m, PIND_CMD_PAGE_GET);
	pind_message_put_page_query(m.nlh, &frame);
	mnl_attr_for_each(attr, m.nlh, GENL_HDRLEN) {
		n++;
		assert_int_equal(mnl_attr_get_type(attr), PIND_A_PAGE_PFN);
		assert_int_equal(mnl_attr_get_u64(attr), 9);
	}
	assert_int_equal(n, 1);
	begin(&m, PIND_CMD_PAGE_GET);
	pind_message_put_page_query(m.nlh, &range);
	mnl_attr_for_each(attr, m.nlh, GENL_HDRLEN) {
		n++;
		if (mnl_attr_get_type(attr) == PIND_A_PAGE_PID)
			assert_int_equal(mnl_attr_get_u32(attr), 12);
		else if (mnl_attr_get_type(attr) == PIND_A_PAGE_ADDRESS)
			assert_int_equal(mnl_attr_get_u64(attr), 4096);
		else
			assert_int_equal(mnl_attr_get_type(attr), PIND_A_PAGE_LENGTH);
	}
	assert_int_equal(n, 4);
}

static void test_books(void **state)
{
	struct pind_books books;
	struct pind_event event;
	struct nlattr *nest;
	struct message m;

	begin(&m, PIND_CMD_BOOKS_GET);
	put_books(m.nlh, 0);
	mnl_attr_put_u64(m.nlh, PIND_A_BOOKS_MAX + 1, 1);
	assert_int_equal(pind_message_parse_books(m.nlh, &books), 0);
	assert_int_equal(books.ledger_pins, -PIND_A_BOOKS_LEDGER_PINS);
	assert_int_equal(books.account_pins, -PIND_A_BOOKS_ACCOUNT_PINS);
	assert_int_equal(books.group_pins, -PIND_A_BOOKS_GROUP_PINS);
	assert_int_equal(books.counted_pins, -PIND_A_BOOKS_COUNTED_PINS);
	assert_int_equal(books.ledger_charge, -PIND_A_BOOKS_LEDGER_CHARGE);
	assert_int_equal(books.group_charge, -PIND_A_BOOKS_GROUP_CHARGE);
	assert_int_equal(books.current, -PIND_A_BOOKS_CURRENT);
	assert_int_equal(books.known_pins, -PIND_A_BOOKS_KNOWN_PINS);
	assert_int_equal(books.kernel_pins, -PIND_A_BOOKS_KERNEL_PINS);
	assert_int_equal(books.older_pins, -PIND_A_BOOKS_OLDER_PINS);
	assert_true(books.under_way == (uint64_t)-PIND_A_BOOKS_UNDER_WAY);
	assert_int_equal(books.difference, -PIND_A_BOOKS_DIFFERENCE);
	assert_true(books.checks == (uint64_t)-PIND_A_BOOKS_CHECKS);
	assert_true(books.repaired == (uint64_t)-PIND_A_BOOKS_REPAIRED);
	assert_true(books.uncertain_pins == -PIND_A_BOOKS_UNCERTAIN_PINS);
	assert_true(books.steady_pins == (uint64_t)-PIND_A_BOOKS_STEADY_PINS);
	assert_true(books.steady_since == (uint64_t)-PIND_A_BOOKS_STEADY_SINCE);
	for (uint16_t type = 1; type <= PIND_A_BOOKS_MAX; type++) {
		begin(&m, PIND_CMD_BOOKS_GET);
		put_books(m.nlh, type);
		assert_int_equal(pind_message_parse_books(m.nlh, &books), -EBADMSG);
	}

	begin(&m, PIND_CMD_BOOKS_NTF);
	nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_BOOKS);
	put_books(m.nlh, 0);
	mnl_attr_nest_end(m.nlh, nest);
	mnl_attr_put_u64(m.nlh, PIND_A_EVENT_LOST, 17);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), 1);
	assert_int_equal(event.command, PIND_CMD_BOOKS_NTF);
	assert_int_equal(event.lost, 17);
	assert_int_equal(event.books.difference, -PIND_A_BOOKS_DIFFERENCE);
	/* with an object that is none of its */
	nest = mnl_attr_nest_start(m.nlh, PIND_A_EVENT_GROUP);
	put_group(m.nlh);
	mnl_attr_nest_end(m.nlh, nest);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), -EBADMSG);
	/* without one */
	begin(&m, PIND_CMD_BOOKS_NTF);
	mnl_attr_put_u64(m.nlh, PIND_A_EVENT_LOST, 17);
	assert_int_equal(pind_message_parse_event(m.nlh, &event), -EBADMSG);
}

static void test_small_ones(void **state)
{
	struct pind_account_info account;
	struct pind_counters counters;
	struct pind_audit audit;
	struct message m;

	begin(&m, PIND_CMD_AUDIT);
	mnl_attr_put_u64(m.nlh, PIND_A_AUDIT_FOLIOS, 1);
	mnl_attr_put_u64(m.nlh, PIND_A_AUDIT_PINS, 2);
	assert_int_equal(pind_message_parse_audit(m.nlh, &audit), -EBADMSG);
	mnl_attr_put_u64(m.nlh, PIND_A_AUDIT_UNCHARGED, 3);
	mnl_attr_put_u64(m.nlh, PIND_A_AUDIT_UNCERTAIN_PINS, 4);
	assert_int_equal(pind_message_parse_audit(m.nlh, &audit), 0);
	assert_int_equal(audit.uncharged, 3);
	assert_int_equal(audit.uncertain_pins, 4);

	begin(&m, PIND_CMD_COUNTERS_GET);
	put_counters(m.nlh);
	assert_int_equal(pind_message_parse_counters(m.nlh, &counters), 0);
	assert_int_equal(counters.requested, PIND_A_COUNTERS_REQUESTED);
	assert_int_equal(counters.unattributed, PIND_A_COUNTERS_UNATTRIBUTED);
	assert_int_equal(counters.observed, PIND_A_COUNTERS_OBSERVED);
	assert_int_equal(counters.exact, PIND_A_COUNTERS_EXACT);
	assert_int_equal(counters.kernel_uncounted, PIND_A_COUNTERS_KERNEL_UNCOUNTED);

	begin(&m, PIND_CMD_ACCOUNT_GET);
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_ID, 1);
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_GROUP_ID, 2);
	mnl_attr_put_u32(m.nlh, PIND_A_ACCOUNT_PID, 3);
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_START_TIME, 4);
	mnl_attr_put_strz(m.nlh, PIND_A_ACCOUNT_COMM, "fio");
	mnl_attr_put_strz(m.nlh, PIND_A_ACCOUNT_SYMBOL, "ib_umem_get");
	mnl_attr_put_strz(m.nlh, PIND_A_ACCOUNT_MODULE, "ib_uverbs");
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_PINS, 5);
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_COVERED, 6);
	mnl_attr_put_u64(m.nlh, PIND_A_ACCOUNT_SINCE, 7);
	assert_int_equal(pind_message_parse_account(m.nlh, &account), 0);
	assert_string_equal(account.module, "ib_uverbs");
	assert_int_equal(account.since, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),	     cmocka_unit_test(test_audit_request),
		cmocka_unit_test(test_rule_request), cmocka_unit_test(test_rules_request),
		cmocka_unit_test(test_padding),	     cmocka_unit_test(test_group),
		cmocka_unit_test(test_missing),	     cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_twice),	     cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_garbled),	     cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_info),	     cmocka_unit_test(test_event),
		cmocka_unit_test(test_books),	     cmocka_unit_test(test_small_ones),
		cmocka_unit_test(test_misuse),	     cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
