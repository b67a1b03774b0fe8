// SPDX-License-Identifier: GPL-2.0
#include <linux/llist.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "account.h"
#include "audit.h"
#include "bill.h"
#include "compat.h"
#include "counters.h"
#include "folio.h"
#include "holding.h"
#include "ledger.h"
#include "reap.h"

/* The folio of a page (or NULL) if it has this slot number; else NULL. */
static struct folio *folio_at(struct page *page, unsigned long number)
{
	struct folio *folio = page ? page_folio(page) : NULL;

	return folio && pind_folio_number(folio) == number ? folio : NULL;
}

/* The pins of the page's folio, or 0 if the slot is not for a folio there of this size. */
static u64 pincount_at(struct page *page, unsigned long number, unsigned long slot)
{
	struct folio *folio = folio_at(page, number);

	return folio && pind_ledger_is_of_size(slot, folio) ? pind_folio_pincount(folio, 0) : 0;
}

/*
 * The kernel's pin count of a slot's folio. An audit looks for folios that are no longer
 * pinned, so the frame may be free, part of another folio, or unplugged: then it is 0. For a
 * device's own memory that is being removed it is U64_MAX, since the removal waits for pins.
 */
static u64 pincount_of(unsigned long number, unsigned long slot)
{
	unsigned long pfn = pind_slot_pfn(number);
	struct page *page = pfn_to_online_page(pfn);
	struct dev_pagemap *map;
	u64 pincount;

	if (page)
		return pincount_at(page, number, slot);
	if (!pfn_valid(pfn))
		return 0;
	map = pind_get_dev_pagemap(pfn);
	if (!map)
		return U64_MAX;
	pincount = pincount_at(pfn_to_page(pfn), number, slot);
	put_dev_pagemap(map);
	return pincount;
}

/*
 * Under the leaf's lock and RCU. Settle a slot. Returns the number of pins repaired, which
 * are those taken, except in a leaf that is to be rechecked, where stale pins are expected,
 * and except as many as unpins under way may have given back and were about to settle. The
 * unpins under way are counted before the slot is written: an unpin that finds it empty takes
 * no lock, and may have ended afterwards.
 */
static u64 check_slot(struct pind_leaf *leaf, unsigned long number, struct pind_bill *bill,
		      bool *ret_more)
{
	unsigned long slot = *pind_slot_of(leaf, number);
	struct pind_unpinner nobody = {};
	u64 taken = bill->total_pins, under_way = 0, pincount;

	lockdep_assert_held(pind_leaf_lock(number));
	*ret_more = false;
	if (!slot)
		return 0;
	pincount = pincount_of(number, slot);
	/* a sum over all CPUs, so it is taken only where pins may be taken */
	if (!leaf->rounds && pind_ledger_pins(slot) > pincount) {
		smp_mb(); /* an unpin that has changed the pincount has begun */
		under_way = pind_counters_under_way();
		smp_mb();
	}
	*ret_more = pind_ledger_settle(leaf, number, pincount, &nobody, bill);
	taken = bill->total_pins - taken;
	return leaf->rounds ? 0 : taken - min(taken, under_way);
}

static void note_leak(unsigned long number, struct pind_leaks *leaks)
{
	if (leaks->nr < PIND_LEAKS &&
	    pind_audit_leak(pind_slot_pfn(number), &leaks->leak[leaks->nr]))
		leaks->nr++;
}

bool pind_audit_leak(unsigned long pfn, struct pind_leak *leak)
{
	struct folio *folio;
	struct page *page;
	bool found;

	rcu_read_lock();
	page = pfn_to_online_page(pfn);
	folio = page ? page_folio(page) : NULL;
	found = folio && folio_pfn(folio) == pfn && pind_ledger_leak(folio, leak);
	rcu_read_unlock();
	return found;
}

/* Let others have the CPU, outside RCU. Return: the leaf again, or NULL if it was freed. */
static struct pind_leaf *pause_in(struct pind_leaf *leaf, unsigned long number)
{
	if (!need_resched())
		return leaf;
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	return pind_leaf_find(number);
}

/* Under RCU. A tenant may have many holders in a leaf: there is a pause after each part of a slot. */
static void check_leaf(struct pind_leaf *leaf, const struct pind_group *group,
		       struct pind_audit *audit)
{
	unsigned long first = leaf->index << PIND_LEAF_SHIFT, number, flags;
	raw_spinlock_t *lock = pind_leaf_lock(first);
	struct pind_bill bill = {};
	unsigned int i;
	bool more;

	for (i = 0; leaf && i < PIND_LEAF_SLOTS; i++) {
		number = first + i;
		if (!READ_ONCE(leaf->slot[i]))
			continue;
		if (group && !pind_ledger_holds(leaf, number, group)) {
			leaf = pause_in(leaf, number);
			continue;
		}
		audit->folios++;
		do {
			raw_spin_lock_irqsave(lock, flags);
			audit->pins += check_slot(leaf, number, &bill, &more);
			if (!more)
				audit->uncertain += pind_ledger_uncertain(leaf, number);
			/* under the lock: an unpin whose slot we settled may return after it */
			pind_bill_pay(&bill);
			raw_spin_unlock_irqrestore(lock, flags);
			leaf = pause_in(leaf, number);
		} while (more && leaf);
		note_leak(number, &audit->leaks);
	}
	audit->uncharged += (u64)bill.total_pages << PAGE_SHIFT;
}

bool pind_audit_some(unsigned long *cursor, unsigned long leaves, const struct pind_group *group,
		     struct pind_audit *audit)
{
	struct pind_leaf *leaf;

	for (; leaves; leaves--) {
		rcu_read_lock();
		leaf = pind_leaf_next(*cursor);
		if (leaf) {
			*cursor = leaf->index + 1;
			check_leaf(leaf, group, audit);
		}
		rcu_read_unlock();
		if (!leaf)
			return false;
		cond_resched();
	}
	return true;
}

/* How often a leaf is looked at after the last unpin that left pins there. */
#define ROUNDS 16
/* The pause before the first round; each further pause is ten times as long, up to the last. */
#define FIRST_DELAY 1 /* ms */
#define LAST_DELAY  1000

/* Leaves with rounds left, which the reaper leaves alone. */
static LLIST_HEAD(recheck_leaves);
static unsigned int delay = FIRST_DELAY; /* written by the worker only */
static bool stopped;

static void recheck(struct work_struct *work);
static DECLARE_DELAYED_WORK(recheck_work, recheck);

void pind_audit_recheck(struct pind_leaf *leaf)
{
	bool is_new = !leaf->rounds;

	pind_leaf_assert_locked(leaf);
	leaf->rounds = ROUNDS;
	if (is_new && llist_add(&leaf->recheck, &recheck_leaves) && !READ_ONCE(stopped))
		queue_delayed_work(system_dfl_wq, &recheck_work, msecs_to_jiffies(FIRST_DELAY));
}

static void recheck(struct work_struct *work)
{
	struct pind_audit audit = {};
	struct pind_leaf *leaf, *next;
	unsigned long flags;
	bool again = false;

	llist_for_each_entry_safe(leaf, next, llist_del_all(&recheck_leaves), recheck) {
		raw_spinlock_t *lock = pind_leaf_lock(leaf->index << PIND_LEAF_SHIFT);

		rcu_read_lock();
		check_leaf(leaf, NULL, &audit);
		raw_spin_lock_irqsave(lock, flags);
		leaf->rounds--;
		if (leaf->rounds) {
			llist_add(&leaf->recheck, &recheck_leaves);
			again = true;
		} else if (!leaf->used) {
			pind_leaf_count_used(leaf, 0); /* has it reaped, since it is empty */
		}
		raw_spin_unlock_irqrestore(lock, flags);
		rcu_read_unlock();
		cond_resched();
	}
	delay = again ? min(delay * 10, (unsigned int)LAST_DELAY) : FIRST_DELAY;
	if (again && !READ_ONCE(stopped))
		queue_delayed_work(system_dfl_wq, &recheck_work, msecs_to_jiffies(delay));
}

void pind_audit_stop(void)
{
	WRITE_ONCE(stopped, true);
	cancel_delayed_work_sync(&recheck_work);
}
