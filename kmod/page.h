/* SPDX-License-Identifier: GPL-2.0 */
/* Page queries: is a page pinned, and by whom (PIND_CMD_PAGE_GET). */
#ifndef PIND_PAGE_H
#define PIND_PAGE_H

#include <net/netlink.h>

/**
 * pind_page_fill_frame() - what is known of a frame
 * Context: process. Return: 0; -ENXIO if it is not memory; -EMSGSIZE.
 */
int pind_page_fill_frame(struct sk_buff *skb, unsigned long pfn);

/**
 * pind_page_fill_address() - what is known of the page at an address
 * @skb: gets nothing if no page can be looked at there
 * Context: process, under the mmap lock of @mm. Return: 1, or 0 if there is none;
 * -EMSGSIZE.
 */
int pind_page_fill_address(struct sk_buff *skb, struct mm_struct *mm, unsigned long address);

/**
 * pind_page_lock_map() - take the mmap lock of @mm for reading, if it can be had
 * @patience: ticks that may be waited; less those that were
 *
 * Context: process, sleeps. Return: 0; -EBUSY; -EINTR if the caller is killed.
 */
int pind_page_lock_map(struct mm_struct *mm, unsigned int *patience);

#endif /* PIND_PAGE_H */
