/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions that run in the place of the kernel's pin functions. Each calls the function
 * that it replaces, between pind_call_begin() and one of the pind_call_end functions. Process
 * context, may sleep.
 */
#ifndef PIND_PIN_H
#define PIND_PIN_H

#include <linux/mm.h>

#include "compat.h"

long pind_pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			 struct page **pages PIND_VMAS_PARAM);
int pind_pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages);
int pind_pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
				  struct page **pages);
long pind_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
				unsigned long nr_pages, unsigned int gup_flags,
				struct page **pages PIND_VMAS_PARAM, int *locked);
long pind_pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
				  struct page **pages, unsigned int gup_flags);
long pind_memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
			   unsigned int max_folios, pgoff_t *offset);
int pind_folio_add_pins(struct folio *folio, unsigned int pins);

#endif /* PIND_PIN_H */
