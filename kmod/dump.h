/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers of many messages: one function for each command, as struct genl_ops takes it.
 * Where a dump goes on is kept in the callback's context.
 */
#ifndef PIND_DUMP_H
#define PIND_DUMP_H

#include <linux/netlink.h>

/** pind_dump_start() - of those with long messages: one with two of the longest paths fits */
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
 * An audit works while its messages are read, outside of all locks of generic netlink's
 * except in the first part, which does nothing.
 */
int pind_dump_audit(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_audit_done(struct netlink_callback *cb);

/* Works likewise, for as long at a time. */
int pind_dump_frames(struct sk_buff *skb, struct netlink_callback *cb);
int pind_dump_frames_done(struct netlink_callback *cb);

int pind_dump_lasting(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* PIND_DUMP_H */
