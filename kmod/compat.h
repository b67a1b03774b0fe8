/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that may know one kernel from another. Each difference is recognised by the
 * feature itself, never by a version number, since stable kernels get features, too. A feature
 * that no macro shows is found by a compile test (probe/, see Kbuild).
 */
#ifndef PIND_COMPAT_H
#define PIND_COMPAT_H

#include <linux/dcache.h>
#include <linux/eventfd.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "probed.h"

/*
 * The pin and unpin functions of all kernels that we support. A function that this kernel
 * lacks is NULL once the module is loaded; a function with another prototype fails the build.
 */
#ifdef PIND_HAVE_GUP_VMAS
#define PIND_VMAS_PARAM		, struct vm_area_struct **vmas
#define PIND_VMAS		vmas
#define PIND_VMAS_ARG(vmas)	, vmas
#define PIND_NO_VMAS		, NULL
#else
#define PIND_VMAS_PARAM
#define PIND_VMAS		NULL
#define PIND_VMAS_ARG(vmas)
#define PIND_NO_VMAS
#endif

/*
 * For a large local variable on a hot path, of which the code sets all that it uses. Without
 * this, kernels with CONFIG_INIT_STACK_ALL_ZERO clear all of it at each call.
 */
#if __has_attribute(__uninitialized__)
#define pind_uninitialized __attribute__((__uninitialized__))
#else
#define pind_uninitialized
#endif

/* Kernels that have these warn of the old names. */
#ifndef PIND_HAVE_SYSTEM_PERCPU_WQ
#define system_percpu_wq system_wq
#define system_dfl_wq	 system_unbound_wq
#endif

#ifdef PIND_HAVE_GET_DEV_PAGEMAP_ONCE
#define pind_get_dev_pagemap(pfn) get_dev_pagemap(pfn)
#else
#define pind_get_dev_pagemap(pfn) get_dev_pagemap(pfn, NULL)
#endif

/*
 * raw_spin_lock() and raw_spin_unlock() where interrupts are off, which keeps the task on its
 * CPU, too: inline, for the locks that each pin and unpin takes. A kernel that checks its locks
 * does so in functions that it exports no other way.
 */
#if !defined(CONFIG_DEBUG_SPINLOCK) && !defined(CONFIG_DEBUG_LOCK_ALLOC)
#define pind_raw_spin_lock(lock)   do_raw_spin_lock(lock)
#define pind_raw_spin_unlock(lock) do_raw_spin_unlock(lock)
#else
#define pind_raw_spin_lock(lock)   raw_spin_lock(lock)
#define pind_raw_spin_unlock(lock) raw_spin_unlock(lock)
#endif

/** pind_eventfd_signal() - add 1 to an eventfd, and wake its waiters. Context: any. */
static inline void pind_eventfd_signal(struct eventfd_ctx *eventfd)
{
#ifdef PIND_HAVE_EVENTFD_SIGNAL_ONE
	eventfd_signal(eventfd);
#else
	eventfd_signal(eventfd, 1);
#endif
}

/* Names of an inode, under its i_lock. */
#ifdef for_each_alias
#define pind_for_each_alias for_each_alias
#else
#define pind_for_each_alias(alias, inode) \
	hlist_for_each_entry(alias, &(inode)->i_dentry, d_u.d_alias)
#endif

/* Of a page block's flags, which kind of memory it has. */
#ifdef PAGEBLOCK_MIGRATETYPE_MASK
#define PIND_MIGRATETYPE_MASK PAGEBLOCK_MIGRATETYPE_MASK
#else
#define PIND_MIGRATETYPE_MASK MIGRATETYPE_MASK
#endif

/* An argument for the tests' vDPA device: it has no map operations of its own. */
#ifdef PIND_HAVE_VDPA_MAP_OPS
#define PIND_NO_VDPA_MAP_OPS	NULL,
#else
#define PIND_NO_VDPA_MAP_OPS
#endif

extern typeof(pin_user_pages) pin_user_pages __weak;
extern typeof(pin_user_pages_fast) pin_user_pages_fast __weak;
extern typeof(pin_user_pages_remote) pin_user_pages_remote __weak;
extern typeof(pin_user_pages_unlocked) pin_user_pages_unlocked __weak;
int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages) __weak;
long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
		      unsigned int max_folios, pgoff_t *offset) __weak;
int folio_add_pins(struct folio *folio, unsigned int pins) __weak;

extern typeof(unpin_user_page) unpin_user_page __weak;
extern typeof(unpin_user_pages) unpin_user_pages __weak;
extern typeof(unpin_user_pages_dirty_lock) unpin_user_pages_dirty_lock __weak;
extern typeof(unpin_user_page_range_dirty_lock) unpin_user_page_range_dirty_lock __weak;
void unpin_user_folio(struct folio *folio, unsigned long npages) __weak;
void unpin_folio(struct folio *folio) __weak;
void unpin_folios(struct folio **folios, unsigned long nfolios) __weak;

/*
 * Up to Linux 6.2 the FOLL_* flags are macros, all of them visible to drivers, and some
 * functions silently accept flags that a driver must not pass. From 6.3 on FOLL_PIN is
 * hidden, and each function checks its flags and warns. There FOLL_PIN is one of the
 * kernel's own flags from 1 << 16 on (mm/internal.h); all flags for drivers are below.
 */
#ifdef FOLL_PIN
#define PIND_FOLL_PIN FOLL_PIN
#define PIND_FLAGS_UNCHECKED
#define PIND_ZERO_STAYS true
#else
#define PIND_FOLL_PIN (1U << 19)
/*
 * From 6.2 on a long-term pin that only reads gets a page of its own in place of the zero
 * page (gup_must_unshare()). No feature that a module can see shows this, but none of the
 * kernels that we support lies between 6.2 and 6.3.
 */
#define PIND_ZERO_STAYS false
static_assert(FOLL_LONGTERM < (1U << 16));
#endif

static __always_inline void pind_set_instruction_pointer(struct ftrace_regs *fregs,
							  unsigned long ip)
{
#ifdef PIND_HAVE_FTRACE_REGS_ARGS
	ftrace_regs_set_instruction_pointer(fregs, ip);
#else
	ftrace_instruction_pointer_set(fregs, ip);
#endif
}

/*
 * The ftrace callback decides by the arguments of the call. Without them the module would
 * load, but count and refuse nothing.
 */
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error "pind needs a kernel with CONFIG_DYNAMIC_FTRACE_WITH_ARGS"
#endif
/* For mm->owner, which shows who pays, and for the memory cgroup of a page. */
#ifndef CONFIG_MEMCG
#error "pind needs a kernel with CONFIG_MEMCG"
#endif

/** pind_argument() - argument @n, counted from 0, of the call that an ftrace callback is for */
static __always_inline unsigned long pind_argument(struct ftrace_regs *fregs, unsigned int n)
{
#ifdef PIND_HAVE_FTRACE_REGS_ARGS
	return ftrace_regs_get_argument(fregs, n);
#else
	/* older kernels have no function for it, but always save the argument registers */
	return regs_get_kernel_argument(&fregs->regs, n);
#endif
}

/**
 * pind_calls() - is the instruction before a return address a call of @function
 * No if the function was reached by a jump, or if a tracer has replaced the return address;
 * always no on architectures whose calls are not decoded here. Context: any.
 */
static inline bool pind_calls(unsigned long call_site, unsigned long function)
{
#ifdef CONFIG_X86_64
	const void *call = (const void *)(call_site - 5);
	s32 distance;
	u8 opcode;

	if (get_kernel_nofault(opcode, (const u8 *)call) || opcode != 0xe8 ||
	    get_kernel_nofault(distance, (const s32 *)(call + 1)))
		return false;
	return call_site + distance == function;
#else
	return false;
#endif
}

#ifdef CONFIG_X86_64
/* Bytes that ftrace patches: a nop, a call, or the jump of a newer BPF trampoline. */
#define PIND_SITE_SIZE 5

/** pind_site_of() - the address at which ftrace patches a function; 0 if it is not recognised */
static inline unsigned long pind_site_of(unsigned long function)
{
	const u8 *text = (const u8 *)function;

	/* skip an endbr64; 0xcc is there while the site is being patched */
	if (text[0] == 0xf3 && text[1] == 0x0f && text[2] == 0x1e && text[3] == 0xfa)
		text += 4;
	switch (*text) {
	case 0x0f:
	case 0xe8:
	case 0xe9:
	case 0xcc:
		return (unsigned long)text;
	default:
		return 0;
	}
}
#endif

/** pind_site_is_on() - does a function's ftrace site hold a call or jump instead of a nop */
static inline bool pind_site_is_on(unsigned long function)
{
#ifdef CONFIG_X86_64
	const u8 *text = (const u8 *)pind_site_of(function);

	return text && *text != 0x0f;
#else
	return true;
#endif
}

/* The trampolines in direct.c are written for x86-64 only. */
#if defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
#define PIND_HAVE_DIRECT

/** pind_register_direct() - register_ftrace_direct(): all functions of @ops call @addr */
static inline int pind_register_direct(struct ftrace_ops *ops, unsigned long addr)
{
#ifdef PIND_HAVE_FTRACE_DIRECT_MULTI
	return register_ftrace_direct_multi(ops, addr);
#else
	return register_ftrace_direct(ops, addr);
#endif
}

/** pind_unregister_direct() - unregister_ftrace_direct(). Context: process. */
static inline int pind_unregister_direct(struct ftrace_ops *ops, unsigned long addr)
{
#ifdef PIND_HAVE_FTRACE_DIRECT_MULTI
	return unregister_ftrace_direct_multi(ops, addr);
#else
	return unregister_ftrace_direct(ops, addr, false);
#endif
}
#endif

/**
 * pind_get_pages() - take plain references on pages
 * @mm: the memory
 * @locked: the caller holds its mmap lock; if not, @mm is current's
 * @flags: FOLL_*, without FOLL_PIN and FOLL_LONGTERM
 *
 * Context: process, may sleep. Return: how many, or an error.
 */
static inline long pind_get_pages(struct mm_struct *mm, bool locked, unsigned long start, int nr,
				  unsigned int flags, struct page **pages)
{
	if (locked)
		return get_user_pages_remote(mm, start, nr, flags, pages PIND_NO_VMAS, NULL);
	return get_user_pages_fast(start, nr, flags, pages);
}

/** pind_dump_attrs() - the attributes of the request behind a dump */
static inline struct nlattr **pind_dump_attrs(struct netlink_callback *cb)
{
#ifdef PIND_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* PIND_COMPAT_H */
