// SPDX-License-Identifier: GPL-2.0
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>

#include "compat.h"
#include "folio.h"
#include "frame.h"
#include "leaf.h"

void pind_frames_begin(struct pind_frames *walk, unsigned long first, unsigned long last)
{
	struct page *page = pfn_to_online_page(first);

	*walk = (struct pind_frames){ .next = first, .last = last };
	if (!page)
		return;
	/* if it is just changing the walk begins at a folio that is not, or no longer, there */
	walk->next = min(first, folio_pfn(page_folio(page)));
}

/* One word of each struct page, for nearly all of them: a tail has no references. */
static bool looks_pinned(struct page *page)
{
	unsigned int refs = page_ref_count(page);

	if (!refs)
		return false;
	if (PageHead(page))
		return pind_folio_large_pincount((struct folio *)page) > 0;
	return refs >= GUP_PIN_COUNTING_BIAS;
}

struct folio *pind_frame_hold(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return NULL;
	/* a reference keeps the folio what it is; a free page has none to take */
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return NULL;
	if (page_folio(page) == folio && folio_pfn(folio) == pfn)
		return folio;
	folio_put(folio);
	return NULL;
}

static struct folio *hold_pinned(unsigned long pfn)
{
	struct folio *folio = pind_frame_hold(pfn);

	if (!folio)
		return NULL;
	if (!pind_folio_is_exempt(folio) && pind_folio_pincount(folio, 1))
		return folio;
	folio_put(folio);
	return NULL;
}

/*
 * Nothing marks the other pages of a free block, which have no references and are no tails.
 * Good enough to be told: what a CPU keeps for itself is missed.
 */
static bool is_free(struct pind_frames *walk, struct page *page)
{
	if (page_ref_count(page) || PageTail(page))
		return false;
	return walk->in_free || PageBuddy(page);
}

/* The frame where what is the same as at a frame without online memory ends. */
static unsigned long end_of_absent(unsigned long pfn)
{
	if (pfn >= pind_leaf_large)
		return ULONG_MAX; /* no machine has so much */
#ifdef CONFIG_SPARSEMEM
	if (!valid_section_nr(pfn_to_section_nr(pfn)))
		return SECTION_ALIGN_UP(pfn + 1);
	return min(ALIGN(pfn + 1, PAGES_PER_SUBSECTION), SECTION_ALIGN_UP(pfn + 1));
#else
	return pfn + 1;
#endif
}

static void pass_absent(struct pind_frames *walk)
{
	unsigned long end = min(end_of_absent(walk->next) - 1, walk->last);
	unsigned long nr = end - walk->next + 1;
	struct dev_pagemap *map;

	if (!pfn_valid(walk->next)) {
		walk->holes += nr;
	} else {
		map = pind_get_dev_pagemap(walk->next);
		if (map)
			walk->device += nr;
		else
			walk->offline += nr;
		if (map)
			put_dev_pagemap(map);
	}
	walk->in_free = false;
	walk->next += nr;
}

struct folio *pind_frames_next(struct pind_frames *walk, unsigned int *budget)
{
	struct folio *folio;
	unsigned long pfn;
	struct page *page;

	while (*budget && !pind_frames_ended(walk)) {
		--*budget;
		pfn = walk->next;
		page = pfn_to_online_page(pfn);
		if (!page) {
			pass_absent(walk);
			continue;
		}
		walk->next++;
		walk->looked++;
		walk->in_free = is_free(walk, page);
		walk->free += walk->in_free;
		folio = looks_pinned(page) ? hold_pinned(pfn) : NULL;
		if (folio)
			return folio;
	}
	return NULL;
}

bool pind_frame_is_cma(struct page *page)
{
#ifdef CONFIG_CMA
	unsigned long pfn = page_to_pfn(page);
	unsigned long bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS;
	const unsigned long *flags = section_to_usemap(__pfn_to_section(pfn));

	/* the kernel's own function is not for modules */
	return (flags[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & PIND_MIGRATETYPE_MASK) ==
	       MIGRATE_CMA;
#else
	return false;
#endif
}
