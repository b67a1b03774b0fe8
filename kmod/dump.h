/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dumps: answers of many messages. One function for each command, as struct genl_ops takes
 * it. The position at which a dump goes on is kept in the callback's context.
 */
#ifndef PIND_DUMP_H
#define PIND_DUMP_H

#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <net/sock.h>

struct pind_reader;

/* How long a request that is worked off as its answer is read works for one message. */
#define DUMP_WORK_TIME (HZ / 20)

/* Where a dump keeps its position. */
#define DUMP_CONTEXT(cb, type)                                  \
	({                                                      \
		BUILD_BUG_ON(sizeof(type) > sizeof((cb)->ctx)); \
		(type *)(cb)->ctx;                              \
	})

/** pind_dump_net() - the network namespace of the socket that asked */
static inline struct net *pind_dump_net(const struct netlink_callback *cb)
{
	return sock_net(cb->skb->sk);
}

/**
 * pind_dump_begin() - the reader of a dump; called for each part of it
 * Return: 0; -EPERM, with a sentence, where the reader is not in the initial network namespace.
 * Only the dump of groups is open to such a reader.
 */
int pind_dump_begin(struct netlink_callback *cb, struct pind_reader *reader);

/** pind_dump_start() - make room for messages with two of the longest paths */
int pind_dump_start(struct netlink_callback *cb);

int pind_dump_groups(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_accounts(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_refusals(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_failures(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_misuse(struct sk_buff *skb, struct netlink_callback *cb);

int pind_dump_calls(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_calls_done(struct netlink_callback *cb);

int pind_dump_pages(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_pages_done(struct netlink_callback *cb);

/*
 * An audit works while its messages are read, outside of all locks of generic netlink, except
 * in the first call, which only checks the request.
 */
int pind_dump_audit(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_audit_done(struct netlink_callback *cb);

/* Both work while their messages are read, as the audit does. */
int pind_dump_frames(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_others(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_span_done(struct netlink_callback *cb);

int pind_dump_lasting(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* PIND_DUMP_H */
