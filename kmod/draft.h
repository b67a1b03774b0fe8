/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about rules, and the list of rules that a socket has begun: it takes several
 * messages, and has no effect until it is committed. There is one such list at a time,
 * which goes with its socket.
 */
#ifndef PIND_DRAFT_H
#define PIND_DRAFT_H

#include <net/genetlink.h>

/** pind_draft_policy - of PIND_A_RULES_*, for all requests about such a list */
extern const struct nla_policy pind_draft_policy[];

/** pind_rule_policy - of PIND_A_RULE_*, for those about a rule in force */
extern const struct nla_policy pind_rule_policy[];

/* Operations of the family: see docs/netlink/pind.yaml. */
int pind_draft_begin(struct sk_buff *request, struct genl_info *info);
int pind_draft_add(struct sk_buff *request, struct genl_info *info);
int pind_draft_commit(struct sk_buff *request, struct genl_info *info);
int pind_draft_set_rule(struct sk_buff *request, struct genl_info *info);
int pind_draft_unset_rule(struct sk_buff *request, struct genl_info *info);
int pind_draft_dump_rules(struct sk_buff *skb, struct netlink_callback *cb);

int pind_draft_init(void);

/** pind_draft_exit() - no request may come any more; the list that was begun is dropped */
void pind_draft_exit(void);

#endif /* PIND_DRAFT_H */
