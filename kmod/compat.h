/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that may know about kernels. Each difference is told by the
 * feature itself, never by a version number: stable kernels get features, too.
 * What no macro shows is asked of the compiler (probe/, see Kbuild).
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
 * The pin and unpin functions of all kernels we know. One that this kernel does
 * not have is NULL when the module has been loaded; one that it has with another
 * prototype does not compile here.
 */
#ifdef PIND_HAVE_GUP_VMAS
#define PIND_VMAS_PARAM	, struct vm_area_struct **vmas
#define PIND_VMAS_ARG	, vmas
#define PIND_NO_VMAS	, NULL
#else
#define PIND_VMAS_PARAM
#define PIND_VMAS_ARG
#define PIND_NO_VMAS
#endif

/*
 * For a large variable on a hot path that is set as far as it is used: kernels with
 * CONFIG_INIT_STACK_ALL_ZERO would clear all of it at each call.
 */
#if __has_attribute(__uninitialized__)
#define pind_uninitialized __attribute__((__uninitialized__))
#else
#define pind_uninitialized
#endif

/* Where these exist, the kernel warns of the old names. */
#ifndef PIND_HAVE_SYSTEM_PERCPU_WQ
#define system_percpu_wq system_wq
#define system_dfl_wq	 system_unbound_wq
#endif

#ifdef PIND_HAVE_GET_DEV_PAGEMAP_ONCE
#define pind_get_dev_pagemap(pfn) get_dev_pagemap(pfn)
#else
#define pind_get_dev_pagemap(pfn) get_dev_pagemap(pfn, NULL)
#endif

/** pind_eventfd_signal() - adds one, and wakes who waits. Context: any. */
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

/* For the tests' vDPA device, which leaves the mapping to its bus. */
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
 * Up to Linux 6.2 the FOLL_* flags are macros, all of them open to drivers. Then
 * some functions take what they must not without a word. From 6.3 on FOLL_PIN is
 * hidden, and each of the family checks its flags and warns. There it is one of the
 * flags from 1 << 16 on (mm/internal.h), below which all those of drivers are.
 */
#ifdef FOLL_PIN
#define PIND_FOLL_PIN FOLL_PIN
#define PIND_FLAGS_UNCHECKED
#define PIND_ZERO_STAYS true
#else
#define PIND_FOLL_PIN (1U << 19)
/*
 * From 6.2 on a long-term pin that only reads gets a page of its own where the zero
 * page is mapped (gup_must_unshare()). Nothing that a module can see shows it; no
 * kernel of those we know lies between.
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
 * The callback decides by the arguments of the call. A module that cannot see them would
 * be loaded, and count and refuse nothing.
 */
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error "pind needs a kernel with CONFIG_DYNAMIC_FTRACE_WITH_ARGS"
#endif
/* Whose memory it is: mm->owner, and the page's memory cgroup. */
#ifndef CONFIG_MEMCG
#error "pind needs a kernel with CONFIG_MEMCG"
#endif

/** pind_argument() - number @n, from 0 on, of the function that an ftrace callback is for */
static __always_inline unsigned long pind_argument(struct ftrace_regs *fregs, unsigned int n)
{
#ifdef PIND_HAVE_FTRACE_REGS_ARGS
	return ftrace_regs_get_argument(fregs, n);
#else
	/* before there was a name for it: the registers of arguments are always saved */
	return regs_get_kernel_argument(&fregs->regs, n);
#endif
}

/**
 * pind_calls() - is there a call of @function right before a return address
 * Not so where a jump led to it, or a tracer has put its own address there. Where
 * we cannot read calls the answer is no. Context: any.
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

/** pind_site_of() - where it patches a function that begins as it may, or 0 */
static inline unsigned long pind_site_of(unsigned long function)
{
	const u8 *text = (const u8 *)function;

	/* endbr64 in front of it; 0xcc while it is being changed */
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

/** pind_site_is_on() - does a function that ftrace patched begin with a call, not a nop */
static inline bool pind_site_is_on(unsigned long function)
{
#ifdef CONFIG_X86_64
	const u8 *text = (const u8 *)pind_site_of(function);

	return text && *text != 0x0f;
#else
	return true;
#endif
}

/* Trampolines are written for one architecture. */
#if defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
#define PIND_HAVE_DIRECT

/** pind_register_direct() - have all functions of @ops call @addr. As the kernel's own. */
static inline int pind_register_direct(struct ftrace_ops *ops, unsigned long addr)
{
#ifdef PIND_HAVE_FTRACE_DIRECT_MULTI
	return register_ftrace_direct_multi(ops, addr);
#else
	return register_ftrace_direct(ops, addr);
#endif
}

/** pind_unregister_direct() - not any more. Context: process. As the kernel's own. */
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
 * pind_get_pages() - plain references on pages
 * @mm: whose
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
