/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question about pages, as pinctl asks the daemon, and both ask the module. */
#ifndef PIND_PAGE_QUERY_H
#define PIND_PAGE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The longest range, in bytes, that ListPages answers about at once: a page with the most
 * holders, whose groups have the longest paths, takes 80 KiB of a message, and a message has
 * at most 32 MiB.
 */
#define PIND_BUS_PAGES_LENGTH_MAX (UINT64_C(1) << 20)

/*
 * The most frames that ListFrames lists folio by folio at once: a memory block of most
 * machines. Summed up, it takes any number of frames.
 */
#define PIND_BUS_FRAMES_EACH_MAX (UINT64_C(1) << 15)

/**
 * struct pind_page_query - one frame, or the pages of a range of a process
 * @is_frame: the question is about @pfn, else about the range
 * @pfn: page frame number
 * @pid: pid of the process, in the initial pid namespace
 * @address: beginning of the range
 * @length: bytes of the range
 */
struct pind_page_query {
	bool is_frame;
	uint64_t pfn;
	uint32_t pid;
	uint64_t address;
	uint64_t length;
};

#endif /* PIND_PAGE_QUERY_H */
