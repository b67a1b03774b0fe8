// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/slab.h>

#include "account.h"
#include "leaf.h"
#include "reap.h"

DEFINE_XARRAY(pind_leaves);
static struct kmem_cache *leaf_cache;
atomic_long_t pind_leaf_nr;
struct pind_leaf_lock pind_leaf_locks[1 << PIND_LEAF_LOCK_BITS];
static DEFINE_PER_CPU(long, nr_used);
static atomic_long_t node_bytes;

/* Leaves that had nothing in them when they were put here; for pind_leaf_reap(). */
static LLIST_HEAD(idle_leaves);

static size_t node_size(u16 cap)
{
	return struct_size((struct pind_node *)NULL, holder, cap);
}

void pind_node_free(struct pind_node *node)
{
	if (!node)
		return;
	atomic_long_sub(node_size(node->cap), &node_bytes);
	kfree_rcu(node, rcu); /* from any context */
}

struct pind_node *pind_node_new(u32 cap)
{
	struct pind_node *node;

	if (cap > PIND_HOLDERS_MAX)
		return NULL;
	/* charged to who pins, as its quota does not bound how many hold one page */
	node = kzalloc(node_size(cap), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!node)
		return NULL;
	node->cap = cap;
	atomic_long_add(node_size(cap), &node_bytes);
	return node;
}

void pind_view_open(unsigned long slot, u32 pages, struct pind_view *view)
{
	struct pind_account *account;

	*view = (struct pind_view){
		.holding = { .pages = pages, .holder = &view->one },
	};
	if (slot & PIND_SLOT_INLINE) {
		account = pind_account_by_id((u32)slot >> 1);
		view->one = (struct pind_holder){
			.account = account,
			.group = account->group,
			.pins = slot >> 32,
			.covered = 1,
		};
		view->holding.pages = 1;
		view->holding.nr = 1;
		view->holding.cap = 1;
	} else if (slot) {
		view->node = (struct pind_node *)slot;
		view->holding.pages = view->node->pages;
		view->holding.nr = view->node->nr;
		view->holding.cap = view->node->cap;
		view->holding.holder = view->node->holder;
	} else if (pages == 1) {
		view->holding.cap = 1;
	}
}

void pind_view_grow(struct pind_view *view, struct pind_node *spare)
{
	spare->pages = view->holding.pages;
	memcpy(spare->holder, view->holding.holder,
	       view->holding.nr * sizeof(*view->holding.holder));
	pind_node_free(view->node);
	view->node = spare;
	view->holding.holder = spare->holder;
	view->holding.cap = spare->cap;
}

void pind_leaf_count_used(struct pind_leaf *leaf, long slots)
{
	this_cpu_add(nr_used, slots);
	leaf->used += slots;
	if (leaf->used)
		return;
	if (!leaf->listed) {
		leaf->listed = true;
		llist_add(&leaf->idle, &idle_leaves);
	}
	pind_reap_soon();
}

void pind_view_close(struct pind_leaf *leaf, unsigned long *slot, struct pind_view *view)
{
	bool was_used = *slot;

	if (!view->holding.nr) {
		pind_node_free(view->node);
		WRITE_ONCE(*slot, 0);
	} else if (view->node) {
		view->node->nr = view->holding.nr;
		WRITE_ONCE(*slot, (unsigned long)view->node);
	} else {
		WRITE_ONCE(*slot, PIND_SLOT_INLINE | (unsigned long)view->one.account->id << 1 |
				  (unsigned long)view->one.pins << 32);
	}
	if (was_used != !!*slot)
		pind_leaf_count_used(leaf, was_used ? -1 : 1);
}

int pind_leaf_add(unsigned long pfn)
{
	struct pind_leaf *leaf = kmem_cache_zalloc(leaf_cache, GFP_KERNEL_ACCOUNT), *old;

	if (!leaf)
		return -ENOMEM;
	leaf->index = pfn >> PIND_LEAF_SHIFT;
	leaf->listed = true; /* it will be */
	/* first, or an unpin of what is recorded here might think there is nothing */
	atomic_long_inc(&pind_leaf_nr);
	old = xa_cmpxchg(&pind_leaves, leaf->index, NULL, leaf, GFP_KERNEL);
	if (old) {
		atomic_long_dec(&pind_leaf_nr);
		kmem_cache_free(leaf_cache, leaf);
		return xa_is_err(old) ? -ENOMEM : 0;
	}
	/* in case it is never used */
	llist_add(&leaf->idle, &idle_leaves);
	return 0;
}

static void free_leaf(struct rcu_head *rcu)
{
	kmem_cache_free(leaf_cache, container_of(rcu, struct pind_leaf, rcu));
}

void pind_leaf_drop(struct pind_leaf *leaf)
{
	if (xa_cmpxchg(&pind_leaves, leaf->index, leaf, NULL, 0) != leaf)
		return;
	atomic_long_dec(&pind_leaf_nr);
	call_rcu(&leaf->rcu, free_leaf);
}

void pind_leaf_reap(void)
{
	struct pind_leaf *leaf, *next;
	unsigned long flags;

	llist_for_each_entry_safe(leaf, next, llist_del_all(&idle_leaves), idle) {
		raw_spinlock_t *lock = pind_leaf_lock_of(leaf->index << PIND_LEAF_SHIFT);

		cond_resched();
		/* a recorder who meets a dead leaf is quicker to drop it, perhaps */
		rcu_read_lock();
		raw_spin_lock_irqsave(lock, flags);
		leaf->listed = false;
		leaf->dead = !leaf->used;
		raw_spin_unlock_irqrestore(lock, flags);
		if (leaf->dead)
			pind_leaf_drop(leaf);
		rcu_read_unlock();
	}
}

long pind_leaf_used(void)
{
	long used = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		used += per_cpu(nr_used, cpu);
	return used;
}

u64 pind_leaf_bytes(void)
{
	return atomic_long_read(&pind_leaf_nr) * sizeof(struct pind_leaf) +
	       atomic_long_read(&node_bytes);
}

int pind_leaf_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pind_leaf_locks); i++)
		raw_spin_lock_init(&pind_leaf_locks[i].lock);
	leaf_cache = kmem_cache_create("pind_leaf", sizeof(struct pind_leaf), 0, 0, NULL);
	return leaf_cache ? 0 : -ENOMEM;
}

void pind_leaf_exit(void)
{
	struct pind_leaf *leaf;
	unsigned long index;
	unsigned int i;

	xa_for_each(&pind_leaves, index, leaf) {
		for (i = 0; i < PIND_LEAF_SLOTS; i++)
			if (leaf->slot[i] && !(leaf->slot[i] & PIND_SLOT_INLINE))
				pind_node_free((struct pind_node *)leaf->slot[i]);
		pind_leaf_drop(leaf);
	}
	rcu_barrier(); /* free_leaf() is in this module */
	xa_destroy(&pind_leaves);
	kmem_cache_destroy(leaf_cache);
}
