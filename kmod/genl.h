/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: include/uapi/linux/pind.h, docs/netlink/pind.yaml. */
#ifndef PIND_GENL_H
#define PIND_GENL_H

#include <net/genetlink.h>

#include "reader.h"

extern struct genl_family pind_family;

/* Writes an object into a message, as far as the reader may see it. */
typedef int (*pind_fill_fn)(struct sk_buff *skb, const struct pind_reader *reader,
			    const void *object);

/** pind_genl_reply() - answer @request, a do request, with the attributes that @fill writes */
int pind_genl_reply(struct sk_buff *request, struct genl_info *info, pind_fill_fn fill,
		    const void *object);

/**
 * pind_genl_dump_one() - write one message of a dump
 * Return: 0; -EMSGSIZE if @skb is full and the dump has to go on in the next one; any other
 * value that @fill returned, and then no message was written.
 */
int pind_genl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       const struct pind_reader *reader, pind_fill_fn fill, const void *object);

/**
 * pind_genl_named_group() - the group whose id an attribute holds
 * @extack: gets a sentence if there is no such group
 * Return: as pind_group_join_id().
 */
struct pind_group *pind_genl_named_group(const struct nlattr *id, struct netlink_ext_ack *extack);

/** pind_genl_limit() - the value of an attribute in bytes as whole pages, rounded down */
unsigned long pind_genl_limit(const struct nlattr *attr);

/**
 * pind_genl_may_see_frames() - may the sender of a request know frame numbers of pages
 * Return: 0; -EPERM.
 */
int pind_genl_may_see_frames(struct sk_buff *request, struct netlink_ext_ack *extack);

int pind_genl_init(void);

/** pind_genl_exit() - unregister the family; afterwards no request is under way */
void pind_genl_exit(void);

#endif /* PIND_GENL_H */
