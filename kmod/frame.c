// SPDX-License-Identifier: GPL-2.0
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "folio.h"
#include "frame.h"
#include "leaf.h"

/*
 * Memory that goes offline may be unplugged at once, with its struct pages. So these are
 * looked at under RCU unless a reference keeps them, and before memory is unplugged we wait
 * for all RCU readers that may have found it online.
 */
static int memory_changed(struct notifier_block *block, unsigned long action, void *unused)
{
	if (action == MEM_OFFLINE)
		synchronize_rcu();
	return NOTIFY_OK;
}

static struct notifier_block memory_notifier = { .notifier_call = memory_changed };

int pind_frame_init(void)
{
	return register_memory_notifier(&memory_notifier);
}

void pind_frame_exit(void)
{
	unregister_memory_notifier(&memory_notifier);
}

void pind_frames_begin(struct pind_frames *walk, unsigned long first, unsigned long last)
{
	struct page *page;

	*walk = (struct pind_frames){ .next = first, .last = last };
	rcu_read_lock();
	page = pfn_to_online_page(first);
	/* the folio may change meanwhile: then the walk begins a little too early or at @first */
	if (page)
		walk->next = min(first, folio_pfn(page_folio(page)));
	rcu_read_unlock();
}

/* Reads one word of nearly every struct page: most pages and all tails have few references. */
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
	struct folio *folio = NULL;
	struct page *page;

	rcu_read_lock();
	page = pfn_to_online_page(pfn);
	/* a reference keeps the folio from changing; none can be taken of a free page */
	if (page && !folio_try_get(folio = page_folio(page)))
		folio = NULL;
	rcu_read_unlock();
	if (!folio || page_folio(page) == folio)
		return folio;
	folio_put(folio);
	return NULL;
}

static struct folio *hold_pinned(unsigned long pfn)
{
	struct folio *folio = pind_frame_hold(pfn);

	if (!folio)
		return NULL;
	if (folio_pfn(folio) == pfn && !pind_folio_is_exempt(folio) &&
	    pind_folio_pincount(folio, 1))
		return folio;
	folio_put(folio);
	return NULL;
}

/*
 * Only the first page of a free block is marked; the others have no references and are no
 * tails. Good enough for a statistic: pages on the CPUs' own free lists are missed.
 */
static bool is_free(struct pind_frames *walk, struct page *page)
{
	if (page_ref_count(page) || PageTail(page))
		return false;
	return walk->in_free || PageBuddy(page);
}

/* @pfn has no online memory: the first frame behind it that may have some. */
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
	bool looks;

	while (*budget && !pind_frames_ended(walk)) {
		--*budget;
		pfn = walk->next;
		rcu_read_lock();
		page = pfn_to_online_page(pfn);
		looks = page && looks_pinned(page);
		walk->in_free = page && is_free(walk, page);
		rcu_read_unlock();
		if (!page) {
			pass_absent(walk);
			continue;
		}
		walk->next++;
		walk->looked++;
		walk->free += walk->in_free;
		folio = looks ? hold_pinned(pfn) : NULL;
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

	/* the kernel's own function for this is not exported */
	return (flags[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & PIND_MIGRATETYPE_MASK) ==
	       MIGRATE_CMA;
#else
	return false;
#endif
}
