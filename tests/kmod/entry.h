/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/pind-entry: calls one of the kernel's pin functions by name, keeps what it
 * got, and gives it back by one of the unpin functions. An open file holds the
 * pins of one call (and what ENTRY_FOLIO_ADD_PINS adds to it); what is still
 * held when it is closed is unpinned.
 *
 * Each ioctl fails with EOPNOTSUPP where this kernel does not have the function,
 * or could not be asked for this without a warning.
 */
#ifndef PIND_ENTRY_H
#define PIND_ENTRY_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define ENTRY_DEVICE "/dev/pind-entry"

enum entry_take {
	ENTRY_PIN_USER_PAGES,
	ENTRY_PIN_USER_PAGES_FAST,
	ENTRY_PIN_USER_PAGES_FAST_ONLY,
	ENTRY_PIN_USER_PAGES_REMOTE,
	ENTRY_PIN_USER_PAGES_UNLOCKED,
	ENTRY_MEMFD_PIN_FOLIOS,
	ENTRY_FOLIO_ADD_PINS,
	ENTRY_TAKE_NR,
};

enum entry_give {
	ENTRY_UNPIN_USER_PAGE,
	ENTRY_UNPIN_USER_PAGES,
	ENTRY_UNPIN_USER_PAGES_DIRTY_LOCK,
	ENTRY_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK,
	ENTRY_UNPIN_USER_FOLIO,
	ENTRY_UNPIN_FOLIO,
	ENTRY_UNPIN_FOLIOS,
	ENTRY_GIVE_NR,
};

enum entry_context {
	ENTRY_PROCESS,	/* that of the ioctl */
	ENTRY_WORKER,	/* of a workqueue */
	ENTRY_SOFTIRQ,
	ENTRY_HARDIRQ,	/* interrupts off */
	ENTRY_CONTEXT_NR,
};

/* What a call may ask for; the rest is in the function. */
#define ENTRY_LONGTERM	(1 << 0)
#define ENTRY_WRITE	(1 << 1)

/* Pins that a file holds at most. */
#define ENTRY_PINS_MAX	4096

/**
 * struct entry_take_call - pin
 * @function: enum entry_take
 * @flags: ENTRY_LONGTERM, ENTRY_WRITE; not for folios, which have no such choice
 * @start: address, or offset in @memfd
 * @nr: pages; with ENTRY_FOLIO_ADD_PINS pins, added to the first folio held
 * @memfd: for ENTRY_MEMFD_PIN_FOLIOS
 * @pid: whose memory, for ENTRY_PIN_USER_PAGES_REMOTE; 0: the caller's
 */
struct entry_take_call {
	__u32 function;
	__u32 flags;
	__u64 start;
	__u32 nr;
	__s32 memfd;
	__s32 pid;
	__u32 unused;
};

/**
 * struct entry_give_call - unpin all that is held
 * @function: enum entry_give
 * @context: enum entry_context, where it is called
 * @dirty: mark the pages dirty, which sleeps: only in a process or a worker
 */
struct entry_give_call {
	__u32 function;
	__u32 context;
	__u32 dirty;
};

/**
 * struct entry_press_call - take plain references, until the file is closed, so
 * that few pins are left before the kernel refuses one
 * @start: address of a page; its folio gets them
 * @references: how many
 */
struct entry_press_call {
	__u64 start;
	__u32 references;
	__u32 unused;
};

/* Returns how many pins it got: folios with ENTRY_MEMFD_PIN_FOLIOS. */
#define ENTRY_IOC_TAKE	_IOW(0xb8, 0, struct entry_take_call)
#define ENTRY_IOC_GIVE	_IOW(0xb8, 1, struct entry_give_call)
#define ENTRY_IOC_PRESS	_IOW(0xb8, 2, struct entry_press_call)

#endif /* PIND_ENTRY_H */
