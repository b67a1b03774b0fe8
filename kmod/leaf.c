// SPDX-License-Identifier: GPL-2.0
#include <linux/kmemleak.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "leaf.h"
#include "reap.h"

/* The pointer is written once, at load; its entries are set later and never cleared. */
struct pind_leaf ***pind_leaf_top __ro_after_init;
/* The first slot number of the area for large folios. */
unsigned long pind_leaf_large __ro_after_init;
static unsigned long nr_mids __ro_after_init;

static struct kmem_cache *leaf_cache;
atomic_long_t pind_leaf_nr;
static atomic_long_t leaves, mids;
struct pind_leaf_lock pind_leaf_locks[1 << PIND_LEAF_LOCK_BITS];
DEFINE_PER_CPU(long, pind_leaf_nr_used);

/* Leaves that were empty when they were put here; for pind_leaf_reap(). */
static LLIST_HEAD(idle_leaves);

void pind_leaf_idle(struct pind_leaf *leaf)
{
	pind_leaf_assert_locked(leaf);
	if (!leaf->listed) {
		leaf->listed = true;
		llist_add(&leaf->idle, &idle_leaves);
	}
	pind_reap_soon();
}

/* The directory's entry for a leaf, made if need be. */
static struct pind_leaf **add_entry(unsigned long index)
{
	struct pind_leaf ***top = &pind_leaf_top[index >> PIND_MID_SHIFT];
	struct pind_leaf **mid = READ_ONCE(*top), **other;

	if (!mid) {
		mid = kvcalloc(PIND_MID_LEAVES, sizeof(*mid), GFP_KERNEL);
		if (!mid)
			return NULL;
		other = cmpxchg(top, NULL, mid);
		if (other) {
			kvfree(mid);
			mid = other;
		} else {
			atomic_long_inc(&mids);
		}
	}
	return &mid[index & (PIND_MID_LEAVES - 1)];
}

int pind_leaf_add(unsigned long number)
{
	unsigned long index = number >> PIND_LEAF_SHIFT;
	struct pind_leaf *leaf, **entry = add_entry(index);

	if (!entry)
		return -ENOMEM;
	/* charged to the memory cgroup of the task that pins */
	leaf = kmem_cache_alloc(leaf_cache, GFP_KERNEL_ACCOUNT);
	if (!leaf)
		return -ENOMEM;
	leaf->index = index;
	leaf->rounds = 0;
	leaf->listed = true; /* put on the list below, in case the leaf is never used */
	leaf->dead = false;
	/* before the leaf can be found: no unpin of a folio recorded here may see a count of 0 */
	atomic_long_inc(&leaves);
	atomic_long_inc(&pind_leaf_nr);
	if (cmpxchg(entry, NULL, leaf)) {
		atomic_long_dec(&pind_leaf_nr);
		atomic_long_dec(&leaves);
		kmem_cache_free(leaf_cache, leaf);
		return 0;
	}
	llist_add(&leaf->idle, &idle_leaves);
	return 0;
}

static void free_leaf(struct rcu_head *rcu)
{
	kmem_cache_free(leaf_cache, container_of(rcu, struct pind_leaf, rcu));
}

void pind_leaf_drop(struct pind_leaf *leaf)
{
	struct pind_leaf **mid = pind_leaf_top[leaf->index >> PIND_MID_SHIFT];

	if (cmpxchg(&mid[leaf->index & (PIND_MID_LEAVES - 1)], leaf, NULL) != leaf)
		return;
	atomic_long_dec(&pind_leaf_nr);
	atomic_long_dec(&leaves);
	call_rcu(&leaf->rcu, free_leaf);
}

struct pind_leaf *pind_leaf_next(unsigned long index)
{
	struct pind_leaf *leaf, **mid;

	while (index >> PIND_MID_SHIFT < nr_mids) {
		mid = READ_ONCE(pind_leaf_top[index >> PIND_MID_SHIFT]);
		if (!mid) {
			index = (index | (PIND_MID_LEAVES - 1)) + 1;
			continue;
		}
		leaf = READ_ONCE(mid[index & (PIND_MID_LEAVES - 1)]);
		if (leaf)
			return leaf;
		index++;
	}
	return NULL;
}

void pind_leaf_reap(void)
{
	struct pind_leaf *leaf, *next;
	unsigned long flags;

	llist_for_each_entry_safe(leaf, next, llist_del_all(&idle_leaves), idle) {
		raw_spinlock_t *lock = pind_leaf_lock(leaf->index << PIND_LEAF_SHIFT);

		cond_resched();
		/* a call that records here and meets a dead leaf may drop it first */
		rcu_read_lock();
		raw_spin_lock_irqsave(lock, flags);
		leaf->listed = false;
		/* a leaf that is on the recheck's list is put back on ours by the recheck */
		leaf->dead = !leaf->used && !leaf->rounds;
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
		used += per_cpu(pind_leaf_nr_used, cpu);
	return used;
}

u64 pind_leaf_bytes(void)
{
	return atomic_long_read(&leaves) * sizeof(struct pind_leaf) +
	       atomic_long_read(&mids) * PIND_MID_LEAVES * sizeof(struct pind_leaf *);
}

/* Clears a leaf once, as the slab's constructor: a leaf is freed with all slots 0. */
static void clear_leaf(void *leaf)
{
	memset(leaf, 0, sizeof(struct pind_leaf));
}

int __init pind_leaf_init(void)
{
	unsigned long numbers;
	unsigned int i;

	pind_leaf_large = 1UL << (MAX_PHYSMEM_BITS - PAGE_SHIFT);
	numbers = pind_leaf_large + (pind_leaf_large >> PIND_LARGE_ORDER);
	nr_mids = numbers >> (PIND_LEAF_SHIFT + PIND_MID_SHIFT);
	pind_leaf_top = vzalloc(array_size(nr_mids, sizeof(*pind_leaf_top)));
	if (!pind_leaf_top)
		return -ENOMEM;
	/* kmemleak does not look for pointers in data that is read-only after a module's init */
	kmemleak_not_leak(pind_leaf_top);
	for (i = 0; i < ARRAY_SIZE(pind_leaf_locks); i++)
		raw_spin_lock_init(&pind_leaf_locks[i].lock);
	leaf_cache = kmem_cache_create("pind_leaf", sizeof(struct pind_leaf), 0, 0, clear_leaf);
	if (!leaf_cache) {
		vfree(pind_leaf_top);
		return -ENOMEM;
	}
	return 0;
}

void pind_leaf_exit(void)
{
	struct pind_leaf *leaf;
	unsigned long index, i;

	for (index = 0; (leaf = pind_leaf_next(index)); index++) {
		index = leaf->index;
		pind_leaf_drop(leaf);
	}
	rcu_barrier(); /* free_leaf() is in this module */
	for (i = 0; i < nr_mids; i++)
		kvfree(pind_leaf_top[i]);
	vfree(pind_leaf_top);
	kmem_cache_destroy(leaf_cache);
}
