/* SPDX-License-Identifier: GPL-2.0 */
/* Page queries: is a page pinned, and by whom (PIND_CMD_PAGE_GET). */
#ifndef PIND_PAGE_H
#define PIND_PAGE_H

#include <net/netlink.h>

struct pind_reader;

/**
 * pind_page_fill_frame() - what is known of a frame
 * Context: process. Return: 0; -ENXIO if it is not memory; -EMSGSIZE.
 */
int pind_page_fill_frame(struct sk_buff *skb, const struct pind_reader *reader, unsigned long pfn);

/**
 * struct pind_page_range - a range of a process that is being looked at page by page
 * @mm: the struct is kept but not the memory: who asks may stop in the middle; NULL
 *	before it has begun
 * @next: address of the page that comes next
 * @end: address behind the last one
 * @patience: ticks that it may still wait for the memory map, in all
 */
struct pind_page_range {
	struct mm_struct *mm;
	unsigned long next;
	unsigned long end;
	unsigned int patience;
};

/**
 * pind_page_range_begin() - the range that a request names
 * @attrs: of the request: pid, address and length
 * @extack: gets a sentence when they will not do
 * Context: process. Return: 0; -EINVAL, -ERANGE, -ESRCH.
 */
int pind_page_range_begin(struct pind_page_range *range, struct nlattr **attrs,
			  struct netlink_ext_ack *extack);

/** pind_page_range_end() - of one that may not have begun. Context: process. */
void pind_page_range_end(struct pind_page_range *range);

/**
 * pind_page_range_lock() - take the mmap lock for reading, if it can be had
 * Context: process, sleeps. Return: 0; -EBUSY when the range's patience has ended;
 * -EINTR if the caller is killed.
 */
int pind_page_range_lock(struct pind_page_range *range);

/**
 * pind_page_fill_next() - what is known of the page that comes next
 * @skb: gets nothing if no page can be looked at there
 * Context: process, under the mmap lock. Return: 1, or 0 if there is none; -EMSGSIZE.
 */
int pind_page_fill_next(struct sk_buff *skb, const struct pind_reader *reader,
			const struct pind_page_range *range);

#endif /* PIND_PAGE_H */
