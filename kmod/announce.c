// SPDX-License-Identifier: GPL-2.0
#include <net/genetlink.h>

#include "announce.h"
#include "event.h"
#include "fill.h"
#include "genl.h"

static int fill_object(struct sk_buff *skb, int nest_type, const void *object)
{
	const struct pind_reader *reader = &pind_reader_anyone;

	switch (nest_type) {
	case PIND_A_EVENT_REFUSAL:
		return pind_fill_refusal(skb, reader, object);
	case PIND_A_EVENT_GROUP:
		return pind_fill_group(skb, reader, object);
	case PIND_A_EVENT_BOOKS:
		return pind_fill_books(skb, object);
	case PIND_A_EVENT_LASTING:
		return pind_fill_lasting(skb, object);
	case PIND_A_EVENT_MISUSE:
		return pind_fill_misuse(skb, reader, object);
	}
	return -EINVAL;
}

/* An event's message: its object in a nest, and the number of events lost so far. */
static int announce(u8 cmd, int nest_type, const void *object)
{
	struct sk_buff *skb = genlmsg_new(4 * PATH_MAX, GFP_KERNEL);
	struct nlattr *nest;
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, 0, 0, &pind_family, 0, cmd);
	nest = header ? nla_nest_start(skb, nest_type) : NULL;
	if (!nest || fill_object(skb, nest_type, object))
		goto fail;
	nla_nest_end(skb, nest);
	if (pind_fill_u64(skb, PIND_A_EVENT_LOST, pind_event_lost()))
		goto fail;
	genlmsg_end(skb, header);
	(void)genlmsg_multicast(&pind_family, skb, 0, 0, GFP_KERNEL); /* -ESRCH: nobody listens */
	return 0;

fail:
	nlmsg_free(skb);
	return -ENOMEM;
}

int pind_announce_refusal(const struct pind_refusal *refusal)
{
	return announce(PIND_CMD_REFUSED_NTF, PIND_A_EVENT_REFUSAL, refusal);
}

int pind_announce_books(const struct pind_books *books)
{
	return announce(PIND_CMD_BOOKS_NTF, PIND_A_EVENT_BOOKS, books);
}

int pind_announce_misuse(const struct pind_misuse *misuse)
{
	return announce(PIND_CMD_MISUSE_NTF, PIND_A_EVENT_MISUSE, misuse);
}

int pind_announce_lasting(const struct pind_lasting *lasting)
{
	return announce(PIND_CMD_LASTING_NTF, PIND_A_EVENT_LASTING, lasting);
}

int pind_announce_group(enum pind_cmd cmd, struct pind_group *group)
{
	return announce(cmd, PIND_A_EVENT_GROUP, group);
}
