/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A search tree with the kernel's names, not balanced: what uses it cannot tell. */
#ifndef STUB_LINUX_RBTREE_H
#define STUB_LINUX_RBTREE_H

#include <linux/types.h>

struct rb_node {
	struct rb_node *parent, *rb_left, *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT			     ((struct rb_root){ NULL })
#define rb_entry(node, type, member) container_of(node, type, member)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent };
	*link = node;
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (node->rb_right) {
		node = node->rb_right;
		while (node->rb_left)
			node = node->rb_left;
		return (struct rb_node *)node;
	}
	while ((parent = node->parent) && node == parent->rb_right)
		node = parent;
	return parent;
}

static inline void rb_replace(struct rb_node *node, struct rb_node *by, struct rb_root *root)
{
	if (by)
		by->parent = node->parent;
	if (!node->parent)
		root->rb_node = by;
	else if (node->parent->rb_left == node)
		node->parent->rb_left = by;
	else
		node->parent->rb_right = by;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		rb_replace(node, node->rb_left ? node->rb_left : node->rb_right, root);
		return;
	}
	next = rb_next(node);
	rb_replace(next, next->rb_right, root);
	next->rb_left = node->rb_left;
	next->rb_right = node->rb_right;
	if (next->rb_left)
		next->rb_left->parent = next;
	if (next->rb_right)
		next->rb_right->parent = next;
	rb_replace(node, next, root);
}

#endif
