// SPDX-License-Identifier: GPL-2.0
#include <linux/sched/mm.h>
#include <net/genetlink.h>

#include "books.h"
#include "compat.h"
#include "fill.h"
#include "genl.h"
#include "ledger.h"
#include "misuse.h"
#include "page.h"

static struct genl_family family;

/* What get and dump pass on the way from a request to a message. */
typedef int (*fill_fn)(struct sk_buff *skb, const void *object);

/* Build one message into @skb, or nothing of it. */
static int put_message(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
		       fill_fn fill, const void *object, struct netlink_callback *cb)
{
	void *header = genlmsg_put(skb, portid, seq, &family, flags, cmd);
	int ret;

	if (!header)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, header);
	ret = fill(skb, object);
	if (ret) {
		genlmsg_cancel(skb, header);
		return ret;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* info has a nest for each hook, a frame one for each holder, paths are long */
static struct sk_buff *new_reply(void)
{
	return genlmsg_new(4 * PATH_MAX, GFP_KERNEL);
}

/* Answer a do request with @skb, which is used up. */
static int reply_with(struct sk_buff *skb, struct genl_info *info, fill_fn fill,
		      const void *object)
{
	int ret = put_message(skb, info->snd_portid, info->snd_seq, 0, info->genlhdr->cmd, fill,
			      object, NULL);

	if (ret) {
		nlmsg_free(skb);
		return ret;
	}
	return genlmsg_reply(skb, info);
}

static int reply(struct genl_info *info, fill_fn fill, const void *object)
{
	struct sk_buff *skb = new_reply();

	return skb ? reply_with(skb, info, fill, object) : -ENOMEM;
}

/* One message of a dump. Return: 0; -EMSGSIZE when the rest has to wait. */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd, fill_fn fill,
		    const void *object)
{
	return put_message(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI, cmd,
			   fill, object, cb);
}

static int fill_info(struct sk_buff *skb, const void *unused)
{
	return pind_fill_info(skb);
}

static int fill_counters(struct sk_buff *skb, const void *unused)
{
	return pind_fill_counters(skb);
}

static int fill_group(struct sk_buff *skb, const void *group)
{
	return pind_fill_group(skb, group);
}

static int fill_account(struct sk_buff *skb, const void *account)
{
	return pind_fill_account(skb, account);
}

static int fill_refusal(struct sk_buff *skb, const void *refusal)
{
	return pind_fill_refusal(skb, refusal);
}

static int fill_frame(struct sk_buff *skb, const void *pfn)
{
	return pind_page_fill_frame(skb, *(const unsigned long *)pfn);
}

static int fill_books(struct sk_buff *skb, const void *books)
{
	return pind_fill_books(skb, books);
}

static int fill_misuse(struct sk_buff *skb, const void *misuse)
{
	return pind_fill_misuse(skb, misuse);
}

static int fill_audit(struct sk_buff *skb, const void *object)
{
	const struct pind_audit *audit = object;

	if (pind_fill_u64(skb, PIND_A_AUDIT_FOLIOS, audit->folios) ||
	    pind_fill_u64(skb, PIND_A_AUDIT_PINS, audit->pins) ||
	    pind_fill_u64(skb, PIND_A_AUDIT_UNCHARGED, audit->uncharged))
		return -EMSGSIZE;
	return 0;
}

static int get_info(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, fill_info, NULL);
}

static int get_counters(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, fill_counters, NULL);
}

/* The group whose id an attribute holds; as requested_group(). */
static struct pind_group *named_group(struct genl_info *info, int type)
{
	struct pind_group *group = pind_group_join_id(nla_get_u64(info->attrs[type]));

	if (group == ERR_PTR(-ENOENT))
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[type],
				    "no cgroup of the default hierarchy has this id");
	return group;
}

/* The group a request names; as a member of it, or an ERR_PTR with its text said. */
static struct pind_group *requested_group(struct genl_info *info)
{
	if (!info->attrs[PIND_A_GROUP_ID]) {
		NL_SET_ERR_MSG(info->extack, "attribute id is missing: the cgroup's id, u64");
		return ERR_PTR(-EINVAL);
	}
	return named_group(info, PIND_A_GROUP_ID);
}

static int get_group(struct sk_buff *skb, struct genl_info *info)
{
	struct pind_group *group = requested_group(info);
	int ret;

	if (IS_ERR(group))
		return PTR_ERR(group);
	ret = reply(info, fill_group, group);
	pind_group_leave(group);
	return ret;
}

/* Bytes to pages, rounded down. */
static unsigned long limit_of(const struct nlattr *attr)
{
	u64 bytes = nla_get_u64(attr);

	return bytes == PIND_UNLIMITED ? PIND_PAGES_UNLIMITED : bytes >> PAGE_SHIFT;
}

static int parse_quota(struct genl_info *info, struct pind_quota *quota)
{
	struct nlattr **attrs = info->attrs;

	*quota = (struct pind_quota){
		.has_max = attrs[PIND_A_GROUP_MAX],
		.has_high = attrs[PIND_A_GROUP_HIGH],
		.has_mode = attrs[PIND_A_GROUP_MODE],
	};
	if (!quota->has_max && !quota->has_high && !quota->has_mode) {
		NL_SET_ERR_MSG(info->extack, "nothing to set: max, high and mode are all missing");
		return -EINVAL;
	}
	if (quota->has_max)
		quota->max = limit_of(attrs[PIND_A_GROUP_MAX]);
	if (quota->has_high)
		quota->high = limit_of(attrs[PIND_A_GROUP_HIGH]);
	if (quota->has_mode)
		quota->enforce = nla_get_u32(attrs[PIND_A_GROUP_MODE]) == PIND_MODE_ENFORCE;
	return 0;
}

/* The answer is allocated first: what cannot be answered is not done either. */
static int set_group(struct sk_buff *request, struct genl_info *info)
{
	struct pind_quota quota;
	struct pind_group *group;
	struct sk_buff *skb;
	int ret;

	ret = parse_quota(info, &quota);
	if (ret)
		return ret;
	group = requested_group(info);
	if (IS_ERR(group))
		return PTR_ERR(group);
	skb = new_reply();
	ret = skb ? pind_group_set(group, &quota) : -ENOMEM;
	if (!ret) {
		ret = reply_with(skb, info, fill_group, group);
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
	struct pind_group *group = requested_group(info);
	struct sk_buff *skb;
	int ret = -ENOMEM;

	if (IS_ERR(group))
		return PTR_ERR(group);
	skb = new_reply();
	if (skb) {
		pind_charge_reset_peak(&group->charge);
		ret = reply_with(skb, info, fill_group, group);
	}
	pind_group_leave(group);
	return ret;
}

/* A message must fit: one with two of the longest paths does. */
static int start_dump(struct netlink_callback *cb)
{
	cb->min_dump_alloc = 4 * PATH_MAX;
	return 0;
}

static int dump_groups(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *cursor = (u64 *)cb->ctx; /* lowest id not yet told */
	struct pind_group *group;
	int ret;

	if (pind_dump_attrs(cb)[PIND_A_GROUP_ID]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is of all groups: leave id out");
		return -EINVAL;
	}
	cb->seq = pind_group_generation();
	while ((group = pind_group_next(*cursor))) {
		ret = dump_one(skb, cb, PIND_CMD_GROUP_GET, fill_group, group);
		if (!ret)
			*cursor = group->id + 1;
		pind_group_leave(group);
		if (ret)
			break;
	}
	return skb->len;
}

static int dump_accounts(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *only = pind_dump_attrs(cb)[PIND_A_ACCOUNT_GROUP_ID];
	u64 *cursor = (u64 *)cb->ctx;
	struct pind_account *account;

	cb->seq = pind_account_generation();
	rcu_read_lock();
	while ((account = pind_account_next(*cursor))) {
		if (atomic_long_read(&account->pins) > 0 &&
		    (!only || account->group->id == nla_get_u64(only)) &&
		    dump_one(skb, cb, PIND_CMD_ACCOUNT_GET, fill_account, account))
			break;
		*cursor = (u64)account->id + 1;
	}
	rcu_read_unlock();
	return skb->len;
}

static int dump_refusals(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *cursor = (u64 *)cb->ctx;
	struct pind_refusal refusal;
	int ret = 0;

	cb->seq = 1; /* each stands for itself: none is lost by another coming */
	while (!ret && pind_event_read_refusal(*cursor, &refusal)) {
		ret = dump_one(skb, cb, PIND_CMD_REFUSAL_GET, fill_refusal, &refusal);
		if (!ret)
			*cursor = refusal.seq + 1;
		pind_event_put_refusal(&refusal);
	}
	return skb->len;
}

static int dump_misuse(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *cursor = (u64 *)cb->ctx;
	struct pind_misuse misuse;
	int index;

	cb->seq = 1; /* each stands for itself, and stays where it is */
	while ((index = pind_misuse_read(*cursor, &misuse)) >= 0) {
		if (dump_one(skb, cb, PIND_CMD_MISUSE_GET, fill_misuse, &misuse))
			break;
		*cursor = index + 1;
	}
	return skb->len;
}

/*
 * Frame numbers are what /proc/PID/pagemap shows only to CAP_SYS_ADMIN, and perf to
 * CAP_PERFMON, which is enough (and all that the daemon has beside CAP_NET_ADMIN); the
 * family's own check is for CAP_NET_ADMIN.
 */
static int may_see_frames(struct sk_buff *request, struct netlink_ext_ack *extack)
{
	if (netlink_capable(request, CAP_PERFMON) || netlink_capable(request, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "page-get needs CAP_PERFMON, since it tells frame numbers");
	return -EPERM;
}

static int get_page_frame(struct sk_buff *skb, struct genl_info *info)
{
	unsigned long pfn;
	int ret;

	ret = may_see_frames(skb, info->extack);
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
	ret = reply(info, fill_frame, &pfn);
	if (ret == -ENXIO)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PIND_A_PAGE_PFN],
				    "no memory in use has this page frame number");
	return ret;
}

/* 1: no page can be looked at, so there is nothing to tell and the message is dropped. */
static int fill_next(struct sk_buff *skb, const void *range)
{
	int ret = pind_page_fill_next(skb, range);

	return ret < 0 ? ret : !ret;
}

/* Lets others have the map after each 2 MiB. Return: as dump_one(). */
static int dump_pages(struct sk_buff *skb, struct netlink_callback *cb,
		      struct pind_page_range *range)
{
	int ret = pind_page_range_lock(range);

	if (ret)
		return ret;
	while (range->next < range->end) {
		ret = dump_one(skb, cb, PIND_CMD_PAGE_GET, fill_next, range);
		if (ret < 0)
			break;
		range->next += PAGE_SIZE;
		if (range->next & (PMD_SIZE - 1))
			continue;
		mmap_read_unlock(range->mm);
		cond_resched();
		ret = pind_page_range_lock(range);
		if (ret)
			return ret;
	}
	mmap_read_unlock(range->mm);
	return ret;
}

static int dump_page_range(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pind_page_range *range = (struct pind_page_range *)cb->ctx;
	int ret;

	/* not in an op's .start: a text set there does not reach the caller */
	if (!range->mm) {
		ret = may_see_frames(cb->skb, cb->extack) ?:
			      pind_page_range_begin(range, pind_dump_attrs(cb), cb->extack);
		if (ret)
			return ret;
	}
	cb->seq = 1;
	if (!mmget_not_zero(range->mm))
		return skb->len; /* the process has gone: nothing is present */
	ret = dump_pages(skb, cb, range);
	mmput(range->mm);
	if (ret == -EBUSY)
		NL_SET_ERR_MSG(cb->extack,
			       "the process keeps its memory map locked: ask again later");
	return ret < 0 && ret != -EMSGSIZE ? ret : skb->len;
}

static int done_page_range(struct netlink_callback *cb)
{
	pind_page_range_end((struct pind_page_range *)cb->ctx);
	return 0;
}

static int audit(struct sk_buff *skb, struct genl_info *info)
{
	struct pind_group *group = NULL;
	struct pind_audit result;

	if (info->attrs[PIND_A_AUDIT_GROUP_ID]) {
		group = named_group(info, PIND_A_AUDIT_GROUP_ID);
		if (IS_ERR(group))
			return PTR_ERR(group);
	}
	pind_books_audit(group, &result);
	if (group)
		pind_group_leave(group);
	return reply(info, fill_audit, &result);
}

static int get_books(struct sk_buff *skb, struct genl_info *info)
{
	struct pind_books books;

	pind_books_read(&books);
	return reply(info, fill_books, &books);
}

static const struct nla_policy id_policy[] = {
	[PIND_A_GROUP_ID] = { .type = NLA_U64 },
};

static const struct nla_policy set_policy[] = {
	[PIND_A_GROUP_ID] = { .type = NLA_U64 },
	[PIND_A_GROUP_MAX] = { .type = NLA_U64 },
	[PIND_A_GROUP_HIGH] = { .type = NLA_U64 },
	[PIND_A_GROUP_MODE] = NLA_POLICY_RANGE(NLA_U32, PIND_MODE_OBSERVE, PIND_MODE_ENFORCE),
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

/* An operation without a policy takes no attributes at all. */
#define POLICY(p) .policy = (p), .maxattr = ARRAY_SIZE(p) - 1

static const struct genl_ops ops[] = {
	/* open to everyone: they only read */
	{ .cmd = PIND_CMD_INFO_GET, .doit = get_info },
	{ .cmd = PIND_CMD_GROUP_GET, .doit = get_group, .start = start_dump,
	  .dumpit = dump_groups, POLICY(id_policy) },
	{ .cmd = PIND_CMD_ACCOUNT_GET, .dumpit = dump_accounts, POLICY(account_policy) },
	{ .cmd = PIND_CMD_COUNTERS_GET, .doit = get_counters },
	{ .cmd = PIND_CMD_BOOKS_GET, .doit = get_books },
	{ .cmd = PIND_CMD_MISUSE_GET, .dumpit = dump_misuse },
	{ .cmd = PIND_CMD_REFUSAL_GET, .start = start_dump, .dumpit = dump_refusals },
	/* they change something, or tell where in memory a page lies */
	{ .cmd = PIND_CMD_GROUP_SET, .doit = set_group, POLICY(set_policy),
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_GROUP_RESET_PEAK, .doit = reset_peak, POLICY(id_policy),
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_PAGE_GET, .doit = get_page_frame, .start = start_dump, .dumpit = dump_page_range,
	  .done = done_page_range, POLICY(page_policy), .flags = GENL_ADMIN_PERM },
	{ .cmd = PIND_CMD_AUDIT, .doit = audit, POLICY(audit_policy), .flags = GENL_ADMIN_PERM },
};

static const struct genl_multicast_group multicast_groups[] = {
	{ .name = PIND_MCGRP_EVENTS },
};

static struct genl_family family __ro_after_init = {
	.name = PIND_FAMILY_NAME,
	.version = PIND_FAMILY_VERSION,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = multicast_groups,
	.n_mcgrps = ARRAY_SIZE(multicast_groups),
	.parallel_ops = true, /* what needs a lock takes its own */
	.module = THIS_MODULE,
};

/* The object of an event goes into a nest beside the count of lost ones. */
static int send_event(u8 cmd, int nest_type, fill_fn fill, const void *object)
{
	struct sk_buff *skb = genlmsg_new(4 * PATH_MAX, GFP_KERNEL);
	struct nlattr *nest;
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, 0, 0, &family, 0, cmd);
	nest = header ? nla_nest_start(skb, nest_type) : NULL;
	if (!nest || fill(skb, object))
		goto fail;
	nla_nest_end(skb, nest);
	if (pind_fill_u64(skb, PIND_A_EVENT_LOST, pind_event_lost()))
		goto fail;
	genlmsg_end(skb, header);
	(void)genlmsg_multicast(&family, skb, 0, 0, GFP_KERNEL); /* -ESRCH: nobody listens */
	return 0;

fail:
	nlmsg_free(skb);
	return -ENOMEM;
}

int pind_genl_send_refusal(const struct pind_refusal *refusal)
{
	return send_event(PIND_CMD_REFUSED_NTF, PIND_A_EVENT_REFUSAL, fill_refusal, refusal);
}

int pind_genl_send_books(const struct pind_books *books)
{
	return send_event(PIND_CMD_BOOKS_NTF, PIND_A_EVENT_BOOKS, fill_books, books);
}

int pind_genl_send_misuse(const struct pind_misuse *misuse)
{
	return send_event(PIND_CMD_MISUSE_NTF, PIND_A_EVENT_MISUSE, fill_misuse, misuse);
}

int pind_genl_send_group(enum pind_cmd cmd, struct pind_group *group)
{
	return send_event(cmd, PIND_A_EVENT_GROUP, fill_group, group);
}

int pind_genl_init(void)
{
	pind_load_id_init();
	return genl_register_family(&family);
}

void pind_genl_exit(void)
{
	genl_unregister_family(&family);
}
