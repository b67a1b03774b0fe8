// SPDX-License-Identifier: GPL-2.0-or-later
#include <libmnl/libmnl.h>

#include "message.h"

bool pind_message_put_rule(struct nlmsghdr *nlh, size_t size, const struct pind_rule *rule)
{
	const struct pind_group_change *limits = &rule->limits;

	if (rule->path && !mnl_attr_put_strz_check(nlh, size, PIND_A_RULE_PATH, rule->path))
		return false;
	if (rule->pattern &&
	    !mnl_attr_put_strz_check(nlh, size, PIND_A_RULE_PATTERN, rule->pattern))
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
	return !limits->set_mode ||
	       mnl_attr_put_u32_check(nlh, size, PIND_A_RULE_MODE, limits->mode);
}

static bool put_longterm(struct nlmsghdr *nlh, size_t size, const struct pind_longterm *entry)
{
	return (!entry->module[0] ||
		mnl_attr_put_strz_check(nlh, size, PIND_A_LONGTERM_MODULE, entry->module)) &&
	       (!entry->symbol[0] ||
		mnl_attr_put_strz_check(nlh, size, PIND_A_LONGTERM_SYMBOL, entry->symbol));
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
