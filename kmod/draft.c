// SPDX-License-Identifier: GPL-2.0
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include <pind/pattern.h>

#include "draft.h"
#include "fill.h"
#include "genl.h"
#include "group.h"
#include "rule.h"

/*
 * Guards the draft. Taken before group_mutex and before the lock of the rules in force; also
 * taken when a netlink socket is closed.
 */
static DEFINE_MUTEX(draft_mutex);
static struct pind_rules *draft; /* NULL: there is none; compared with NULL without the lock, too */
static u32 draft_portid; /* port of the socket that began it, in the initial network namespace */

const struct nla_policy pind_rule_policy[PIND_A_RULE_HIGHEST + 1] = {
	[PIND_A_RULE_PATH] = { .type = NLA_NUL_STRING, .len = PIND_PATTERN_SIZE - 1 },
	[PIND_A_RULE_PATTERN] = { .type = NLA_NUL_STRING, .len = PIND_PATTERN_SIZE - 1 },
	[PIND_A_RULE_UNIT] = { .type = NLA_FLAG },
	[PIND_A_RULE_MAX] = { .type = NLA_U64 },
	[PIND_A_RULE_MAX_HELD] = { .type = NLA_U64 },
	[PIND_A_RULE_HIGH] = { .type = NLA_U64 },
	[PIND_A_RULE_MODE] = NLA_POLICY_RANGE(NLA_U32, PIND_MODE_OBSERVE, PIND_MODE_ENFORCE),
	[PIND_A_RULE_CHARGE] = NLA_POLICY_RANGE(NLA_U32, PIND_PAYER_PINNER, PIND_PAYER_OWNER),
};

const struct nla_policy pind_draft_policy[PIND_A_RULES_MAX + 1] = {
	[PIND_A_RULES_RULE] = NLA_POLICY_NESTED(pind_rule_policy),
};

/* A rule, as read from a message. */
struct ruling {
	enum pind_rule_kind kind;
	const char *text;
	struct pind_quota quota;
};

/* Refuse an attribute with a sentence, which has to be a literal: it is kept by its address. */
static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *sentence)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = sentence;
	return -EINVAL;
}

static int check_path(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *path = nla_data(attr);
	size_t length = strlen(path);

	if (length + 1 != nla_len(attr))
		return refuse(extack, attr, "the path ends before the attribute does");
	if (*path != '/')
		return refuse(extack, attr, "the path does not begin with '/'");
	if (length > 1 && path[length - 1] == '/')
		return refuse(extack, attr, "the path ends in '/', which no path does");
	return 0;
}

static int check_pattern(const struct nlattr *attr, bool unit, struct netlink_ext_ack *extack)
{
	const char *fault;

	if (strlen(nla_data(attr)) + 1 != nla_len(attr))
		return refuse(extack, attr, "the pattern ends before the attribute does");
	if (!pind_pattern_valid(nla_data(attr), unit, &fault))
		return refuse(extack, attr, fault);
	return 0;
}

static void read_quota(struct nlattr **attrs, struct pind_quota *quota)
{
	*quota = (struct pind_quota){
		.has_max = attrs[PIND_A_RULE_MAX],
		.has_max_held = attrs[PIND_A_RULE_MAX_HELD],
		.has_high = attrs[PIND_A_RULE_HIGH],
		.has_mode = attrs[PIND_A_RULE_MODE],
		.has_charge = attrs[PIND_A_RULE_CHARGE],
	};
	if (quota->has_max)
		quota->max = pind_genl_limit(attrs[PIND_A_RULE_MAX]);
	if (quota->has_max_held)
		quota->max_held = pind_genl_limit(attrs[PIND_A_RULE_MAX_HELD]);
	if (quota->has_high)
		quota->high = pind_genl_limit(attrs[PIND_A_RULE_HIGH]);
	if (quota->has_mode)
		quota->enforce = nla_get_u32(attrs[PIND_A_RULE_MODE]) == PIND_MODE_ENFORCE;
	if (quota->has_charge)
		quota->charge_owner = nla_get_u32(attrs[PIND_A_RULE_CHARGE]) == PIND_PAYER_OWNER;
}

/* Return: 0; -EINVAL, with a sentence in @extack. */
static int read_rule(struct nlattr **attrs, struct netlink_ext_ack *extack, struct ruling *ruling)
{
	const struct nlattr *path = attrs[PIND_A_RULE_PATH];
	const struct nlattr *pattern = attrs[PIND_A_RULE_PATTERN];
	bool unit = attrs[PIND_A_RULE_UNIT];
	int ret;

	if (!path == !pattern) {
		NL_SET_ERR_MSG(extack,
			       "a rule is for a path or for a pattern: name one of the two");
		return -EINVAL;
	}
	if (path && unit)
		return refuse(extack, attrs[PIND_A_RULE_UNIT],
			      "unit goes with a pattern, not with a path");
	ret = path ? check_path(path, extack) : check_pattern(pattern, unit, extack);
	if (ret)
		return ret;
	ruling->kind = path ? PIND_RULE_PATH : unit ? PIND_RULE_UNIT : PIND_RULE_PATTERN;
	ruling->text = nla_data(path ?: pattern);
	read_quota(attrs, &ruling->quota);
	return 0;
}

static void drop_draft(void)
{
	lockdep_assert_held(&draft_mutex);
	pind_rules_free(draft);
	WRITE_ONCE(draft, NULL);
}

static bool is_owner(u32 portid)
{
	lockdep_assert_held(&draft_mutex);
	return draft && draft_portid == portid;
}

static int say_no_draft(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack,
		       "this socket has begun no list of rules, or another was begun since");
	return -ESTALE;
}

int pind_draft_begin(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	struct pind_rules *rules;

	if (ret)
		return ret;
	rules = pind_rules_new();
	if (!rules)
		return -ENOMEM;
	mutex_lock(&draft_mutex);
	drop_draft();
	draft_portid = info->snd_portid;
	WRITE_ONCE(draft, rules);
	mutex_unlock(&draft_mutex);
	return 0;
}

static int add_rule(const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PIND_A_RULE_HIGHEST + 1];
	struct ruling ruling;
	int ret;

	lockdep_assert_held(&draft_mutex);
	ret = nla_parse_nested(attrs, PIND_A_RULE_HIGHEST, nest, pind_rule_policy, extack);
	if (!ret)
		ret = read_rule(attrs, extack, &ruling);
	if (ret)
		return ret;
	ret = pind_rules_add(draft, ruling.kind, ruling.text, &ruling.quota);
	if (ret == -E2BIG)
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "too many rules: 65536 may be for a path, 4096 for a pattern");
	return ret;
}

static int add_rules(struct genl_info *info)
{
	const struct nlattr *nest;
	int rest, ret = 0;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rest) {
		ret = add_rule(nest, info->extack);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

int pind_draft_add(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);

	if (ret)
		return ret;
	mutex_lock(&draft_mutex);
	if (!is_owner(info->snd_portid)) {
		ret = say_no_draft(info->extack);
	} else if (!info->attrs[PIND_A_RULES_RULE]) {
		NL_SET_ERR_MSG(info->extack, "nothing to add: attribute rule is missing");
		ret = -EINVAL;
	} else {
		ret = add_rules(info);
	}
	/* a draft that lacks rules because of an error must not come into force */
	if (ret && ret != -ESTALE)
		drop_draft();
	mutex_unlock(&draft_mutex);
	return ret;
}

int pind_draft_commit(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	struct pind_rules *rules;

	if (ret)
		return ret;
	mutex_lock(&draft_mutex);
	if (is_owner(info->snd_portid)) {
		rules = draft;
		WRITE_ONCE(draft, NULL);
		pind_rules_enforce(rules);
		pind_group_wait_for_births();
	} else {
		ret = say_no_draft(info->extack);
	}
	mutex_unlock(&draft_mutex);
	return ret;
}

int pind_draft_set_rule(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	struct ruling ruling;

	ret = ret ?: read_rule(info->attrs, info->extack, &ruling);
	if (ret)
		return ret;
	if (ruling.kind != PIND_RULE_PATH) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PIND_A_RULE_PATTERN],
				    "a pattern has its place in the order: give the whole list");
		return -EINVAL;
	}
	ret = pind_rule_set(ruling.text, &ruling.quota);
	if (ret == -E2BIG)
		NL_SET_ERR_MSG(info->extack,
			       "there are as many rules for a path as the module keeps: 65536");
	if (!ret)
		pind_group_wait_for_births();
	return ret;
}

int pind_draft_unset_rule(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	const struct nlattr *path = info->attrs[PIND_A_RULE_PATH];
	unsigned int i;

	if (ret)
		return ret;
	if (!path) {
		NL_SET_ERR_MSG(info->extack, "attribute path is missing: whose rule is to go");
		return -EINVAL;
	}
	for (i = PIND_A_RULE_PATH + 1; i <= PIND_A_RULE_HIGHEST; i++)
		if (info->attrs[i])
			return refuse(info->extack, info->attrs[i],
				      "rule-unset takes a path and nothing else");
	ret = check_path(path, info->extack);
	if (ret)
		return ret;
	ret = pind_rule_unset(nla_data(path));
	if (ret == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, path, "no rule is for this path");
	if (!ret)
		pind_group_wait_for_births();
	return ret;
}

/* The message of a dump that rules are written into. */
struct telling {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int fill_rule(struct sk_buff *skb, const struct pind_reader *reader, const void *rule)
{
	return pind_fill_rule(skb, rule);
}

static int tell_rule(const struct pind_rule *rule, void *data)
{
	struct telling *telling = data;

	return pind_genl_dump_one(telling->skb, telling->cb, PIND_CMD_RULE_GET,
				  &pind_reader_anyone, fill_rule, rule);
}

int pind_draft_dump_rules(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pind_rule_cursor *cursor = (struct pind_rule_cursor *)cb->ctx;
	struct telling telling = { skb, cb };
	int ret = pind_reader_may_change(cb->skb, sock_net(cb->skb->sk), cb->extack);

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	if (ret)
		return ret;
	cb->seq = pind_rules_generation();
	(void)pind_rules_walk(cursor, tell_rule, &telling);
	return skb->len;
}

/* A netlink socket, of any user, has been closed. */
static int on_netlink(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net) || !READ_ONCE(draft))
		return NOTIFY_DONE;
	mutex_lock(&draft_mutex);
	if (is_owner(notify->portid))
		drop_draft();
	mutex_unlock(&draft_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = { .notifier_call = on_netlink };

int pind_draft_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

void pind_draft_exit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
	mutex_lock(&draft_mutex);
	drop_draft();
	mutex_unlock(&draft_mutex);
}
