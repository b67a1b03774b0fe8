// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "compat.h"
#include "folio.h"
#include "ledger.h"
#include "need.h"

/* Pages that are looked at in one go; their pointers are on the stack. */
#define PEEK_PAGES	32

/* Pages that follow each other in a call and are of one folio. */
struct run {
	struct folio *folio; /* with a reference, or NULL */
	u32 pages;
};

/*
 * The count of one call.
 * @held: pages in folios that the group keeps in place already
 * @twice: memory that is mapped twice is counted once, by means of @covered
 * @covered: frame number of a folio's head -> how many of its pages were counted
 */
struct count {
	unsigned long held;
	bool twice;
	struct xarray covered;
};

/*
 * Note that @pages of a folio are counted. Return: how many of its pages were counted before.
 * Without memory to remember them they are counted twice.
 */
static u32 cover(struct count *count, struct folio *folio, u32 pages)
{
	unsigned long number = folio_pfn(folio);
	void *entry;
	u32 before;

	if (!count->twice)
		return 0;
	entry = xa_load(&count->covered, number);
	before = entry ? xa_to_value(entry) : 0;
	pages = min_t(unsigned long, before + pages, folio_nr_pages(folio));
	if (pages > before)
		(void)xa_store(&count->covered, number, xa_mk_value(pages),
			       GFP_KERNEL | __GFP_NOWARN);
	return before;
}

static unsigned long need_of_folio(const struct pind_call *call, struct folio *folio, u32 pages,
				   struct count *count)
{
	struct pind_claim claim = {
		.account = call->account,
		.folio = folio,
	};
	unsigned long need;
	bool is_held;
	u32 before;

	/* we looked without FOLL_WRITE and found the zero page; the pin may get a new page */
	if (pind_folio_is_exempt(folio))
		return PIND_ZERO_STAYS ? 0 : pages;
	before = cover(count, folio, pages);
	claim.covered = before + pages;
	need = pind_ledger_need(&claim, &is_held);
	if (before) {
		claim.covered = before;
		need -= min(need, pind_ledger_need(&claim, &is_held));
	}
	count->held += is_held ? need : 0;
	return need;
}

static unsigned long finish_run(const struct pind_call *call, struct run *run,
				struct count *count)
{
	unsigned long need;

	if (!run->folio)
		return 0;
	need = need_of_folio(call, run->folio, run->pages, count);
	put_page(&run->folio->page); /* not folio_put(): the folio may be a device's memory */
	*run = (struct run){};
	return need;
}

/* Takes plain references, and stops where the pin would stop. */
static unsigned long need_of_memory(const struct pind_call *call, unsigned long enough,
				    struct count *count)
{
	unsigned long done = 0, need = 0;
	struct page *pages[PEEK_PAGES];
	struct run run = {};
	long got, i;

	while (done < call->nr && need <= enough) {
		got = pind_get_pages(call->mm, call->locked, call->start + done * PAGE_SIZE,
				     min_t(unsigned long, call->nr - done, PEEK_PAGES),
				     call->flags & (FOLL_WRITE | FOLL_FORCE), pages);
		if (got <= 0)
			break;
		for (i = 0; i < got; i++) {
			struct folio *folio = page_folio(pages[i]);

			if (folio != run.folio) {
				need += finish_run(call, &run, count);
				run.folio = folio; /* the run keeps the page's reference */
			} else {
				put_page(pages[i]);
			}
			run.pages++;
		}
		done += got;
		cond_resched();
	}
	need += finish_run(call, &run, count);
	return need > enough ? need + (call->nr - done) : need;
}

/* A page that the file does not have in memory yet is paid for by nobody: it counts. */
static unsigned long need_of_memfd(const struct pind_call *call, unsigned long enough,
				   struct count *count)
{
	pgoff_t index = call->start >> PAGE_SHIFT, end = index + call->nr;
	unsigned long need = 0, pages;
	struct folio *folio;

	for (; index < end && need <= enough; index += pages) {
		folio = filemap_get_folio(call->memfd->f_mapping, index);
		if (IS_ERR_OR_NULL(folio)) {
			pages = 1;
			need++;
		} else {
			pages = folio_nr_pages(folio);
			pages = min(pages - (index & (pages - 1)), end - index);
			need += need_of_folio(call, folio, pages, count);
			folio_put(folio);
		}
		cond_resched();
	}
	return need + (end - index);
}

static unsigned long need_of(const struct pind_call *call, unsigned long enough,
			     struct count *count)
{
	if (call->folio)
		return need_of_folio(call, call->folio, call->nr, count);
	if (call->memfd)
		return need_of_memfd(call, enough, count);
	return need_of_memory(call, enough, count);
}

unsigned long pind_need(const struct pind_call *call, unsigned long enough, bool twice,
			unsigned long *ret_held)
{
	struct count count = { .twice = twice };
	unsigned long need;

	xa_init_flags(&count.covered, XA_FLAGS_ACCOUNT);
	need = need_of(call, enough, &count);
	xa_destroy(&count.covered);
	*ret_held = count.held;
	return need;
}
