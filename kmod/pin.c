// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "call.h"
#include "hook.h"
#include "pin.h"

/*
 * The stack is as the caller of the kernel's function left it, so the return
 * address is the call site.
 *
 * A call that is wrong from the start (no pages, no room for them) is the
 * kernel's to refuse, in its own way.
 */
#define begin(call, mm, locked, start, nr, flags, pages)			\
	pind_call_begin(call, mm, locked, start, (nr) > 0 && (pages) ? (nr) : 0, \
			(nr) > 0 && (pages) ? (flags) : 0, _RET_IP_)

long pind_pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			 struct page **pages, struct vm_area_struct **vmas)
{
	struct pind_call call;
	long ret;

	pind_hook_enter();
	ret = begin(&call, current->mm, true, start, nr_pages, gup_flags, pages);
	if (!ret) {
		ret = pin_user_pages(start, nr_pages, gup_flags, pages, vmas);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

int pind_pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages)
{
	struct pind_call call;
	int ret;

	pind_hook_enter();
	ret = begin(&call, current->mm, false, start, nr_pages, gup_flags, pages);
	if (!ret) {
		ret = pin_user_pages_fast(start, nr_pages, gup_flags, pages);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

/*
 * May run where nothing may sleep, so a long-term call cannot be charged here.
 * It has no caller in the kernel, and whoever calls it must be ready to get
 * nothing and to go the ordinary way, which is charged.
 */
int pind_pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
				  struct page **pages)
{
	struct pind_call call;
	int ret = 0;

	pind_hook_enter();
	if (!(gup_flags & FOLL_LONGTERM)) {
		(void)begin(&call, current->mm, false, start, nr_pages, gup_flags, pages);
		ret = pin_user_pages_fast_only(start, nr_pages, gup_flags, pages);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

long pind_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
				unsigned long nr_pages, unsigned int gup_flags,
				struct page **pages, struct vm_area_struct **vmas, int *locked)
{
	struct pind_call call;
	long ret;

	pind_hook_enter();
	ret = begin(&call, mm, true, start, nr_pages, gup_flags, pages);
	if (!ret) {
		ret = pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages, vmas, locked);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}

long pind_pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
				  struct page **pages, unsigned int gup_flags)
{
	struct pind_call call;
	long ret;

	pind_hook_enter();
	ret = begin(&call, current->mm, false, start, nr_pages, gup_flags, pages);
	if (!ret) {
		ret = pin_user_pages_unlocked(start, nr_pages, pages, gup_flags);
		ret = pind_call_end(&call, pages, ret);
	}
	pind_hook_exit();
	return ret;
}
