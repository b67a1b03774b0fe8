// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pind.h>

#include "rules.h"

static char buffer[FAMILY_MESSAGE_SIZE];

int rules_plain(struct family *family, uint8_t command, struct family_answer *ret_answer)
{
	return family_ask(family, family_begin(family, buffer, command, false), NULL, NULL,
			  ret_answer);
}

static void put_rule(struct nlmsghdr *message, const struct rule *rule)
{
	if (rule->path)
		mnl_attr_put_strz(message, PIND_A_RULE_PATH, rule->path);
	if (rule->pattern)
		mnl_attr_put_strz(message, PIND_A_RULE_PATTERN, rule->pattern);
	if (rule->unit)
		mnl_attr_put(message, PIND_A_RULE_UNIT, 0, NULL);
	if (rule->max)
		mnl_attr_put_u64(message, PIND_A_RULE_MAX, rule->max);
	if (rule->mode)
		mnl_attr_put_u32(message, PIND_A_RULE_MODE, rule->mode);
	if (rule->charge)
		mnl_attr_put_u32(message, PIND_A_RULE_CHARGE, rule->charge);
}

int rules_add(struct family *family, const struct rule *rules, size_t n,
	      struct family_answer *ret_answer)
{
	size_t i = 0;
	int r;

	do {
		struct nlmsghdr *message =
			family_begin(family, buffer, PIND_CMD_RULES_ADD, false);

		for (; i < n && message->nlmsg_len < sizeof(buffer) / 4; i++) {
			struct nlattr *nest = mnl_attr_nest_start(message, PIND_A_RULES_RULE);

			put_rule(message, &rules[i]);
			mnl_attr_nest_end(message, nest);
		}
		r = family_ask(family, message, NULL, NULL, ret_answer);
	} while (r >= 0 && !ret_answer->error && i < n);
	return r;
}

int rules_one(struct family *family, uint8_t command, const struct rule *rule,
	      struct family_answer *ret_answer)
{
	struct nlmsghdr *message = family_begin(family, buffer, command, false);

	put_rule(message, rule);
	return family_ask(family, message, NULL, NULL, ret_answer);
}

int rules_swap(struct family *family, const struct rule *rules, size_t n)
{
	struct family_answer answer;
	int r;

	r = rules_plain(family, PIND_CMD_RULES_BEGIN, &answer);
	if (r >= 0 && !answer.error && n)
		r = rules_add(family, rules, n, &answer);
	if (r >= 0 && !answer.error)
		r = rules_plain(family, PIND_CMD_RULES_COMMIT, &answer);
	return r < 0 ? r : answer.error;
}
