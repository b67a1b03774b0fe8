// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stringhash.h>

#include "account.h"
#include "event.h"
#include "group.h"
#include "refusal.h"
#include "trace.h"

/* A group's places: the lower ones for its own rows, the others for inherited ones. */
#define OWN	  GENMASK(PIND_REFUSALS - 1, 0)
#define INHERITED (OWN << PIND_REFUSALS)
static_assert(2 * PIND_REFUSALS <= 32);

/*
 * Guards the rows of all groups, the list of dirty rows and the sequence numbers. Held for a
 * look at 32 rows at most, and to compare the paths of rows whose hashes are equal. Process
 * context only: an unpin causes no refusal.
 */
static DEFINE_SPINLOCK(refusal_lock);
static LIST_HEAD(dirty_rows); /* in the order of seq */
static u64 last_seq;

void pind_refusals_init(struct pind_refusals *refusals)
{
	INIT_LIST_HEAD(&refusals->rows);
	refusals->slots = 0;
}

static void free_row(struct pind_refusal *row)
{
	pind_refusal_put(row);
	kfree(row);
}

/* Take a row out of a group's rows. */
static void remove_row(struct pind_refusals *refusals, struct pind_refusal *row)
{
	lockdep_assert_held(&refusal_lock);
	list_del(&row->entry);
	list_del_init(&row->dirty);
	refusals->slots &= ~BIT(row->slot);
}

/* Add a row to a group's; if none of @places is free, the oldest row in them is freed. */
static void add_row(struct pind_refusals *refusals, struct pind_refusal *row, u32 places)
{
	struct pind_refusal *other, *oldest = NULL;

	lockdep_assert_held(&refusal_lock);
	if (!(places & ~refusals->slots)) {
		list_for_each_entry(other, &refusals->rows, entry)
			if ((BIT(other->slot) & places) && (!oldest || other->seq < oldest->seq))
				oldest = other;
		remove_row(refusals, oldest);
		free_row(oldest);
	}
	row->slot = __ffs(places & ~refusals->slots);
	refusals->slots |= BIT(row->slot);
	list_add_tail(&row->entry, &refusals->rows);
}

static struct pind_refusal *find_row(const struct pind_denial *denial)
{
	const struct pind_account *account = denial->account;
	struct pind_refusal *row;

	lockdep_assert_held(&refusal_lock);
	list_for_each_entry(row, &account->group->refusals.rows, entry)
		if (row->group == account->group && row->tgid == account->tgid &&
		    row->start_time == account->start_time &&
		    row->call_site == account->call_site && row->by == denial->by &&
		    row->limit == denial->limit && row->observed == denial->observed)
			return row;
	return NULL;
}

static struct pind_refusal *new_row(const struct pind_denial *denial)
{
	const struct pind_account *account = denial->account;
	struct pind_refusal *row = kzalloc(sizeof(*row), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!row)
		return NULL;
	INIT_LIST_HEAD(&row->dirty);
	row->group = pind_group_get(account->group);
	row->path_hash = full_name_hash(NULL, row->group->path, strlen(row->group->path));
	row->by = pind_group_get(denial->by);
	row->tgid = account->tgid;
	row->start_time = account->start_time;
	row->call_site = account->call_site;
	row->uid = account->uid;
	row->wanted_min = ULONG_MAX;
	row->limit = denial->limit;
	row->observed = denial->observed;
	strscpy(row->comm, account->comm, sizeof(row->comm));
	row->site = account->site->name;
	return row;
}

/* In mode observe the pieces of one region are one refusal. */
static bool is_next_piece(const struct pind_refusal *row, unsigned long go)
{
	return row->count && row->observed && go && row->go == go;
}

static void grow_row(struct pind_refusal *row, const struct pind_denial *denial)
{
	unsigned long go;

	lockdep_assert_held(&refusal_lock);
	row->taken = pind_account_taken(denial->account, denial->wanted, &go);
	row->region = max(row->region, row->taken + denial->wanted);
	row->last = ktime_get_real_ns();
	if (!row->count)
		row->first = row->last;
	if (!is_next_piece(row, go))
		row->count++;
	row->go = go;
	row->seq = ++last_seq;
	row->wanted_min = min(row->wanted_min, denial->wanted);
	row->wanted_max = max(row->wanted_max, denial->wanted);
	row->wanted = denial->wanted;
	row->needed = denial->needed;
	row->current_ = denial->current_;
	row->reserved = denial->reserved;
	row->max = denial->max;
	list_move_tail(&row->dirty, &dirty_rows);
}

void pind_refusal_note(const struct pind_denial *denial)
{
	struct pind_refusals *refusals = &denial->account->group->refusals;
	struct pind_refusal *row, *new = NULL;

	spin_lock(&refusal_lock);
	row = find_row(denial);
	if (!row) {
		spin_unlock(&refusal_lock);
		new = new_row(denial);
		spin_lock(&refusal_lock);
		/* another thread may have added the row meanwhile */
		row = find_row(denial);
		if (!row && new) {
			row = new;
			new = NULL;
			add_row(refusals, row, OWN);
		}
	}
	if (row)
		grow_row(row, denial);
	spin_unlock(&refusal_lock);
	if (new)
		free_row(new);
	trace_pind_refuse(denial->account->group->id, denial->by->id, denial->wanted,
			  denial->needed, denial->observed);
	pind_event_rows();
}

/* Are two inherited rows of the same path and limit, so that they are merged? */
static bool is_alike(const struct pind_refusal *a, const struct pind_refusal *b)
{
	/* the paths last: each may have 4 KiB */
	return a->by == b->by && a->limit == b->limit && a->observed == b->observed &&
	       a->path_hash == b->path_hash && !strcmp(a->group->path, b->group->path);
}

/* Merge a row into the newer one of the two, which keeps its seq and whether it is dirty. */
static void merge_rows(struct pind_refusal *into, const struct pind_refusal *row)
{
	into->count += row->count;
	into->first = min(into->first, row->first);
	into->wanted_min = min(into->wanted_min, row->wanted_min);
	into->wanted_max = max(into->wanted_max, row->wanted_max);
	into->region = max(into->region, row->region);
}

static void inherit_row(struct pind_refusals *refusals, struct pind_refusal *row)
{
	struct pind_refusal *other;

	lockdep_assert_held(&refusal_lock);
	list_for_each_entry(other, &refusals->rows, entry) {
		if (!(BIT(other->slot) & INHERITED) || !is_alike(other, row))
			continue;
		if (other->seq > row->seq) {
			merge_rows(other, row);
			list_del_init(&row->dirty);
			free_row(row);
			return;
		}
		merge_rows(row, other);
		remove_row(refusals, other);
		free_row(other);
		break;
	}
	add_row(refusals, row, INHERITED);
}

/* Give the group's first row to the parent. Return: was there a row. */
static bool bury_row(struct pind_group *group)
{
	struct pind_refusal *row;

	spin_lock(&refusal_lock);
	row = list_first_entry_or_null(&group->refusals.rows, struct pind_refusal, entry);
	if (row) {
		list_del(&row->entry);
		group->refusals.slots &= ~BIT(row->slot);
		if (group->parent) {
			inherit_row(&group->parent->refusals, row);
		} else {
			list_del_init(&row->dirty);
			free_row(row);
		}
	}
	spin_unlock(&refusal_lock);
	return row;
}

void pind_refusal_bury(struct pind_group *group)
{
	while (bury_row(group))
		;
}

static void copy_row(struct pind_refusal *copy, const struct pind_refusal *row)
{
	lockdep_assert_held(&refusal_lock);
	*copy = *row;
	pind_group_get(copy->group);
	pind_group_get(copy->by);
}

bool pind_refusal_read(struct pind_group *group, unsigned int slot, struct pind_refusal *refusal)
{
	struct pind_refusal *row, *found = NULL;

	spin_lock(&refusal_lock);
	list_for_each_entry(row, &group->refusals.rows, entry)
		if (row->slot >= slot && (!found || row->slot < found->slot))
			found = row;
	if (found)
		copy_row(refusal, found);
	spin_unlock(&refusal_lock);
	return found;
}

void pind_refusal_put(struct pind_refusal *refusal)
{
	pind_group_put(refusal->group);
	pind_group_put(refusal->by);
}

u64 pind_refusal_last(void)
{
	return READ_ONCE(last_seq);
}

bool pind_refusal_take_dirty(u64 upto, struct pind_refusal *refusal)
{
	struct pind_refusal *row;

	spin_lock(&refusal_lock);
	row = list_first_entry_or_null(&dirty_rows, struct pind_refusal, dirty);
	if (row && row->seq > upto)
		row = NULL;
	if (row) {
		copy_row(refusal, row);
		list_del_init(&row->dirty);
	}
	spin_unlock(&refusal_lock);
	return row;
}

bool pind_refusal_is_dirty(void)
{
	return !list_empty_careful(&dirty_rows);
}
