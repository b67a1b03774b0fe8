// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <net/genetlink.h>

#include "audit.h"
#include "books.h"
#include "compat.h"
#include "draft.h"
#include "dump.h"
#include "fill.h"
#include "genl.h"
#include "handover.h"
#include "longterm.h"
#include "page.h"
#include "survey.h"

/* Write one message into @skb; on an error nothing of it stays there. */
static int put_message(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
		       const struct pind_reader *reader, pind_fill_fn fill, const void *object,
		       struct netlink_callback *cb)
{
	void *header = genlmsg_put(skb, portid, seq, &pind_family, flags, cmd);
	int ret;

	if (!header)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, header);
	ret = fill(skb, reader, object);
	if (ret) {
		genlmsg_cancel(skb, header);
		return ret;
	}
	genlmsg_end(skb, header);
	return 0;
}

int pind_genl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       const struct pind_reader *reader, pind_fill_fn fill, const void *object)
{
	return put_message(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI, cmd,
			   reader, fill, object, cb);
}

/* Large: info has a nest for each hook, a page one for each holder, and paths are long. */
static struct sk_buff *new_reply(void)
{
	return genlmsg_new(4 * PATH_MAX, GFP_KERNEL);
}

/* Answer the do request @request with @skb, which is consumed. */
static int reply_with(struct sk_buff *skb, struct sk_buff *request, struct genl_info *info,
		      pind_fill_fn fill, const void *object)
{
	struct pind_reader reader;
	int ret;

	pind_reader_of(request, genl_info_net(info), &reader);
	ret = put_message(skb, info->snd_portid, info->snd_seq, 0, info->genlhdr->cmd, &reader,
			  fill, object, NULL);
	if (ret) {
		nlmsg_free(skb);
		return ret;
	}
	return genlmsg_reply(skb, info);
}

int pind_genl_reply(struct sk_buff *request, struct genl_info *info, pind_fill_fn fill,
		    const void *object)
{
	struct sk_buff *skb = new_reply();

	return skb ? reply_with(skb, request, info, fill, object) : -ENOMEM;
}

static int fill_info(struct sk_buff *skb, const struct pind_reader *reader, const void *unused)
{
	return pind_fill_info(skb);
}

static int fill_counters(struct sk_buff *skb, const struct pind_reader *reader,
			 const void *unused)
{
	return pind_fill_counters(skb);
}

static int fill_group(struct sk_buff *skb, const struct pind_reader *reader, const void *group)
{
	return pind_fill_group(skb, reader, group);
}

static int fill_frame(struct sk_buff *skb, const struct pind_reader *reader, const void *pfn)
{
	return pind_page_fill_frame(skb, reader, *(const unsigned long *)pfn);
}

static int fill_books(struct sk_buff *skb, const struct pind_reader *reader, const void *books)
{
	return pind_fill_books(skb, books);
}

static int get_info(struct sk_buff *skb, struct genl_info *info)
{
	return pind_genl_reply(skb, info, fill_info, NULL);
}

static int get_counters(struct sk_buff *skb, struct genl_info *info)
{
	int ret = pind_reader_is_home(genl_info_net(info), info->extack);

	return ret ?: pind_genl_reply(skb, info, fill_counters, NULL);
}

static void say_no_group(const struct nlattr *id, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, id, "no cgroup of the default hierarchy has this id");
}

struct pind_group *pind_genl_named_group(const struct nlattr *id, struct netlink_ext_ack *extack)
{
	struct pind_group *group = pind_group_join_id(nla_get_u64(id));

	if (group == ERR_PTR(-ENOENT))
		say_no_group(id, extack);
	if (group == ERR_PTR(-EOPNOTSUPP))
		NL_SET_ERR_MSG_ATTR(extack, id, "the cgroup lies more than 64 levels deep: the one "
						"above it at level 64 is charged for it");
	return group;
}

/* The attribute by which a request names its group; NULL if missing, with a sentence set. */
static const struct nlattr *requested_id(struct genl_info *info)
{
	const struct nlattr *id = info->attrs[PIND_A_GROUP_ID];

	if (!id)
		NL_SET_ERR_MSG(info->extack, "attribute id is missing: the cgroup's id, u64");
	return id;
}

/*
 * The group that a request is to change, as a member of it; or an ERR_PTR, with a sentence
 * set. The group is made if the module has not met the cgroup.
 */
static struct pind_group *changed_group(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	const struct nlattr *id;

	if (ret)
		return ERR_PTR(ret);
	id = requested_id(info);
	return id ? pind_genl_named_group(id, info->extack) : ERR_PTR(-EINVAL);
}

/* The cgroup of a process, if the process belongs to the user. Return: 0; -ESRCH. */
static int cgroup_of(u32 pid, u32 uid, u64 *ret_id)
{
	struct task_struct *task;
	int ret = -ESRCH;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	if (task && uid_eq(__task_cred(task)->euid, KUIDT_INIT(uid))) {
		*ret_id = cgroup_id(task_dfl_cgroup(task));
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

/* The id of the group that a request asks for, by its id or by pid and uid of a process. */
static int requested_group(struct genl_info *info, const struct pind_reader *reader, u64 *ret_id)
{
	const struct nlattr *pid = info->attrs[PIND_A_GROUP_PID];
	const struct nlattr *uid = info->attrs[PIND_A_GROUP_UID];
	const struct nlattr *id = pid || uid ? NULL : requested_id(info);
	int ret;

	if (id) {
		*ret_id = nla_get_u64(id);
		return 0;
	}
	if (!pid && !uid)
		return -EINVAL;
	if (!pid || !uid || info->attrs[PIND_A_GROUP_ID]) {
		NL_SET_ERR_MSG(info->extack, "give id alone, or pid and uid");
		return -EINVAL;
	}
	ret = pind_reader_is_home(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (!reader->knows_all) {
		NL_SET_ERR_MSG(info->extack, "where a process is, is told to CAP_SYS_PTRACE and "
					     "CAP_PERFMON only");
		return -EPERM;
	}
	ret = cgroup_of(nla_get_u32(pid), nla_get_u32(uid), ret_id);
	if (ret)
		NL_SET_ERR_MSG_ATTR(info->extack, pid, "no process of that user has this pid");
	return ret;
}

/* Makes no group, since anybody may ask. */
static int get_group(struct sk_buff *request, struct genl_info *info)
{
	struct pind_reader reader;
	struct pind_group *group;
	int ret;
	u64 id;

	pind_reader_of(request, genl_info_net(info), &reader);
	ret = requested_group(info, &reader, &id);
	if (ret)
		return ret;
	ret = -ENOENT;
	group = pind_group_look(id);
	if (!IS_ERR(group)) {
		if (pind_reader_sees(&reader, group->cgroup))
			ret = pind_genl_reply(request, info, fill_group, group);
		pind_group_put(group);
	} else {
		ret = PTR_ERR(group);
	}
	if (ret == -ENOENT)
		say_no_group(info->attrs[PIND_A_GROUP_ID], info->extack);
	return ret;
}

unsigned long pind_genl_limit(const struct nlattr *attr)
{
	u64 bytes = nla_get_u64(attr);

	return bytes == PIND_UNLIMITED ? PIND_PAGES_UNLIMITED : bytes >> PAGE_SHIFT;
}

static int parse_quota(struct genl_info *info, struct pind_quota *quota)
{
	struct nlattr **attrs = info->attrs;

	*quota = (struct pind_quota){
		.has_max = attrs[PIND_A_GROUP_MAX],
		.has_max_held = attrs[PIND_A_GROUP_MAX_HELD],
		.has_high = attrs[PIND_A_GROUP_HIGH],
		.has_mode = attrs[PIND_A_GROUP_MODE],
		.has_charge = attrs[PIND_A_GROUP_CHARGE],
	};
	if (!quota->has_max && !quota->has_max_held && !quota->has_high && !quota->has_mode &&
	    !quota->has_charge) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to set: no max, max-held, high, mode or charge");
		return -EINVAL;
	}
	if (quota->has_max)
		quota->max = pind_genl_limit(attrs[PIND_A_GROUP_MAX]);
	if (quota->has_max_held)
		quota->max_held = pind_genl_limit(attrs[PIND_A_GROUP_MAX_HELD]);
	if (quota->has_high)
		quota->high = pind_genl_limit(attrs[PIND_A_GROUP_HIGH]);
	if (quota->has_mode)
		quota->enforce = nla_get_u32(attrs[PIND_A_GROUP_MODE]) == PIND_MODE_ENFORCE;
	if (quota->has_charge)
		quota->charge_owner = nla_get_u32(attrs[PIND_A_GROUP_CHARGE]) == PIND_PAYER_OWNER;
	return 0;
}

/* The answer is allocated first, so that a change that is made can also be answered. */
static int set_group(struct sk_buff *request, struct genl_info *info)
{
	struct pind_quota quota;
	struct pind_group *group;
	struct sk_buff *skb;
	int ret;

	group = changed_group(request, info);
	if (IS_ERR(group))
		return PTR_ERR(group);
	ret = parse_quota(info, &quota);
	if (ret) {
		pind_group_leave(group);
		return ret;
	}
	skb = new_reply();
	ret = skb ? pind_group_set(group, &quota) : -ENOMEM;
	if (!ret) {
		ret = reply_with(skb, request, info, fill_group, group);
	} else {
		nlmsg_free(skb);
		if (ret == -ESTALE)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PIND_A_GROUP_ID],
					    "the cgroup was removed; its quota can no longer change");
	}
	pind_group_leave(group);
	return ret;
}

static int reset_peak(struct sk_buff *request, struct genl_info *info)
{
	struct pind_group *group = changed_group(request, info);
	struct sk_buff *skb;
	int ret = -ENOMEM;

	if (IS_ERR(group))
		return PTR_ERR(group);
	skb = new_reply();
	if (skb) {
		pind_charge_reset_peak(&group->charge);
		ret = reply_with(skb, request, info, fill_group, group);
	}
	pind_group_leave(group);
	return ret;
}

/*
 * /proc/PID/pagemap shows frame numbers to CAP_SYS_ADMIN only, perf also to CAP_PERFMON:
 * either is enough here. The operations' flag GENL_ADMIN_PERM requires CAP_NET_ADMIN besides.
 */
int pind_genl_may_see_frames(struct sk_buff *request, struct netlink_ext_ack *extack)
{
	if (netlink_capable(request, CAP_PERFMON) || netlink_capable(request, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "this needs CAP_PERFMON, since it tells frame numbers");
	return -EPERM;
}

static int get_page_frame(struct sk_buff *skb, struct genl_info *info)
{
	unsigned long pfn;
	int ret;

	ret = pind_reader_is_home(genl_info_net(info), info->extack) ?:
		      pind_genl_may_see_frames(skb, info->extack);
	if (ret)
		return ret;
	if (!info->attrs[PIND_A_PAGE_PFN]) {
		NL_SET_ERR_MSG(info->extack, "attribute pfn is missing: a page frame number, u64");
		return -EINVAL;
	}
	if (info->attrs[PIND_A_PAGE_PID] || info->attrs[PIND_A_PAGE_ADDRESS] ||
	    info->attrs[PIND_A_PAGE_LENGTH]) {
		NL_SET_ERR_MSG(info->extack, "pid, address and length are for a dump");
		return -EINVAL;
	}
	pfn = nla_get_u64(info->attrs[PIND_A_PAGE_PFN]);
	ret = pind_genl_reply(skb, info, fill_frame, &pfn);
	if (ret == -ENXIO)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PIND_A_PAGE_PFN],
				    "no memory in use has this page frame number");
	return ret;
}

static int get_books(struct sk_buff *skb, struct genl_info *info)
{
	int ret = pind_reader_is_home(genl_info_net(info), info->extack);
	struct pind_reader reader;
	struct pind_books books;

	if (ret)
		return ret;
	pind_reader_of(skb, genl_info_net(info), &reader);
	pind_books_read(&books, reader.may_walk);
	return pind_genl_reply(skb, info, fill_books, &books);
}

static const struct nla_policy id_policy[] = {
	[PIND_A_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy get_policy[] = {
	[PIND_A_GROUP_ID] = { .type = NLA_U64 },
	[PIND_A_GROUP_PID] = { .type = NLA_U32 },
	[PIND_A_GROUP_UID] = { .type = NLA_U32 },
};

static const struct nla_policy set_policy[] = {
	[PIND_A_GROUP_ID] = { .type = NLA_U64 },
	[PIND_A_GROUP_MAX] = { .type = NLA_U64 },
	[PIND_A_GROUP_HIGH] = { .type = NLA_U64 },
	[PIND_A_GROUP_MODE] = NLA_POLICY_RANGE(NLA_U32, PIND_MODE_OBSERVE, PIND_MODE_ENFORCE),
	[PIND_A_GROUP_MAX_HELD] = { .type = NLA_U64 },
	[PIND_A_GROUP_CHARGE] = NLA_POLICY_RANGE(NLA_U32, PIND_PAYER_PINNER, PIND_PAYER_OWNER),
};

static const struct nla_policy refusal_policy[] = {
	[PIND_A_REFUSAL_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy failure_policy[] = {
	[PIND_A_FAILURE_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy account_policy[] = {
	[PIND_A_ACCOUNT_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy audit_policy[] = {
	[PIND_A_AUDIT_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy page_policy[] = {
	[PIND_A_PAGE_PFN] = { .type = NLA_U64 },
	[PIND_A_PAGE_PID] = { .type = NLA_U32 },
	[PIND_A_PAGE_ADDRESS] = { .type = NLA_U64 },
	[PIND_A_PAGE_LENGTH] = { .type = NLA_U64 },
};

static const struct nla_policy frame_policy[] = {
	[PIND_A_FRAME_FIRST] = { .type = NLA_U64 },
	[PIND_A_FRAME_LAST] = { .type = NLA_U64 },
	[PIND_A_FRAME_EACH] = { .type = NLA_FLAG },
};

static const struct nla_policy others_policy[] = {
	[PIND_A_FRAME_OWNER_ID] = { .type = NLA_U64 },
};

/* An operation without a policy takes no attributes at all. */
#define POLICY(p) .policy = (p), .maxattr = ARRAY_SIZE(p) - 1

static const struct genl_ops ops[] = {
	/* open to every user: these only read */
	{ .cmd = PIND_CMD_INFO_GET, .doit = get_info },
	{ .cmd = PIND_CMD_GROUP_GET, .doit = get_group, .start = pind_dump_start,
	  .dumpit = pind_dump_groups, POLICY(get_policy) },
	{ .cmd = PIND_CMD_ACCOUNT_GET, .dumpit = pind_dump_accounts, POLICY(account_policy) },
	{ .cmd = PIND_CMD_COUNTERS_GET, .doit = get_counters },
	{ .cmd = PIND_CMD_BOOKS_GET, .doit = get_books },
	{ .cmd = PIND_CMD_MISUSE_GET, .dumpit = pind_dump_misuse },
	{ .cmd = PIND_CMD_REFUSAL_GET, .start = pind_dump_start, .dumpit = pind_dump_refusals,
	  POLICY(refusal_policy) },
	{ .cmd = PIND_CMD_FAILURE_GET, .start = pind_dump_start, .dumpit = pind_dump_failures,
	  POLICY(failure_policy) },
	{ .cmd = PIND_CMD_CALL_GET, .start = pind_dump_start, .dumpit = pind_dump_calls,
	  .done = pind_dump_calls_done },
	{ .cmd = PIND_CMD_SITE_GET, .dumpit = pind_survey_dump },
	{ .cmd = PIND_CMD_LASTING_GET, .start = pind_dump_start, .dumpit = pind_dump_lasting },
	/* these change something, or show frame numbers */
	{ .cmd = PIND_CMD_GROUP_SET, .doit = set_group, POLICY(set_policy),
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_GROUP_RESET_PEAK, .doit = reset_peak, POLICY(id_policy),
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_PAGE_GET, .doit = get_page_frame, .start = pind_dump_start,
	  .dumpit = pind_dump_pages, .done = pind_dump_pages_done, POLICY(page_policy),
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_AUDIT, .dumpit = pind_dump_audit, .done = pind_dump_audit_done,
	  POLICY(audit_policy), .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_FRAME_GET, .start = pind_dump_start, .dumpit = pind_dump_frames,
	  .done = pind_dump_span_done, POLICY(frame_policy), .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_OTHERS_GET, .start = pind_dump_start, .dumpit = pind_dump_others,
	  .done = pind_dump_span_done, POLICY(others_policy), .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULES_BEGIN, .doit = pind_draft_begin, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULES_ADD, .doit = pind_draft_add, .policy = pind_draft_policy,
	  .maxattr = PIND_A_RULES_MAX, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULES_COMMIT, .doit = pind_draft_commit, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULE_SET, .doit = pind_draft_set_rule, .policy = pind_rule_policy,
	  .maxattr = PIND_A_RULE_HIGHEST, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULE_UNSET, .doit = pind_draft_unset_rule, .policy = pind_rule_policy,
	  .maxattr = PIND_A_RULE_HIGHEST, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_HANDOVER_GET, .start = pind_dump_start, .dumpit = pind_handover_dump,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_HANDOVER_TAKE, .doit = pind_handover_take,
	  .policy = pind_handover_policy, .maxattr = PIND_A_HANDOVER_MAX,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_RULE_GET, .start = pind_dump_start, .dumpit = pind_draft_dump_rules,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_LONGTERM_SET, .doit = pind_longterm_set, .policy = pind_longterm_policy,
	  .maxattr = PIND_A_LONGTERM_LIST_MAX, .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_SITE_SURVEY, .doit = pind_survey_begin, .policy = pind_survey_policy,
	  .maxattr = PIND_A_SITE_SECONDS, .flags = GENL_ADMIN_PERM },
};

static const struct genl_multicast_group multicast_groups[] = {
	{ .name = PIND_MCGRP_EVENTS },
};

struct genl_family pind_family __ro_after_init = {
	.name = PIND_FAMILY_NAME,
	.version = PIND_FAMILY_VERSION,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = multicast_groups,
	.n_mcgrps = ARRAY_SIZE(multicast_groups),
	.parallel_ops = true, /* each operation takes the locks that it needs */
	.netnsok = true, /* each operation checks the network namespace itself */
	.module = THIS_MODULE,
};

int pind_genl_init(void)
{
	int ret = pind_draft_init();

	if (ret)
		return ret;
	pind_load_init();
	ret = genl_register_family(&pind_family);
	if (ret)
		pind_draft_exit();
	return ret;
}

void pind_genl_exit(void)
{
	genl_unregister_family(&pind_family);
	pind_draft_exit();
}
