// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

#include "compat.h"
#include "counters.h"
#include "folio.h"
#include "hook.h"
#include "ledger.h"
#include "misuse.h"
#include "unpin.h"

/* Pages unpinned in one go, so that what has to be remembered fits the stack. */
#define CHUNK 64

/*
 * Folios of a chunk. The first @held of them are in the ledger, with a reference
 * until they are clamped: looking again after the unpin could not tell which those are.
 */
struct chunk {
	unsigned int nr;
	unsigned int held;
	struct folio *folio[CHUNK];
};

static const struct pind_unpinner whoever_runs = { .rate = pind_account_rate_current };
static const struct pind_unpinner pin_code_itself = { .rate = pind_account_rate_current };

static const struct pind_unpinner *caller(unsigned long call_site)
{
	return pind_hook_is_inside(call_site) ? &pin_code_itself : &whoever_runs;
}

/*
 * Before the kernel gives them back, so that nobody sees more out than there is.
 * What it takes back before it has handed it out was never requested.
 */
static void begin_return(const struct pind_unpinner *unpinner, unsigned long pins)
{
	pind_count_begun(pins);
	if (unpinner != &pin_code_itself)
		pind_count_returned(pins);
}

static void end_return(unsigned long pins)
{
	pind_count_ended(pins);
}

static void add(struct chunk *chunk, struct folio *folio)
{
	if (!chunk->nr || folio != chunk->folio[chunk->nr - 1])
		chunk->folio[chunk->nr++] = folio;
}

static void hold(struct chunk *chunk)
{
	chunk->held = pind_ledger_take(chunk->folio, chunk->nr);
}

static void hold_one(struct chunk *chunk, struct folio *folio)
{
	chunk->nr = 1;
	chunk->folio[0] = folio;
	hold(chunk);
}

static void clamp_chunk(struct chunk *chunk, const struct pind_unpinner *unpinner)
{
	struct pind_bill bill = {};
	unsigned int i;

	/* what we hold must be let go, whoever has clamped it meanwhile */
	if (!chunk->held && pind_ledger_is_empty())
		return;
	rcu_read_lock();
	pind_ledger_clamp(chunk->folio, chunk->held, unpinner, &bill);
	pind_ledger_clamp_unheld(chunk->folio + chunk->held, chunk->nr - chunk->held, &bill);
	pind_bill_pay(&bill);
	rcu_read_unlock();
	/* not folio_put(): memory of a device is put in its own way */
	for (i = 0; i < chunk->held; i++)
		put_page(&chunk->folio[i]->page);
}

/*
 * Pins of a folio that are about to be given back, as the kernel counts them: not
 * the zero page's. Here it shows if it does not have them.
 */
static unsigned long count_pins(struct folio *folio, unsigned long pins, unsigned long call_site)
{
	if (pind_folio_is_exempt(folio))
		return 0;
	if (unlikely(pind_folio_lacks(folio, pins)))
		pind_misuse_at(PIND_MISUSE_UNPIN_UNPINNED, call_site);
	return pins;
}

/* Newer kernels skip a page that is NULL. */
static struct folio *folio_or_none(struct page *page)
{
	return likely(page) ? page_folio(page) : NULL;
}

/* Hold the folios of the next pages, up to CHUNK of them. Returns how many pages. */
static unsigned long hold_pages(struct chunk *chunk, struct page **pages, unsigned long npages,
				unsigned long call_site, unsigned long *ret_pins)
{
	struct folio *folio, *next = folio_or_none(pages[0]);
	unsigned long done, first, pins = 0;

	chunk->nr = 0;
	for (done = 0; done < npages && chunk->nr < CHUNK;) {
		folio = next;
		first = done;
		while (++done < npages && (next = folio_or_none(pages[done])) == folio)
			;
		if (!folio)
			continue;
		pins += count_pins(folio, done - first, call_site);
		add(chunk, folio);
	}
	hold(chunk);
	*ret_pins = pins;
	return done;
}

/*
 * unpin_user_pages_dirty_lock(..., false) is a jump to unpin_user_pages(): call
 * that one, so that a tracer cannot bring the jump back to us as a second call.
 */
static void unpin_original(struct page **pages, unsigned long npages, bool make_dirty)
{
	if (make_dirty)
		unpin_user_pages_dirty_lock(pages, npages, true);
	else
		unpin_user_pages(pages, npages);
}

static void unpin_pages(struct page **pages, unsigned long npages, bool make_dirty,
			const struct pind_unpinner *unpinner, unsigned long call_site)
{
	unsigned long n, pins;
	struct chunk chunk;

	/* an error value taken for a count: the original warns and does nothing */
	if (IS_ERR_VALUE(npages)) {
		unpin_original(pages, npages, make_dirty);
		return;
	}
	for (; npages; pages += n, npages -= n) {
		n = hold_pages(&chunk, pages, npages, call_site, &pins);
		begin_return(unpinner, pins);
		unpin_original(pages, n, make_dirty);
		clamp_chunk(&chunk, unpinner);
		end_return(pins);
	}
}

static void unpin_folio_pins(struct folio *folio, unsigned long pins,
			     const struct pind_unpinner *unpinner, unsigned long call_site)
{
	unsigned long counted = count_pins(folio, pins, call_site);
	struct chunk chunk;

	begin_return(unpinner, counted);
	hold_one(&chunk, folio);
	if (pins == 1)
		unpin_folio(folio);
	else
		unpin_user_folio(folio, pins);
	clamp_chunk(&chunk, unpinner);
	end_return(counted);
}

/*
 * One that is NULL is skipped: where memfd_pin_folios() cannot move what must not
 * be pinned where it is, it gives back a list in which all are.
 */
static unsigned long count_whole_folios(struct folio **folios, unsigned long nr,
					unsigned long call_site)
{
	unsigned long i, pins = 0;

	for (i = 0; i < nr; i++)
		if (folios[i])
			pins += count_pins(folios[i], 1, call_site);
	return pins;
}

static void unpin_whole_folios(struct folio **folios, unsigned long nr,
			       const struct pind_unpinner *unpinner, unsigned long call_site)
{
	unsigned long i, n, pins;
	struct chunk chunk;

	if (IS_ERR_VALUE(nr)) {
		unpin_folios(folios, nr);
		return;
	}
	pins = count_whole_folios(folios, nr, call_site);
	begin_return(unpinner, pins);
	for (; nr; folios += n, nr -= n) {
		n = min_t(unsigned long, nr, CHUNK);
		chunk.nr = 0;
		for (i = 0; i < n; i++)
			if (folios[i])
				add(&chunk, folios[i]);
		hold(&chunk);
		unpin_folios(folios, n);
		clamp_chunk(&chunk, unpinner);
	}
	end_return(pins);
}

void pind_unpin_undo(struct page **pages, unsigned long npages, struct pind_account *account)
{
	struct pind_unpinner us = { .account = account };

	unpin_pages(pages, npages, false, &us, _RET_IP_);
}

void pind_unpin_undo_folios(struct folio **folios, unsigned long nr, struct pind_account *account)
{
	struct pind_unpinner us = { .account = account };

	unpin_whole_folios(folios, nr, &us, _RET_IP_);
}

void pind_unpin_undo_folio(struct folio *folio, unsigned int pins, struct pind_account *account)
{
	struct pind_unpinner us = { .account = account };

	unpin_folio_pins(folio, pins, &us, _RET_IP_);
}

void pind_unpin_user_page(struct page *page)
{
	const struct pind_unpinner *unpinner = caller(_RET_IP_);
	unsigned long pins;
	struct chunk chunk;

	pind_hook_enter();
	pins = count_pins(page_folio(page), 1, _RET_IP_);
	begin_return(unpinner, pins);
	hold_one(&chunk, page_folio(page));
	unpin_user_page(page);
	clamp_chunk(&chunk, unpinner);
	end_return(pins);
	pind_hook_exit();
}

void pind_unpin_user_pages(struct page **pages, unsigned long npages)
{
	pind_hook_enter();
	unpin_pages(pages, npages, false, caller(_RET_IP_), _RET_IP_);
	pind_hook_exit();
}

void pind_unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	pind_hook_enter();
	unpin_pages(pages, npages, make_dirty, caller(_RET_IP_), _RET_IP_);
	pind_hook_exit();
}

/* Frames stand side by side; their struct pages do not on every machine. */
static struct page *page_behind(struct page *page, unsigned long n)
{
	return pfn_to_page(page_to_pfn(page) + n);
}

/* hold_pages() of pages that stand side by side. */
static unsigned long hold_range(struct chunk *chunk, struct page *page, unsigned long npages,
				unsigned long call_site, unsigned long *ret_pins)
{
	unsigned long done, run, pins = 0;

	chunk->nr = 0;
	for (done = 0; done < npages && chunk->nr < CHUNK; done += run) {
		struct page *first = page_behind(page, done);
		struct folio *folio = page_folio(first);

		run = min_t(unsigned long, npages - done,
			    folio_nr_pages(folio) - folio_page_idx(folio, first));
		pins += count_pins(folio, run, call_site);
		add(chunk, folio);
	}
	hold(chunk);
	*ret_pins = pins;
	return done;
}

void pind_unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty)
{
	const struct pind_unpinner *unpinner = caller(_RET_IP_);
	unsigned long n, pins;
	struct chunk chunk;

	pind_hook_enter();
	for (; npages; npages -= n, page = page_behind(page, n)) {
		n = hold_range(&chunk, page, npages, _RET_IP_, &pins);
		begin_return(unpinner, pins);
		unpin_user_page_range_dirty_lock(page, n, make_dirty);
		clamp_chunk(&chunk, unpinner);
		end_return(pins);
	}
	pind_hook_exit();
}

void pind_unpin_user_folio(struct folio *folio, unsigned long npages)
{
	pind_hook_enter();
	unpin_folio_pins(folio, npages, caller(_RET_IP_), _RET_IP_);
	pind_hook_exit();
}

void pind_unpin_folio(struct folio *folio)
{
	pind_hook_enter();
	unpin_folio_pins(folio, 1, caller(_RET_IP_), _RET_IP_);
	pind_hook_exit();
}

void pind_unpin_folios(struct folio **folios, unsigned long nfolios)
{
	pind_hook_enter();
	unpin_whole_folios(folios, nfolios,
			   pind_hook_is_inside_slow(_RET_IP_) ? &pin_code_itself : &whoever_runs,
			   _RET_IP_);
	pind_hook_exit();
}
