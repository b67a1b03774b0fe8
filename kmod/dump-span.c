// SPDX-License-Identifier: GPL-2.0
/* Dumps of pinners: in a range of frames, or of a cgroup's memory from outside of it. */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <net/genetlink.h>

#include "compat.h"
#include "dump.h"
#include "genl.h"
#include "reader.h"
#include "span.h"

static struct pind_span *begin_frames(struct netlink_callback *cb)
{
	const struct nlattr *first = pind_dump_attrs(cb)[PIND_A_FRAME_FIRST];
	const struct nlattr *last = pind_dump_attrs(cb)[PIND_A_FRAME_LAST];
	struct pind_span *span;
	int ret = pind_genl_may_see_frames(cb->skb, cb->extack);

	if (ret)
		return ERR_PTR(ret);
	if (!first || !last) {
		NL_SET_ERR_MSG(cb->extack,
			       "attributes first and last are needed: page frame numbers, u64");
		return ERR_PTR(-EINVAL);
	}
	if (nla_get_u64(last) < nla_get_u64(first) || nla_get_u64(last) > U64_MAX >> PAGE_SHIFT) {
		NL_SET_ERR_MSG_ATTR(cb->extack, last,
				    "last must be first or more, and a frame number");
		return ERR_PTR(-ERANGE);
	}
	span = pind_span_new(nla_get_u64(first), nla_get_u64(last),
			     pind_dump_attrs(cb)[PIND_A_FRAME_EACH]);
	return span ?: ERR_PTR(-ENOMEM);
}

static struct pind_span *begin_others(struct netlink_callback *cb)
{
	const struct nlattr *id = pind_dump_attrs(cb)[PIND_A_FRAME_OWNER_ID];
	struct pind_span *span;
	int ret = pind_genl_may_see_frames(cb->skb, cb->extack);

	if (ret)
		return ERR_PTR(ret);
	if (!id || !nla_get_u64(id)) {
		NL_SET_ERR_MSG(cb->extack, "attribute owner-id is needed: the cgroup's id, u64");
		return ERR_PTR(-EINVAL);
	}
	span = pind_span_new_others(nla_get_u64(id));
	return span ?: ERR_PTR(-ENOMEM);
}

static int fill_span_row(struct sk_buff *skb, const struct pind_reader *reader, const void *row)
{
	return pind_span_fill_row(skb, reader, row);
}

static int fill_span_walk(struct sk_buff *skb, const struct pind_reader *reader, const void *span)
{
	return pind_span_fill_walk(skb, span);
}

static u8 command_of(const struct pind_span *span)
{
	return span->others_of ? PIND_CMD_OTHERS_GET : PIND_CMD_FRAME_GET;
}

/* Dump rows, from the one at which the last message ended. Return: as dump_one(). */
static int dump_span_rows(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct pind_reader *reader, struct pind_span *span,
			  const struct pind_span_row *rows, unsigned int nr)
{
	int ret = 0;

	while (span->told < nr) {
		ret = pind_genl_dump_one(skb, cb, command_of(span), reader, fill_span_row,
					 &rows[span->told]);
		if (ret)
			return ret;
		span->told++;
	}
	return 0;
}

static int walk_some(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct pind_reader *reader, struct pind_span *span)
{
	unsigned long end = jiffies + DUMP_WORK_TIME;
	int ret;

	while (time_before(jiffies, end) && !signal_pending(current)) {
		if (pind_span_step(span)) {
			ret = dump_span_rows(skb, cb, reader, span, span->of_folio,
					     span->nr_of_folio);
			if (ret)
				return ret;
			pind_span_forget_folio(span);
		} else if (pind_frames_ended(&span->walk)) {
			break;
		}
	}
	return 0;
}

/* Each call writes a message at least, or the dump would be over. */
static int dump_span(struct sk_buff *skb, struct netlink_callback *cb,
		     struct pind_span *(*begin)(struct netlink_callback *cb))
{
	struct pind_span **place = DUMP_CONTEXT(cb, struct pind_span *), *span = *place;
	struct pind_reader reader;
	int ret = pind_dump_begin(cb, &reader);

	if (ret)
		return ret;
	cb->seq = 1;
	if (!span) {
		/* the first call runs under a lock of generic netlink: it does no more than this */
		span = begin(cb);
		if (IS_ERR(span))
			return PTR_ERR(span);
		*place = span;
	} else if (!span->ended) {
		ret = walk_some(skb, cb, &reader, span);
	}
	if (!ret && !span->ended && pind_frames_ended(&span->walk) && !span->nr_of_folio)
		ret = dump_span_rows(skb, cb, &reader, span, span->row, span->nr);
	if (!ret && !span->ended) {
		ret = pind_genl_dump_one(skb, cb, command_of(span), &reader, fill_span_walk, span);
		span->ended = !ret && pind_frames_ended(&span->walk) && !span->nr_of_folio &&
			      span->told == span->nr;
	}
	return ret && ret != -EMSGSIZE ? ret : skb->len;
}

int pind_dump_frames(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_span(skb, cb, begin_frames);
}

int pind_dump_others(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_span(skb, cb, begin_others);
}

int pind_dump_span_done(struct netlink_callback *cb)
{
	pind_span_free(*DUMP_CONTEXT(cb, struct pind_span *));
	return 0;
}
