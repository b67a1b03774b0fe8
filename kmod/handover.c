// SPDX-License-Identifier: GPL-2.0
#include <linux/memremap.h>
#include <net/sock.h>

#include "account.h"
#include "call.h"
#include "compat.h"
#include "folio.h"
#include "frame.h"
#include "genl.h"
#include "fill.h"
#include "handover.h"
#include "holding.h"
#include "leaf.h"
#include "slot.h"

/* Holders of one folio that are read under its lock at a time. */
#define HOLDERS 16

static const struct nla_policy handed_policy[PIND_A_HANDED_MAX + 1] = {
	[PIND_A_HANDED_PFN] = { .type = NLA_U64 },
	[PIND_A_HANDED_SIZE] = { .type = NLA_U64 },
	[PIND_A_HANDED_PINS] = NLA_POLICY_MIN(NLA_U32, 1),
	[PIND_A_HANDED_COVERED] = { .type = NLA_U64 },
	/* account: in a dump only */
	[PIND_A_HANDED_ACCOUNT] = { .type = NLA_REJECT },
};

const struct nla_policy pind_handover_policy[PIND_A_HANDOVER_MAX + 1] = {
	[PIND_A_HANDOVER_ACCOUNT] = { .type = NLA_REJECT },
	[PIND_A_HANDOVER_GROUP_ID] = { .type = NLA_U64 },
	[PIND_A_HANDOVER_PID] = { .type = NLA_U32 },
	[PIND_A_HANDOVER_START_TIME] = { .type = NLA_U64 },
	[PIND_A_HANDOVER_UID] = { .type = NLA_U32 },
	[PIND_A_HANDOVER_COMM] = { .type = NLA_NUL_STRING, .len = TASK_COMM_LEN - 1 },
	[PIND_A_HANDOVER_SINCE] = { .type = NLA_U64 },
	[PIND_A_HANDOVER_CALL_SITE] = { .type = NLA_U64 },
	[PIND_A_HANDOVER_FOLIO] = NLA_POLICY_NESTED(handed_policy),
	[PIND_A_HANDOVER_PINS] = { .type = NLA_REJECT },
};

/*
 * The messages have kernel addresses and frame numbers: they are for those who may load any
 * code into the kernel.
 */
static int may_hand_over(const struct sk_buff *request, const struct net *net,
			 struct netlink_ext_ack *extack)
{
	int ret = pind_reader_is_home(net, extack);

	if (ret || netlink_capable(request, CAP_SYS_MODULE))
		return ret;
	NL_SET_ERR_MSG(extack, "this needs CAP_SYS_MODULE in the initial user namespace");
	return -EPERM;
}

/* ---- handover-get */

/**
 * struct place - the position at which a dump goes on
 * @account: the lowest number of an account that was not dumped yet
 * @folios: all accounts were dumped, and folios come next
 * @told: the slot's holders up to this one were dumped; id 0: none was
 * @number: number of the slot
 */
struct place {
	u32 account;
	bool folios;
	struct pind_owner told;
	unsigned long number;
};

/* The pins of one account on a slot's folio. */
struct row {
	struct pind_owner owner;
	u32 pages;
	u32 pins;
	u32 covered;
};

static int fill_account(struct sk_buff *skb, const struct pind_reader *reader, const void *object)
{
	const struct pind_account *account = object;

	if (nla_put_u32(skb, PIND_A_HANDOVER_ACCOUNT, account->id) ||
	    pind_fill_u64(skb, PIND_A_HANDOVER_GROUP_ID, account->group->id) ||
	    nla_put_u32(skb, PIND_A_HANDOVER_PID, account->tgid) ||
	    pind_fill_u64(skb, PIND_A_HANDOVER_START_TIME, account->start_time) ||
	    nla_put_u32(skb, PIND_A_HANDOVER_UID, from_kuid(&init_user_ns, account->uid)) ||
	    nla_put_string(skb, PIND_A_HANDOVER_COMM, account->comm) ||
	    pind_fill_u64(skb, PIND_A_HANDOVER_SINCE, READ_ONCE(account->since)) ||
	    pind_fill_u64(skb, PIND_A_HANDOVER_CALL_SITE, account->call_site))
		return -EMSGSIZE;
	return 0;
}

/* Return: 0 if all accounts were dumped; -EMSGSIZE if the rest needs another message. */
static int dump_accounts(struct sk_buff *skb, struct netlink_callback *cb, struct place *place)
{
	struct pind_account *account;
	int ret = 0;

	rcu_read_lock();
	while ((account = pind_account_next(place->account))) {
		if (atomic_long_read(&account->pins) > 0)
			ret = pind_genl_dump_one(skb, cb, PIND_CMD_HANDOVER_GET,
						 &pind_reader_anyone, fill_account, account);
		if (ret)
			break;
		place->account = account->id + 1;
		if (need_resched()) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	return ret;
}

/* Under the leaf's lock: read the holders that come after @told. Return: how many. */
static unsigned int read_slot(unsigned long slot, const struct pind_owner *told, struct row *rows)
{
	const struct pind_holding *holding;
	const struct pind_holder *holder;
	unsigned int n = 0;

	if (!slot)
		return 0;
	if (pind_slot_is_inline(slot)) {
		rows[0] = (struct row){
			.owner = pind_account_by_id(pind_slot_id(slot))->owner,
			.pages = 1U << pind_slot_order(slot),
			.pins = pind_slot_pins(slot),
			.covered = pind_slot_covered(slot),
		};
		return !told->id;
	}
	holding = pind_slot_holding(slot);
	holder = pind_holding_behind(holding, told);
	for (; holder && n < HOLDERS; holder = pind_holding_next(holder))
		rows[n++] = (struct row){
			.owner = holder->account->owner,
			.pages = holding->pages,
			.pins = holder->pins,
			.covered = holder->covered,
		};
	return n;
}

/* Read rows of the slot at which the dump is. Return: how many. */
static unsigned int read_place(const struct place *place, struct row *rows)
{
	raw_spinlock_t *lock = pind_leaf_lock(place->number);
	struct pind_leaf *leaf;
	unsigned int n = 0;
	unsigned long flags;

	rcu_read_lock();
	leaf = pind_leaf_find(place->number);
	if (leaf) {
		raw_spin_lock_irqsave(lock, flags);
		n = read_slot(*pind_slot_of(leaf, place->number), &place->told, rows);
		raw_spin_unlock_irqrestore(lock, flags);
	}
	rcu_read_unlock();
	return n;
}

static int fill_row(struct sk_buff *skb, unsigned long number, const struct row *row)
{
	struct nlattr *nest = nla_nest_start(skb, PIND_A_HANDOVER_FOLIO);

	if (!nest)
		return -EMSGSIZE;
	if (pind_fill_u64(skb, PIND_A_HANDED_PFN, pind_slot_pfn(number)) ||
	    nla_put_u32(skb, PIND_A_HANDED_ACCOUNT, row->owner.id) ||
	    (row->pages > 1 &&
	     pind_fill_u64(skb, PIND_A_HANDED_SIZE, (u64)row->pages << PAGE_SHIFT)) ||
	    (row->pins > 1 && nla_put_u32(skb, PIND_A_HANDED_PINS, row->pins)) ||
	    (row->covered != 1 &&
	     pind_fill_u64(skb, PIND_A_HANDED_COVERED, (u64)row->covered << PAGE_SHIFT))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Go to the next used slot, beginning with the one at which the dump is. Return: is there one. */
static bool find_used(struct place *place)
{
	const unsigned long from = place->number;
	struct pind_leaf *leaf;
	bool found = false;

	rcu_read_lock();
	while (!found && (leaf = pind_leaf_next(place->number >> PIND_LEAF_SHIFT))) {
		unsigned long first = leaf->index << PIND_LEAF_SHIFT;

		place->number = max(place->number, first);
		for (; place->number - first < PIND_LEAF_SLOTS; place->number++) {
			found = READ_ONCE(*pind_slot_of(leaf, place->number));
			if (found)
				break;
		}
		if (need_resched()) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	/* the slot whose holders were dumped in part may be empty by now */
	if (place->number != from)
		place->told = (struct pind_owner){};
	return found;
}

static void go_on(struct place *place)
{
	place->number++;
	place->told = (struct pind_owner){};
}

/*
 * Write as many folios as the message has room for. Return: 0; 1 if there are no more;
 * -EMSGSIZE if there is not even room for one.
 */
static int fill_folios(struct sk_buff *skb, const struct pind_reader *reader, const void *object)
{
	struct place *place = *(struct place *const *)object;
	struct row rows[HOLDERS];
	unsigned int i, n;
	int ret = 1;

	while (find_used(place)) {
		n = read_place(place, rows);
		for (i = 0; i < n; i++) {
			if (fill_row(skb, place->number, &rows[i]))
				return ret ? -EMSGSIZE : 0;
			ret = 0;
			place->told = rows[i].owner;
		}
		if (n < HOLDERS)
			go_on(place);
		cond_resched();
	}
	return ret;
}

int pind_handover_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct place *place = (struct place *)cb->ctx;
	int ret = may_hand_over(cb->skb, sock_net(cb->skb->sk), cb->extack);

	BUILD_BUG_ON(sizeof(*place) > sizeof(cb->ctx));
	if (ret)
		return ret;
	cb->seq = 1; /* the loader freezes all cgroups, so nothing changes during the dump */
	if (!place->folios) {
		if (dump_accounts(skb, cb, place))
			return skb->len;
		place->folios = true;
	}
	(void)pind_genl_dump_one(skb, cb, PIND_CMD_HANDOVER_GET, &pind_reader_anyone, fill_folios,
				 &place);
	return skb->len;
}

/* ---- handover-take */

/* Not folio_put(): the folio may be a device's memory. */
static void put_folio(struct folio *folio)
{
	put_page(&folio->page);
}

/* The folio of a frame of a device's own memory, with a reference; or NULL. */
static struct folio *hold_device(unsigned long pfn)
{
	struct dev_pagemap *map = pfn_valid(pfn) ? pind_get_dev_pagemap(pfn) : NULL;
	struct folio *folio = map ? page_folio(pfn_to_page(pfn)) : NULL;

	if (folio && !folio_try_get(folio))
		folio = NULL;
	if (map)
		put_dev_pagemap(map);
	return folio;
}

/* The folio of this size that begins at @pfn, with a reference; NULL if there is none. */
static struct folio *get_folio(unsigned long pfn, u64 size)
{
	struct folio *folio = pind_frame_hold(pfn) ?: hold_device(pfn);

	if (!folio || (folio_pfn(folio) == pfn && folio_size(folio) == size))
		return folio;
	put_folio(folio);
	return NULL;
}

/* The value of an attribute in bytes as base pages; 1 if it is missing. */
static u64 pages_of(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) >> PAGE_SHIFT : 1;
}

/* Take one folio's pins over, no more than the kernel counts; adds them to @pins_taken. */
static int take_folio(struct pind_account *account, const struct nlattr *nest,
		      struct netlink_ext_ack *extack, u64 *pins_taken)
{
	struct nlattr *attrs[PIND_A_HANDED_MAX + 1];
	u32 pins = 1, covered;
	struct folio *folio;
	int ret;

	ret = nla_parse_nested(attrs, PIND_A_HANDED_MAX, nest, handed_policy, extack);
	if (ret)
		return ret;
	if (!attrs[PIND_A_HANDED_PFN]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a folio has no pfn, the number of its first frame");
		return -EINVAL;
	}
	folio = get_folio(nla_get_u64(attrs[PIND_A_HANDED_PFN]),
			  pages_of(attrs[PIND_A_HANDED_SIZE]) << PAGE_SHIFT);
	if (!folio)
		return 0;
	if (attrs[PIND_A_HANDED_PINS])
		pins = nla_get_u32(attrs[PIND_A_HANDED_PINS]);
	covered = clamp_t(u64, pages_of(attrs[PIND_A_HANDED_COVERED]), 1, folio_nr_pages(folio));
	pins = min_t(u64, pins, pind_folio_pincount(folio, 1));
	if (pins && !pind_folio_is_exempt(folio)) {
		ret = pind_call_take_over(account, folio, pins, covered);
		if (!ret)
			*pins_taken += pins;
		else
			NL_SET_ERR_MSG_ATTR(extack, nest, "a limit that is in force does not admit "
							  "it, or there is no memory");
	}
	put_folio(folio);
	return ret;
}

static int take_folios(struct pind_account *account, struct genl_info *info, u64 *pins_taken)
{
	const struct nlattr *nest;
	int rest, ret = 0;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(nest) == PIND_A_HANDOVER_FOLIO)
			ret = take_folio(account, nest, info->extack, pins_taken);
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}

static struct pind_account *named_account(struct genl_info *info)
{
	static const u8 needed[] = {
		PIND_A_HANDOVER_GROUP_ID, PIND_A_HANDOVER_PID,	PIND_A_HANDOVER_START_TIME,
		PIND_A_HANDOVER_UID,	  PIND_A_HANDOVER_COMM, PIND_A_HANDOVER_SINCE,
		PIND_A_HANDOVER_CALL_SITE, PIND_A_HANDOVER_FOLIO,
	};
	struct nlattr **attrs = info->attrs;
	struct pind_person person = {};
	struct pind_account *account;
	struct pind_group *group;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!attrs[needed[i]]) {
			NL_SET_ERR_MSG(info->extack, "an attribute is missing: group-id, pid, "
						     "start-time, uid, comm, since, call-site and "
						     "folio are all needed");
			return ERR_PTR(-EINVAL);
		}
	}
	person.uid = make_kuid(&init_user_ns, nla_get_u32(attrs[PIND_A_HANDOVER_UID]));
	nla_strscpy(person.comm, attrs[PIND_A_HANDOVER_COMM], sizeof(person.comm));
	group = pind_genl_named_group(attrs[PIND_A_HANDOVER_GROUP_ID], info->extack);
	if (IS_ERR(group))
		return ERR_CAST(group);
	account = pind_account_open_as(group, nla_get_u32(attrs[PIND_A_HANDOVER_PID]),
				       nla_get_u64(attrs[PIND_A_HANDOVER_START_TIME]),
				       nla_get_u64(attrs[PIND_A_HANDOVER_CALL_SITE]), &person);
	return account;
}

static int fill_taken(struct sk_buff *skb, const struct pind_reader *reader, const void *pins)
{
	return pind_fill_u64(skb, PIND_A_HANDOVER_PINS, *(const u64 *)pins);
}

int pind_handover_take(struct sk_buff *request, struct genl_info *info)
{
	int ret = may_hand_over(request, genl_info_net(info), info->extack);
	struct pind_account *account;
	u64 pins = 0;

	if (ret)
		return ret;
	account = named_account(info);
	if (IS_ERR(account))
		return PTR_ERR(account);
	ret = take_folios(account, info, &pins);
	pind_account_set_since(account, nla_get_u64(info->attrs[PIND_A_HANDOVER_SINCE]));
	pind_account_put(account);
	return ret ?: pind_genl_reply(request, info, fill_taken, &pins);
}
