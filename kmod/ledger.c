// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "account.h"
#include "bill.h"
#include "counters.h"
#include "folio.h"
#include "group.h"
#include "holding.h"
#include "ledger.h"
#include "slot.h"

/* Pages that are recorded in one go, with interrupts off. */
#define PLAIN_PAGES 64

DEFINE_PER_CPU(struct pind_ledger_part, pind_ledger_parts);

/* Free a part, from any context: the memory is freed after an RCU grace period. */
#define free_part(part)							\
	do {								\
		if (part) {						\
			this_cpu_sub(pind_ledger_parts.bytes, sizeof(*(part)));	\
			kfree_rcu(part, rcu);				\
		}							\
	} while (0)

static void free_parts(struct pind_parts *parts)
{
	unsigned int i;

	free_part(parts->holding);
	for (i = 0; i < ARRAY_SIZE(parts->holder); i++) {
		free_part(parts->holder[i]);
		free_part(parts->share[i]);
	}
	*parts = (struct pind_parts){};
}

/* Charged to the memory cgroup of the task that pins: no quota of ours bounds them. */
static void *new_part(void *part, size_t size)
{
	if (part)
		return part;
	part = kzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (part)
		this_cpu_add(pind_ledger_parts.bytes, size);
	return part;
}

static bool has_parts(const struct pind_parts *parts)
{
	return parts->holder[0] && parts->share[0] &&
	       (!parts->move || (parts->holding && parts->holder[1] && parts->share[1]));
}

/* Allocate all parts that one record may need. Return: 0, -ENOMEM. */
static int fill_parts(struct pind_parts *parts)
{
	unsigned int i;

	if (parts->move)
		parts->holding = new_part(parts->holding, sizeof(*parts->holding));
	for (i = 0; i <= parts->move; i++) {
		parts->holder[i] = new_part(parts->holder[i], sizeof(*parts->holder[i]));
		parts->share[i] = new_part(parts->share[i], sizeof(*parts->share[i]));
	}
	return has_parts(parts) ? 0 : -ENOMEM;
}

static void note_uncertain(struct pind_group *group, long pages)
{
	pind_charge_note_uncertain(&group->charge, pages);
}

/* A slot in place changes, and its pins are uncertain before or after the change. */
static noinline void note_uncertain_slot(unsigned long before, unsigned long after)
{
	long more = pind_slot_is_uncertain(after) - pind_slot_is_uncertain(before);
	u32 id = pind_slot_id(pind_slot_is_uncertain(before) ? before : after);

	this_cpu_add(pind_ledger_parts.excess,
		     (long)pind_slot_uncertain_pins(after) - (long)pind_slot_uncertain_pins(before));
	if (more) /* by one page: only folios of one page are marked in place */
		note_uncertain(pind_account_by_id(id)->group, more);
}

/* Under the leaf's lock. */
static void set_slot(struct pind_leaf *leaf, unsigned long *slot, unsigned long value)
{
	bool was_used = *slot;

	pind_leaf_assert_locked(leaf);
	if (unlikely(pind_slot_is_uncertain(*slot) || pind_slot_is_uncertain(value)))
		note_uncertain_slot(*slot, value);
	WRITE_ONCE(*slot, value);
	if (was_used != !!value)
		pind_leaf_count_used(leaf, value ? 1 : -1);
}

/* Pages of a slot in place that are kept in place and not paid for. */
static s32 surplus_of(unsigned long slot)
{
	return slot ? (s32)(1U << pind_slot_order(slot)) - (s32)pind_slot_covered(slot) : 0;
}

/* Under the leaf's lock: subtract a release from all sums, and put its uncharge on the bill. */
static void book_release(const struct pind_release *release, struct pind_bill *bill)
{
	if (release->surplus)
		(void)pind_charge_hold(&release->group->charge, release->surplus);
	pind_ledger_count(-(long)release->pins, -(long)release->uncharge);
	pind_count_longterm_returned(release->pins);
	pind_bill_add(bill, release->group, release->uncharge, release->pins);
	if (release->bequest)
		atomic_long_add(release->bequest, &release->heir->covered);
	pind_account_release(release->account, release->pins, release->covered, release->folios);
}

/* Under the leaf's lock. Take from the only holder the pins that the kernel does not count. */
static void settle_inline(struct pind_leaf *leaf, unsigned long *slot, u64 pincount,
			  struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	u32 pins = pind_slot_pins(*slot), covered = pind_slot_covered(*slot);
	struct pind_account *account;
	struct pind_release release;

	pind_leaf_assert_locked(leaf);
	if (pins <= pincount)
		return;
	account = pind_account_by_id(pind_slot_id(*slot));
	release = (struct pind_release){
		.account = account,
		.group = account->group,
		.pins = pins - pincount,
	};
	if (!pincount) {
		release.covered = covered;
		release.uncharge = covered;
		release.surplus = -surplus_of(*slot);
		release.folios = 1;
	}
	set_slot(leaf, slot, pincount ? pind_slot_make(pind_slot_id(*slot), pind_slot_order(*slot),
						       covered, pincount) |
					(*slot & PIND_SLOT_UNCERTAIN) : 0);
	book_release(&release, bill);
	unpinner->given -= min(unpinner->given, release.pins);
}

static void mark(struct pind_holding *holding, u64 pincount)
{
	this_cpu_add(pind_ledger_parts.excess,
		     pind_holding_mark(holding, pincount, note_uncertain));
}

/* Under the leaf's lock. Return: whether there may be more pins to take. */
static bool settle_holding(struct pind_leaf *leaf, unsigned long number, u64 pincount,
			   struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	unsigned long *slot = pind_slot_of(leaf, number);
	struct pind_holding *holding = pind_slot_holding(*slot);
	struct pind_release release;
	unsigned int steps = 0;
	bool more = true;

	pind_leaf_assert_locked(leaf);
	/* a group that lies deep counts as several steps: all levels above it are written */
	while (steps < PIND_HOLDING_LOOK &&
	       (more = pind_holding_release(holding, pincount, unpinner, &release))) {
		steps += 1 + release.group->charge.depth / 16;
		if (release.guessed)
			pind_leaf_note_guess(number);
		if (release.share && release.share->uncertain)
			note_uncertain(release.group, -(long)release.share->uncertain);
		book_release(&release, bill);
		free_part(release.holder);
		free_part(release.share);
	}
	mark(holding, pincount);
	if (!holding->nr_holders) {
		set_slot(leaf, slot, 0);
		free_part(holding);
	}
	return more;
}

bool pind_ledger_settle(struct pind_leaf *leaf, unsigned long number, u64 pincount,
			struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	unsigned long *slot = pind_slot_of(leaf, number);

	lockdep_assert_held(pind_leaf_lock(number));
	if (!*slot)
		return false;
	if (!pind_slot_is_inline(*slot))
		return settle_holding(leaf, number, pincount, unpinner, bill);
	settle_inline(leaf, slot, pincount, unpinner, bill);
	return false;
}

void pind_ledger_note_unclear(struct pind_leaf *leaf, unsigned long number, u64 pincount)
{
	unsigned long *slot = pind_slot_of(leaf, number);
	struct pind_holding *holding;

	lockdep_assert_held(pind_leaf_lock(number));
	if (!*slot)
		return;
	if (pind_slot_is_inline(*slot)) {
		if (!pind_slot_order(*slot))
			set_slot(leaf, slot, *slot | PIND_SLOT_UNCERTAIN);
		return;
	}
	holding = pind_slot_holding(*slot);
	/* otherwise the kernel's count shows how many pins have gone */
	if (holding->pages == 1 && holding->pins <= pincount) {
		holding->uncertain = true;
		mark(holding, pincount);
	}
}

bool pind_ledger_is_of_size(unsigned long slot, struct folio *folio)
{
	if (pind_slot_is_inline(slot))
		return pind_slot_order(slot) == folio_order(folio);
	return pind_slot_holding(slot)->pages == folio_nr_pages(folio);
}

/*
 * Under the leaf's lock. Return: pages more that the claim's group would pay for. @ret_held:
 * that group keeps the folio in place already.
 */
static u32 need_of(unsigned long slot, const struct pind_claim *claim, bool *ret_held)
{
	const struct pind_group *group = claim->account->group;
	u32 pages = folio_nr_pages(claim->folio);

	lockdep_assert_held(pind_leaf_lock(pind_folio_number(claim->folio)));
	*ret_held = false;
	if (!slot || !pind_ledger_is_of_size(slot, claim->folio))
		return min(claim->covered, pages);
	if (pind_slot_is_inline(slot)) {
		*ret_held = pind_slot_id(slot) == claim->account->id ||
			    pind_account_by_id(pind_slot_id(slot))->group == group;
		return min(claim->covered, *ret_held ? pages - pind_slot_covered(slot) : pages);
	}
	*ret_held = pind_holding_has(pind_slot_holding(slot), group);
	return pind_holding_need(pind_slot_holding(slot), claim->account, group, claim->covered);
}

/*
 * The slot's new value with the claim, or 0 if the claim does not fit in place. @ret_covered:
 * pages more that the account covers.
 */
static unsigned long record_inline(unsigned long slot, const struct pind_claim *claim,
				   u32 *ret_covered)
{
	u32 pages = folio_nr_pages(claim->folio), id = claim->account->id;
	u32 pins = slot ? pind_slot_pins(slot) : 0, covered = slot ? pind_slot_covered(slot) : 0;
	unsigned int order = folio_order(claim->folio);

	if (slot && (!pind_slot_is_inline(slot) || pind_slot_id(slot) != id))
		return 0;
	if (order > PIND_SLOT_ORDER_MAX || claim->pins > PIND_SLOT_PINS_MAX - pins)
		return 0;
	*ret_covered = min(claim->covered, pages - covered);
	return pind_slot_make(id, order, covered + *ret_covered, pins + claim->pins) |
	       (slot & PIND_SLOT_UNCERTAIN);
}

/* Move a slot in place into a new holding, with memory from @parts, which must be complete. */
static struct pind_holding *move_out(unsigned long slot, struct folio *folio,
				     struct pind_parts *parts)
{
	struct pind_parts old = { .holder = { parts->holder[1] }, .share = { parts->share[1] } };
	struct pind_holding *holding = parts->holding;
	struct pind_account *account;
	bool is_new;
	u32 covered;
	s32 surplus;

	pind_holding_init(holding, folio_nr_pages(folio));
	parts->holding = NULL;
	if (!slot)
		return holding;
	holding->uncertain = pind_slot_is_uncertain(slot);
	account = pind_account_by_id(pind_slot_id(slot));
	pind_holding_record(holding, account, account->group, pind_slot_pins(slot),
			    pind_slot_covered(slot), &old, &covered, &surplus, &is_new);
	parts->holder[1] = NULL;
	parts->share[1] = NULL;
	return holding;
}

/*
 * Under the leaf's lock. Return: 0; -ENOSPC; -EAGAIN if @parts have to be filled first, or if
 * the slot's former folio had so many holders that several calls are needed to release them.
 */
static int record_locked(struct pind_leaf *leaf, struct pind_claim *claim,
			 unsigned long budget, struct pind_parts *parts, unsigned long *ret_need,
			 struct pind_bill *bill)
{
	unsigned long number = pind_folio_number(claim->folio), value;
	unsigned long *slot = pind_slot_of(leaf, number);
	u64 pincount = pind_folio_pincount(claim->folio, 0);
	struct pind_account *account = claim->account;
	struct pind_unpinner nobody = {};
	struct pind_holding *holding;
	bool is_new, held;
	u32 covered;

	pind_leaf_assert_locked(leaf);
	/* releases pins whose unpin was not seen; the claim's own pins are not written down yet */
	pincount = pincount > claim->pins ? pincount - claim->pins : 0;
	if (*slot && !pind_ledger_is_of_size(*slot, claim->folio))
		pincount = 0;
	pind_ledger_settle(leaf, number, pincount, &nobody, bill);
	if (*slot && !pind_ledger_is_of_size(*slot, claim->folio))
		return -EAGAIN;

	*ret_need = need_of(*slot, claim, &held);
	if (*ret_need > budget)
		return -ENOSPC;
	value = record_inline(*slot, claim, &covered);
	if (value) {
		is_new = !*slot;
		claim->surplus = surplus_of(value) - surplus_of(*slot);
		set_slot(leaf, slot, value);
	} else {
		parts->move = !*slot || pind_slot_is_inline(*slot);
		if (!has_parts(parts))
			return -EAGAIN;
		holding = parts->move ? move_out(*slot, claim->folio, parts) :
					pind_slot_holding(*slot);
		set_slot(leaf, slot, (unsigned long)holding);
		pind_holding_record(holding, account, account->group, claim->pins, claim->covered,
				    parts, &covered, &claim->surplus, &is_new);
		if (holding->uncertain)
			mark(holding, pincount);
	}
	claim->above_held = pind_charge_hold(&account->group->charge, claim->surplus);
	pind_account_record(account, claim->pins, covered, is_new ? 1 : 0);
	pind_ledger_count(claim->pins, *ret_need);
	return 0;
}

int pind_ledger_record(struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need)
{
	unsigned long number = pind_folio_number(claim->folio), flags;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_parts parts = {};
	struct pind_bill bill = {};
	struct pind_leaf *leaf;
	bool tried = false;
	int ret;

	do {
		if (tried && fill_parts(&parts)) {
			ret = -ENOMEM;
			break;
		}
		rcu_read_lock();
		leaf = pind_leaf_find(number);
		if (!leaf) {
			rcu_read_unlock();
			ret = pind_leaf_add(number) ?: -EAGAIN;
			continue;
		}
		raw_spin_lock_irqsave(lock, flags);
		ret = leaf->dead ? -EAGAIN :
				   record_locked(leaf, claim, budget, &parts, ret_need, &bill);
		raw_spin_unlock_irqrestore(lock, flags);
		tried = !leaf->dead;
		/* not left to the reaper, which marked it and may not run before we leave RCU */
		if (leaf->dead)
			pind_leaf_drop(leaf);
		pind_bill_pay(&bill);
		rcu_read_unlock();
		cond_resched();
	} while (ret == -EAGAIN);

	free_parts(&parts);
	return ret;
}

bool pind_ledger_record_whole(const struct pind_claim *claim)
{
	unsigned long number = pind_folio_number(claim->folio), flags, value;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_leaf *leaf;
	bool done = false;
	u32 covered;

	value = record_inline(0, claim, &covered);
	if (!value || covered < folio_nr_pages(claim->folio))
		return false;
	local_irq_save(flags);
	leaf = pind_leaf_find(number);
	if (leaf) {
		pind_raw_spin_lock(lock);
		done = !leaf->dead && !*pind_slot_of(leaf, number);
		if (done) {
			set_slot(leaf, pind_slot_of(leaf, number), value);
			pind_account_record(claim->account, claim->pins, covered, 1);
			pind_ledger_count(claim->pins, covered);
		}
		pind_raw_spin_unlock(lock);
	}
	local_irq_restore(flags);
	return done;
}

/* The index of the leaf that the zero page would have a slot in. Set once. */
static unsigned long zero_leaf __ro_after_init;

/* Under the lock of the walk's leaf. Returns how many were recorded there, from the front. */
static __always_inline unsigned long record_in_leaf(const struct pind_walk *walk,
						    struct page **pages, unsigned long nr,
						    unsigned long plain)
{
	unsigned long i, slot;

	pind_leaf_assert_locked(walk->leaf);
	for (i = 0; i < nr; i++) {
		slot = pind_walk_index(walk, pages[i]);
		if (slot >= PIND_LEAF_SLOTS || PageCompound(pages[i]) || walk->leaf->slot[slot])
			break;
		WRITE_ONCE(walk->leaf->slot[slot], plain);
	}
	return i;
}

/* Leaf by leaf, each under its lock, with interrupts off. Returns how many were recorded. */
static __always_inline unsigned long record_plain(u32 id, struct page **pages, unsigned long nr)
{
	unsigned long plain = pind_slot_plain(id), done, i;
	struct pind_walk walk = {};

	for (i = 0; i < nr; i += done) {
		/* zero pages have no slot: no page of a leaf with one is recorded here */
		if (page_to_pfn(pages[i]) >> PIND_LEAF_SHIFT == zero_leaf)
			break;
		pind_walk_enter(&walk, pages[i]);
		if (!walk.leaf)
			break;
		done = walk.leaf->dead ? 0 : record_in_leaf(&walk, pages + i, nr - i, plain);
		if (done)
			pind_leaf_count_used(walk.leaf, done);
		pind_walk_leave(&walk);
		if (!done)
			break;
	}
	return i;
}

unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr)
{
	unsigned long flags, done;

	nr = min_t(unsigned long, nr, PLAIN_PAGES);
	if (PageCompound(pages[0]))
		return 0;
	/* before a slot names the account: another CPU may release that slot's pin at once */
	pind_account_record(account, nr, nr, nr);
	local_irq_save(flags);
	done = record_plain(account->id, pages, nr);
	local_irq_restore(flags);
	if (done < nr)
		pind_account_release(account, nr - done, nr - done, nr - done);
	pind_ledger_count(done, done);
	return done;
}

bool pind_ledger_prepare(struct page *page)
{
	unsigned long number = page_to_pfn(page);
	bool there;

	if (PageCompound(page) || is_zero_pfn(number))
		return false;
	rcu_read_lock();
	there = pind_leaf_find(number);
	rcu_read_unlock();
	return !there && !pind_leaf_add(number);
}

unsigned long pind_ledger_need(const struct pind_claim *claim, bool *ret_held)
{
	unsigned long number = pind_folio_number(claim->folio), flags, need;
	raw_spinlock_t *lock = pind_leaf_lock(number);
	struct pind_leaf *leaf;

	rcu_read_lock();
	leaf = pind_leaf_find(number);
	raw_spin_lock_irqsave(lock, flags);
	need = need_of(leaf ? *pind_slot_of(leaf, number) : 0, claim, ret_held);
	raw_spin_unlock_irqrestore(lock, flags);
	rcu_read_unlock();
	return need;
}

static void free_holding(struct pind_holding *holding)
{
	struct pind_holder *holder, *next_holder;
	struct pind_share *share, *next_share;

	rbtree_postorder_for_each_entry_safe(holder, next_holder, &holding->holders, node)
		kfree(holder);
	rbtree_postorder_for_each_entry_safe(share, next_share, &holding->shares, node)
		kfree(share);
	kfree(holding);
}

int __init pind_ledger_init(void)
{
	/* not my_zero_pfn(), which has another name in newer kernels */
	zero_leaf = page_to_pfn(ZERO_PAGE(0)) >> PIND_LEAF_SHIFT;
	return pind_leaf_init();
}

void pind_ledger_exit(void)
{
	unsigned long index = 0, slot;
	struct pind_leaf *leaf;
	unsigned int i;

	for (; (leaf = pind_leaf_next(index)); index = leaf->index + 1) {
		for (i = 0; i < PIND_LEAF_SLOTS; i++) {
			slot = leaf->slot[i];
			if (slot && !pind_slot_is_inline(slot))
				free_holding(pind_slot_holding(slot));
		}
	}
	pind_leaf_exit();
}

u64 pind_ledger_folios(void)
{
	return max(pind_leaf_used(), 0L);
}

u64 pind_ledger_bytes(void)
{
	long bytes = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		bytes += per_cpu(pind_ledger_parts, cpu).bytes;
	return pind_leaf_bytes() + bytes;
}

void pind_ledger_sums(s64 *ret_pins, s64 *ret_charge, s64 *ret_excess)
{
	int cpu;

	*ret_pins = 0;
	*ret_charge = 0;
	*ret_excess = 0;
	for_each_possible_cpu(cpu) {
		*ret_pins += per_cpu(pind_ledger_parts, cpu).pins;
		*ret_charge += per_cpu(pind_ledger_parts, cpu).charge;
		*ret_excess += per_cpu(pind_ledger_parts, cpu).excess;
	}
}
