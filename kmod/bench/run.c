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
 * @put: gives back what one call got
 * @locked: it wants the mmap lock
 * @flags: FOLL_* that it always has
 */
struct operation {
	long (*get)(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages);
	void (*put)(struct page **pages, unsigned long nr);
	bool locked;
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

/* The mapping that all of it is in; @ret_offset is where in its file. */
static struct file *get_mapped_file(unsigned long start, unsigned long size, loff_t *ret_offset)
{
	struct vm_area_struct *vma;
	struct file *file = NULL;

	if (mmap_read_lock_killable(current->mm))
		return ERR_PTR(-EINTR);
	vma = vma_lookup(current->mm, start);
	if (vma && vma->vm_file && vma->vm_flags & VM_SHARED && size <= vma->vm_end - start) {
		file = get_file(vma->vm_file);
		*ret_offset = ((loff_t)vma->vm_pgoff << PAGE_SHIFT) + (start - vma->vm_start);
	}
	mmap_read_unlock(current->mm);
	return file ?: ERR_PTR(-EINVAL);
}

/* @pages gets folios, which may be fewer: what is left of it stays NULL. */
static long pin_memfd(unsigned long start, unsigned long nr, unsigned int flags,
		      struct page **pages)
{
	struct file *file;
	pgoff_t within;
	loff_t offset;
	long ret;

	file = get_mapped_file(start, nr << PAGE_SHIFT, &offset);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = memfd_pin_folios(file, offset, offset + ((loff_t)nr << PAGE_SHIFT) - 1,
			       (struct folio **)pages, nr, &within);
	fput(file);
	return ret < 0 ? ret : nr;
}

static void put_pages(struct page **pages, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

static void unpin_pages(struct page **pages, unsigned long nr)
{
	unpin_user_pages(pages, nr);
}

static void unpin_ranges(struct page **pages, unsigned long nr)
{
	unsigned long i, n;

	for (i = 0; i < nr; i += n) {
		for (n = 1; i + n < nr && page_to_pfn(pages[i + n]) == page_to_pfn(pages[i]) + n;)
			n++;
		unpin_user_page_range_dirty_lock(pages[i], n, false);
	}
}

static void unpin_user_folios(struct page **pages, unsigned long nr)
{
	unsigned long i, n;

	for (i = 0; i < nr; i += n) {
		struct folio *folio = page_folio(pages[i]);

		for (n = 1; i + n < nr && page_folio(pages[i + n]) == folio;)
			n++;
		unpin_user_folio(folio, n);
	}
}

static void unpin_memfd(struct page **pages, unsigned long nr)
{
	unsigned long n = 0;

	while (n < nr && pages[n])
		n++;
	unpin_folios((struct folio **)pages, n);
}

static const struct operation operations[] = {
	[PIND_BENCH_GUP_FAST] = { .get = get_fast, .put = put_pages },
	[PIND_BENCH_GUP] = { .get = get, .put = put_pages, .locked = true },
	[PIND_BENCH_PIN_FAST] = { .get = pin_fast, .put = unpin_pages },
	[PIND_BENCH_PIN] = { .get = pin, .put = unpin_pages, .locked = true },
	[PIND_BENCH_PIN_LONGTERM] = { .get = pin,
				      .put = unpin_pages,
				      .locked = true,
				      .flags = FOLL_LONGTERM },
	[PIND_BENCH_PIN_MEMFD] = { .get = pin_memfd, .put = unpin_memfd },
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

#define UNPIN_FLAGS (PIND_BENCH_UNPIN_RANGE | PIND_BENCH_UNPIN_FOLIO)

/**
 * struct portions - a run's pages
 * @operation: that gets them
 * @put: gives them back: its own, or another one that was asked for
 * @gup_flags: FOLL_*
 * @per_call: pages to ask for
 * @pages: what was got
 * @nr: how many these are
 * @calls: that got them
 */
struct portions {
	const struct operation *operation;
	void (*put)(struct page **pages, unsigned long nr);
	unsigned int gup_flags;
	unsigned long per_call;
	struct page **pages;
	unsigned long nr;
	unsigned long calls;
};

static int find_flags(const struct pind_bench_run *run, unsigned int *ret_flags)
{
	unsigned int left = run->flags & ~UNPIN_FLAGS, i;

	if (run->operation == PIND_BENCH_PIN_MEMFD && left & ~PIND_BENCH_WRITE)
		return -EINVAL;
	*ret_flags = operations[run->operation].flags;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (left & flags[i].ours)
			*ret_flags |= flags[i].kernels;
		left &= ~flags[i].ours;
	}
	if (left ||
	    (run->flags & PIND_BENCH_LONGTERM && operations[run->operation].put == put_pages))
		return -EINVAL;
	return 0;
}

static int find_put(const struct pind_bench_run *run, struct portions *portions)
{
	portions->put = portions->operation->put;
	if (run->operation == PIND_BENCH_PIN_MEMFD && !memfd_pin_folios)
		return -EOPNOTSUPP;
	if (!(run->flags & UNPIN_FLAGS))
		return 0;
	if (portions->put != unpin_pages)
		return -EINVAL;
	switch (run->flags & UNPIN_FLAGS) {
	case PIND_BENCH_UNPIN_RANGE:
		portions->put = unpin_ranges;
		return 0;
	case PIND_BENCH_UNPIN_FOLIO:
		portions->put = unpin_user_folios;
		return unpin_user_folio ? 0 : -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static int check(const struct pind_bench_run *run, struct portions *portions)
{
	unsigned long end;
	int ret;

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
	ret = find_flags(run, &portions->gup_flags);
	return ret ?: find_put(run, portions);
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
	unsigned long done, nr;

	for (done = 0; done < portions->nr; done += nr) {
		nr = min(portions->per_call, portions->nr - done);
		portions->put(portions->pages + done, nr);
		cond_resched();
	}
}

/* The zero page is pinned without a reference; where folios were got the rest is NULL. */
static unsigned long count_unpinned(const struct portions *portions)
{
	unsigned long unpinned = 0, i;

	for (i = 0; i < portions->nr; i++) {
		struct folio *folio;

		if (!portions->pages[i])
			continue;
		folio = page_folio(portions->pages[i]);
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
