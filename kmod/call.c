// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "call.h"
#include "compat.h"
#include "counters.h"
#include "event.h"
#include "folio.h"
#include "ledger.h"
#include "unpin.h"

/* How long a call near the limit waits for others to settle. */
#define SETTLE_WAIT	(HZ / 10)
/* Pages looked at in one go; their pointers are on the stack. */
#define PEEK_PAGES	32

/* Calls that were refused while others had reservations under way. */
static DECLARE_WAIT_QUEUE_HEAD(settled);

/* Pages of one folio that stand side by side in a call. */
struct run {
	struct folio *folio; /* with a reference, or NULL */
	u32 pages;
};

static unsigned long finish_run(const struct pind_call *call, struct run *run)
{
	struct pind_claim claim = {
		.account = call->account,
		.folio = run->folio,
		.covered = run->pages,
	};
	unsigned long need = 0;

	if (!run->folio)
		return 0;
	if (!pind_folio_is_exempt(run->folio))
		need = pind_ledger_need(&claim);
	put_page(&run->folio->page); /* not folio_put(): it may be a device's memory */
	*run = (struct run){};
	return need;
}

/*
 * How many pages the group would owe more for this call. Takes plain references
 * with the same rights as the pin will, and so faults in what the pin would:
 * memory that another process of the group has pinned may not be mapped here
 * yet, and a private page may have to be copied first. Stops where the pin would
 * stop, and where @enough pages are found, for which there cannot be room.
 */
static unsigned long count_needed(const struct pind_call *call, unsigned long enough)
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
				need += finish_run(call, &run);
				run.folio = folio; /* keeps the reference */
			} else {
				put_page(pages[i]);
			}
			run.pages++;
		}
		done += got;
		cond_resched();
	}
	need += finish_run(call, &run);
	return need > enough ? need + (call->nr - done) : need;
}

static bool reserve(struct pind_call *call, unsigned long pages, bool lenient,
		    struct pind_charge **ret_by)
{
	if (!pind_charge_reserve(&call->account->group->charge, pages, lenient, ret_by))
		return false;
	call->reserved += pages;
	return true;
}

static void cancel(struct pind_call *call)
{
	pind_charge_cancel(&call->account->group->charge, call->reserved);
	call->reserved = 0;
	if (wq_has_sleeper(&settled))
		wake_up_all(&settled);
}

/* The reservation of all pages did not fit: decide exactly. */
static int decide(struct pind_call *call, struct pind_charge *by)
{
	unsigned long need = count_needed(call, READ_ONCE(by->max));

	if (reserve(call, need, false, &by))
		return 0;
	wait_event_killable_timeout(settled,
				    pind_charge_has_room(by, need) || !pind_charge_unsettled(by),
				    SETTLE_WAIT);
	/* anew, also without a wait: another call may have pinned the same pages since */
	need = count_needed(call, READ_ONCE(by->max));
	if (!reserve(call, need, true, &by)) {
		pind_event_refusal(call->account, pind_group_of(by), call->nr, need, false);
		return -ENOMEM;
	}
	if (by)
		pind_event_refusal(call->account, pind_group_of(by), call->nr, need, true);
	return 0;
}

int pind_call_begin(struct pind_call *call, struct mm_struct *mm, bool locked,
		    unsigned long start, unsigned long nr, unsigned int flags,
		    unsigned long call_site)
{
	struct pind_account *account;
	struct pind_charge *by;
	int ret;

	*call = (struct pind_call){
		.mm = mm,
		.locked = locked,
		.start = start & PAGE_MASK,
		.nr = nr,
		.flags = flags,
	};
	if (!(flags & FOLL_LONGTERM))
		return 0;

	account = pind_account_open(mm, call_site);
	if (IS_ERR(account))
		return PTR_ERR(account);
	call->account = account;
	if (reserve(call, nr, false, &by))
		return 0;
	ret = decide(call, by);
	if (ret)
		pind_account_put(account);
	return ret;
}

static void announce_high(struct pind_charge *charge)
{
	for (; charge; charge = charge->parent)
		if (pind_charge_take_high(charge))
			pind_event_group(PIND_CMD_HIGH_NTF, pind_group_of(charge));
}

static void settle(struct pind_call *call, unsigned long pages, unsigned long pins)
{
	struct pind_charge *charge = &call->account->group->charge;

	if (pins && pind_charge_settle(charge, pages, pins))
		announce_high(charge);
}

/*
 * Write down one folio's pins. The reservation is enough, but where a call near
 * the limit was admitted for pages that were paid for then and were let go
 * since: then the difference has to fit, too.
 */
static int record(struct pind_call *call, const struct pind_claim *claim, unsigned long *ret_need)
{
	struct pind_charge *by;
	bool fits;
	int ret;

	for (;;) {
		ret = pind_ledger_record(claim, call->reserved, ret_need);
		if (ret != -ENOSPC)
			break;
		fits = reserve(call, *ret_need - call->reserved, true, &by);
		if (by)
			pind_event_refusal(call->account, pind_group_of(by), call->nr,
					   *ret_need, fits);
		if (!fits)
			return -ENOMEM;
	}
	if (!ret)
		call->reserved -= *ret_need;
	return ret;
}

/* Write down the pages of the folio that @pages begins with. Returns how many. */
static long record_folio(struct pind_call *call, struct page **pages, long nr,
			 unsigned long *settled_pages, unsigned long *settled_pins)
{
	struct pind_claim claim = { .account = call->account, .folio = page_folio(pages[0]) };
	unsigned long need;
	long run;
	int ret;

	for (run = 1; run < nr && page_folio(pages[run]) == claim.folio; run++)
		;
	if (pind_folio_is_exempt(claim.folio))
		return run;
	claim.pins = run;
	claim.covered = run;
	ret = record(call, &claim, &need);
	if (ret)
		return ret;
	*settled_pages += need;
	*settled_pins += run;
	return run;
}

static int record_all(struct pind_call *call, struct page **pages, long got)
{
	unsigned long settled_pages = 0, settled_pins = 0;
	long i = 0, run;

	while (i < got) {
		run = pind_ledger_record_plain(call->account, pages + i, got - i, call->reserved);
		if (run) {
			call->reserved -= run;
			settled_pages += run;
			settled_pins += run;
		} else {
			run = record_folio(call, pages + i, got - i, &settled_pages, &settled_pins);
			if (run < 0)
				break;
		}
		i += run;
		cond_resched();
	}
	settle(call, settled_pages, settled_pins);
	pind_count_longterm_requested(settled_pins);
	return i < got ? -ENOMEM : 0;
}

long pind_call_end(struct pind_call *call, struct page **pages, long got)
{
	if (got > 0)
		pind_count_requested(pind_unpin_count(pages, got));
	if (!call->account)
		return got;

	if (got > 0 && record_all(call, pages, got)) {
		cancel(call);
		pind_unpin_undo(pages, got, call->account);
		got = -ENOMEM;
	}
	cancel(call);
	pind_account_put(call->account);
	return got;
}
