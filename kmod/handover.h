/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handover of the ledger from one load of the module to the next, by way of user space: a
 * dump of it, and requests by which the next module takes the pins over. Contract:
 * handover-get and handover-take in docs/netlink/pind.yaml.
 */
#ifndef PIND_HANDOVER_H
#define PIND_HANDOVER_H

#include <net/genetlink.h>
#include <uapi/linux/pind.h>

extern const struct nla_policy pind_handover_policy[PIND_A_HANDOVER_MAX + 1];

/** pind_handover_dump() - handover-get */
int pind_handover_dump(struct sk_buff *skb, struct netlink_callback *cb);

/** pind_handover_take() - handover-take */
int pind_handover_take(struct sk_buff *request, struct genl_info *info);

#endif /* PIND_HANDOVER_H */
