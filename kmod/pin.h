/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs in the place of the kernel's pin functions: the same, between
 * pind_call_begin() and pind_call_end(). Process context, may sleep.
 */
#ifndef PIND_PIN_H
#define PIND_PIN_H

#include <linux/mm.h>

long pind_pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			 struct page **pages, struct vm_area_struct **vmas);
int pind_pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages);
int pind_pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
				  struct page **pages);
long pind_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
				unsigned long nr_pages, unsigned int gup_flags,
				struct page **pages, struct vm_area_struct **vmas, int *locked);
long pind_pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
				  struct page **pages, unsigned int gup_flags);

#endif /* PIND_PIN_H */
