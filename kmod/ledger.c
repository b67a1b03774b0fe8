// SPDX-License-Identifier: GPL-2.0
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "account.h"
#include "compat.h"
#include "counters.h"
#include "folio.h"
#include "group.h"
#include "leaf.h"
#include "ledger.h"

/* Pages written down under one lock, with interrupts off. */
#define PLAIN_PAGES	64
#define HOLDERS_MIN	2

/*
 * What the ledger holds, for the books: written under a leaf's lock, on any CPU.
 * Pages and pins that are recorded add, what is clamped away takes off.
 */
struct ledger_sums {
	long pins;
	long charge;
};
static DEFINE_PER_CPU(struct ledger_sums, sums);

/* Where nothing tells whose pin went: the oldest holder's. */
static const struct pind_unpinner nobody;

static void add_to_sums(long pins, long charge)
{
	this_cpu_add(sums.pins, pins);
	this_cpu_add(sums.charge, charge);
}

void pind_bill_pay(struct pind_bill *bill)
{
	if (bill->group && (bill->pages || bill->pins))
		pind_charge_uncharge(&bill->group->charge, bill->pages, bill->pins);
	*bill = (struct pind_bill){ .total = bill->total };
}

/*
 * The group of an unpaid bill cannot go: it is charged until the bill is paid,
 * and a charged group is not reaped.
 */
static void add_to_bill(struct pind_bill *bill, const struct pind_release *release)
{
	if (bill->group != release->group) {
		pind_bill_pay(bill);
		bill->group = release->group;
	}
	bill->pages += release->uncharge;
	bill->total += release->uncharge;
	bill->pins += release->pins;
}

/* Under the leaf's lock. */
static void settle(const struct pind_release *release, struct pind_bill *bill)
{
	add_to_sums(-(long)release->pins, -(long)release->uncharge);
	add_to_bill(bill, release);
	pind_account_release(release->account, release);
	pind_count_longterm_returned(release->pins);
}

/* Under the leaf's lock. Returns the pins taken. */
static u64 clamp_view(struct pind_view *view, u64 pincount, const struct pind_unpinner *unpinner,
		      struct pind_bill *bill)
{
	struct pind_release release;
	u64 taken = 0;

	while (pind_holding_clamp(&view->holding, pincount, unpinner, &release)) {
		taken += release.pins;
		settle(&release, bill);
	}
	return taken;
}

/*
 * Holders that are written down for a folio, less what the kernel no longer owes
 * them. @ours of its pins are not written down yet. Also what heals the slot of
 * a folio that came and went unseen: it may now be of another size.
 */
static void open_clamped(struct pind_leaf *leaf, unsigned long *slot, struct folio *folio, u32 ours,
			 struct pind_view *view, struct pind_bill *bill)
{
	u64 pincount = pind_folio_pincount(folio);

	pind_view_open(*slot, folio_nr_pages(folio), view);
	if (view->holding.pages != folio_nr_pages(folio))
		pincount = 0; /* what was written down was another folio */
	clamp_view(view, pincount > ours ? pincount - ours : 0, &nobody, bill);
	if (!view->holding.nr && *slot) {
		pind_view_close(leaf, slot, view);
		pind_view_open(0, folio_nr_pages(folio), view);
	}
}

/* Room for more than @nr holders; beyond the most there can be nobody gets it. */
static u32 larger_cap(u32 nr)
{
	return nr < PIND_HOLDERS_MAX ? clamp(2 * nr, HOLDERS_MIN, PIND_HOLDERS_MAX) : nr + 1;
}

/*
 * Under the leaf's lock. -EAGAIN: more room is needed, come back with @spare of
 * *@ret_cap holders.
 */
static int record_locked(struct pind_leaf *leaf, const struct pind_claim *claim,
			 unsigned long budget, struct pind_node **spare, u32 *ret_cap,
			 unsigned long *ret_need, struct pind_bill *bill)
{
	unsigned long *slot = pind_slot_of(leaf, folio_pfn(claim->folio));
	struct pind_account *account = claim->account;
	struct pind_view view;
	bool is_new;
	u32 covered;
	int ret = 0;

	open_clamped(leaf, slot, claim->folio, claim->pins, &view, bill);
	if (!pind_holding_has_room(&view.holding, account)) {
		if (*spare && (*spare)->cap > view.holding.nr) {
			pind_view_grow(&view, *spare);
			*spare = NULL;
		} else {
			*ret_cap = larger_cap(view.holding.nr);
			ret = -EAGAIN;
		}
	}
	if (!ret) {
		*ret_need = pind_holding_need(&view.holding, account, account->group,
					      claim->covered);
		if (*ret_need > budget)
			ret = -ENOSPC;
	}
	if (!ret) {
		pind_holding_record(&view.holding, account, account->group, claim->pins,
				    claim->covered, &covered, &is_new);
		pind_account_record(account, claim->pins, covered, is_new ? 1 : 0);
		add_to_sums(claim->pins, *ret_need);
	}
	pind_view_close(leaf, slot, &view);
	return ret;
}

int pind_ledger_record(const struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need)
{
	unsigned long pfn = folio_pfn(claim->folio), flags;
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct pind_bill bill = {};
	struct pind_node *spare = NULL;
	struct pind_leaf *leaf;
	u32 cap = 0;
	int ret;

	do {
		if (cap) {
			pind_node_free(spare);
			spare = pind_node_new(cap);
			cap = 0;
			if (!spare)
				return -ENOMEM;
		}
		rcu_read_lock();
		leaf = pind_leaf_find(pfn);
		if (!leaf) {
			rcu_read_unlock();
			ret = pind_leaf_add(pfn) ?: -EAGAIN;
			continue;
		}
		raw_spin_lock_irqsave(lock, flags);
		ret = leaf->dead ? -EAGAIN :
				   record_locked(leaf, claim, budget, &spare, &cap, ret_need, &bill);
		raw_spin_unlock_irqrestore(lock, flags);
		/* who marked it may not run before we let it */
		if (leaf->dead)
			pind_leaf_drop(leaf);
		pind_bill_pay(&bill);
		rcu_read_unlock();
		cond_resched();
	} while (ret == -EAGAIN);

	pind_node_free(spare);
	return ret;
}

/* Under the leaf's lock. */
static unsigned long record_plain_locked(struct pind_leaf *leaf, struct pind_account *account,
					 struct page **pages, unsigned long nr)
{
	unsigned long slot = PIND_SLOT_INLINE | (unsigned long)account->id << 1 | 1UL << 32;
	unsigned long first = page_to_pfn(pages[0]) >> PIND_LEAF_SHIFT, pfn, i;

	for (i = 0; i < nr; i++) {
		pfn = page_to_pfn(pages[i]);
		if (pfn >> PIND_LEAF_SHIFT != first || PageCompound(pages[i]) || is_zero_pfn(pfn) ||
		    *pind_slot_of(leaf, pfn))
			break;
		WRITE_ONCE(*pind_slot_of(leaf, pfn), slot);
	}
	if (i) {
		pind_leaf_count_used(leaf, i);
		add_to_sums(i, i);
	}
	return i;
}

unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr, unsigned long budget)
{
	unsigned long pfn = page_to_pfn(pages[0]), flags, done = 0;
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct pind_leaf *leaf;

	nr = min3(nr, budget, (unsigned long)PLAIN_PAGES);
	rcu_read_lock();
	leaf = PageCompound(pages[0]) ? NULL : pind_leaf_find(pfn);
	if (leaf) {
		raw_spin_lock_irqsave(lock, flags);
		if (!leaf->dead)
			done = record_plain_locked(leaf, account, pages, nr);
		/* before it can be clamped by another CPU, so under the lock */
		if (done)
			pind_account_record(account, done, done, done);
		raw_spin_unlock_irqrestore(lock, flags);
	}
	rcu_read_unlock();
	return done;
}

unsigned long pind_ledger_need(const struct pind_claim *claim)
{
	unsigned long pfn = folio_pfn(claim->folio), flags, need;
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct pind_leaf *leaf;
	struct pind_view view;

	rcu_read_lock();
	leaf = pind_leaf_find(pfn);
	raw_spin_lock_irqsave(lock, flags);
	pind_view_open(leaf ? *pind_slot_of(leaf, pfn) : 0, folio_nr_pages(claim->folio), &view);
	need = pind_holding_need(&view.holding, claim->account, claim->account->group,
				 claim->covered);
	raw_spin_unlock_irqrestore(lock, flags);
	rcu_read_unlock();
	return need;
}

bool pind_ledger_is_empty(void)
{
	return pind_leaf_none();
}

/*
 * The leaf of a frame, which is @leaf, of @index, if that was found for it a moment
 * ago: a leaf that holds what the caller cares for is not replaced. Under RCU.
 */
static struct pind_leaf *find_next(unsigned long pfn, struct pind_leaf *leaf, unsigned long *index)
{
	if (leaf && pfn >> PIND_LEAF_SHIFT == *index)
		return leaf;
	*index = pfn >> PIND_LEAF_SHIFT;
	return pind_leaf_find(pfn);
}

unsigned int pind_ledger_take(struct folio **folios, unsigned int nr)
{
	struct pind_leaf *leaf = NULL;
	unsigned int i, taken = 0;
	unsigned long pfn, index;

	if (pind_ledger_is_empty())
		return 0;
	rcu_read_lock();
	for (i = 0; i < nr; i++) {
		pfn = folio_pfn(folios[i]);
		leaf = find_next(pfn, leaf, &index);
		if (!leaf || !READ_ONCE(*pind_slot_of(leaf, pfn)))
			continue;
		folio_get(folios[i]);
		swap(folios[taken], folios[i]);
		taken++;
	}
	rcu_read_unlock();
	return taken;
}

/* The usual case of an unpin that has nothing to do with a long-term pin. */
static bool clamp_is_done(unsigned long slot, u64 pincount)
{
	return (slot & PIND_SLOT_INLINE) && slot >> 32 <= pincount;
}

/*
 * Under the leaf's lock, as the reading of @pincount must be: a count from before
 * it may miss a record.
 */
static void clamp_slot(struct pind_leaf *leaf, unsigned long pfn, u64 pincount,
		       const struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	unsigned long *slot = pind_slot_of(leaf, pfn);
	struct pind_view view;

	if (!*slot || clamp_is_done(*slot, pincount))
		return;
	pind_view_open(*slot, 1, &view);
	clamp_view(&view, pincount, unpinner, bill);
	pind_view_close(leaf, slot, &view);
}

/* The folio of a page, or of none, if it begins at this frame; else NULL. */
static struct folio *folio_at(struct page *page, unsigned long pfn)
{
	struct folio *folio = page ? page_folio(page) : NULL;

	return folio && folio_pfn(folio) == pfn ? folio : NULL;
}

static u64 pincount_at(struct page *page, unsigned long pfn)
{
	struct folio *folio = folio_at(page, pfn);

	return folio ? pind_folio_pincount(folio) : 0;
}

/* A device's own memory. One that is just going away waits for its pins. */
static u64 pincount_of_device(unsigned long pfn)
{
	struct dev_pagemap *map;
	u64 pincount;

	if (!pfn_valid(pfn))
		return 0;
	map = pind_get_dev_pagemap(pfn);
	if (!map)
		return U64_MAX;
	pincount = pincount_at(pfn_to_page(pfn), pfn);
	put_dev_pagemap(map);
	return pincount;
}

/*
 * Nobody may hold the folio any more (that is what an audit is to find, and an unpin
 * that did not take it): the frame may be free, part of another folio, or unplugged.
 */
static u64 pincount_of_frame(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page ? pincount_at(page, pfn) : pincount_of_device(pfn);
}

/*
 * As clamp_slot(), by what the kernel says of the frame now. Returns the pins taken,
 * but for those whose unpin is under way: it has given them back, and was to clamp
 * them itself. That is asked before the slot is written: an unpin that finds it empty
 * waits for no lock, and may have ended by then.
 */
static u64 clamp_frame(struct pind_leaf *leaf, unsigned long pfn, struct pind_bill *bill)
{
	unsigned long *slot = pind_slot_of(leaf, pfn);
	u64 taken, pincount = pincount_of_frame(pfn);
	struct pind_view view;

	if (!*slot || clamp_is_done(*slot, pincount))
		return 0;
	pind_view_open(*slot, 1, &view);
	taken = clamp_view(&view, pincount, &nobody, bill);
	if (taken)
		taken -= min_t(u64, taken, pind_counters_under_way());
	smp_mb();
	pind_view_close(leaf, slot, &view);
	return taken;
}

/*
 * The usual case, many at a time: as pind_ledger_record_plain() has written them
 * down, and nobody pins them any more. Under the leaf's lock. Returns how many it
 * took from the front.
 */
static unsigned int clamp_plain(struct pind_leaf *leaf, struct folio **folios, unsigned int nr,
				struct pind_bill *bill)
{
	unsigned long pfn = folio_pfn(folios[0]), index = pfn >> PIND_LEAF_SHIFT;
	unsigned long slot = *pind_slot_of(leaf, pfn);
	struct pind_account *account;
	struct pind_release release;
	unsigned int i;

	if (!(slot & PIND_SLOT_INLINE) || slot >> 32 != 1)
		return 0;
	for (i = 0; i < nr; i++) {
		pfn = folio_pfn(folios[i]);
		if (pfn >> PIND_LEAF_SHIFT != index || *pind_slot_of(leaf, pfn) != slot ||
		    pind_folio_pincount(folios[i]))
			break;
		WRITE_ONCE(*pind_slot_of(leaf, pfn), 0);
	}
	if (!i)
		return 0;
	account = pind_account_by_id((u32)slot >> 1);
	release = (struct pind_release){
		.account = account,
		.group = account->group,
		.pins = i,
		.covered = i,
		.uncharge = i,
		.folios = i,
	};
	settle(&release, bill);
	pind_leaf_count_used(leaf, -(long)i);
	return i;
}

/* Folios of one leaf, from the front. Returns how many it has clamped: at least 1. */
static unsigned int clamp_some(struct pind_leaf *leaf, struct folio **folios, unsigned int nr,
			       const struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	unsigned long pfn = folio_pfn(folios[0]), flags;
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);

	raw_spin_lock_irqsave(lock, flags);
	nr = clamp_plain(leaf, folios, nr, bill);
	if (!nr) {
		clamp_slot(leaf, pfn, pind_folio_pincount(folios[0]), unpinner, bill);
		nr = 1;
	}
	raw_spin_unlock_irqrestore(lock, flags);
	return nr;
}

void pind_ledger_clamp(struct folio **folios, unsigned int nr, const struct pind_unpinner *unpinner,
		       struct pind_bill *bill)
{
	struct pind_leaf *leaf = NULL;
	unsigned long pfn, index;
	unsigned int i, done;

	for (i = 0; i < nr; i += done) {
		pfn = folio_pfn(folios[i]);
		leaf = find_next(pfn, leaf, &index);
		done = leaf ? clamp_some(leaf, &folios[i], nr - i, unpinner, bill) : 1;
	}
}

void pind_ledger_clamp_unheld(struct folio **folios, unsigned int nr, struct pind_bill *bill)
{
	unsigned long pfn, index, flags;
	struct pind_leaf *leaf = NULL;
	raw_spinlock_t *lock;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		pfn = folio_pfn(folios[i]);
		leaf = find_next(pfn, leaf, &index);
		if (!leaf || !READ_ONCE(*pind_slot_of(leaf, pfn)))
			continue;
		lock = pind_leaf_lock_of(pfn);
		raw_spin_lock_irqsave(lock, flags);
		clamp_frame(leaf, pfn, bill);
		raw_spin_unlock_irqrestore(lock, flags);
	}
}

/* Is @group, or one below it, among the holders. Under RCU. */
static bool holds(struct pind_leaf *leaf, unsigned long pfn, const struct pind_group *group)
{
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct pind_view view;
	unsigned long flags;
	bool found = false;
	u16 i;

	raw_spin_lock_irqsave(lock, flags);
	pind_view_open(*pind_slot_of(leaf, pfn), 1, &view);
	for (i = 0; i < view.holding.nr && !found; i++)
		found = pind_group_is_below(view.holding.holder[i].group, group);
	raw_spin_unlock_irqrestore(lock, flags);
	return found;
}

bool pind_ledger_leak(unsigned long pfn, struct pind_leak *leak)
{
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct folio *folio = NULL;
	struct pind_leaf *leaf;
	unsigned long flags;
	struct pind_view view;
	bool found = false;

	rcu_read_lock();
	leaf = pind_leaf_find(pfn);
	raw_spin_lock_irqsave(lock, flags);
	pind_view_open(leaf ? *pind_slot_of(leaf, pfn) : 0, 1, &view);
	/* what nobody holds may be unplugged */
	if (view.holding.nr)
		folio = folio_at(pfn_to_online_page(pfn), pfn);
	if (folio) {
		*leak = (struct pind_leak){
			.pfn = pfn,
			.missing = pind_folio_missing(folio),
			.account = view.holding.holder[0].account->id,
		};
		/* of the pins that are written down, not of those that others took */
		found = leak->missing && pind_holding_pins(&view.holding) >= pind_folio_pincount(folio);
	}
	raw_spin_unlock_irqrestore(lock, flags);
	rcu_read_unlock();
	return found;
}

static void note_leak(unsigned long pfn, struct pind_leaks *leaks)
{
	if (leaks->nr < PIND_LEAKS && pind_ledger_leak(pfn, &leaks->leak[leaks->nr]))
		leaks->nr++;
}

/* Under RCU. */
static void audit_leaf(unsigned long index, struct pind_leaf *leaf, const struct pind_group *group,
		       struct pind_audit *audit)
{
	raw_spinlock_t *lock = pind_leaf_lock_of(index << PIND_LEAF_SHIFT);
	struct pind_bill bill = {};
	unsigned long pfn, flags;
	unsigned int i;

	for (i = 0; i < PIND_LEAF_SLOTS; i++) {
		pfn = (index << PIND_LEAF_SHIFT) + i;
		if (!READ_ONCE(leaf->slot[i]) || (group && !holds(leaf, pfn, group)))
			continue;
		audit->folios++;
		raw_spin_lock_irqsave(lock, flags);
		audit->pins += clamp_frame(leaf, pfn, &bill);
		/* at once: an unpin that we were quicker than may return now */
		pind_bill_pay(&bill);
		raw_spin_unlock_irqrestore(lock, flags);
		note_leak(pfn, &audit->leaks);
	}
	audit->uncharged += (u64)bill.total << PAGE_SHIFT;
}

bool pind_ledger_audit_some(unsigned long *cursor, unsigned long leaves,
			    const struct pind_group *group, struct pind_audit *audit)
{
	struct pind_leaf *leaf;

	for (; leaves; leaves--) {
		rcu_read_lock();
		leaf = xa_find(&pind_leaves, cursor, ULONG_MAX, XA_PRESENT);
		if (leaf)
			audit_leaf(*cursor, leaf, group, audit);
		rcu_read_unlock();
		if (!leaf)
			return false;
		++*cursor;
		cond_resched();
	}
	return true;
}

unsigned int pind_ledger_holders(unsigned long pfn, struct pind_holder *holders, unsigned int nr)
{
	raw_spinlock_t *lock = pind_leaf_lock_of(pfn);
	struct pind_leaf *leaf = pind_leaf_find(pfn);
	unsigned long flags;
	struct pind_view view;

	if (!leaf)
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	pind_view_open(*pind_slot_of(leaf, pfn), 1, &view);
	memcpy(holders, view.holding.holder,
	       min_t(unsigned int, nr, view.holding.nr) * sizeof(*holders));
	nr = view.holding.nr;
	raw_spin_unlock_irqrestore(lock, flags);
	return nr;
}

u64 pind_ledger_folios(void)
{
	return max(pind_leaf_used(), 0L);
}

void pind_ledger_sums(s64 *ret_pins, s64 *ret_charge)
{
	int cpu;

	*ret_pins = 0;
	*ret_charge = 0;
	for_each_possible_cpu(cpu) {
		*ret_pins += per_cpu(sums, cpu).pins;
		*ret_charge += per_cpu(sums, cpu).charge;
	}
}
