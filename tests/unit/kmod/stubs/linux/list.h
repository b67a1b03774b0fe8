/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_LIST_H
#define STUB_LINUX_LIST_H

#include <linux/types.h>

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (head->first)
		head->first->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

#define hlist_entry_or_null(node, type, member) ((node) ? container_of(node, type, member) : NULL)
#define hlist_for_each_entry(pos, head, member)                                                    \
	for (pos = hlist_entry_or_null((head)->first, typeof(*pos), member); pos;                  \
	     pos = hlist_entry_or_null(pos->member.next, typeof(*pos), member))

#endif
