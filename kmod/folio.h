/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own facts about a folio: size, references, mappings and pins. */
#ifndef PIND_FOLIO_H
#define PIND_FOLIO_H

#include <linux/mm.h>

/* The page @n frames behind. On some machines the struct pages of adjacent frames are not. */
static inline struct page *pind_page_behind(struct page *page, unsigned long n)
{
#ifdef CONFIG_SPARSEMEM_VMEMMAP
	return page + n;
#else
	return pfn_to_page(page_to_pfn(page) + n);
#endif
}

/** pind_folio_pages_from() - pages of a folio from one of them to its end */
static inline unsigned long pind_folio_pages_from(struct folio *folio, struct page *page)
{
	return folio_nr_pages(folio) - (page_to_pfn(page) - folio_pfn(folio));
}

#define PIND_FOLLOW 16

/** pind_pages_follow() - are the next PIND_FOLLOW of @pages equal to @first and its successors */
static __always_inline bool pind_pages_follow(struct page **pages, struct page *first)
{
	unsigned int i;

#pragma GCC unroll 16
	for (i = 0; i < PIND_FOLLOW; i++)
		if (pages[i] != pind_page_behind(first, i))
			return false;
	return true;
}

/** pind_folio_run() - how many of @pages, from the front, are successive pages of the folio */
static inline unsigned long pind_folio_run(struct folio *folio, struct page **pages,
					   unsigned long nr)
{
	unsigned long most = min(nr, pind_folio_pages_from(folio, pages[0])), run = 1;

	/* every page has to be compared, and there may be many: so 16 in each step */
	while (run + PIND_FOLLOW <= most &&
	       pind_pages_follow(pages + run, pind_page_behind(pages[0], run)))
		run += PIND_FOLLOW;
	while (run < most && pages[run] == pind_page_behind(pages[0], run))
		run++;
	return run;
}

/**
 * pind_folio_refs() - references of a folio
 *
 * The kernel refuses a pin once the count has reached 2^31, which is negative as an int.
 * But the call that brought the count there got its pins, so the count is read as unsigned:
 * up to 2^32.
 */
static inline long pind_folio_refs(struct folio *folio)
{
	return (unsigned int)folio_ref_count(folio);
}

/**
 * pind_folio_mapcount() - mappings of a folio of one page, each of them a reference
 *
 * 0 where the field holds a page type instead (a page table, a slab page), which reads as
 * below 0.
 */
static inline int pind_folio_mapcount(struct folio *folio)
{
	return max(atomic_read(&folio->_mapcount) + 1, 0);
}

/**
 * pind_page_is_sole() - does a folio of one page have at most one pin
 *
 * It does if it has fewer references than two pins add. Further plain references can only
 * turn a yes into a no.
 *
 * Context: any; the page is no part of a large folio, and cannot be freed.
 */
static inline bool pind_page_is_sole(struct page *page)
{
	return (unsigned int)atomic_read(&page->_refcount) < 2 * GUP_PIN_COUNTING_BIAS;
}

/*
 * References of a folio of one page that are known not to be pins: mappings, and
 * those of the page or swap cache and of private data.
 */
static inline int pind_folio_users(struct folio *folio)
{
	int users = pind_folio_mapcount(folio);

	if (folio_test_anon(folio) || folio_test_swapcache(folio))
		users += folio_test_swapcache(folio);
	else if (READ_ONCE(folio->mapping))
		users += 1 + folio_test_private(folio);
	return users;
}

/** pind_folio_large_pincount() - pins of a large folio, which the kernel counts. Context: any. */
static inline u32 pind_folio_large_pincount(struct folio *folio)
{
	return atomic_read(&folio->_pincount);
}

/* How often a folio's counts are read before its pincount is rounded up. */
#define PIND_FOLIO_LOOKS 8

/**
 * pind_folio_pincount() - how many FOLL_PIN references the kernel may count
 * @own: references that the caller itself has, besides pins
 *
 * Exact for a large folio. A folio of one page has no counter: each pin raises its
 * reference count by GUP_PIN_COUNTING_BIAS (1024). References that are known to be
 * something else are subtracted first: a file's page that is mapped 1,024 times is not
 * pinned. 1,024 other references look like a pin, to the kernel (folio_maybe_dma_pinned())
 * as here; fewer do not. The answer is never too low: references and their known users
 * cannot be read at once, so both are read until two readings agree; if none do, the
 * answer is rounded up. The reference count may be beyond 2^31, see pind_folio_refs().
 *
 * Context: any; the caller keeps the folio from being freed, or accepts an answer about
 * whatever the memory is used for now.
 */
static inline u64 pind_folio_pincount(struct folio *folio, unsigned int own)
{
	int users, looks;
	long refs;

	if (folio_test_large(folio))
		return pind_folio_large_pincount(folio);

	for (looks = 0; looks < PIND_FOLIO_LOOKS; looks++) {
		refs = pind_folio_refs(folio);
		smp_rmb();
		users = pind_folio_users(folio);
		smp_rmb();
		if (refs == pind_folio_refs(folio) && users == pind_folio_users(folio))
			return max(refs - users - (long)own, 0L) / GUP_PIN_COUNTING_BIAS;
	}
	return max(refs, 0L) / GUP_PIN_COUNTING_BIAS;
}

/**
 * pind_folio_lacks() - does a folio certainly have fewer pins than @pins
 *
 * A large folio does by its own count; a folio of one page if it has fewer references than
 * @pins pins add.
 *
 * Context: any; as pind_folio_pincount().
 */
static inline bool pind_folio_lacks(struct folio *folio, unsigned long pins)
{
	if (folio_test_large(folio))
		return pind_folio_pincount(folio, 0) < pins;
	return pind_folio_refs(folio) < pins * GUP_PIN_COUNTING_BIAS;
}

/**
 * pind_folio_missing() - how many references a folio has too few for its pins
 *
 * Each pin of a large folio is one reference, on a folio of one page 1,024. References are
 * certainly missing only if several looks show it: the counts cannot be read at once.
 *
 * Context: any; as pind_folio_pincount().
 */
static inline unsigned long pind_folio_missing(struct folio *folio)
{
	long refs = pind_folio_refs(folio);

	if (folio_test_large(folio))
		return max((long)pind_folio_pincount(folio, 0) - refs, 0L);
	refs -= pind_folio_mapcount(folio);
	return max((long)pind_folio_pincount(folio, 0) * GUP_PIN_COUNTING_BIAS - refs, 0L);
}

/**
 * pind_folio_room() - how many more pins a folio takes before its reference count is full
 * @refs: references that it has now
 */
static inline u64 pind_folio_room(struct folio *folio, long refs)
{
	u64 left = max(INT_MAX - refs, 0L);

	return folio_test_large(folio) ? left : left / GUP_PIN_COUNTING_BIAS;
}

/** pind_folio_is_exempt() - is it the zero page, which a pin takes no reference of */
static inline bool pind_folio_is_exempt(struct folio *folio)
{
	return is_zero_pfn(folio_pfn(folio));
}

#endif /* PIND_FOLIO_H */
