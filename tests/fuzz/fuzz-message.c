// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the module, as the daemon reads them. The first byte says what the message is
 * about, where its command does not; behind it is a header of generic netlink.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"
#include "message.h"

/* What any of them is read into, and the parsers that need no more than that. */
static union {
	struct pind_info info;
	struct pind_group_info group;
	struct pind_account_info account;
	struct pind_refusal refusal;
	struct pind_failure failure;
	struct pind_counters counters;
	struct pind_audit audit;
	struct pind_misuse misuse;
	struct pind_page page;
	struct pind_books books;
	struct pind_event event;
	struct {
		struct pind_frame_row row;
		struct pind_walk walk;
	} frame;
	struct {
		struct pind_lasting lasting;
		struct pind_search search;
	} last;
	struct {
		struct pind_site site;
		struct pind_survey survey;
	} counted;
} any;

static int parse(uint8_t about, const struct nlmsghdr *nlh)
{
	switch (about % 14) {
	case 0:
		return pind_message_parse_info(nlh, &any.info);
	case 1:
		return pind_message_parse_group(nlh, &any.group);
	case 2:
		return pind_message_parse_account(nlh, &any.account);
	case 3:
		return pind_message_parse_refusal(nlh, &any.refusal);
	case 4:
		return pind_message_parse_failure(nlh, &any.failure);
	case 5:
		return pind_message_parse_counters(nlh, &any.counters);
	case 6:
		return pind_message_parse_audit(nlh, &any.audit);
	case 7:
		return pind_message_parse_misuse(nlh, &any.misuse);
	case 8:
		return pind_message_parse_page(nlh, &any.page);
	case 9:
		return pind_message_parse_books(nlh, &any.books);
	case 10:
		return pind_message_parse_frame(nlh, &any.frame.row, &any.frame.walk);
	case 11:
		return pind_message_parse_lasting(nlh, &any.last.lasting, &any.last.search);
	case 13:
		return pind_message_parse_site(nlh, &any.counted.site, &any.counted.survey);
	default:
		return pind_message_parse_event(nlh, &any.event);
	}
}

/* A path that was taken is one: it is read to its end. */
static void check(uint8_t about)
{
	if (about % 14 == 1)
		demand(any.group.path[0] == '/' && strlen(any.group.path) > 0);
	if (about % 14 == 3)
		demand(strlen(any.refusal.path) + strlen(any.refusal.comm) < UINT16_MAX * 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh;

	if (size == 0)
		return 0;
	nlh = malloc(NLMSG_HDRLEN + size - 1);
	demand(nlh);
	*nlh = (struct nlmsghdr){ .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size - 1),
				  .nlmsg_type = GENL_MIN_ID };
	memcpy((char *)nlh + NLMSG_HDRLEN, data + 1, size - 1);
	memset(&any, 0, sizeof(any));
	if (parse(data[0], nlh) >= 0)
		check(data[0]);
	free(nlh);
	return 0;
}
