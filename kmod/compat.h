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
		return get_user_pages_remote(mm, start, nr, flags, pages, NULL, NULL);
	return get_user_pages_fast(start, nr, flags, pages);
}

/** pind_dump_attrs() - the attributes of the request behind a dump */
static inline struct nlattr **pind_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}

#endif /* PIND_COMPAT_H */
