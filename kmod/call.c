// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

#include "call.h"
#include "counters.h"
#include "event.h"
#include "failure.h"
#include "folio.h"
#include "ledger.h"
#include "need.h"
#include "trace.h"
#include "room.h"
#include "unpin.h"

/* @held: of @pages, in folios that the group keeps in place already. */
static __always_inline bool reserve(struct pind_call *call, unsigned long pages,
				    unsigned long held, bool lenient, struct pind_charge **ret_by)
{
	struct pind_charge *charge = &call->account->group->charge;

	if (held ? !pind_charge_reserve_held(charge, pages, held, lenient, ret_by) :
		   !pind_charge_reserve(charge, pages, lenient, ret_by))
		return false;
	call->reserved += pages;
	call->held += held;
	return true;
}

/* What was taken out of the surplus goes back: the record takes it out for good. */
static void put_held_back(struct pind_call *call)
{
	if (call->held)
		(void)pind_charge_hold(&call->account->group->charge, call->held);
	call->held = 0;
}

static noinline void cancel(struct pind_call *call)
{
	pind_charge_cancel(&call->account->group->charge, call->reserved);
	call->reserved = 0;
	put_held_back(call);
}

/* A quota refuses the call, or would have done so: what is counted are calls. */
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
	/* not where it cannot help: a full group is refused, or observed, at once */
	pind_room_wait(by, need, held);
	/*
	 * Anew, also without a wait: another call may have pinned the same pages since, or be
	 * at it. Then it needs less each time.
	 */
	do {
		before = need;
		need = pind_need(call, READ_ONCE(by->max), true, &held);
		if (reserve(call, need, held, false, &by))
			return 0;
	} while (need < before);
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
	if (call->counted)
		pind_count_ended(call->nr);
}

int pind_call_begin(struct pind_call *call, unsigned long call_site)
{
	struct pind_account *account;
	struct pind_charge *by;
	int ret;

	call->counted = pind_counters_exact();
	if (call->counted)
		pind_count_begun(call->nr);
	if (!(call->flags & FOLL_LONGTERM))
		return 0;

	account = pind_account_open(call->mm, call_site);
	if (IS_ERR(account)) {
		finish(call);
		return PTR_ERR(account);
	}
	call->account = account;
	call->waiting = pind_waiting_begin(call_site, call->nr);
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
 * Write down one folio's pins. The reservation is enough, but where a call near
 * the limit was admitted for pages that were paid for then and were let go
 * since: then the difference has to fit, too.
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

/* What a call has written down, to settle in one go. */
struct tally {
	unsigned long pages;
	unsigned long pins;
	long surplus;	 /* kept in place beside the pages, and not paid for */
	bool above_held; /* a level was above its max_held with that */
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

/* Write down the pages of the folio that @pages begins with. Returns how many. */
static noinline long record_run(struct pind_call *call, struct page **pages, long nr,
				struct tally *tally)
{
	struct folio *folio = page_folio(pages[0]);
	long run = pind_folio_run(folio, pages, nr);

	return record_folio(call, folio, run, run, tally) ?: run;
}

static __always_inline int record_pages(struct pind_call *call, struct page **pages, long got,
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
			if (run < 0)
				return run;
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
		/* If they overlap (the file was changed meanwhile) nothing may be left. */
		pages = max(1UL, min(folio_nr_pages(folios[i]) - first, left));
		ret = record_folio(call, folios[i], 1, pages, tally);
		if (ret)
			return ret;
		left -= min(left, pages);
		first = 0;
		cond_resched();
	}
	return 0;
}

/* The level whose max_held does not admit what the call keeps in place; or NULL. */
static struct pind_charge *above_held(struct pind_charge *charge, long surplus)
{
	(void)pind_charge_hold(charge, -surplus);
	return pind_charge_hold(charge, surplus);
}

/*
 * How large the folios are shows only now. What the call has reserved too much is given
 * back first, and then the whole is held against max_held once more; and again when others
 * have given back what only they have reserved.
 */
static noinline int check_held(struct pind_call *call, const struct tally *tally)
{
	struct pind_charge *charge = &call->account->group->charge, *by;
	bool enforce;

	cancel(call);
	by = above_held(charge, tally->surplus);
	if (by && READ_ONCE(by->enforce)) {
		pind_room_wait(by, 0, 0);
		by = above_held(charge, tally->surplus);
	}
	if (!by)
		return 0;
	enforce = READ_ONCE(by->enforce);
	tell(call, by, tally->pages + max(tally->surplus, 0L), !enforce);
	return enforce ? -ENOMEM : 0;
}

/* What was written down becomes charge. Return: @ret, or whether max_held admits it. */
static __always_inline int settle(struct pind_call *call, const struct tally *tally, int ret)
{
	struct pind_charge *charge = &call->account->group->charge;

	if (tally->pins)
		trace_pind_charge(call->account->group->id, tally->pages, tally->pins);
	if (tally->pins && pind_charge_settle(charge, tally->pages, tally->pins))
		announce_high(charge);
	pind_count_longterm_requested(tally->pins);
	if (!ret && tally->above_held)
		ret = check_held(call, tally);
	return ret;
}

/*
 * The kernel's own word on a call, before anything of it is undone. @enough: what it may not
 * get less of.
 */
static __always_inline void note_failure(const struct pind_call *call, long got, long enough)
{
	if (unlikely(got < enough) && call->account)
		pind_failure_note(call->account, call->nr, got);
}

/* Pins that the kernel counts for these: not the zero page's. */
static unsigned long count_pins(struct page **pages, unsigned long npages)
{
	unsigned long i, pins = 0;

	for (i = 0; i < npages; i++)
		pins += !is_zero_pfn(page_to_pfn(pages[i]));
	return pins;
}

long pind_call_end(struct pind_call *call, struct page **pages, long got)
{
	struct tally tally = {};
	int ret;

	note_failure(call, got, call->nr);
	if (got > 0 && pind_counters_exact())
		pind_count_requested(count_pins(pages, got));
	if (got > 0 && call->account) {
		pind_count_begun(got);
		put_held_back(call);
		ret = record_pages(call, pages, got, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(got);
		if (ret) {
			cancel(call);
			pind_unpin_undo(pages, got, call->account);
			got = -ENOMEM;
		}
	}
	finish(call);
	return got;
}

long pind_call_end_memfd(struct pind_call *call, struct folio **folios, long got,
			 unsigned long first)
{
	struct tally tally = {};
	int ret;

	note_failure(call, got, 1); /* folios, of which one may be all */
	if (got > 0) {
		pind_count_requested(got);
		pind_count_begun(got);
		put_held_back(call);
		ret = record_folios(call, folios, got, first, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(got);
		if (ret) {
			cancel(call);
			pind_unpin_undo_folios(folios, got, call->account);
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
		put_held_back(call);
		ret = record_folio(call, call->folio, pins, call->nr, &tally);
		ret = settle(call, &tally, ret);
		pind_count_ended(pins);
		if (ret) {
			cancel(call);
			pind_unpin_undo_folio(call->folio, pins, call->account);
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
	/* it is pinned, whatever max_held says to that */
	tally.above_held = false;
	(void)settle(&call, &tally, ret);
	pind_count_ended(pins);
	if (call.reserved)
		cancel(&call);
	return ret;
}
