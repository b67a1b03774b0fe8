/* SPDX-License-Identifier: GPL-2.0 */
/* A walk over the machine's memory, frame by frame, that finds the folios that are pinned. */
#ifndef PIND_FRAME_H
#define PIND_FRAME_H

#include <linux/mm.h>

/**
 * struct pind_frames - a walk, and what it has seen so far
 * @next: frame that comes next
 * @last: the last one
 * @looked: frames of memory
 * @free: of them free
 * @holes: frames without memory
 * @offline: frames whose memory is offline
 * @device: frames of a device's own memory, which are passed over
 * @in_free: the frame before @next is free
 */
struct pind_frames {
	unsigned long next;
	unsigned long last;
	u64 looked;
	u64 free;
	u64 holes;
	u64 offline;
	u64 device;
	bool in_free;
};

/**
 * pind_frames_begin() - set a walk up
 * A first frame in the middle of a large folio finds that folio. Context: process.
 */
void pind_frames_begin(struct pind_frames *walk, unsigned long first, unsigned long last);

/**
 * pind_frames_next() - go on to the next folio that the kernel takes for pinned
 * @walk: moved behind the folio's first frame
 * @budget: steps that may be taken, less those that were
 *
 * Pinned is what page-get calls so with at least one pin: of a folio of one page the
 * references that are known to be something else are no pins (pind_folio_pincount()).
 *
 * Context: process; does not yield. Return: the folio with a reference on it, which is its
 * caller's to drop; NULL when the budget is used up or the walk has ended.
 */
struct folio *pind_frames_next(struct pind_frames *walk, unsigned int *budget);

/** pind_frames_ended() - has a walk seen all of it */
static inline bool pind_frames_ended(const struct pind_frames *walk)
{
	return walk->next > walk->last;
}

/** pind_frame_hold() - the folio that a frame is of, with a reference; or NULL */
struct folio *pind_frame_hold(unsigned long pfn);

/** pind_frame_init() - before the first walk. Return: 0; a negative errno. */
int pind_frame_init(void);

/** pind_frame_exit() - after the last one. Context: process. */
void pind_frame_exit(void);

/** pind_frame_is_cma() - does a page lie in CMA. Context: any. */
bool pind_frame_is_cma(struct page *page);

#endif /* PIND_FRAME_H */
