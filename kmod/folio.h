/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel itself says of a folio. */
#ifndef PIND_FOLIO_H
#define PIND_FOLIO_H

#include <linux/mm.h>

/**
 * pind_folio_refs() - its references
 *
 * The kernel refuses a pin once the count has grown beyond 2^31, which it takes
 * for negative. But the call that brought it there got its pins, so it is read as
 * what it then is: up to 2^32.
 */
static inline long pind_folio_refs(struct folio *folio)
{
	return (unsigned int)folio_ref_count(folio);
}

/**
 * pind_folio_mapcount() - mappings of a folio of one page, each of them a reference
 *
 * Below 0 it is not a mapcount but a type: a page table, a slab page.
 */
static inline int pind_folio_mapcount(struct folio *folio)
{
	return max(atomic_read(&folio->_mapcount) + 1, 0);
}

/**
 * pind_folio_pincount() - how many FOLL_PIN references the kernel counts
 *
 * Exact for a large folio. A folio of one page has no counter: each pin raises
 * its reference count by GUP_PIN_COUNTING_BIAS (1024). Mappings are references,
 * too, so they are taken off first: a file page mapped 1,024 times is not
 * pinned; the fewer of two looks, so that mappings that come and go meanwhile
 * do not hide a pin. The rest (LRU, page cache, plain references) is taken to be
 * under half a bias; a page with more plain references than that looks pinned
 * here, as it does to the kernel. Both counts may be beyond 2^31, see
 * pind_folio_refs().
 *
 * Context: any; the caller keeps the folio from being freed, or can live with
 * an answer about whatever the memory is now.
 */
static inline u64 pind_folio_pincount(struct folio *folio)
{
	int mappings;
	long refs;

	if (folio_test_large(folio))
		return (u32)atomic_read(&folio->_pincount);

	mappings = pind_folio_mapcount(folio);
	smp_rmb();
	refs = pind_folio_refs(folio);
	smp_rmb();
	refs -= min(mappings, pind_folio_mapcount(folio));
	return max(refs + GUP_PIN_COUNTING_BIAS / 2, 0L) / GUP_PIN_COUNTING_BIAS;
}

/**
 * pind_folio_lacks() - has it certainly fewer pins than @pins
 *
 * A large folio by its own count; one of one page by having fewer references than
 * as many pins are. A count that overflowed is as large as one can be.
 *
 * Context: any; as pind_folio_pincount().
 */
static inline bool pind_folio_lacks(struct folio *folio, unsigned long pins)
{
	if (folio_test_large(folio))
		return pind_folio_pincount(folio) < pins;
	return pind_folio_refs(folio) < pins * GUP_PIN_COUNTING_BIAS;
}

/**
 * pind_folio_missing() - references that it lacks for the pins it has
 *
 * Each pin of a large folio is a reference as well; on one of one page it is
 * 1,024. That some are missing is certain only if it stays so: the counts cannot
 * be read together.
 *
 * Context: any; as pind_folio_pincount().
 */
static inline unsigned long pind_folio_missing(struct folio *folio)
{
	long refs = pind_folio_refs(folio);

	if (folio_test_large(folio))
		return max((long)pind_folio_pincount(folio) - refs, 0L);
	refs -= pind_folio_mapcount(folio);
	return max((long)pind_folio_pincount(folio) * GUP_PIN_COUNTING_BIAS - refs, 0L);
}

/**
 * pind_folio_room() - pins that it takes before its reference count is full
 * @refs: references that it has
 */
static inline u64 pind_folio_room(struct folio *folio, long refs)
{
	u64 left = max(INT_MAX - refs, 0L);

	return folio_test_large(folio) ? left : left / GUP_PIN_COUNTING_BIAS;
}

/** pind_folio_is_exempt() - the zero page: pinning it takes no reference */
static inline bool pind_folio_is_exempt(struct folio *folio)
{
	return is_zero_pfn(folio_pfn(folio));
}

#endif /* PIND_FOLIO_H */
