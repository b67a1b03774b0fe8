// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "account.h"
#include "fill.h"
#include "folio.h"
#include "group.h"
#include "lasting.h"
#include "ledger.h"
#include "owner.h"
#include "span.h"

/* Frames that are looked at before others may run. */
#define STEP 4096

struct pind_span *pind_span_new(unsigned long first, unsigned long last, bool each)
{
	struct pind_span *span = kvzalloc(sizeof(*span), GFP_KERNEL_ACCOUNT);

	if (!span)
		return NULL;
	span->first = first;
	span->each = each;
	pind_frames_begin(&span->walk, first, last);
	return span;
}

static void let_go(struct pind_span_row *row)
{
	if (row->account)
		pind_account_put(row->account);
	row->account = NULL;
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

/* What all rows of a folio have in common. */
static struct pind_span_row row_of(struct folio *folio)
{
	return (struct pind_span_row){
		.owner = pind_owner_id(folio),
		.zone = folio_zone(folio),
		.cma = pind_frame_is_cma(&folio->page),
		.pinned = PIND_PINNED_YES,
		.folios = 1,
		.pages = folio_nr_pages(folio),
		.first = folio_pfn(folio),
		.last = folio_pfn(folio) + folio_nr_pages(folio) - 1,
	};
}

/* Nobody is known to hold it. The kernel counts pins of a large folio by themselves. */
static void note_unheld(struct pind_span *span, struct folio *folio)
{
	struct pind_span_row *row = &span->of_folio[0];

	*row = row_of(folio);
	row->pinned = folio_test_large(folio) ? PIND_PINNED_YES : PIND_PINNED_MAYBE;
	row->pins = pind_folio_pincount(folio, 1);
	row->since = pind_lasting_since(folio_pfn(folio));
	span->nr_of_folio = 1;
	span->unheld += row->pages;
}

static void note_holders(struct pind_span *span, struct folio *folio)
{
	struct pind_pinner pinners[PIND_SPAN_HOLDERS];
	unsigned int i, nr;
	bool uncertain;

	rcu_read_lock();
	nr = pind_ledger_pinners(folio, pinners, PIND_SPAN_HOLDERS, &uncertain);
	nr = min(nr, (unsigned int)PIND_SPAN_HOLDERS);
	for (i = 0; i < nr; i++) {
		struct pind_span_row *row = &span->of_folio[span->nr_of_folio];

		/* it has given back its last pin since */
		if (!atomic_long_inc_not_zero(&pinners[i].account->refs.refs))
			continue;
		*row = row_of(folio);
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

static void add_up(struct pind_span *span, struct pind_span_row *from)
{
	struct pind_span_row *row = find_row(span, from);

	if (row) {
		row->folios += from->folios;
		row->pages += from->pages;
		row->pins += from->pins;
		row->covered += from->covered;
		row->since = min(row->since, from->since);
		row->last = from->last;
	} else if (span->nr < PIND_FRAME_ROWS) {
		span->row[span->nr++] = *from;
		from->account = NULL; /* its reference has gone with it */
	} else {
		span->lost++;
	}
}

bool pind_span_step(struct pind_span *span)
{
	unsigned int budget = STEP, i;
	struct folio *folio;

	cond_resched();
	while (!span->nr_of_folio && (folio = pind_frames_next(&span->walk, &budget))) {
		span->pinned += folio_nr_pages(folio);
		note_holders(span, folio);
		if (!span->nr_of_folio)
			note_unheld(span, folio);
		folio_put(folio);
		if (span->each)
			return true;
		/* each looks through the rows: as long as so many frames take */
		budget -= min(budget, span->nr_of_folio * span->nr / 64);
		for (i = 0; i < span->nr_of_folio; i++)
			add_up(span, &span->of_folio[i]);
		pind_span_forget_folio(span);
	}
	return span->nr_of_folio;
}

static int fill_owner(struct sk_buff *skb, u64 id)
{
	struct cgroup *cgroup;
	char *path = NULL;
	int ret;

	if (!id)
		return 0;
	cgroup = cgroup_get_from_id(id);
	if (!IS_ERR_OR_NULL(cgroup)) {
		path = pind_group_path(cgroup, NULL);
		cgroup_put(cgroup);
	}
	ret = pind_fill_u64(skb, PIND_A_FRAME_OWNER_ID, id) ?:
		      nla_put_string(skb, PIND_A_FRAME_OWNER_PATH, path ?: "");
	kfree(path);
	return ret;
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

int pind_span_fill_row(struct sk_buff *skb, const struct pind_reader *reader,
		       const struct pind_span_row *row)
{
	if (pind_fill_u64(skb, PIND_A_FRAME_FIRST, row->first) ||
	    pind_fill_u64(skb, PIND_A_FRAME_LAST, row->last) ||
	    pind_fill_u64(skb, PIND_A_FRAME_FOLIOS, row->folios) ||
	    pind_fill_u64(skb, PIND_A_FRAME_SIZE, row->pages << PAGE_SHIFT) ||
	    pind_fill_u64(skb, PIND_A_FRAME_PINS, row->pins) ||
	    nla_put_u32(skb, PIND_A_FRAME_PINNED, row->pinned) ||
	    fill_owner(skb, row->owner) ||
	    nla_put_u32(skb, PIND_A_FRAME_NODE, zone_to_nid(row->zone)) ||
	    nla_put_string(skb, PIND_A_FRAME_ZONE, row->zone->name) ||
	    nla_put_u32(skb, PIND_A_FRAME_MOVABLE, zone_idx(row->zone) == ZONE_MOVABLE) ||
	    nla_put_u32(skb, PIND_A_FRAME_CMA, row->cma) ||
	    pind_fill_u64(skb, PIND_A_FRAME_SINCE, row->since))
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
