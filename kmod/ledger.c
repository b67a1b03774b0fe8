// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/memory_hotplug.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "account.h"
#include "counters.h"
#include "folio.h"
#include "group.h"
#include "ledger.h"
#include "reap.h"

#define LEAF_SHIFT	8
#define LEAF_SLOTS	(1U << LEAF_SHIFT)
#define LOCK_BITS	10
/* Pages written down under one lock, with interrupts off. */
#define PLAIN_PAGES	64
#define HOLDERS_MIN	2
#define HOLDERS_MAX	U16_MAX

/*
 * A slot is 0, or holds the usual case in place (one account, a folio of one
 * page): bit 0 set, the account's number in bits 1-31, its pins in bits 32-63.
 * Else it points to a node.
 */
#define SLOT_INLINE	1UL

/**
 * struct leaf - 256 frames of the ledger, 1 MiB of base pages
 * @rcu: pind_ledger_take() looks without a lock
 * @used: slots that are not 0; under the leaf's lock
 * @dead: taken out of the index, record nothing here; under the leaf's lock
 * @slot: written under the leaf's lock; read without it only to see whether it
 *	is 0
 */
struct leaf {
	struct rcu_head rcu;
	u16 used;
	bool dead;
	unsigned long slot[LEAF_SLOTS];
};

/* A slot that does not fit in place; under the leaf's lock. */
struct node {
	struct rcu_head rcu;
	u32 pages;
	u16 nr;
	u16 cap;
	struct pind_holder holder[];
};

/**
 * struct view - a slot opened: one form for the three that it can have
 * @holding: what to work on
 * @node: where the holders live, or NULL: in @one
 * @one: the holder of an inline slot
 */
struct view {
	struct pind_holding holding;
	struct node *node;
	struct pind_holder one;
};

/* leaf number (pfn >> LEAF_SHIFT) -> struct leaf; written in process context */
static DEFINE_XARRAY(leaves);
static struct kmem_cache *leaf_cache;
static atomic_long_t nr_leaves;
static DEFINE_PER_CPU(long, nr_folios);
static atomic_long_t node_bytes;

/*
 * Each guards the leaves whose numbers hash to it: their slots, nodes, used and
 * dead. Raw and with interrupts off, because an unpin may come from a hardirq
 * or from under another raw lock. Innermost: nothing is locked inside but the
 * atomic counters.
 */
static struct {
	raw_spinlock_t lock;
} ____cacheline_aligned_in_smp locks[1 << LOCK_BITS];

static raw_spinlock_t *lock_of(unsigned long pfn)
{
	return &locks[hash_long(pfn >> LEAF_SHIFT, LOCK_BITS)].lock;
}

static unsigned long *slot_of(struct leaf *leaf, unsigned long pfn)
{
	return &leaf->slot[pfn & (LEAF_SLOTS - 1)];
}

static size_t node_size(u16 cap)
{
	return struct_size((struct node *)NULL, holder, cap);
}

static void free_node(struct node *node)
{
	if (!node)
		return;
	atomic_long_sub(node_size(node->cap), &node_bytes);
	kfree_rcu(node, rcu); /* from any context */
}

static struct node *new_node(u32 cap)
{
	struct node *node;

	if (cap > HOLDERS_MAX)
		return NULL;
	node = kzalloc(node_size(cap), GFP_KERNEL);
	if (!node)
		return NULL;
	node->cap = cap;
	atomic_long_add(node_size(cap), &node_bytes);
	return node;
}

static void open_slot(unsigned long slot, u32 pages, struct view *view)
{
	struct pind_account *account;

	*view = (struct view){
		.holding = { .pages = pages, .holder = &view->one },
	};
	if (slot & SLOT_INLINE) {
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
		view->node = (struct node *)slot;
		view->holding.pages = view->node->pages;
		view->holding.nr = view->node->nr;
		view->holding.cap = view->node->cap;
		view->holding.holder = view->node->holder;
	} else if (pages == 1) {
		view->holding.cap = 1;
	}
}

/* Move the holders into @spare, which has more room. */
static void grow_view(struct view *view, struct node *spare)
{
	spare->pages = view->holding.pages;
	memcpy(spare->holder, view->holding.holder,
	       view->holding.nr * sizeof(*view->holding.holder));
	free_node(view->node);
	view->node = spare;
	view->holding.holder = spare->holder;
	view->holding.cap = spare->cap;
}

static void close_slot(struct leaf *leaf, unsigned long *slot, struct view *view)
{
	bool was_used = *slot;

	if (!view->holding.nr) {
		free_node(view->node);
		WRITE_ONCE(*slot, 0);
	} else if (view->node) {
		view->node->nr = view->holding.nr;
		WRITE_ONCE(*slot, (unsigned long)view->node);
	} else {
		WRITE_ONCE(*slot, SLOT_INLINE | (unsigned long)view->one.account->id << 1 |
				  (unsigned long)view->one.pins << 32);
	}

	if (was_used == !!*slot)
		return;
	if (was_used) {
		this_cpu_dec(nr_folios);
		if (!--leaf->used)
			pind_reap_soon();
	} else {
		this_cpu_inc(nr_folios);
		leaf->used++;
	}
}

static struct leaf *find_leaf(unsigned long pfn)
{
	return xa_load(&leaves, pfn >> LEAF_SHIFT);
}

static struct leaf *find_or_add_leaf(unsigned long pfn)
{
	struct leaf *leaf = find_leaf(pfn), *old;

	if (leaf)
		return leaf;
	leaf = kmem_cache_zalloc(leaf_cache, GFP_KERNEL);
	if (!leaf)
		return NULL;
	/* first, or an unpin of what is recorded here might think there is nothing */
	atomic_long_inc(&nr_leaves);
	old = xa_cmpxchg(&leaves, pfn >> LEAF_SHIFT, NULL, leaf, GFP_KERNEL);
	if (old) {
		atomic_long_dec(&nr_leaves);
		kmem_cache_free(leaf_cache, leaf);
		return xa_is_err(old) ? NULL : old;
	}
	return leaf;
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

/* Under the leaf's lock. Returns the pins taken. */
static u64 clamp_view(struct view *view, u64 pincount, const struct pind_unpinner *unpinner,
		      struct pind_bill *bill)
{
	struct pind_release release;
	u64 taken = 0;

	while (pind_holding_clamp(&view->holding, pincount, unpinner, &release)) {
		taken += release.pins;
		add_to_bill(bill, &release);
		pind_account_release(release.account, &release);
	}
	if (taken)
		pind_count_longterm_returned(taken);
	return taken;
}

/*
 * Holders that are written down for a folio, less what the kernel no longer owes
 * them. @ours of its pins are not written down yet. Also what heals the slot of
 * a folio that came and went unseen: it may now be of another size.
 */
static void open_clamped(struct leaf *leaf, unsigned long *slot, struct folio *folio, u32 ours,
			 struct view *view, struct pind_bill *bill)
{
	static const struct pind_unpinner nobody;
	u64 pincount = pind_folio_pincount(folio);

	open_slot(*slot, folio_nr_pages(folio), view);
	if (view->holding.pages != folio_nr_pages(folio))
		pincount = 0; /* what was written down was another folio */
	clamp_view(view, pincount > ours ? pincount - ours : 0, &nobody, bill);
	if (!view->holding.nr && *slot) {
		close_slot(leaf, slot, view);
		open_slot(0, folio_nr_pages(folio), view);
	}
}

/*
 * Under the leaf's lock. -EAGAIN: more room is needed, come back with @spare of
 * *@ret_cap holders.
 */
static int record_locked(struct leaf *leaf, const struct pind_claim *claim,
			 unsigned long budget, struct node **spare, u32 *ret_cap,
			 unsigned long *ret_need, struct pind_bill *bill)
{
	unsigned long *slot = slot_of(leaf, folio_pfn(claim->folio));
	struct pind_account *account = claim->account;
	struct view view;
	bool is_new;
	u32 covered;
	int ret = 0;

	open_clamped(leaf, slot, claim->folio, claim->pins, &view, bill);
	if (!pind_holding_has_room(&view.holding, account)) {
		if (*spare && (*spare)->cap > view.holding.nr) {
			grow_view(&view, *spare);
			*spare = NULL;
		} else {
			*ret_cap = max(HOLDERS_MIN, 2 * view.holding.nr);
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
	}
	close_slot(leaf, slot, &view);
	return ret;
}

int pind_ledger_record(const struct pind_claim *claim, unsigned long budget,
		       unsigned long *ret_need)
{
	unsigned long pfn = folio_pfn(claim->folio), flags;
	raw_spinlock_t *lock = lock_of(pfn);
	struct pind_bill bill = {};
	struct node *spare = NULL;
	struct leaf *leaf;
	u32 cap = 0;
	int ret;

	do {
		if (cap) {
			free_node(spare);
			spare = new_node(cap);
			cap = 0;
			if (!spare)
				return -ENOMEM;
		}
		rcu_read_lock();
		leaf = find_leaf(pfn);
		if (!leaf) {
			rcu_read_unlock();
			if (!find_or_add_leaf(pfn)) {
				ret = -ENOMEM;
				break;
			}
			ret = -EAGAIN;
			continue;
		}
		raw_spin_lock_irqsave(lock, flags);
		ret = leaf->dead ? -EAGAIN :
				   record_locked(leaf, claim, budget, &spare, &cap, ret_need, &bill);
		raw_spin_unlock_irqrestore(lock, flags);
		pind_bill_pay(&bill);
		rcu_read_unlock();
		cond_resched();
	} while (ret == -EAGAIN);

	free_node(spare);
	return ret;
}

/* Under the leaf's lock. */
static unsigned long record_plain_locked(struct leaf *leaf, struct pind_account *account,
					 struct page **pages, unsigned long nr)
{
	unsigned long slot = SLOT_INLINE | (unsigned long)account->id << 1 | 1UL << 32;
	unsigned long first = page_to_pfn(pages[0]) >> LEAF_SHIFT, pfn, i;

	for (i = 0; i < nr; i++) {
		pfn = page_to_pfn(pages[i]);
		if (pfn >> LEAF_SHIFT != first || PageCompound(pages[i]) || is_zero_pfn(pfn) ||
		    *slot_of(leaf, pfn))
			break;
		WRITE_ONCE(*slot_of(leaf, pfn), slot);
	}
	leaf->used += i;
	this_cpu_add(nr_folios, i);
	return i;
}

unsigned long pind_ledger_record_plain(struct pind_account *account, struct page **pages,
				       unsigned long nr, unsigned long budget)
{
	unsigned long pfn = page_to_pfn(pages[0]), flags, done = 0;
	raw_spinlock_t *lock = lock_of(pfn);
	struct leaf *leaf;

	nr = min3(nr, budget, (unsigned long)PLAIN_PAGES);
	rcu_read_lock();
	leaf = PageCompound(pages[0]) ? NULL : find_leaf(pfn);
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
	raw_spinlock_t *lock = lock_of(pfn);
	struct leaf *leaf;
	struct view view;

	rcu_read_lock();
	leaf = find_leaf(pfn);
	raw_spin_lock_irqsave(lock, flags);
	open_slot(leaf ? *slot_of(leaf, pfn) : 0, folio_nr_pages(claim->folio), &view);
	need = pind_holding_need(&view.holding, claim->account, claim->account->group,
				 claim->covered);
	raw_spin_unlock_irqrestore(lock, flags);
	rcu_read_unlock();
	return need;
}

bool pind_ledger_is_empty(void)
{
	return !atomic_long_read(&nr_leaves);
}

bool pind_ledger_take(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);
	struct leaf *leaf;
	bool found;

	rcu_read_lock();
	leaf = find_leaf(pfn);
	found = leaf && READ_ONCE(*slot_of(leaf, pfn));
	rcu_read_unlock();
	if (found)
		folio_get(folio);
	return found;
}

/* The usual case of an unpin that has nothing to do with a long-term pin. */
static bool clamp_is_done(unsigned long slot, u64 pincount)
{
	return (slot & SLOT_INLINE) && slot >> 32 <= pincount;
}

static u64 clamp_slot(struct leaf *leaf, unsigned long pfn, u64 (*pincount)(unsigned long pfn),
		      const struct pind_unpinner *unpinner, struct pind_bill *bill)
{
	raw_spinlock_t *lock = lock_of(pfn);
	unsigned long *slot = slot_of(leaf, pfn), flags;
	u64 count, taken = 0;
	struct view view;

	raw_spin_lock_irqsave(lock, flags);
	/* read under the lock: a count from before it may miss a record */
	if (*slot && !clamp_is_done(*slot, count = pincount(pfn))) {
		open_slot(*slot, 1, &view);
		taken = clamp_view(&view, count, unpinner, bill);
		close_slot(leaf, slot, &view);
	}
	raw_spin_unlock_irqrestore(lock, flags);
	return taken;
}

/* The folio is held by a reference: it cannot turn into something else. */
static u64 pincount_of_held(unsigned long pfn)
{
	return pind_folio_pincount(page_folio(pfn_to_page(pfn)));
}

/*
 * Nobody may hold the folio any more (that is what an audit is to find): the
 * frame may be free, part of another folio, or unplugged.
 */
static u64 pincount_of_frame(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio = page ? page_folio(page) : NULL;

	if (!page) /* a device's own memory: nothing is known of it here */
		return pfn_valid(pfn) ? U64_MAX : 0;
	if (folio_pfn(folio) != pfn)
		return 0;
	return pind_folio_pincount(folio);
}

void pind_ledger_clamp(struct folio *folio, const struct pind_unpinner *unpinner,
		       struct pind_bill *bill)
{
	unsigned long pfn = folio_pfn(folio);
	struct leaf *leaf = find_leaf(pfn);

	if (leaf)
		clamp_slot(leaf, pfn, pincount_of_held, unpinner, bill);
}

void pind_ledger_audit(struct pind_audit *audit)
{
	static const struct pind_unpinner nobody;
	struct pind_bill bill = {};
	unsigned long index;
	struct leaf *leaf;
	unsigned int i;

	*audit = (struct pind_audit){};
	xa_for_each(&leaves, index, leaf) {
		rcu_read_lock();
		leaf = xa_load(&leaves, index); /* it may have gone meanwhile */
		for (i = 0; leaf && i < LEAF_SLOTS; i++) {
			if (!READ_ONCE(leaf->slot[i]))
				continue;
			audit->folios++;
			audit->pins += clamp_slot(leaf, (index << LEAF_SHIFT) + i,
						  pincount_of_frame, &nobody, &bill);
		}
		pind_bill_pay(&bill);
		rcu_read_unlock();
		cond_resched();
	}
	audit->uncharged = (u64)bill.total << PAGE_SHIFT;
}

unsigned int pind_ledger_holders(unsigned long pfn, struct pind_holder *holders, unsigned int nr)
{
	raw_spinlock_t *lock = lock_of(pfn);
	struct leaf *leaf = find_leaf(pfn);
	unsigned long flags;
	struct view view;

	if (!leaf)
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	open_slot(*slot_of(leaf, pfn), 1, &view);
	nr = min_t(unsigned int, nr, view.holding.nr);
	memcpy(holders, view.holding.holder, nr * sizeof(*holders));
	raw_spin_unlock_irqrestore(lock, flags);
	return nr;
}

static void free_leaf(struct rcu_head *rcu)
{
	kmem_cache_free(leaf_cache, container_of(rcu, struct leaf, rcu));
}

static void drop_leaf(unsigned long index, struct leaf *leaf)
{
	xa_erase(&leaves, index);
	atomic_long_dec(&nr_leaves);
	call_rcu(&leaf->rcu, free_leaf);
}

void pind_ledger_reap(void)
{
	unsigned long index, flags;
	struct leaf *leaf;

	xa_for_each(&leaves, index, leaf) {
		raw_spinlock_t *lock = lock_of(index << LEAF_SHIFT);

		if (READ_ONCE(leaf->used))
			continue;
		raw_spin_lock_irqsave(lock, flags);
		leaf->dead = !leaf->used;
		raw_spin_unlock_irqrestore(lock, flags);
		if (leaf->dead)
			drop_leaf(index, leaf);
		cond_resched();
	}
}

u64 pind_ledger_folios(void)
{
	long folios = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		folios += per_cpu(nr_folios, cpu);
	return max(folios, 0L);
}

u64 pind_ledger_bytes(void)
{
	return atomic_long_read(&nr_leaves) * sizeof(struct leaf) + atomic_long_read(&node_bytes);
}

int pind_ledger_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(locks); i++)
		raw_spin_lock_init(&locks[i].lock);
	leaf_cache = kmem_cache_create("pind_leaf", sizeof(struct leaf), 0, 0, NULL);
	return leaf_cache ? 0 : -ENOMEM;
}

void pind_ledger_exit(void)
{
	unsigned long index;
	struct leaf *leaf;
	struct view view;
	unsigned int i;

	xa_for_each(&leaves, index, leaf) {
		for (i = 0; i < LEAF_SLOTS; i++) {
			if (!leaf->slot[i] || (leaf->slot[i] & SLOT_INLINE))
				continue;
			open_slot(leaf->slot[i], 1, &view);
			free_node(view.node);
		}
		drop_leaf(index, leaf);
	}
	rcu_barrier(); /* free_leaf() is in this module */
	xa_destroy(&leaves);
	kmem_cache_destroy(leaf_cache);
}
