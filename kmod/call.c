// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "call.h"
#include "counters.h"
#include "event.h"
#include "failure.h"
#include "folio.h"
#include "ledger.h"
#include "need.h"
#include "payer.h"
#include "trace.h"
#include "room.h"
#include "stock.h"
#include "survey.h"
#include "unpin.h"

/* @held: how many of @pages lie in folios that the group keeps in place already. */
static __always_inline bool reserve(struct pind_call *call, unsigned long pages,
				    unsigned long held, bool lenient, struct pind_charge **ret_by)
{
	struct pind_charge *charge = &call->account->group->charge;

	*ret_by = NULL;
	if (held ? !pind_charge_reserve_held(charge, pages, held, lenient, ret_by) :
		   !pind_stock_quick_reserve(charge, pages) &&
			   !pind_charge_reserve(charge, pages, lenient, ret_by))
		return false;
	call->reserved += pages;
	call->held += held;
	return true;
}

/*
 * Put back the pages that the reservation took out of the surplus, @pages at most: to record them
 * takes them out for good.
 */
static void put_held_back(struct pind_call *call, unsigned long pages)
{
	pages = min(pages, call->held);
	if (pages)
		(void)pind_charge_hold(&call->account->group->charge, pages);
	call->held -= pages;
}

static noinline void cancel(struct pind_call *call)
{
	pind_charge_cancel(&call->account->group->charge, call->reserved);
	call->reserved = 0;
	put_held_back(call, call->held);
}

/* A quota refuses the call, or in mode observe would have. Counted once for each call. */
static void tell(struct pind_call *call, struct pind_charge *by, unsigned long needed,
		 bool observed)
{
	if (observed && call->told)
		return;
	call->told = true;
	pind_event_refusal(call->account, pind_group_of(by), call->nr, needed, call->reserved,
			   observed);
}

/* The reservation of all pages did not fit: decide exactly. */
static noinline int decide(struct pind_call *call, struct pind_charge *by)
{
	unsigned long before, held, need = pind_need(call, READ_ONCE(by->max), false, &held);

	if (reserve(call, need, held, false, &by))
		return 0;
	/* does not wait where waiting cannot help: a full group refuses, or observes, at once */
	pind_room_wait(by, need, held);
	/*
	 * Count anew, even if there was no wait: another call may have pinned the same pages
	 * since, or be pinning them now. Then this call needs less each time.
	 */
	do {
		before = need;
		need = pind_need(call, READ_ONCE(by->max), true, &held);
		if (reserve(call, need, held, false, &by))
			return 0;
	} while (need < before && !fatal_signal_pending(current));
	if (!reserve(call, need, held, true, &by)) {
		tell(call, by, need, false);
		return -ENOMEM;
	}
	if (by)
		tell(call, by, need, true);
	return 0;
}

static __always_inline void finish(struct pind_call *call)
{
	if (call->account) {
		pind_waiting_end(call->waiting);
		if (call->reserved || call->held)
			cancel(call);
		pind_account_put(call->account);
	}
	if (call->counted && call->moves)
		pind_count_ended(call->nr);
}

int pind_call_begin(struct pind_call *call, unsigned long call_site)
{
	struct pind_account *account;
	struct pind_charge *by;
	int ret;

	call->counted = pind_looks_each();
	if (call->counted) {
		call->call_site = call_site;
		call->moves = pind_counters_exact();
		if (call->moves)
			pind_count_begun(call->nr);
	}
	if (!(call->flags & FOLL_LONGTERM))
		return 0;

	/* before the payer, which may be asked of a page whose fault hangs */
	call->waiting = pind_waiting_begin(call_site, call->nr);
	account = pind_payer_open(call, call_site);
	if (IS_ERR(account)) {
		pind_waiting_end(call->waiting);
		finish(call);
		return PTR_ERR(account);
	}
	call->account = account;
	if (call->nr >= PIND_GO_PAGES)
		pind_account_go(account);
	if (reserve(call, call->nr, 0, false, &by))
		return 0;
	ret = decide(call, by);
	if (ret)
		finish(call);
	return ret;
}

static void announce_high(struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		if (pind_charge_take_high(charge))
			pind_event_group(PIND_CMD_HIGH_NTF, pind_group_of(charge));
}

/*
 * Record one folio's pins. The reservation is enough, except where a call near the limit was
 * admitted because its group paid for some of the pages already, and those pages have been
 * unpinned since: then the difference has to fit, too.
 */
static int record(struct pind_call *call, struct pind_claim *claim, unsigned long *ret_need)
{
	struct pind_charge *by;
	bool fits;
	int ret;

	for (;;) {
		ret = pind_ledger_record(claim, call->reserved, ret_need);
		if (ret != -ENOSPC)
			break;
		fits = reserve(call, *ret_need - call->reserved, 0, true, &by);
		if (by)
			tell(call, by, *ret_need, fits);
		if (!fits)
			return -ENOMEM;
	}
	if (!ret)
		call->reserved -= *ret_need;
	return ret;
}

/* Sums of all that a call has recorded, to be settled in one go. */
struct tally {
	unsigned long pages;
	unsigned long pins;
	long surplus;	 /* pages kept in place in addition, and not paid for: see charge.h */
	bool above_held; /* with that surplus, a level may be above its max_held */
	long unwritten;	 /* how many at the end of the array were not recorded */
};

static int record_folio(struct pind_call *call, struct folio *folio, u32 pins, u32 covered,
			struct tally *tally)
{
	struct pind_claim claim = {
		.account = call->account,
		.folio = folio,
		.pins = pins,
		.covered = covered,
	};
	unsigned long need;
	int ret;

	if (pind_folio_is_exempt(folio))
		return 0;
	need = folio_nr_pages(folio);
	if (call->reserved >= need && pind_ledger_record_whole(&claim)) {
		call->reserved -= need;
	} else {
		ret = record(call, &claim, &need);
		if (ret)
			return ret;
	}
	tally->pages += need;
	tally->pins += pins;
	tally->surplus += claim.surplus;
	tally->above_held |= claim.above_held;
	return 0;
}

/* Record the pages at the front of @pages that are of one folio. Returns how many, or an error. */
static noinline long record_run(struct pind_call *call, struct page **pages, long nr,
				struct tally *tally)
{
	struct folio *folio = page_folio(pages[0]);
	long run = pind_folio_run(folio, pages, nr);

	return record_folio(call, folio, run, run, tally) ?: run;
}

static noinline int record_pages(struct pind_call *call, struct page **pages, long got,
				 struct tally *tally)
{
	long i = 0, run;

	for (;;) {
		run = min_t(unsigned long, got - i, call->reserved);
		if (run)
			run = pind_ledger_record_plain(call->account, pages + i, run);
		if (run) {
			call->reserved -= run;
			tally->pages += run;
			tally->pins += run;
		} else if (call->reserved && pind_ledger_prepare(pages[i])) {
			continue;
		} else {
			run = record_run(call, pages + i, got - i, tally);
			if (run < 0) {
				tally->unwritten = got - i;
				return run;
			}
		}
		i += run;
		if (i >= got)
			return 0;
		cond_resched();
	}
}

/* The folios stand side by side; the call's first page is in the first of them. */
static int record_folios(struct pind_call *call, struct folio **folios, long got,
			 unsigned long first, struct tally *tally)
{
	unsigned long pages, left = call->nr;
	long i;
	int ret;

	for (i = 0; i < got; i++) {
		/* If the folios overlap (the file was changed meanwhile), no page may be left. */
		pages = max(1UL, min(folio_nr_pages(folios[i]) - first, left));
		ret = record_folio(call, folios[i], 1, pages, tally);
		if (ret) {
			tally->unwritten = got - i;
			return ret;
		}
		left -= min(left, pages);
		first = 0;
		cond_resched();
	}
	return 0;
}

/*
 * The size of the folios is known only after the pin. First give back what the call has
 * reserved and does not need, then compare with max_held once more; and if that refuses,
 * again after a wait for the reservations of other calls.
 */
static noinline int check_held(struct pind_call *call, const struct tally *tally)
{
	struct pind_charge *charge = &call->account->group->charge, *by;
	bool enforce;

	cancel(call);
	if (tally->surplus <= 0)
		return 0;
	by = pind_charge_above_held(charge);
	if (by && READ_ONCE(by->enforce)) {
		pind_room_wait(by, 0, 0);
		by = pind_charge_above_held(charge);
	}
	if (!by)
		return 0;
	enforce = READ_ONCE(by->enforce);
	tell(call, by, tally->pages + tally->surplus, !enforce);
	return enforce ? -ENOMEM : 0;
}

void pind_call_charge(struct pind_charge *charge, unsigned long pages, unsigned long pins)
{
	if (pind_charge_settle(charge, pages, pins))
		announce_high(charge);
}

/* Charge the recorded pages. Return: @ret; if that is 0, -ENOMEM where max_held refuses. */
static __always_inline int settle(struct pind_call *call, const struct tally *tally, int ret)
{
	struct pind_charge *charge = &call->account->group->charge;

	if (tally->pins) {
		trace_pind_charge(call->account->group->id, tally->pages, tally->pins);
		pind_call_charge(charge, tally->pages, tally->pins);
	}
	pind_count_longterm_requested(tally->pins);
	if (!ret && tally->above_held)
		ret = check_held(call, tally);
	return ret;
}

/*
 * Note that the kernel itself failed a call: it pinned fewer than @enough. To be called before
 * anything of the call is undone.
 */
static __always_inline void note_failure(const struct pind_call *call, long got, long enough)
{
	if (unlikely(got < enough) && call->account)
		pind_failure_note(call->account, call->nr, got);
}

/* Pins that the kernel counts for @pages: none for the zero page. */
static unsigned long count_pins(struct page **pages, unsigned long npages)
{
	unsigned long i, pins = 0;

	for (i = 0; i < npages; i++)
		pins += !is_zero_pfn(page_to_pfn(pages[i]));
	return pins;
}

/* For exact counters and surveys. They may have begun after this call did. */
static noinline void count_call(const struct pind_call *call, struct page **pages, long got)
{
	unsigned long pins = count_pins(pages, got);

	if (pind_counters_exact())
		pind_count_requested(pins);
	if (call->counted && !(call->flags & FOLL_LONGTERM))
		pind_survey_requested(call->call_site, pins);
}

/* Unpin the first @got pages of the call, of which the last ones may not have been written down. */
static noinline void undo(struct pind_call *call, struct page **pages, long got,
			  const struct tally *tally)
{
	long written = got - tally->unwritten;

	cancel(call);
	pind_unpin_undo(pages, written, call->account);
	pind_unpin_undo(pages + written, tally->unwritten, NULL);
}

long pind_call_end(struct pind_call *call, struct page **pages, long got)
{
	struct tally tally = {};
	int ret;

	note_failure(call, got, call->nr);
	if (got > 0 && pind_looks_each())
		count_call(call, pages, got);
	if (got > 0 && call->account) {
		pind_count_begun(got);
		put_held_back(call, call->held);
		ret = record_pages(call, pages, got, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(got);
		if (ret) {
			undo(call, pages, got, &tally);
			got = -ENOMEM;
		}
	}
	finish(call);
	return got;
}

/* Write down the pages pinned of a part. Its large folios are compared with max_held later. */
static int end_part(struct pind_call *call, struct page **pages, long got, struct tally *tally)
{
	struct tally part = {};
	int ret;

	if (pind_looks_each())
		count_call(call, pages, got);
	pind_count_begun(got);
	put_held_back(call, got);
	ret = record_pages(call, pages, got, &part);
	tally->pages += part.pages;
	tally->surplus += part.surplus;
	tally->above_held |= part.above_held;
	tally->unwritten = part.unwritten;
	part.above_held = false;
	ret = settle(call, &part, ret);
	pind_count_ended(got);
	return ret;
}

long pind_call_by_parts(struct pind_call *call, struct page **pages, pind_call_pin pin, void *data)
{
	struct tally tally = {};
	unsigned long done = 0, nr;
	long got;
	int ret = 0;

	do {
		nr = clamp(call->reserved, 1UL, call->nr - done);
		got = pin(data, done, nr);
		if (got > 0) {
			ret = end_part(call, pages + done, got, &tally);
			done += got;
		}
		cond_resched();
	} while (!ret && got == nr && done < call->nr);
	if (!ret)
		note_failure(call, done ?: got, call->nr);
	if (!ret && tally.above_held)
		ret = check_held(call, &tally);
	if (ret) {
		undo(call, pages, done, &tally);
		done = 0;
		got = -ENOMEM;
	}
	finish(call);
	return done ?: got;
}

long pind_call_end_memfd(struct pind_call *call, struct folio **folios, long got,
			 unsigned long first)
{
	struct tally tally = {};
	int ret;

	note_failure(call, got, 1); /* @got counts folios: one may be all that the call needs */
	if (got > 0) {
		pind_count_requested(got);
		pind_count_begun(got);
		put_held_back(call, call->held);
		ret = record_folios(call, folios, got, first, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(got);
		if (ret) {
			cancel(call);
			got -= tally.unwritten;
			pind_unpin_undo_folios(folios, got, call->account);
			pind_unpin_undo_folios(folios + got, tally.unwritten, NULL);
			got = -ENOMEM;
		}
	}
	finish(call);
	return got;
}

int pind_call_end_folio(struct pind_call *call, unsigned int pins, int ret)
{
	struct tally tally = {};

	note_failure(call, ret, 0);
	if (!ret && pins && !pind_folio_is_exempt(call->folio)) {
		pind_count_requested(pins);
		pind_count_begun(pins);
		put_held_back(call, call->held);
		ret = record_folio(call, call->folio, pins, call->nr, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(pins);
		if (ret) {
			cancel(call);
			pind_unpin_undo_folio(call->folio, pins, tally.pins ? call->account : NULL);
			ret = -ENOMEM;
		}
	}
	finish(call);
	return ret;
}

int pind_call_take_over(struct pind_account *account, struct folio *folio, u32 pins, u32 covered)
{
	struct pind_call call = { .folio = folio, .nr = covered, .account = account };
	struct pind_charge *by;
	struct tally tally = {};
	int ret;

	if (!reserve(&call, covered, 0, true, &by))
		return -ENOMEM;
	pind_count_begun(pins);
	ret = record_folio(&call, folio, pins, covered, &tally);
	/* the folio is pinned already, so max_held cannot refuse it */
	tally.above_held = false;
	(void)settle(&call, &tally, ret);
	pind_count_ended(pins);
	if (call.reserved)
		cancel(&call);
	return ret;
}
