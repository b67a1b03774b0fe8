// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include <libmnl/libmnl.h>
#include <linux/pind.h>

#include "objects.h"

void put_group(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, PIND_A_GROUP_ID, 7);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_PARENT_ID, 1);
	mnl_attr_put_strz(nlh, PIND_A_GROUP_PATH, "/a.slice");
	mnl_attr_put_u64(nlh, PIND_A_GROUP_CURRENT, 4096);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_PEAK, 8192);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX, PIND_UNLIMITED);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_HIGH, 12288);
	mnl_attr_put_u32(nlh, PIND_A_GROUP_MODE, PIND_MODE_OBSERVE);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_PINS, 5);
	mnl_attr_put_u32(nlh, PIND_A_GROUP_DEAD, 1);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_EVENTS_MAX, 11);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_EVENTS_OBSERVED, 12);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_EVENTS_HIGH, 13);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_EVENTS_REFUSED, 14);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_RESERVED, 15);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_HELD, 16);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX_HELD, 17);
	mnl_attr_put_u64(nlh, PIND_A_GROUP_UNCERTAIN, 18);
}

void put_refusal_event(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_SEQ, 1);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_LAST, 2);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_GROUP_ID, 3);
	mnl_attr_put_strz(nlh, PIND_A_REFUSAL_PATH, "/a.slice/b.service");
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_BY_ID, 4);
	mnl_attr_put_strz(nlh, PIND_A_REFUSAL_BY_PATH, "/a.slice");
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_WANTED, 6);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_NEEDED, 7);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_CURRENT, 8);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_MAX, 9);
	mnl_attr_put_u32(nlh, PIND_A_REFUSAL_MODE, PIND_MODE_ENFORCE);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_RESERVED, 10);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_COUNT, 11);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_FIRST, 12);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_WANTED_MIN, 13);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_WANTED_MAX, 14);
	mnl_attr_put_u32(nlh, PIND_A_REFUSAL_LIMIT, PIND_LIMIT_MAX_HELD);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_TAKEN, 16);
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_REGION, 17);
}

void put_refusal(struct nlmsghdr *nlh)
{
	put_refusal_event(nlh);
	mnl_attr_put_u32(nlh, PIND_A_REFUSAL_PID, 5);
	mnl_attr_put_strz(nlh, PIND_A_REFUSAL_COMM, "fio");
	mnl_attr_put_strz(nlh, PIND_A_REFUSAL_SYMBOL, "io_pin_pages");
	mnl_attr_put_strz(nlh, PIND_A_REFUSAL_MODULE, "");
	mnl_attr_put_u32(nlh, PIND_A_REFUSAL_UID, 15);
}

void put_hook(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, PIND_A_INFO_HOOK);

	mnl_attr_put_strz(nlh, PIND_A_HOOK_NAME, name);
	mnl_attr_put_strz(nlh, PIND_A_HOOK_MECHANISM, "ftrace-ipmodify");
	mnl_attr_put_u32(nlh, PIND_A_HOOK_STATE, PIND_HOOK_STATE_ATTACHED);
	mnl_attr_put_u64(nlh, PIND_A_HOOK_CALLS, 3);
	mnl_attr_nest_end(nlh, nest);
}

void put_misuse(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, PIND_A_MISUSE_KIND, PIND_MISUSE_KIND_PIN_PUT);
	mnl_attr_put_strz(nlh, PIND_A_MISUSE_SYMBOL, "odd_pin");
	mnl_attr_put_strz(nlh, PIND_A_MISUSE_MODULE, "odd");
	mnl_attr_put_u64(nlh, PIND_A_MISUSE_COUNT, 3);
	mnl_attr_put_u64(nlh, PIND_A_MISUSE_FIRST, 10);
	mnl_attr_put_u64(nlh, PIND_A_MISUSE_LAST, 20);
	mnl_attr_put_u32(nlh, PIND_A_MISUSE_PID, 0);
	mnl_attr_put_strz(nlh, PIND_A_MISUSE_COMM, "");
}

void put_account(struct nlmsghdr *nlh, uint64_t id)
{
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_ID, id);
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_GROUP_ID, 7);
	mnl_attr_put_u32(nlh, PIND_A_ACCOUNT_PID, 123);
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_START_TIME, 1);
	mnl_attr_put_strz(nlh, PIND_A_ACCOUNT_COMM, "fio");
	mnl_attr_put_strz(nlh, PIND_A_ACCOUNT_SYMBOL, "io_pin_pages");
	mnl_attr_put_strz(nlh, PIND_A_ACCOUNT_MODULE, "");
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_PINS, 2);
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_COVERED, 4096);
	mnl_attr_put_u64(nlh, PIND_A_ACCOUNT_SINCE, 5);
}

void put_holder(struct nlmsghdr *nlh, uint16_t nested, uint64_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, nested);

	put_account(nlh, id);
	mnl_attr_nest_end(nlh, nest);
}

void put_page(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, PIND_A_PAGE_PFN, 9);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_FOLIO_PFN, 8);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_FOLIO_SIZE, 8192);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_PINCOUNT, 4);
	mnl_attr_put_u32(nlh, PIND_A_PAGE_PINNED, PIND_PINNED_YES);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_REFCOUNT, 5);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_ROOM, 6);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_HOLDERS_TOTAL, 70);
}

void put_books(struct nlmsghdr *nlh, uint16_t without)
{
	for (uint16_t type = 1; type <= PIND_A_BOOKS_MAX; type++)
		if (type != without)
			mnl_attr_put_u64(nlh, type, (uint64_t)-type);
}

void put_info(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, PIND_A_INFO_VERSION, "0.1");
	mnl_attr_put_u32(nlh, PIND_A_INFO_PAGE_SIZE, 4096);
	for (uint16_t type = PIND_A_INFO_LOAD_ID; type <= PIND_A_INFO_EVENTS_LOST; type++)
		if (type != PIND_A_INFO_PAGE_SIZE)
			mnl_attr_put_u64(nlh, type, type);
}

void put_counters(struct nlmsghdr *nlh)
{
	for (uint16_t type = 1; type <= PIND_A_COUNTERS_MAX; type++)
		mnl_attr_put_u64(nlh, type, type);
}

void put_failure(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_GROUP_ID, 7);
	mnl_attr_put_strz(nlh, PIND_A_FAILURE_PATH, "/a.slice");
	mnl_attr_put_u32(nlh, PIND_A_FAILURE_PID, 123);
	mnl_attr_put_u32(nlh, PIND_A_FAILURE_ERROR, EFAULT);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_COUNT, 5);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_FIRST, 1);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_LAST, 2);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_WANTED, 4096);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_EFAULT, 4);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_ENOMEM, 0);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_EAGAIN, 0);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_EOPNOTSUPP, 0);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_PARTIAL, 1);
	mnl_attr_put_u64(nlh, PIND_A_FAILURE_OTHER, 0);
}

void put_lasting(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, PIND_A_LASTING_OWNER_ID, 7);
	mnl_attr_put_strz(nlh, PIND_A_LASTING_OWNER_PATH, "/a.slice");
	mnl_attr_put_u64(nlh, PIND_A_LASTING_FOLIOS, 2);
	mnl_attr_put_u64(nlh, PIND_A_LASTING_SIZE, 8192);
	mnl_attr_put_u64(nlh, PIND_A_LASTING_PINS, 3);
	mnl_attr_put_u64(nlh, PIND_A_LASTING_OLDEST, 4);
}

void put_search(struct nlmsghdr *nlh)
{
	static const uint16_t types[] = { PIND_A_LASTING_ROUNDS, PIND_A_LASTING_WALKED,
					  PIND_A_LASTING_CPU,	 PIND_A_LASTING_WATCHED,
					  PIND_A_LASTING_REST,	 PIND_A_LASTING_RATE,
					  PIND_A_LASTING_AGE };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		mnl_attr_put_u64(nlh, types[i], types[i]);
}

void put_frame(struct nlmsghdr *nlh, uint64_t frame, const char *owner)
{
	mnl_attr_put_u64(nlh, PIND_A_FRAME_FIRST, frame);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_LAST, frame);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_FOLIOS, 1);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_SIZE, 4096);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_PINS, 1);
	mnl_attr_put_u32(nlh, PIND_A_FRAME_PINNED, PIND_PINNED_YES);
	mnl_attr_put_u32(nlh, PIND_A_FRAME_NODE, 0);
	mnl_attr_put_strz(nlh, PIND_A_FRAME_ZONE, "Normal");
	mnl_attr_put_u32(nlh, PIND_A_FRAME_MOVABLE, 0);
	mnl_attr_put_u32(nlh, PIND_A_FRAME_CMA, 0);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_SINCE, 0);
	if (owner)
		mnl_attr_put_strz(nlh, PIND_A_FRAME_OWNER_PATH, owner);
}

void put_walk(struct nlmsghdr *nlh, uint64_t first, uint64_t last, uint64_t next)
{
	static const uint16_t counts[] = { PIND_A_FRAME_LOOKED,	     PIND_A_FRAME_FREE,
					   PIND_A_FRAME_HOLES,	     PIND_A_FRAME_OFFLINE,
					   PIND_A_FRAME_DEVICE,	     PIND_A_FRAME_PINNED_SIZE,
					   PIND_A_FRAME_UNHELD_SIZE, PIND_A_FRAME_LOST };

	mnl_attr_put_u64(nlh, PIND_A_FRAME_FIRST, first);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_LAST, last);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_NEXT, next);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		mnl_attr_put_u64(nlh, counts[i], counts[i]);
}

void put_audit(struct nlmsghdr *nlh, uint64_t folios)
{
	mnl_attr_put_u64(nlh, PIND_A_AUDIT_FOLIOS, folios);
	mnl_attr_put_u64(nlh, PIND_A_AUDIT_PINS, 2);
	mnl_attr_put_u64(nlh, PIND_A_AUDIT_UNCHARGED, 3);
	mnl_attr_put_u64(nlh, PIND_A_AUDIT_UNCERTAIN_PINS, 4);
}
