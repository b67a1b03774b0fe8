/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages are asked about: by pinctl, by the daemon, of the module. */
#ifndef PIND_PAGE_QUERY_H
#define PIND_PAGE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bytes that ListPages answers for at once: a page with the most holders, whose groups
 * have the longest paths, takes 80 KiB of a message, and that at most 32 MiB.
 */
#define PIND_BUS_PAGES_LENGTH_MAX (UINT64_C(1) << 20)

/*
 * Frames that ListFrames tells of folio by folio at once, a memory block of most machines;
 * summed up it takes any number.
 */
#define PIND_BUS_FRAMES_EACH_MAX (UINT64_C(1) << 15)

/**
 * struct pind_page_query - one frame, or the pages of a range of a process
 * @is_frame: @pfn is asked about, else the others
 * @pfn: page frame number
 * @pid: of the process, in the initial pid namespace
 * @address: where the range begins
 * @length: its bytes
 */
struct pind_page_query {
	bool is_frame;
	uint64_t pfn;
	uint32_t pid;
	uint64_t address;
	uint64_t length;
};

#endif /* PIND_PAGE_QUERY_H */
