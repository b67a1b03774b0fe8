// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>

#include "concern.h"
#include "folio.h"

/* Pages that are looked at in one go, with preemption off. */
#define LOOK_PAGES 512

/* Stands for a leaf that does not exist: all its slots are empty. */
static struct pind_leaf no_leaf;

/* Returns how many of @pages, from the front, have an empty slot in the walk's leaf. */
static __always_inline unsigned long pass_slots(const struct pind_walk *walk, struct page **pages,
						unsigned long nr)
{
	unsigned long i, slot;

	/* newer kernels skip a page that is NULL */
	for (i = 0; i < nr && likely(pages[i]) && !PageCompound(pages[i]); i++) {
		slot = pind_walk_index(walk, pages[i]);
		if (slot >= PIND_LEAF_SLOTS || READ_ONCE(walk->leaf->slot[slot]))
			break;
	}
	return i;
}

static bool concerns_some(struct page **pages, unsigned long nr)
{
	struct pind_walk walk = {};
	unsigned long i = 0, passed;
	bool concerns = false;

	rcu_read_lock_sched_notrace();
	while (i < nr && !concerns) {
		if (!pages[i]) {
			i++;
		} else if (PageCompound(pages[i])) {
			concerns = pind_ledger_concerns(page_folio(pages[i++]));
		} else {
			pind_walk_look(&walk, pages[i]);
			if (!walk.leaf)
				walk.leaf = &no_leaf;
			passed = pass_slots(&walk, pages + i, nr - i);
			concerns = !passed;
			i += passed;
		}
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
