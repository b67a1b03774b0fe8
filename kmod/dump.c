// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "audit.h"
#include "books.h"
#include "compat.h"
#include "dump.h"
#include "fill.h"
#include "genl.h"
#include "lasting.h"
#include "ledger.h"
#include "page.h"

/* All dumps except that of groups are for readers in the initial network namespace. */
int pind_dump_begin(struct netlink_callback *cb, struct pind_reader *reader)
{
	int ret = pind_reader_is_home(pind_dump_net(cb), cb->extack);

	pind_reader_of(cb->skb, pind_dump_net(cb), reader);
	return ret;
}

int pind_dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = 4 * PATH_MAX;
	return 0;
}

static int fill_group(struct sk_buff *skb, const struct pind_reader *reader, const void *group)
{
	return pind_fill_group(skb, reader, group);
}

int pind_dump_groups(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *cursor = DUMP_CONTEXT(cb, u64); /* lowest id not yet dumped */
	struct pind_reader reader;
	struct pind_group *group;
	int ret = 0;

	if (pind_dump_attrs(cb)[PIND_A_GROUP_ID]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is of all groups: leave id out");
		return -EINVAL;
	}
	pind_reader_of(cb->skb, pind_dump_net(cb), &reader);
	cb->seq = pind_group_generation();
	while (!ret && (group = pind_group_next(*cursor))) {
		if (pind_reader_sees(&reader, group->cgroup))
			ret = pind_genl_dump_one(skb, cb, PIND_CMD_GROUP_GET, &reader, fill_group,
						 group);
		if (!ret)
			*cursor = group->id + 1;
		pind_group_leave(group);
		cond_resched();
	}
	return ret == -ENOMEM ? ret : skb->len;
}

static int fill_account(struct sk_buff *skb, const struct pind_reader *reader, const void *account)
{
	return pind_fill_account(skb, reader, account);
}

int pind_dump_accounts(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *only = pind_dump_attrs(cb)[PIND_A_ACCOUNT_GROUP_ID];
	u64 *cursor = DUMP_CONTEXT(cb, u64);
	struct pind_account *account;
	struct pind_reader reader;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	cb->seq = pind_account_generation();
	rcu_read_lock();
	while ((account = pind_account_next(*cursor))) {
		if (atomic_long_read(&account->pins) > 0 &&
		    (!only || account->group->id == nla_get_u64(only)) &&
		    pind_genl_dump_one(skb, cb, PIND_CMD_ACCOUNT_GET, &reader, fill_account,
				       account))
			break;
		*cursor = (u64)account->id + 1;
		if (need_resched()) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	return skb->len;
}

/* The next row to dump; @everywhere: all groups are searched, though one was asked for. */
struct row_cursor {
	u64 group;
	unsigned int row;
	bool everywhere;
};

/*
 * The group whose rows come next, as a member of it; or NULL. The rows of a group that was
 * freed are kept by some group above it, and which one is not known: so all groups are
 * searched, from the beginning.
 */
static struct pind_group *next_keeper(struct row_cursor *cursor, const struct nlattr *only)
{
	u64 id = only ? nla_get_u64(only) : 0;
	struct pind_group *group;

	if (!only || cursor->everywhere)
		return pind_group_next(cursor->group);
	if (cursor->group > id)
		return NULL;
	group = pind_group_next(id);
	if (group && group->id == id)
		return group;
	if (group)
		pind_group_leave(group);
	*cursor = (struct row_cursor){ .everywhere = true };
	return pind_group_next(0);
}

/* Dumps a group's rows, from the cursor on. Return: as pind_genl_dump_one(). */
typedef int (*dump_rows_fn)(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct pind_reader *reader, struct pind_group *group,
			    const struct nlattr *only);

/* Dump the rows of all groups; with @only those that belong to the group with that id. */
static int dump_rows(struct sk_buff *skb, struct netlink_callback *cb, const struct nlattr *only,
		     dump_rows_fn dump_of)
{
	struct row_cursor *cursor = DUMP_CONTEXT(cb, struct row_cursor);
	struct pind_reader reader;
	struct pind_group *group;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	cb->seq = 1; /* rows that come or go meanwhile leave the others in place */
	while ((group = next_keeper(cursor, only))) {
		/* the group whose rows were dumped in part may have gone meanwhile */
		if (cursor->group != group->id) {
			cursor->group = group->id;
			cursor->row = 0;
		}
		ret = dump_of(skb, cb, &reader, group, only);
		if (!ret) {
			cursor->group = group->id + 1;
			cursor->row = 0;
		}
		pind_group_leave(group);
		if (ret)
			break;
		cond_resched();
	}
	return skb->len;
}

static int fill_refusal(struct sk_buff *skb, const struct pind_reader *reader, const void *refusal)
{
	return pind_fill_refusal(skb, reader, refusal);
}

/* The rows of a group, with those inherited from groups below it. */
static int dump_refusals_of(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct pind_reader *reader, struct pind_group *group,
			    const struct nlattr *only)
{
	struct row_cursor *cursor = DUMP_CONTEXT(cb, struct row_cursor);
	struct pind_refusal refusal;
	int ret = 0;

	while (!ret && pind_refusal_read(group, cursor->row, &refusal)) {
		if (!only || refusal.group->id == nla_get_u64(only))
			ret = pind_genl_dump_one(skb, cb, PIND_CMD_REFUSAL_GET, reader,
						 fill_refusal, &refusal);
		if (!ret)
			cursor->row = refusal.slot + 1;
		pind_refusal_put(&refusal);
	}
	return ret;
}

int pind_dump_refusals(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_rows(skb, cb, pind_dump_attrs(cb)[PIND_A_REFUSAL_GROUP_ID], dump_refusals_of);
}

/* A row of failures, and the group that keeps it. */
struct failure {
	const struct pind_group *group;
	struct pind_failure row;
};

static int fill_failure(struct sk_buff *skb, const struct pind_reader *reader, const void *object)
{
	const struct failure *failure = object;

	return pind_fill_failure(skb, reader, failure->group, &failure->row);
}

static int dump_failures_of(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct pind_reader *reader, struct pind_group *group,
			    const struct nlattr *only)
{
	struct row_cursor *cursor = DUMP_CONTEXT(cb, struct row_cursor);
	struct failure failure = { .group = group };
	int index, ret = 0;

	if (only && group->id != nla_get_u64(only))
		return 0;
	while (!ret && (index = pind_failure_read(group, cursor->row, &failure.row)) >= 0) {
		ret = pind_genl_dump_one(skb, cb, PIND_CMD_FAILURE_GET, reader, fill_failure,
					 &failure);
		if (!ret)
			cursor->row = index + 1;
	}
	return ret;
}

int pind_dump_failures(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_rows(skb, cb, pind_dump_attrs(cb)[PIND_A_FAILURE_GROUP_ID], dump_failures_of);
}

static int fill_misuse(struct sk_buff *skb, const struct pind_reader *reader, const void *misuse)
{
	return pind_fill_misuse(skb, reader, misuse);
}

int pind_dump_misuse(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *cursor = DUMP_CONTEXT(cb, u64);
	struct pind_misuse misuse;
	struct pind_reader reader;
	int index, ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	cb->seq = 1; /* entries stay where they are */
	while ((index = pind_misuse_read(*cursor, &misuse)) >= 0) {
		if (pind_genl_dump_one(skb, cb, PIND_CMD_MISUSE_GET, &reader, fill_misuse,
				       &misuse))
			break;
		*cursor = index + 1;
	}
	return skb->len;
}

static int fill_call(struct sk_buff *skb, const struct pind_reader *reader, const void *call)
{
	return pind_fill_call(skb, reader, call);
}

/* The calls are collected once, when the dump begins. */
struct call_cursor {
	struct pind_waiting_table *table;
	unsigned int next;
};

int pind_dump_calls(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct call_cursor *cursor = DUMP_CONTEXT(cb, struct call_cursor);
	struct pind_reader reader;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	if (!cursor->table)
		cursor->table = pind_waiting_read();
	if (!cursor->table)
		return -ENOMEM;
	cb->seq = 1;
	for (; cursor->next < cursor->table->nr; cursor->next++) {
		ret = pind_genl_dump_one(skb, cb, PIND_CMD_CALL_GET, &reader, fill_call,
					 &cursor->table->call[cursor->next]);
		if (ret)
			break;
	}
	return ret == -ENOMEM ? ret : skb->len;
}

int pind_dump_calls_done(struct netlink_callback *cb)
{
	pind_waiting_free(DUMP_CONTEXT(cb, struct call_cursor)->table);
	return 0;
}

/* Return: 1 if no page can be looked at: then the message is dropped; 0; -EMSGSIZE. */
static int fill_next(struct sk_buff *skb, const struct pind_reader *reader, const void *range)
{
	int ret = pind_page_fill_next(skb, reader, range);

	return ret < 0 ? ret : !ret;
}

/* The mmap lock is let go after each 2 MiB. Return: as pind_genl_dump_one(). */
static int dump_pages(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct pind_reader *reader, struct pind_page_range *range)
{
	int ret = pind_page_range_lock(range);

	if (ret)
		return ret;
	while (range->next < range->end) {
		ret = pind_genl_dump_one(skb, cb, PIND_CMD_PAGE_GET, reader, fill_next, range);
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

int pind_dump_pages(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pind_page_range *range = DUMP_CONTEXT(cb, struct pind_page_range);
	struct pind_reader reader;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	/* not in an op's .start: an extack message set there does not reach the caller */
	if (!range->mm) {
		ret = pind_genl_may_see_frames(cb->skb, cb->extack) ?:
			      pind_page_range_begin(range, pind_dump_attrs(cb), cb->extack);
		if (ret)
			return ret;
	}
	cb->seq = 1;
	if (!mmget_not_zero(range->mm))
		return skb->len; /* the process has gone: nothing is present */
	ret = dump_pages(skb, cb, &reader, range);
	mmput(range->mm);
	if (ret == -EBUSY)
		NL_SET_ERR_MSG(cb->extack,
			       "the process keeps its memory map locked: ask again later");
	return ret < 0 && ret != -EMSGSIZE ? ret : skb->len;
}

int pind_dump_pages_done(struct netlink_callback *cb)
{
	pind_page_range_end(DUMP_CONTEXT(cb, struct pind_page_range));
	return 0;
}

static int fill_audit(struct sk_buff *skb, const struct pind_reader *reader, const void *object)
{
	const struct pind_audit *audit = object;

	if (pind_fill_u64(skb, PIND_A_AUDIT_FOLIOS, audit->folios) ||
	    pind_fill_u64(skb, PIND_A_AUDIT_PINS, audit->pins) ||
	    pind_fill_u64(skb, PIND_A_AUDIT_UNCHARGED, audit->uncharged) ||
	    pind_fill_u64(skb, PIND_A_AUDIT_UNCERTAIN_PINS, audit->uncertain))
		return -EMSGSIZE;
	return 0;
}

/* An audit under way. */
struct audit_walk {
	struct pind_group *group; /* only folios of this group, as a member of it; or NULL */
	unsigned long cursor;
	bool ended; /* the whole ledger was looked at */
	bool told;  /* and the message with the final sums was written */
	struct pind_audit audit;
};

static struct audit_walk *begin_audit(struct netlink_callback *cb)
{
	const struct nlattr *id = pind_dump_attrs(cb)[PIND_A_AUDIT_GROUP_ID];
	struct audit_walk *walk;
	int ret = pind_reader_may_change(cb->skb, pind_dump_net(cb), cb->extack);

	if (ret)
		return ERR_PTR(ret);
	walk = kzalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return ERR_PTR(-ENOMEM);
	if (id) {
		struct pind_group *group = pind_genl_named_group(id, cb->extack);

		if (IS_ERR(group)) {
			kfree(walk);
			return ERR_CAST(group);
		}
		walk->group = group;
	}
	return walk;
}

static void audit_some(struct audit_walk *walk)
{
	unsigned long end = jiffies + DUMP_WORK_TIME;

	while (!walk->ended && time_before(jiffies, end) && !signal_pending(current)) {
		walk->ended = !pind_books_audit_some(&walk->cursor, walk->group, &walk->audit);
		cond_resched();
	}
}

int pind_dump_audit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct audit_walk **place = DUMP_CONTEXT(cb, struct audit_walk *), *walk = *place;
	int ret;

	cb->seq = 1;
	if (!walk) {
		/* the first call runs under a lock of generic netlink: it does no more than this */
		walk = begin_audit(cb);
		if (IS_ERR(walk))
			return PTR_ERR(walk);
		*place = walk;
	} else {
		audit_some(walk);
	}
	if (walk->told)
		return skb->len;
	ret = pind_genl_dump_one(skb, cb, PIND_CMD_AUDIT, &pind_reader_anyone, fill_audit,
				 &walk->audit);
	walk->told = !ret && walk->ended;
	return ret ?: skb->len;
}

int pind_dump_audit_done(struct netlink_callback *cb)
{
	struct audit_walk *walk = *DUMP_CONTEXT(cb, struct audit_walk *);

	if (walk && walk->group)
		pind_group_leave(walk->group);
	kfree(walk);
	return 0;
}

/* Owners from this id on are still to be dumped; @ended: the search was dumped, too. */
struct lasting_cursor {
	u64 owner;
	bool ended;
};

/* The message of a dump that owners are written into. */
struct lasting_place {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int fill_lasting(struct sk_buff *skb, const struct pind_reader *reader, const void *lasting)
{
	return pind_fill_lasting(skb, lasting);
}

static int fill_search(struct sk_buff *skb, const struct pind_reader *reader, const void *search)
{
	return pind_fill_lasting_search(skb, search);
}

static int dump_lasting(const struct pind_lasting *lasting, void *userdata)
{
	const struct lasting_place *place = userdata;
	int ret = pind_genl_dump_one(place->skb, place->cb, PIND_CMD_LASTING_GET,
				     &pind_reader_anyone, fill_lasting, lasting);

	if (!ret)
		DUMP_CONTEXT(place->cb, struct lasting_cursor)->owner = lasting->owner + 1;
	return ret;
}

int pind_dump_lasting(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lasting_cursor *cursor = DUMP_CONTEXT(cb, struct lasting_cursor);
	struct lasting_place place = { skb, cb };
	struct pind_lasting_search search;
	struct pind_reader reader;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	cb->seq = 1; /* owners that come or go meanwhile leave the others in place */
	if (cursor->ended || pind_lasting_each(cursor->owner, dump_lasting, &place))
		return skb->len;
	pind_lasting_read(&search);
	cursor->ended = !pind_genl_dump_one(skb, cb, PIND_CMD_LASTING_GET, &reader, fill_search,
					    &search);
	return skb->len;
}
