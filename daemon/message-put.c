// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "message.h"

struct nlmsghdr *pind_message_request(char *buffer, uint16_t family, uint8_t command,
				      uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nlh;
}

bool pind_message_put_text(struct nlmsghdr *nlh, size_t size, uint16_t type, const char *text)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
	size_t length = strlen(text) + 1;

	if (!mnl_attr_put_check(nlh, size, type, length, text))
		return false;
	memset((char *)mnl_attr_get_payload(attr) + length, 0, MNL_ALIGN(length) - length);
	return true;
}

void pind_message_put_group_change(struct nlmsghdr *nlh, uint64_t id,
				   const struct pind_group_change *change)
{
	mnl_attr_put_u64(nlh, PIND_A_GROUP_ID, id);
	if (change->set_max)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX, change->max);
	if (change->set_max_held)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX_HELD, change->max_held);
	if (change->set_high)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_HIGH, change->high);
	if (change->set_mode)
		mnl_attr_put_u32(nlh, PIND_A_GROUP_MODE, change->mode);
	if (change->set_charge)
		mnl_attr_put_u32(nlh, PIND_A_GROUP_CHARGE, change->charge);
}

void pind_message_put_process(struct nlmsghdr *nlh, uint32_t pid, uint32_t uid)
{
	mnl_attr_put_u32(nlh, PIND_A_GROUP_PID, pid);
	mnl_attr_put_u32(nlh, PIND_A_GROUP_UID, uid);
}

void pind_message_put_refusals_of(struct nlmsghdr *nlh, uint64_t group_id)
{
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_GROUP_ID, group_id);
}

void pind_message_put_audit(struct nlmsghdr *nlh, uint64_t id)
{
	if (id != 0)
		mnl_attr_put_u64(nlh, PIND_A_AUDIT_GROUP_ID, id);
}

void pind_message_put_frames(struct nlmsghdr *nlh, uint64_t first, uint64_t last, bool each)
{
	mnl_attr_put_u64(nlh, PIND_A_FRAME_FIRST, first);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_LAST, last);
	if (each)
		mnl_attr_put(nlh, PIND_A_FRAME_EACH, 0, NULL);
}

void pind_message_put_others(struct nlmsghdr *nlh, uint64_t id)
{
	mnl_attr_put_u64(nlh, PIND_A_FRAME_OWNER_ID, id);
}

void pind_message_put_page_query(struct nlmsghdr *nlh, const struct pind_page_query *query)
{
	if (query->is_frame) {
		mnl_attr_put_u64(nlh, PIND_A_PAGE_PFN, query->pfn);
		return;
	}
	mnl_attr_put_u32(nlh, PIND_A_PAGE_PID, query->pid);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_ADDRESS, query->address);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_LENGTH, query->length);
}

bool pind_message_put_rule(struct nlmsghdr *nlh, size_t size, const struct pind_rule *rule)
{
	const struct pind_group_change *limits = &rule->limits;

	if (rule->path && !pind_message_put_text(nlh, size, PIND_A_RULE_PATH, rule->path))
		return false;
	if (rule->pattern && !pind_message_put_text(nlh, size, PIND_A_RULE_PATTERN, rule->pattern))
		return false;
	if (rule->unit && !mnl_attr_put_check(nlh, size, PIND_A_RULE_UNIT, 0, NULL))
		return false;
	if (limits->set_max &&
	    !mnl_attr_put_u64_check(nlh, size, PIND_A_RULE_MAX, limits->max))
		return false;
	if (limits->set_max_held &&
	    !mnl_attr_put_u64_check(nlh, size, PIND_A_RULE_MAX_HELD, limits->max_held))
		return false;
	if (limits->set_high &&
	    !mnl_attr_put_u64_check(nlh, size, PIND_A_RULE_HIGH, limits->high))
		return false;
	if (limits->set_mode && !mnl_attr_put_u32_check(nlh, size, PIND_A_RULE_MODE, limits->mode))
		return false;
	return !limits->set_charge ||
	       mnl_attr_put_u32_check(nlh, size, PIND_A_RULE_CHARGE, limits->charge);
}

static bool put_longterm(struct nlmsghdr *nlh, size_t size, const struct pind_longterm *entry)
{
	return (!entry->module[0] ||
		pind_message_put_text(nlh, size, PIND_A_LONGTERM_MODULE, entry->module)) &&
	       (!entry->symbol[0] ||
		pind_message_put_text(nlh, size, PIND_A_LONGTERM_SYMBOL, entry->symbol));
}

bool pind_message_add_longterm(struct nlmsghdr *nlh, size_t size,
			       const struct pind_longterm *entry)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, size, PIND_A_LONGTERM_LIST_ENTRY);

	if (!nest || !put_longterm(nlh, size, entry))
		return false;
	mnl_attr_nest_end(nlh, nest);
	return true;
}

bool pind_message_add_rule(struct nlmsghdr *nlh, size_t size, const struct pind_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, size, PIND_A_RULES_RULE);

	if (!nest)
		return false;
	if (!pind_message_put_rule(nlh, size, rule)) {
		mnl_attr_nest_cancel(nlh, nest);
		return false;
	}
	mnl_attr_nest_end(nlh, nest);
	return true;
}
