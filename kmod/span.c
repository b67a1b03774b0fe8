// SPDX-License-Identifier: GPL-2.0
#include <linux/mmzone.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "account.h"
#include "fill.h"
#include "folio.h"
#include "group.h"
#include "lasting.h"
#include "leaf.h"
#include "ledger.h"
#include "owner.h"
#include "span.h"

/* Frames or places of the ledger that are looked at before others may run. */
#define STEP 4096

static struct pind_span *new_span(void)
{
	return kvzalloc(sizeof(struct pind_span), GFP_KERNEL_ACCOUNT);
}

struct pind_span *pind_span_new(unsigned long first, unsigned long last, bool each)
{
	struct pind_span *span = new_span();

	if (!span)
		return NULL;
	span->first = first;
	span->each = each;
	pind_frames_begin(&span->walk, first, last);
	return span;
}

struct pind_span *pind_span_new_others(u64 id)
{
	struct pind_span *span = new_span();

	if (!span)
		return NULL;
	span->others_of = id;
	span->walk.last = pind_leaf_last();
	return span;
}

static void let_go(struct pind_span_row *row)
{
	if (row->account)
		pind_account_put(row->account);
	row->account = NULL;
	kfree(row->file);
	row->file = NULL;
}

void pind_span_forget_folio(struct pind_span *span)
{
	while (span->nr_of_folio)
		let_go(&span->of_folio[--span->nr_of_folio]);
	span->told = 0;
}

void pind_span_free(struct pind_span *span)
{
	if (!span)
		return;
	pind_span_forget_folio(span);
	while (span->nr)
		let_go(&span->row[--span->nr]);
	kvfree(span);
}

/* A row with the members that all rows of a folio have in common. */
static struct pind_span_row row_of(const struct pind_span *span, struct folio *folio)
{
	bool anywhere = span->others_of;

	return (struct pind_span_row){
		.owner = pind_owner_id(folio),
		.zone = anywhere ? NULL : folio_zone(folio),
		.cma = !anywhere && pind_frame_is_cma(&folio->page),
		.pinned = PIND_PINNED_YES,
		.folios = 1,
		.pages = folio_nr_pages(folio),
		.first = folio_pfn(folio),
		.last = folio_pfn(folio) + folio_nr_pages(folio) - 1,
		.mapping = folio_mapping(folio),
	};
}

/* A row for a folio that no account holds. Only a large folio has an exact pin count. */
static void note_unheld(struct pind_span *span, struct folio *folio)
{
	struct pind_span_row *row = &span->of_folio[0];

	*row = row_of(span, folio);
	row->pinned = folio_test_large(folio) ? PIND_PINNED_YES : PIND_PINNED_MAYBE;
	row->pins = pind_folio_pincount(folio, 1);
	row->since = pind_lasting_since(folio_pfn(folio));
	span->nr_of_folio = 1;
	span->unheld += row->pages;
}

static bool is_asked_for(const struct pind_span *span, const struct pind_account *account)
{
	return !span->others_of || !pind_cgroup_is_below(account->group->cgroup, span->others_of);
}

static void note_holders(struct pind_span *span, struct folio *folio)
{
	struct pind_pinner pinners[PIND_SPAN_HOLDERS];
	unsigned int i, nr;
	bool uncertain;

	rcu_read_lock();
	nr = pind_ledger_pinners(folio, pinners, PIND_SPAN_HOLDERS, &uncertain);
	if (span->others_of && nr > PIND_SPAN_HOLDERS)
		span->lost += nr - PIND_SPAN_HOLDERS;
	nr = min(nr, (unsigned int)PIND_SPAN_HOLDERS);
	for (i = 0; i < nr; i++) {
		struct pind_span_row *row = &span->of_folio[span->nr_of_folio];

		if (!is_asked_for(span, pinners[i].account))
			continue;
		/* the account has given back its last pin since */
		if (!atomic_long_inc_not_zero(&pinners[i].account->refs.refs))
			continue;
		*row = row_of(span, folio);
		if (uncertain && !folio_test_large(folio))
			row->pinned = PIND_PINNED_MAYBE;
		row->account = pinners[i].account;
		row->pins = pinners[i].pins;
		row->covered = pinners[i].covered;
		span->nr_of_folio++;
	}
	rcu_read_unlock();
}

static bool is_of(const struct pind_span_row *row, const struct pind_span_row *other)
{
	return row->account == other->account && row->owner == other->owner &&
	       row->zone == other->zone && row->cma == other->cma && row->pinned == other->pinned &&
	       !row->since == !other->since;
}

/* Neighbours are often alike, so the row that was found last is looked at first. */
static struct pind_span_row *find_row(struct pind_span *span, const struct pind_span_row *like)
{
	unsigned int i;

	for (i = 0; i < span->nr; i++) {
		if (!is_of(&span->row[i], like))
			continue;
		if (i)
			swap(span->row[i], span->row[0]);
		return &span->row[0];
	}
	return NULL;
}

static void name_file(struct pind_span_row *row, struct folio *folio)
{
	char name[PIND_FILE_NAME_MAX + 1];

	if (row->mapping && pind_owner_file(folio, name))
		row->file = kstrdup(name, GFP_KERNEL_ACCOUNT);
}

/* Takes over what @from has references on. */
static void add_up(struct pind_span *span, struct pind_span_row *from, struct folio *folio)
{
	struct pind_span_row *row = find_row(span, from);

	if (row) {
		row->folios += from->folios;
		row->pages += from->pages;
		row->pins += from->pins;
		row->covered += from->covered;
		row->since = min(row->since, from->since);
		row->first = min(row->first, from->first);
		row->last = max(row->last, from->last);
		if (row->mapping != from->mapping) {
			row->mapping = NULL;
			kfree(row->file);
			row->file = NULL;
		}
	} else if (span->nr < PIND_FRAME_ROWS) {
		name_file(from, folio);
		span->row[span->nr++] = *from;
		from->account = NULL; /* the row has its reference now */
		from->file = NULL;
	} else {
		span->lost++;
	}
}

/* The next used slot of the ledger, up to the end of the leaf that comes next. */
static bool next_place(struct pind_frames *walk, unsigned long *ret_number)
{
	unsigned long number = walk->next, end = walk->last + 1;
	struct pind_leaf *leaf;

	rcu_read_lock();
	leaf = pind_leaf_next(number >> PIND_LEAF_SHIFT);
	if (leaf) {
		number = max(number, leaf->index << PIND_LEAF_SHIFT);
		end = (leaf->index + 1) << PIND_LEAF_SHIFT;
		while (number < end && !READ_ONCE(*pind_slot_of(leaf, number)))
			number++;
	} else {
		number = end;
	}
	rcu_read_unlock();
	*ret_number = number;
	walk->next = number < end ? number + 1 : end;
	return number < end;
}

/* Does the request ask about the folio's memory? Neighbours often have the same owner. */
static bool is_owned(struct pind_span *span, struct folio *folio)
{
	u64 owner = pind_owner_id(folio);

	if (owner != span->owner) {
		span->owner = owner;
		span->owner_is_below = pind_owner_is_below(folio, span->others_of);
	}
	return span->owner_is_below;
}

/* Goes on in the ledger as pind_frames_next() does over the frames. */
static struct folio *next_owned(struct pind_span *span, unsigned int *budget)
{
	unsigned long number;
	struct folio *folio;

	while (*budget && !pind_frames_ended(&span->walk)) {
		--*budget;
		if (!next_place(&span->walk, &number))
			continue;
		span->walk.looked++;
		folio = pind_frame_hold(pind_slot_pfn(number));
		if (!folio)
			continue;
		/* another folio may be there by now, and the slot is not for that one */
		if (pind_folio_number(folio) == number && is_owned(span, folio))
			return folio;
		folio_put(folio);
	}
	return NULL;
}

static struct folio *next_folio(struct pind_span *span, unsigned int *budget)
{
	return span->others_of ? next_owned(span, budget) : pind_frames_next(&span->walk, budget);
}

/* Note the holders of a folio; in a walk over frames, also a folio that no account holds. */
static void note(struct pind_span *span, struct folio *folio)
{
	note_holders(span, folio);
	if (!span->nr_of_folio && !span->others_of)
		note_unheld(span, folio);
	if (span->nr_of_folio)
		span->pinned += folio_nr_pages(folio);
}

bool pind_span_step(struct pind_span *span)
{
	unsigned int budget = STEP, i;
	struct folio *folio;

	cond_resched();
	while (!span->nr_of_folio && (folio = next_folio(span, &budget))) {
		note(span, folio);
		/* each of its rows is looked for among all: that takes as long as so many frames */
		budget -= min(budget, span->nr_of_folio * span->nr / 64);
		for (i = 0; i < span->nr_of_folio; i++) {
			if (span->each)
				name_file(&span->of_folio[i], folio);
			else
				add_up(span, &span->of_folio[i], folio);
		}
		folio_put(folio);
		if (!span->each)
			pind_span_forget_folio(span);
	}
	return span->nr_of_folio;
}

static int fill_holder(struct sk_buff *skb, const struct pind_reader *reader,
		       const struct pind_span_row *row)
{
	struct nlattr *nest = nla_nest_start(skb, PIND_A_FRAME_HOLDER);
	struct pind_pinner pinner = {
		.account = row->account,
		.pins = min_t(u64, row->pins, U32_MAX),
		.covered = min_t(u64, row->covered, U32_MAX),
	};

	if (!nest || pind_fill_pinner(skb, reader, &pinner))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_place(struct sk_buff *skb, struct zone *zone, bool cma)
{
	if (nla_put_u32(skb, PIND_A_FRAME_NODE, zone_to_nid(zone)) ||
	    nla_put_string(skb, PIND_A_FRAME_ZONE, zone->name) ||
	    nla_put_u32(skb, PIND_A_FRAME_MOVABLE, zone_idx(zone) == ZONE_MOVABLE) ||
	    nla_put_u32(skb, PIND_A_FRAME_CMA, cma))
		return -EMSGSIZE;
	return 0;
}

int pind_span_fill_row(struct sk_buff *skb, const struct pind_reader *reader,
		       const struct pind_span_row *row)
{
	if (pind_fill_u64(skb, PIND_A_FRAME_FIRST, row->first) ||
	    pind_fill_u64(skb, PIND_A_FRAME_LAST, row->last) ||
	    pind_fill_u64(skb, PIND_A_FRAME_FOLIOS, row->folios) ||
	    pind_fill_u64(skb, PIND_A_FRAME_SIZE, row->pages << PAGE_SHIFT) ||
	    pind_fill_u64(skb, PIND_A_FRAME_PINS, row->pins) ||
	    nla_put_u32(skb, PIND_A_FRAME_PINNED, row->pinned) ||
	    pind_fill_owner(skb, PIND_A_FRAME_OWNER_ID, PIND_A_FRAME_OWNER_PATH, row->owner) ||
	    (row->zone && fill_place(skb, row->zone, row->cma)) ||
	    pind_fill_u64(skb, PIND_A_FRAME_SINCE, row->since) ||
	    (row->file && nla_put_string(skb, PIND_A_FRAME_FILE, row->file)))
		return -EMSGSIZE;
	return row->account ? fill_holder(skb, reader, row) : 0;
}

int pind_span_fill_walk(struct sk_buff *skb, const struct pind_span *span)
{
	const struct pind_frames *walk = &span->walk;

	if (pind_fill_u64(skb, PIND_A_FRAME_FIRST, span->first) ||
	    pind_fill_u64(skb, PIND_A_FRAME_LAST, walk->last) ||
	    pind_fill_u64(skb, PIND_A_FRAME_NEXT, walk->next) ||
	    pind_fill_u64(skb, PIND_A_FRAME_LOOKED, walk->looked) ||
	    pind_fill_u64(skb, PIND_A_FRAME_FREE, walk->free) ||
	    pind_fill_u64(skb, PIND_A_FRAME_HOLES, walk->holes) ||
	    pind_fill_u64(skb, PIND_A_FRAME_OFFLINE, walk->offline) ||
	    pind_fill_u64(skb, PIND_A_FRAME_DEVICE, walk->device) ||
	    pind_fill_u64(skb, PIND_A_FRAME_PINNED_SIZE, span->pinned << PAGE_SHIFT) ||
	    pind_fill_u64(skb, PIND_A_FRAME_UNHELD_SIZE, span->unheld << PAGE_SHIFT) ||
	    pind_fill_u64(skb, PIND_A_FRAME_LOST, span->lost))
		return -EMSGSIZE;
	return 0;
}
