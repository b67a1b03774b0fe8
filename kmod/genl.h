/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: include/uapi/linux/pind.h, docs/netlink/pind.yaml. */
#ifndef PIND_GENL_H
#define PIND_GENL_H

#include <net/genetlink.h>

#include "reader.h"

extern struct genl_family pind_family;

/* What get and dump pass on the way from a request to a message. */
typedef int (*pind_fill_fn)(struct sk_buff *skb, const struct pind_reader *reader,
			    const void *object);

/** pind_genl_reply() - answer the do request @request with what @fill puts there */
int pind_genl_reply(struct sk_buff *request, struct genl_info *info, pind_fill_fn fill,
		    const void *object);

/**
 * pind_genl_dump_one() - one message of a dump
 * Return: 0; -EMSGSIZE when the rest has to wait; what @fill returned, then there is no message.
 */
int pind_genl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       const struct pind_reader *reader, pind_fill_fn fill, const void *object);

/**
 * pind_genl_named_group() - the group whose id an attribute holds
 * @extack: gets a sentence when there is none
 * Return: as pind_group_join_id().
 */
struct pind_group *pind_genl_named_group(const struct nlattr *id, struct netlink_ext_ack *extack);

/** pind_genl_limit() - what an attribute of bytes says, in whole pages, rounded down */
unsigned long pind_genl_limit(const struct nlattr *attr);

/**
 * pind_genl_may_see_frames() - may whoever asks know where in memory a page lies
 * Return: 0; -EPERM.
 */
int pind_genl_may_see_frames(struct sk_buff *request, struct netlink_ext_ack *extack);

int pind_genl_init(void);

/** pind_genl_exit() - no request is answered any more, none is under way */
void pind_genl_exit(void);

#endif /* PIND_GENL_H */
