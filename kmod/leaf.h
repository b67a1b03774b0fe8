/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storage of the ledger: leaves of 256 slots, found by slot number through a directory
 * of two levels, without a lock. A slot's number is the frame number of its folio's
 * head. Folios of 2 MiB and more have an area of their own behind all frames, by
 * frame number >> 9, so that a leaf covers 512 MiB of them and not 1 MiB.
 *
 * slot.h defines the meaning of a slot; ledger.c and unpin.c write the slots.
 */
#ifndef PIND_LEAF_H
#define PIND_LEAF_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "compat.h"

#define PIND_LEAF_SHIFT 8
#define PIND_LEAF_SLOTS (1U << PIND_LEAF_SHIFT)

/* Leaves under one entry of the directory's top level: 4 GiB of base pages. */
#define PIND_MID_SHIFT	12
#define PIND_MID_LEAVES (1UL << PIND_MID_SHIFT)

/* Folios of this order and above have their slots in the area for large folios. */
#define PIND_LARGE_ORDER 9

/**
 * struct pind_leaf - 256 slots
 * @rcu: frees it, since look-ups take no lock
 * @idle: in the list of leaves that may be empty
 * @recheck: in the list of leaves that are to be looked at again (audit.c)
 * @index: slot number >> PIND_LEAF_SHIFT
 * @used: number of slots that are not 0; under the leaf's lock
 * @rounds: how often the recheck has yet to look at the leaf; under the leaf's lock
 * @listed: the leaf is in the list of empty ones; under the leaf's lock
 * @dead: the leaf leaves the directory: record nothing here; under the leaf's lock
 * @slot: written under the leaf's lock; read without it only to see whether a slot is 0
 */
struct pind_leaf {
	struct rcu_head rcu;
	struct llist_node idle;
	struct llist_node recheck;
	unsigned long index;
	u16 used;
	u8 rounds;
	bool listed;
	bool dead;
	unsigned long slot[PIND_LEAF_SLOTS];
};

extern struct pind_leaf ***pind_leaf_top;
extern unsigned long pind_leaf_large;

int pind_leaf_init(void);

/** pind_leaf_exit() - free all; no hook runs and no reader looks any more */
void pind_leaf_exit(void);

/*
 * Each lock guards the leaves whose indices hash to it: their slots, the holdings that the
 * slots point to, used, rounds, listed and dead. Raw and with interrupts off, as an unpin may
 * come from a hardirq or from under another raw lock. Inside are only per-CPU and
 * atomic counters, the stock of a charge, and queue_delayed_work() and kfree_rcu(),
 * which may be called anywhere.
 *
 * Its guesses: how often pins were taken from holdings in these leaves by a guess (see struct
 * pind_release); written under the lock. It stands here as no holding lasts as long as an unpin
 * may.
 */
#define PIND_LEAF_LOCK_BITS 10
struct pind_leaf_lock {
	raw_spinlock_t lock;
	u64 guesses;
} ____cacheline_aligned_in_smp;
extern struct pind_leaf_lock pind_leaf_locks[1 << PIND_LEAF_LOCK_BITS];

static inline struct pind_leaf_lock *pind_leaf_lock_entry(unsigned long number)
{
	return &pind_leaf_locks[hash_long(number >> PIND_LEAF_SHIFT, PIND_LEAF_LOCK_BITS)];
}

/** pind_leaf_lock() - the lock of the leaf that a slot number belongs to */
static inline raw_spinlock_t *pind_leaf_lock(unsigned long number)
{
	return &pind_leaf_lock_entry(number)->lock;
}

/** pind_leaf_guesses() - how many guesses there were in leaves with this lock. Context: any. */
static inline u64 pind_leaf_guesses(unsigned long number)
{
	/* an unpin that has read it gives its pins back after that */
	return smp_load_acquire(&pind_leaf_lock_entry(number)->guesses);
}

/** pind_leaf_note_guess() - there was one more. Under the leaf's lock. */
static inline void pind_leaf_note_guess(unsigned long number)
{
	struct pind_leaf_lock *entry = pind_leaf_lock_entry(number);

	lockdep_assert_held(&entry->lock);
	WRITE_ONCE(entry->guesses, entry->guesses + 1);
}

/** pind_leaf_assert_locked() - the caller holds the lock of a leaf */
#define pind_leaf_assert_locked(leaf)	\
	lockdep_assert_held(pind_leaf_lock((leaf)->index << PIND_LEAF_SHIFT))

/** pind_slot_number() - the slot number of the folio that begins at a frame */
static inline unsigned long pind_slot_number(unsigned long pfn, unsigned int order)
{
	return order < PIND_LARGE_ORDER ? pfn : pind_leaf_large + (pfn >> PIND_LARGE_ORDER);
}

/** pind_leaf_last() - the last slot number that there is */
static inline unsigned long pind_leaf_last(void)
{
	return pind_leaf_large + (pind_leaf_large >> PIND_LARGE_ORDER) - 1;
}

/** pind_slot_pfn() - the frame that a slot number is for */
static inline unsigned long pind_slot_pfn(unsigned long number)
{
	return number < pind_leaf_large ? number : (number - pind_leaf_large) << PIND_LARGE_ORDER;
}

static inline unsigned long pind_folio_number(struct folio *folio)
{
	return pind_slot_number(folio_pfn(folio), folio_order(folio));
}

static inline unsigned long *pind_slot_of(struct pind_leaf *leaf, unsigned long number)
{
	return &leaf->slot[number & (PIND_LEAF_SLOTS - 1)];
}

/** pind_leaf_find() - the leaf of a slot number, or NULL. Context: any, under RCU. */
static __always_inline struct pind_leaf *pind_leaf_find(unsigned long number)
{
	struct pind_leaf **mid = READ_ONCE(pind_leaf_top[number >> (PIND_LEAF_SHIFT + PIND_MID_SHIFT)]);

	return mid ? READ_ONCE(mid[number >> PIND_LEAF_SHIFT & (PIND_MID_LEAVES - 1)]) : NULL;
}

/**
 * struct pind_walk - a walk over folios of one page, leaf by leaf, each under its lock
 * @leaf: the leaf that the walk is in; NULL: the last page had none
 * @first: page of the leaf's first slot; NULL: no page is in the leaf
 * @lock: lock of @leaf
 */
struct pind_walk {
	struct pind_leaf *leaf;
	struct page *first;
	raw_spinlock_t *lock;
};

/** pind_walk_leave() - unlock the leaf, if the walk is in one. With interrupts off. */
static __always_inline void pind_walk_leave(struct pind_walk *walk)
{
	if (walk->leaf) {
		__acquire(walk->lock); /* see pind_walk_enter() */
		pind_raw_spin_unlock(walk->lock);
	}
	walk->leaf = NULL;
}

/** pind_walk_look() - go to the leaf of a page, without its lock. Under RCU. */
static __always_inline void pind_walk_look(struct pind_walk *walk, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	walk->first = page - (pfn & (PIND_LEAF_SLOTS - 1));
	walk->leaf = pind_leaf_find(pfn);
}

/** pind_walk_enter() - likewise, and lock it. With interrupts off, while in no leaf. */
static __always_inline void pind_walk_enter(struct pind_walk *walk, struct page *page)
{
	pind_walk_look(walk, page);
	if (!walk->leaf) {
		walk->first = NULL; /* the next page is in no leaf either, and is looked up anew */
		return;
	}
	walk->lock = pind_leaf_lock(page_to_pfn(page));
	pind_raw_spin_lock(walk->lock);
	__release(walk->lock); /* sparse cannot follow a lock that only a leaf brings along */
}

/** pind_walk_index() - a page's slot in the leaf; PIND_LEAF_SLOTS or more if it is in another */
static __always_inline unsigned long pind_walk_index(const struct pind_walk *walk,
						     const struct page *page)
{
	/* the struct pages of a leaf's frames stand side by side on every machine */
	return ((unsigned long)page - (unsigned long)walk->first) / sizeof(*page);
}

/** pind_leaf_next() - the first leaf whose index is not below @index, or NULL. Under RCU. */
struct pind_leaf *pind_leaf_next(unsigned long index);

/** pind_leaf_add() - make the leaf of a slot if need be. Context: process. Return: 0, -ENOMEM. */
int pind_leaf_add(unsigned long number);

/**
 * pind_leaf_drop() - take a dead leaf out of the directory and free it, unless that is done
 * Context: process, also under RCU.
 */
void pind_leaf_drop(struct pind_leaf *leaf);

DECLARE_PER_CPU(long, pind_leaf_nr_used);

/** pind_leaf_idle() - no slot of a leaf is used: have it freed soon. Under its lock. */
void pind_leaf_idle(struct pind_leaf *leaf);

/** pind_leaf_count_used() - @slots more (less, if below 0) of a leaf are used. Under its lock. */
static inline void pind_leaf_count_used(struct pind_leaf *leaf, long slots)
{
	pind_leaf_assert_locked(leaf);
	this_cpu_add(pind_leaf_nr_used, slots);
	leaf->used += slots;
	if (!leaf->used)
		pind_leaf_idle(leaf);
}

/** pind_leaf_reap() - free leaves that hold nothing. Context: process. */
void pind_leaf_reap(void);

/*
 * The number of leaves, and 1 more while every call is to be looked at (exact counters). While
 * it is 0 no unpin concerns us.
 */
extern atomic_long_t pind_leaf_nr;

/** pind_leaf_used() - number of used slots of all leaves */
long pind_leaf_used(void);

/** pind_leaf_bytes() - memory of leaves and directory, without that of holdings */
u64 pind_leaf_bytes(void);

#endif /* PIND_LEAF_H */
