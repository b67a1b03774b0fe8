/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about rules. A list of rules may need several messages: a socket begins a "draft"
 * of it, adds rules, and commits it; only then it comes into force. There is one draft at a
 * time, and it is dropped when its socket is closed.
 */
#ifndef PIND_DRAFT_H
#define PIND_DRAFT_H

#include <net/genetlink.h>

/** pind_draft_policy - of PIND_A_RULES_*, for requests about a draft */
extern const struct nla_policy pind_draft_policy[];

/** pind_rule_policy - of PIND_A_RULE_*, for requests about one rule in force */
extern const struct nla_policy pind_rule_policy[];

/* Operations of the family: see docs/netlink/pind.yaml. */
int pind_draft_begin(struct sk_buff *request, struct genl_info *info);
int pind_draft_add(struct sk_buff *request, struct genl_info *info);
int pind_draft_commit(struct sk_buff *request, struct genl_info *info);
int pind_draft_set_rule(struct sk_buff *request, struct genl_info *info);
int pind_draft_unset_rule(struct sk_buff *request, struct genl_info *info);
int pind_draft_dump_rules(struct sk_buff *skb, struct netlink_callback *cb);

int pind_draft_init(void);

/** pind_draft_exit() - drop the draft; no request may come any more */
void pind_draft_exit(void);

#endif /* PIND_DRAFT_H */
