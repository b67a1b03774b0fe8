/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the ledger is kept: leaves of slots, one slot for each page frame that a
 * pinned folio may begin at, found by frame number. What a slot means is known
 * here; when it is written, and what follows from it, is ledger.c's.
 */
#ifndef PIND_LEAF_H
#define PIND_LEAF_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "holding.h"

#define PIND_LEAF_SHIFT	8
#define PIND_LEAF_SLOTS	(1U << PIND_LEAF_SHIFT)

/*
 * A slot is 0, or holds the usual case in place (one account, a folio of one
 * page): bit 0 set, the account's number in bits 1-31, its pins in bits 32-63.
 * Else it points to a node.
 */
#define PIND_SLOT_INLINE 1UL

/**
 * struct pind_leaf - 256 frames of the ledger, 1 MiB of base pages
 * @rcu: pind_ledger_take() looks without a lock
 * @idle: in the list of those that may have nothing in them
 * @index: in pind_leaves
 * @used: slots that are not 0; under the leaf's lock
 * @listed: in that list; under the leaf's lock
 * @dead: taken out of the index, record nothing here; under the leaf's lock
 * @slot: written under the leaf's lock; read without it only to see whether it
 *	is 0
 */
struct pind_leaf {
	struct rcu_head rcu;
	struct llist_node idle;
	unsigned long index;
	u16 used;
	bool listed;
	bool dead;
	unsigned long slot[PIND_LEAF_SLOTS];
};

/* A slot that does not fit in place; under the leaf's lock. */
struct pind_node {
	struct rcu_head rcu;
	u32 pages;
	u16 nr;
	u16 cap;
	struct pind_holder holder[];
};

/**
 * struct pind_view - a slot opened: one form for the three that it can have
 * @holding: what to work on
 * @node: where the holders live, or NULL: in @one
 * @one: the holder of an inline slot
 */
struct pind_view {
	struct pind_holding holding;
	struct pind_node *node;
	struct pind_holder one;
};

/* leaf number (pfn >> PIND_LEAF_SHIFT) -> leaf; written in process context */
extern struct xarray pind_leaves;

int pind_leaf_init(void);

/** pind_leaf_exit() - free all; nobody looks any more */
void pind_leaf_exit(void);

/*
 * Each guards the leaves whose numbers hash to it: their slots, nodes, used and
 * dead. Raw and with interrupts off, because an unpin may come from a hardirq
 * or from under another raw lock. Innermost of ours: inside are only atomic
 * counters, and what queue_delayed_work() and kfree_rcu() take, which may be
 * called anywhere.
 */
#define PIND_LEAF_LOCK_BITS 10
struct pind_leaf_lock {
	raw_spinlock_t lock;
} ____cacheline_aligned_in_smp;
extern struct pind_leaf_lock pind_leaf_locks[1 << PIND_LEAF_LOCK_BITS];

/** pind_leaf_lock_of() - the one that guards a frame's leaf */
static inline raw_spinlock_t *pind_leaf_lock_of(unsigned long pfn)
{
	return &pind_leaf_locks[hash_long(pfn >> PIND_LEAF_SHIFT, PIND_LEAF_LOCK_BITS)].lock;
}

static inline unsigned long *pind_slot_of(struct pind_leaf *leaf, unsigned long pfn)
{
	return &leaf->slot[pfn & (PIND_LEAF_SLOTS - 1)];
}

/** pind_leaf_find() - the leaf of a frame, or NULL. Context: any, under RCU. */
static inline struct pind_leaf *pind_leaf_find(unsigned long pfn)
{
	return xa_load(&pind_leaves, pfn >> PIND_LEAF_SHIFT);
}

/** pind_leaf_add() - see to it that a frame has a leaf. Context: process. Return: 0, -ENOMEM. */
int pind_leaf_add(unsigned long pfn);

/**
 * pind_leaf_drop() - take a dead leaf out of the index, unless somebody has, and free it
 * Context: process, also under RCU.
 */
void pind_leaf_drop(struct pind_leaf *leaf);

/** pind_leaf_count_used() - @slots more of a leaf are used. Under its lock. */
void pind_leaf_count_used(struct pind_leaf *leaf, long slots);

/** pind_leaf_reap() - free leaves that hold nothing. Context: process. */
void pind_leaf_reap(void);

extern atomic_long_t pind_leaf_nr;

/** pind_leaf_none() - is there not a single leaf. Context: any. */
static inline bool pind_leaf_none(void)
{
	return !atomic_long_read(&pind_leaf_nr);
}

/** pind_leaf_used() - used slots of all leaves */
long pind_leaf_used(void);

/** pind_leaf_bytes() - memory that leaves and nodes take */
u64 pind_leaf_bytes(void);

/* More do not fit in struct pind_node. */
#define PIND_HOLDERS_MAX U16_MAX

/** pind_node_new() - room for @cap holders. Context: process. Return: or NULL. */
struct pind_node *pind_node_new(u32 cap);

/** pind_node_free() - NULL is fine. Context: any. */
void pind_node_free(struct pind_node *node);

/**
 * pind_view_open() - look at a slot
 * @slot: its content
 * @pages: size of the folio, should the slot be empty
 * Context: any, under the leaf's lock.
 */
void pind_view_open(unsigned long slot, u32 pages, struct pind_view *view);

/** pind_view_grow() - move the holders into @spare, which has more room */
void pind_view_grow(struct pind_view *view, struct pind_node *spare);

/** pind_view_close() - write back what was changed. Under the leaf's lock. */
void pind_view_close(struct pind_leaf *leaf, unsigned long *slot, struct pind_view *view);

#endif /* PIND_LEAF_H */
