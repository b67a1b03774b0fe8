// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "call.h"
#include "compat.h"
#include "counters.h"
#include "direct.h"
#include "hook.h"
#include "ledger.h"
#include "longterm.h"
#include "misuse.h"
#include "pin.h"
#include "stock.h"
#include "trace.h"

/*
 * The stack is as the caller of the kernel's function left it, so the return address is the
 * call site.
 *
 * A call that is invalid from the start (no pages, no array for them) is left to the kernel
 * to refuse.
 */
static __always_inline int begin(struct pind_call *call, struct mm_struct *mm, bool locked,
				 unsigned long start, long nr, unsigned int flags,
				 const void *pages, unsigned long call_site)
{
	bool sane = nr > 0 && pages;

	if (unlikely(flags & (FOLL_GET | PIND_FOLL_PIN)))
		pind_misuse_flags(flags, call_site);
	call->mm = mm;
	call->memfd = NULL;
	call->folio = NULL;
	call->locked = locked;
	call->start = start & PAGE_MASK;
	call->nr = sane ? nr : 0;
	call->flags = sane ? pind_longterm_flags(flags, call_site) : 0;
	call->account = NULL;
	call->reserved = 0;
	call->held = 0;
	call->told = false;
	return pind_call_begin(call, call_site);
}

/*
 * The usual long-term call of a driver that pins page by page. All that is unusual about such
 * a call is left to struct pind_call, before the pin or after it.
 */
struct one {
	struct pind_account *account;
	struct pind_waiting *waiting;
};

/* Return: whether end_one() is owed; else nothing has been done. */
static __always_inline bool begin_one(struct one *one, long nr, unsigned int flags,
				      const void *pages, unsigned long call_site)
{
	struct pind_charge *charge, *by;

	if (nr != 1 || !pages || READ_ONCE(pind_look) ||
	    (flags & (FOLL_LONGTERM | FOLL_GET | PIND_FOLL_PIN)) != FOLL_LONGTERM)
		return false;
	one->account = pind_account_open_recent(call_site);
	if (!one->account)
		return false;
	charge = &one->account->group->charge;
	if (unlikely(!pind_stock_quick_reserve(charge, 1) &&
		     !pind_charge_reserve_held(charge, 1, 0, false, &by))) {
		pind_account_put(one->account);
		return false;
	}
	one->waiting = pind_waiting_begin(call_site, 1);
	return true;
}

static noinline long end_one_slowly(const struct one *one, unsigned long start,
				    unsigned int flags, struct page **pages, long got)
{
	struct pind_call call = {
		.mm = current->mm,
		.start = start & PAGE_MASK,
		.nr = 1,
		.flags = flags,
		.account = one->account,
		.reserved = 1,
		.waiting = one->waiting,
	};

	return pind_call_end(&call, pages, got);
}

static __always_inline long end_one(const struct one *one, unsigned long start,
				    unsigned int flags, struct page **pages, long got)
{
	struct pind_group *group = one->account->group;
	bool recorded = false;

	if (likely(got == 1 && !pind_looks_each())) {
		pind_count_begun(1);
		recorded = pind_ledger_record_one(one->account, pages[0]);
		if (likely(recorded)) {
			trace_pind_charge(group->id, 1, 1);
			if (unlikely(!pind_stock_quick_settle(&group->charge, 1, 1)))
				pind_call_charge(&group->charge, 1, 1);
			pind_count_longterm_requested(1);
		}
		pind_count_ended(1);
	}
	if (unlikely(!recorded))
		return end_one_slowly(one, start, flags, pages, got);
	pind_waiting_end(one->waiting);
	pind_account_put(one->account);
	return 1;
}

/*
 * The request of a pin call, to be made again for a part of it.
 * @dropped: the kernel dropped the mmap lock, and it was taken again
 */
struct request {
	const struct pind_call *call;
	unsigned int flags;
	struct page **pages;
	struct vm_area_struct **vmas;
	int *locked;
	bool dropped;
};

static unsigned long address_of(const struct request *request, unsigned long page)
{
	return request->call->start + page * PAGE_SIZE;
}

static __maybe_unused struct vm_area_struct **vmas_of(const struct request *request,
						      unsigned long page)
{
	return request->vmas ? request->vmas + page : NULL;
}

static long pin_part(void *data, unsigned long first, unsigned long nr)
{
	const struct request *r = data;

	return pind_original_pin_user_pages(address_of(r, first), nr, r->flags,
					    r->pages + first PIND_VMAS_ARG(vmas_of(r, first)));
}

static long pin_part_fast(void *data, unsigned long first, unsigned long nr)
{
	const struct request *r = data;

	return pind_original_pin_user_pages_fast(address_of(r, first), nr, r->flags,
						 r->pages + first);
}

static long pin_part_unlocked(void *data, unsigned long first, unsigned long nr)
{
	const struct request *r = data;

	return pind_original_pin_user_pages_unlocked(address_of(r, first), nr, r->pages + first,
						     r->flags);
}

/* The kernel drops the lock and says so by @locked, for the caller to look at its areas anew. */
static long pin_part_remote(void *data, unsigned long first, unsigned long nr)
{
	struct request *r = data;

	if (r->locked && !*r->locked) {
		if (mmap_read_lock_killable(r->call->mm))
			return -EINTR;
		*r->locked = 1;
		r->dropped = true;
	}
	return pind_original_pin_user_pages_remote(
		r->call->mm, address_of(r, first), nr, r->flags,
		r->pages + first PIND_VMAS_ARG(vmas_of(r, first)), r->locked);
}

static noinline long pin_by_parts(struct pind_call *call, pind_call_pin pin, unsigned int flags,
				  struct page **pages, struct vm_area_struct **vmas, int *locked)
{
	struct request request = {
		.call = call,
		.flags = flags,
		.pages = pages,
		.vmas = vmas,
		.locked = locked,
	};
	long ret = pind_call_by_parts(call, pages, pin, &request);

	if (request.dropped && *locked) {
		mmap_read_unlock(call->mm);
		*locked = 0;
	}
	return ret;
}

long pind_pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			 struct page **pages PIND_VMAS_PARAM)
{
	struct pind_call call pind_uninitialized;
	long ret;

	pind_hook_enter();
	ret = begin(&call, current->mm, true, start, nr_pages, gup_flags, pages, _RET_IP_);
	if (!ret && unlikely(!pind_call_is_reserved(&call))) {
		ret = pin_by_parts(&call, pin_part, gup_flags, pages, PIND_VMAS, NULL);
	} else if (!ret) {
		ret = pind_original_pin_user_pages(start, nr_pages, gup_flags,
						   pages PIND_VMAS_ARG(vmas));
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

static noinline int pin_many_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
				  struct page **pages, unsigned long call_site)
{
	struct pind_call call pind_uninitialized;
	int ret;

	ret = begin(&call, current->mm, false, start, nr_pages, gup_flags, pages, call_site);
	if (!ret && unlikely(!pind_call_is_reserved(&call))) {
		ret = pin_by_parts(&call, pin_part_fast, gup_flags, pages, NULL, NULL);
	} else if (!ret) {
		ret = pind_original_pin_user_pages_fast(start, nr_pages, gup_flags, pages);
		ret = pind_call_end(&call, pages, ret);
	}
	return ret;
}

int pind_pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages)
{
	struct one one;
	int ret;

	pind_hook_enter();
	if (begin_one(&one, nr_pages, gup_flags, pages, _RET_IP_)) {
		ret = pind_original_pin_user_pages_fast(start, 1, gup_flags, pages);
		ret = end_one(&one, start, gup_flags, pages, ret);
	} else {
		ret = pin_many_fast(start, nr_pages, gup_flags, pages, _RET_IP_);
	}
	pind_hook_exit();
	return ret;
}

/*
 * This function may be called where nothing may sleep, so a long-term call cannot be charged
 * here: it gets no page. The kernel itself never calls the function, and every caller must be
 * ready to get nothing and to use an ordinary pin function instead, which is charged.
 */
int pind_pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
				  struct page **pages)
{
	struct pind_call call = {
		.mm = current->mm,
		.nr = nr_pages > 0 && pages ? nr_pages : 0,
		.flags = gup_flags,
	};
	int ret = 0;

	pind_hook_enter();
	if (!(pind_longterm_flags(gup_flags, _RET_IP_) & FOLL_LONGTERM)) {
		(void)pind_call_begin(&call, _RET_IP_);
		ret = pind_original_pin_user_pages_fast_only(start, nr_pages, gup_flags, pages);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

long pind_pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
				unsigned int gup_flags, struct page **pages PIND_VMAS_PARAM,
				int *locked)
{
	struct pind_call call pind_uninitialized;
	long ret;

	pind_hook_enter();
	ret = begin(&call, mm, true, start, nr_pages, gup_flags, pages, _RET_IP_);
	if (!ret && unlikely(!pind_call_is_reserved(&call))) {
		ret = pin_by_parts(&call, pin_part_remote, gup_flags, pages, PIND_VMAS, locked);
	} else if (!ret) {
		ret = pind_original_pin_user_pages_remote(mm, start, nr_pages, gup_flags,
							  pages PIND_VMAS_ARG(vmas), locked);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

long pind_pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
				  unsigned int gup_flags)
{
	struct pind_call call pind_uninitialized;
	long ret;

	pind_hook_enter();
	ret = begin(&call, current->mm, false, start, nr_pages, gup_flags, pages, _RET_IP_);
	if (!ret && unlikely(!pind_call_is_reserved(&call))) {
		ret = pin_by_parts(&call, pin_part_unlocked, gup_flags, pages, NULL, NULL);
	} else if (!ret) {
		ret = pind_original_pin_user_pages_unlocked(start, nr_pages, pages, gup_flags);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

long pind_memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
			   unsigned int max_folios, pgoff_t *offset)
{
	bool sane = memfd && start >= 0 && start <= end && max_folios;
	struct pind_call call = {
		.mm = current->mm,
		.memfd = memfd,
		.start = start & PAGE_MASK,
		.nr = sane ? (end >> PAGE_SHIFT) - (start >> PAGE_SHIFT) + 1 : 0,
		.flags = sane ? FOLL_LONGTERM : 0, /* always long-term, though it takes no flags */
	};
	long ret;

	pind_hook_enter();
	ret = pind_call_begin(&call, _RET_IP_);
	if (!ret) {
		ret = pind_original_memfd_pin_folios(memfd, start, end, folios, max_folios, offset);
		ret = pind_call_end_memfd(&call, folios, ret, ret > 0 ? *offset >> PAGE_SHIFT : 0);
	}
	pind_hook_exit();
	return ret;
}

/*
 * Adds pins to a folio that has some already. The call does not say whether they are
 * long-term; its only user, iommufd, adds to long-term pins, so they are charged as such.
 */
int pind_folio_add_pins(struct folio *folio, unsigned int pins)
{
	struct pind_call call = {
		.mm = current->mm,
		.folio = folio,
		.nr = min_t(unsigned long, pins, folio_nr_pages(folio)),
		.flags = FOLL_LONGTERM,
	};
	int ret;

	pind_hook_enter();
	ret = pind_call_begin(&call, _RET_IP_);
	if (!ret) {
		ret = pind_original_folio_add_pins(folio, pins);
		ret = pind_call_end_folio(&call, pins, ret);
	}
	pind_hook_exit();
	return ret;
}
