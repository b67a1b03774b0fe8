/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/pind_bench: gets pages of the caller's memory by one of the kernel's pin
 * or get functions, gives them back, and tells how long both took. It is what
 * the kernel's own gup_test does, for kernels without CONFIG_GUP_TEST, and a
 * module of its own (pind_bench.ko): it works with pind loaded and without, so
 * that the two can be compared.
 *
 * Opening it needs CAP_SYS_ADMIN, and the device belongs to root. Nothing is
 * held when an ioctl returns, however it returns.
 */
#ifndef _UAPI_LINUX_PIND_BENCH_H
#define _UAPI_LINUX_PIND_BENCH_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PIND_BENCH_DEVICE "/dev/pind_bench"

/**
 * enum pind_bench_operation - how pages are got; the name in gup_test behind it
 * @PIND_BENCH_GUP_FAST: get_user_pages_fast(); GUP_FAST_BENCHMARK
 * @PIND_BENCH_GUP: get_user_pages(); GUP_BENCHMARK, later GUP_BASIC_TEST
 * @PIND_BENCH_PIN_FAST: pin_user_pages_fast(); PIN_FAST_BENCHMARK
 * @PIND_BENCH_PIN: pin_user_pages(); PIN_BENCHMARK, later PIN_BASIC_TEST
 * @PIND_BENCH_PIN_LONGTERM: pin_user_pages() with FOLL_LONGTERM;
 *	PIN_LONGTERM_BENCHMARK
 * @PIND_BENCH_PIN_MEMFD: memfd_pin_folios(), where the kernel has it (from 6.11 on);
 *	gup_test has none such. The memory is one shared mapping of shmem or hugetlbfs.
 *	Each call pins each folio once, however many of its pages are asked for, and the
 *	folios are given back by unpin_folios().
 *
 * FOLL_PIN and FOLL_GET follow from the operation. They are the functions' own,
 * and no flag of a caller's brings them.
 */
enum pind_bench_operation {
	PIND_BENCH_GUP_FAST = 1,
	PIND_BENCH_GUP,
	PIND_BENCH_PIN_FAST,
	PIND_BENCH_PIN,
	PIND_BENCH_PIN_LONGTERM,
	PIND_BENCH_PIN_MEMFD,

	__PIND_BENCH_OPERATION_MAX,
	PIND_BENCH_OPERATION_MAX = __PIND_BENCH_OPERATION_MAX - 1
};

/* FOLL_WRITE: to write to the pages */
#define PIND_BENCH_WRITE	(1U << 0)
/* FOLL_FORCE: as a debugger, whatever the mapping allows */
#define PIND_BENCH_FORCE	(1U << 1)
/* FOLL_NOFAULT: only what is mapped already */
#define PIND_BENCH_NOFAULT	(1U << 2)
/*
 * FOLL_LONGTERM: only with an operation that pins (FOLL_LONGTERM needs FOLL_PIN);
 * PIND_BENCH_PIN_LONGTERM brings it itself. With PIND_BENCH_PIN_FAST it is what
 * most drivers call.
 */
#define PIND_BENCH_LONGTERM	(1U << 3)
/*
 * Unpin by unpin_user_page_range_dirty_lock(), a call for each run of pages that
 * follow each other in memory; not to mark them dirty. Only with an operation that
 * pins pages, which PIND_BENCH_PIN_MEMFD does not
 */
#define PIND_BENCH_UNPIN_RANGE	(1U << 4)
/* Likewise by unpin_user_folio(), a call for each folio, where the kernel has it */
#define PIND_BENCH_UNPIN_FOLIO	(1U << 5)

/* The most pages of one run: 16 GiB in base pages, 32 MiB of pointers to them. */
#define PIND_BENCH_PAGES_MAX	(1U << 22)

/* The longest that a run holds what it has got: an hour. */
#define PIND_BENCH_HOLD_MAX	3600000U

/**
 * struct pind_bench_run - one run
 * @operation: enum pind_bench_operation
 * @flags: PIND_BENCH_WRITE and so on
 * @address: where the memory begins; a multiple of the page size
 * @size: in: bytes, more than 0, whole pages, PIND_BENCH_PAGES_MAX of them at
 *	most; out: bytes that were got
 * @pages_per_call: that each call of the function asks for, the last one perhaps
 *	fewer; from 1 on. They are given back in the same portions, by
 *	unpin_user_pages() (or what @flags say) or page by page by put_page().
 *	(gup_test gives all back at once.)
 * @hold_ms: milliseconds to hold them before they are given back, to
 *	PIND_BENCH_HOLD_MAX
 * @calls: out: calls of the function that got pages
 * @pages: out: pages got; of folios of a memfd, pages that were asked for
 * @unpinned: out: those of @pages that the kernel does not take for pinned
 *	(folio_maybe_dma_pinned()), as gup_test's verify_dma_pinned() looks at them:
 *	none where the operation pins, and as a rule all where it does not. The zero
 *	page needs no pin and is none of them. Looked at while they are held, outside
 *	@get_ns and @put_ns.
 * @get_ns: out: nanoseconds that the calls took, all together
 * @put_ns: out: nanoseconds that it took to give the pages back
 */
struct pind_bench_run {
	__u32 operation;
	__u32 flags;
	__u64 address;
	__u64 size;
	__u32 pages_per_call;
	__u32 hold_ms;
	__u64 calls;
	__u64 pages;
	__u64 unpinned;
	__u64 get_ns;
	__u64 put_ns;
};

/**
 * PIND_BENCH_RUN - get pages, hold them, give them back
 *
 * Stops where a call gets fewer pages than it asked for (the memory ends); then
 * @size is what there was. A signal ends a run early.
 *
 * Return: 0, or -1 with errno:
 *	EINVAL	an operation, flag, address, size, number of pages or time that
 *		cannot be; PIND_BENCH_LONGTERM with an operation that does not pin;
 *		PIND_BENCH_UNPIN_* with one that pins no pages, or both of them;
 *		PIND_BENCH_PIN_MEMFD with a flag other than PIND_BENCH_WRITE (which says
 *		nothing there), or of memory that is not one shared mapping of shmem or hugetlbfs
 *	EOPNOTSUPP the kernel does not have the function
 *	E2BIG	more pages than PIND_BENCH_PAGES_MAX
 *	ENOMEM	no memory for the run; or the kernel, or a quota of pind, refuses
 *	EFAULT	no memory there, or none that may be got in this way
 *	EINTR	a signal came
 * Where a call failed, and after a signal, the out fields tell how far the run
 * came; all was given back.
 */
#define PIND_BENCH_RUN	_IOWR(0xb8, 0x40, struct pind_bench_run)

#endif /* _UAPI_LINUX_PIND_BENCH_H */
