// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>

#include "concern.h"
#include "folio.h"

/* Pages that are looked at in one go, with preemption off. */
#define LOOK_PAGES 512

static bool concerns_some(struct page **pages, unsigned long nr)
{
	struct pind_walk walk = {};
	unsigned long slot, i;
	bool concerns = false;

	rcu_read_lock_sched_notrace();
	for (i = 0; i < nr && !concerns; i++) {
		/* newer kernels skip a page that is NULL */
		if (unlikely(!pages[i]))
			continue;
		if (PageCompound(pages[i])) {
			concerns = pind_ledger_concerns(page_folio(pages[i]));
			continue;
		}
		slot = pind_walk_index(&walk, pages[i]);
		if (slot >= PIND_LEAF_SLOTS) {
			pind_walk_look(&walk, pages[i]);
			slot = pind_walk_index(&walk, pages[i]);
		}
		concerns = walk.leaf && READ_ONCE(walk.leaf->slot[slot]);
	}
	rcu_read_unlock_sched_notrace();
	return concerns;
}

bool pind_concern_many(struct page **pages, unsigned long nr)
{
	unsigned long i;

	if (IS_ERR_VALUE(nr))
		return false;
	for (i = 0; i < nr; i += LOOK_PAGES)
		if (concerns_some(pages + i, min(nr - i, (unsigned long)LOOK_PAGES)))
			return true;
	return false;
}

bool pind_concern_range(struct page *page, unsigned long nr)
{
	unsigned long i, run;

	for (i = 0; i < nr; i += run) {
		struct page *first = pind_page_behind(page, i);
		struct folio *folio = page_folio(first);

		if (pind_ledger_concerns(folio))
			return true;
		run = pind_folio_pages_from(folio, first);
	}
	return false;
}

bool pind_concern_folios(struct folio **folios, unsigned long nr)
{
	unsigned long i;

	if (IS_ERR_VALUE(nr))
		return false;
	for (i = 0; i < nr; i++)
		if (folios[i] && pind_ledger_concerns(folios[i]))
			return true;
	return false;
}
