// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "folio.h"
#include "run.h"

/**
 * struct operation - how pages are got
 * @get: some of them; may return fewer, or an error
 * @locked: it wants the mmap lock
 * @pins: they are pinned, so they are unpinned and not put
 * @flags: FOLL_* that it always has
 */
struct operation {
	long (*get)(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages);
	bool locked;
	bool pins;
	unsigned int flags;
};

static long get_fast(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast(start, nr, flags, pages);
}

static long get(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, nr, flags, pages PIND_NO_VMAS);
}

static long pin_fast(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return pin_user_pages_fast(start, nr, flags, pages);
}

static long pin(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return pin_user_pages(start, nr, flags, pages PIND_NO_VMAS);
}

static const struct operation operations[] = {
	[PIND_BENCH_GUP_FAST] = { .get = get_fast },
	[PIND_BENCH_GUP] = { .get = get, .locked = true },
	[PIND_BENCH_PIN_FAST] = { .get = pin_fast, .pins = true },
	[PIND_BENCH_PIN] = { .get = pin, .locked = true, .pins = true },
	[PIND_BENCH_PIN_LONGTERM] = { .get = pin,
				      .locked = true,
				      .pins = true,
				      .flags = FOLL_LONGTERM },
};

/* Each of ours has one of the kernel's, whose values differ between kernels. */
static const struct {
	unsigned int ours;
	unsigned int kernels;
} flags[] = {
	{ PIND_BENCH_WRITE, FOLL_WRITE },
	{ PIND_BENCH_FORCE, FOLL_FORCE },
	{ PIND_BENCH_NOFAULT, FOLL_NOFAULT },
	{ PIND_BENCH_LONGTERM, FOLL_LONGTERM },
};

/**
 * struct portions - a run's pages
 * @operation: that gets them
 * @gup_flags: FOLL_*
 * @per_call: pages to ask for
 * @pages: what was got
 * @nr: how many these are
 * @calls: that got them
 */
struct portions {
	const struct operation *operation;
	unsigned int gup_flags;
	unsigned long per_call;
	struct page **pages;
	unsigned long nr;
	unsigned long calls;
};

static int find_flags(const struct pind_bench_run *run, unsigned int *ret_flags)
{
	unsigned int left = run->flags, i;

	*ret_flags = operations[run->operation].flags;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (left & flags[i].ours)
			*ret_flags |= flags[i].kernels;
		left &= ~flags[i].ours;
	}
	if (left || (run->flags & PIND_BENCH_LONGTERM && !operations[run->operation].pins))
		return -EINVAL;
	return 0;
}

static int check(const struct pind_bench_run *run, struct portions *portions)
{
	unsigned long end;

	if (!run->operation || run->operation > PIND_BENCH_OPERATION_MAX)
		return -EINVAL;
	if (!run->size || !PAGE_ALIGNED(run->address | run->size) || run->address > ULONG_MAX)
		return -EINVAL;
	if (run->size >> PAGE_SHIFT > PIND_BENCH_PAGES_MAX)
		return -E2BIG;
	if (check_add_overflow((unsigned long)run->address, (unsigned long)run->size, &end))
		return -EINVAL;
	if (!run->pages_per_call || run->hold_ms > PIND_BENCH_HOLD_MAX)
		return -EINVAL;
	portions->operation = &operations[run->operation];
	portions->per_call = min_t(u64, run->pages_per_call, run->size >> PAGE_SHIFT);
	return find_flags(run, &portions->gup_flags);
}

/* Until all is there, or a call gets less than it asks for. */
static int get_all(struct portions *portions, unsigned long address, unsigned long wanted)
{
	unsigned long nr;
	long got;

	while (portions->nr < wanted) {
		if (signal_pending(current))
			return -EINTR;
		nr = min(portions->per_call, wanted - portions->nr);
		got = portions->operation->get(address + portions->nr * PAGE_SIZE, nr,
					       portions->gup_flags, portions->pages + portions->nr);
		if (got < 0)
			return got;
		if (!got) /* some say so where there is nothing */
			return portions->nr ? 0 : -EFAULT;
		portions->nr += got;
		portions->calls++;
		if (got < nr)
			return 0;
		cond_resched();
	}
	return 0;
}

static int get_locked(struct portions *portions, unsigned long address, unsigned long wanted)
{
	int ret;

	if (!portions->operation->locked)
		return get_all(portions, address, wanted);
	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	ret = get_all(portions, address, wanted);
	mmap_read_unlock(current->mm);
	return ret;
}

static void put_all(const struct portions *portions)
{
	unsigned long done, nr, i;

	for (done = 0; done < portions->nr; done += nr) {
		nr = min(portions->per_call, portions->nr - done);
		if (portions->operation->pins)
			unpin_user_pages(portions->pages + done, nr);
		else
			for (i = 0; i < nr; i++)
				put_page(portions->pages[done + i]);
		cond_resched();
	}
}

/* The zero page is pinned without a reference. */
static unsigned long count_unpinned(const struct portions *portions)
{
	unsigned long unpinned = 0, i;

	for (i = 0; i < portions->nr; i++) {
		struct folio *folio = page_folio(portions->pages[i]);

		if (!folio_maybe_dma_pinned(folio) && !pind_folio_is_exempt(folio))
			unpinned++;
		cond_resched();
	}
	return unpinned;
}

static void measure(struct pind_bench_run *run, struct portions *portions, int *ret_error)
{
	u64 start = ktime_get_ns();

	*ret_error = get_locked(portions, run->address, run->size >> PAGE_SHIFT);
	run->get_ns = ktime_get_ns() - start;
	run->unpinned = count_unpinned(portions);
	if (!*ret_error && run->hold_ms && msleep_interruptible(run->hold_ms))
		*ret_error = -EINTR;
	start = ktime_get_ns();
	put_all(portions);
	run->put_ns = ktime_get_ns() - start;
}

int pind_bench_run(struct pind_bench_run *run)
{
	struct portions portions = {};
	int ret;

	ret = check(run, &portions);
	run->calls = run->pages = run->unpinned = run->get_ns = run->put_ns = 0;
	if (ret)
		return ret;
	/* to the account of whoever asks */
	portions.pages =
		kvcalloc(run->size >> PAGE_SHIFT, sizeof(*portions.pages), GFP_KERNEL_ACCOUNT);
	if (!portions.pages)
		return -ENOMEM;
	measure(run, &portions, &ret);
	kvfree(portions.pages);
	run->size = (u64)portions.nr << PAGE_SHIFT;
	run->pages = portions.nr;
	run->calls = portions.calls;
	return ret;
}
