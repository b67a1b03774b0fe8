/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of idle objects, for the reaper. An object is idle while its index has the only
 * reference to it. The function that drops the last other reference puts the object on the
 * list, from any context; so the reaper looks at idle objects only, not at all there are.
 */
#ifndef PIND_IDLE_H
#define PIND_IDLE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "reap.h"

/**
 * struct pind_idle - one list
 * @lock: guards the list and the nodes of it; raw, as an unpin may run in a hardirq
 * @nodes: the nodes on the list
 */
struct pind_idle {
	raw_spinlock_t lock;
	struct list_head nodes;
};

/**
 * struct pind_idle_node - in an object that can fall idle
 * @entry: on the list
 * @refs: the object's references: 1 while only the index has it, 0 once it was taken out
 * @listed: it is on the list
 */
struct pind_idle_node {
	struct list_head entry;
	atomic_long_t refs;
	bool listed;
};

#define PIND_IDLE(name)                                              \
	struct pind_idle name = {                                    \
		.lock = __RAW_SPIN_LOCK_UNLOCKED((name).lock),       \
		.nodes = LIST_HEAD_INIT((name).nodes),               \
	}

/**
 * pind_idle_add() - have the reaper look at an object
 * Its references have fallen to 1, or its cgroup was removed. The references may have risen
 * again, or the object may have been taken out meanwhile. Context: any, under RCU, which
 * keeps the object's memory.
 */
static inline void pind_idle_add(struct pind_idle *idle, struct pind_idle_node *node)
{
	unsigned long flags;

	/* if it is on the list: the reaper takes it off before it looks at the references */
	if (!READ_ONCE(node->listed)) {
		raw_spin_lock_irqsave(&idle->lock, flags);
		if (!node->listed && atomic_long_read(&node->refs) >= 1) {
			WRITE_ONCE(node->listed, true);
			list_add_tail(&node->entry, &idle->nodes);
		}
		raw_spin_unlock_irqrestore(&idle->lock, flags);
	}
	pind_reap_soon();
}

/**
 * pind_idle_end() - end an idle object: from now on nobody can get a reference to it
 * Context: process; called by the reaper only. Return: false if it is not idle, or was put on
 * the list again.
 */
static inline bool pind_idle_end(struct pind_idle *idle, struct pind_idle_node *node)
{
	bool ended;

	raw_spin_lock_irq(&idle->lock);
	ended = !node->listed && atomic_long_cmpxchg(&node->refs, 1, 0) == 1;
	raw_spin_unlock_irq(&idle->lock);
	return ended;
}

/** pind_idle_splice() - move all nodes of the list to @nodes. Context: process. */
static inline void pind_idle_splice(struct pind_idle *idle, struct list_head *nodes)
{
	raw_spin_lock_irq(&idle->lock);
	list_splice_init(&idle->nodes, nodes);
	raw_spin_unlock_irq(&idle->lock);
}

/**
 * pind_idle_take() - take the next of @nodes, which may be put on the list again from now on
 * Context: process; called by the reaper only, and nothing else frees the objects.
 */
static inline struct pind_idle_node *pind_idle_take(struct pind_idle *idle,
						    struct list_head *nodes)
{
	struct pind_idle_node *node;

	raw_spin_lock_irq(&idle->lock);
	node = list_first_entry_or_null(nodes, struct pind_idle_node, entry);
	if (node) {
		list_del(&node->entry);
		WRITE_ONCE(node->listed, false);
	}
	raw_spin_unlock_irq(&idle->lock);
	return node;
}

#endif /* PIND_IDLE_H */
