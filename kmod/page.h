/* SPDX-License-Identifier: GPL-2.0 */
/* Page queries: is a page pinned, and which accounts hold it (PIND_CMD_PAGE_GET). */
#ifndef PIND_PAGE_H
#define PIND_PAGE_H

#include <net/netlink.h>

struct pind_reader;

/**
 * pind_page_fill_frame() - write the facts known about the page at a frame
 * Context: process. Return: 0; -ENXIO if no memory in use has the frame number; -EMSGSIZE.
 */
int pind_page_fill_frame(struct sk_buff *skb, const struct pind_reader *reader, unsigned long pfn);

/**
 * struct pind_page_range - a range of a process's memory that is looked at page by page
 * @mm: the memory, by mmgrab(): the struct is kept but not the memory itself, since the reader
 *	may stop in the middle; NULL before pind_page_range_begin()
 * @next: address of the page that comes next
 * @end: address behind the last page
 * @patience: ticks that the range may still wait for the mmap lock, in all
 */
struct pind_page_range {
	struct mm_struct *mm;
	unsigned long next;
	unsigned long end;
	unsigned int patience;
};

/**
 * pind_page_range_begin() - set up the range that a request names
 * @attrs: attributes of the request: pid, address and length
 * @extack: gets a sentence if they are not valid
 * Context: process. Return: 0; -EINVAL, -ERANGE, -ESRCH.
 */
int pind_page_range_begin(struct pind_page_range *range, struct nlattr **attrs,
			  struct netlink_ext_ack *extack);

/** pind_page_range_end() - release a range, which may not have been set up. Context: process. */
void pind_page_range_end(struct pind_page_range *range);

/**
 * pind_page_range_lock() - take the mmap lock for reading, waiting at most @patience ticks
 * Context: process, sleeps. Return: 0; -EBUSY if no patience is left;
 * -EINTR if the caller is killed.
 */
int pind_page_range_lock(struct pind_page_range *range);

/**
 * pind_page_fill_next() - write the facts known about the page that comes next
 * @skb: gets nothing if no page can be looked at there
 * Context: process, under the mmap lock. Return: 1; 0 if there is no such page; -EMSGSIZE.
 */
int pind_page_fill_next(struct sk_buff *skb, const struct pind_reader *reader,
			const struct pind_page_range *range);

#endif /* PIND_PAGE_H */
