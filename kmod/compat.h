/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that may know about kernels. Each difference is told by the
 * feature itself, never by a version number: stable kernels get features, too.
 */
#ifndef PIND_COMPAT_H
#define PIND_COMPAT_H

#include <linux/ftrace.h>
#include <linux/mm.h>
#include <net/genetlink.h>

static __always_inline void pind_set_instruction_pointer(struct ftrace_regs *fregs,
							  unsigned long ip)
{
#ifdef ftrace_regs_set_instruction_pointer
	ftrace_regs_set_instruction_pointer(fregs, ip);
#else
	ftrace_instruction_pointer_set(fregs, ip);
#endif
}

/**
 * pind_peek_pages() - plain references on pages that are mapped now
 *
 * Faults nothing in. Stops at the first page that is not present. If @mm is not
 * current's, the caller holds its mmap lock.
 *
 * Context: process; takes no lock that the caller of a pin function may hold.
 * Return: how many, or an error.
 */
static inline long pind_peek_pages(struct mm_struct *mm, unsigned long start, int nr,
				   struct page **pages)
{
	if (mm == current->mm)
		return get_user_pages_fast_only(start, nr, 0, pages);
	return get_user_pages_remote(mm, start, nr, FOLL_NOFAULT, pages, NULL, NULL);
}

/** pind_dump_attrs() - the attributes of the request behind a dump */
static inline struct nlattr **pind_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}

#endif /* PIND_COMPAT_H */
