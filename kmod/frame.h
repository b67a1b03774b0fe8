/* SPDX-License-Identifier: GPL-2.0 */
/* A walk over the machine's memory, frame by frame, that finds the pinned folios. */
#ifndef PIND_FRAME_H
#define PIND_FRAME_H

#include <linux/mm.h>

/**
 * struct pind_frames - a walk, and its counts so far
 * @next: the frame that comes next
 * @last: the last frame
 * @looked: frames of online memory
 * @free: how many of those are free
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
 * pind_frames_begin() - begin a walk
 * If @first lies in the middle of a large folio, that folio is found, too. Context: process.
 */
void pind_frames_begin(struct pind_frames *walk, unsigned long first, unsigned long last);

/**
 * pind_frames_next() - go on to the next folio that has at least one pin
 * @walk: moved behind the folio's first frame
 * @budget: steps that may be taken; lowered by those that were
 *
 * The pins are those of pind_folio_pincount(), as in the answer to page-get.
 *
 * Context: process; does not yield. Return: the folio, with a reference that the caller drops;
 * NULL if the budget is used up or the walk has ended.
 */
struct folio *pind_frames_next(struct pind_frames *walk, unsigned int *budget);

/** pind_frames_ended() - has a walk passed its last frame */
static inline bool pind_frames_ended(const struct pind_frames *walk)
{
	return walk->next > walk->last;
}

/** pind_frame_hold() - the folio that a frame belongs to, with a reference; or NULL */
struct folio *pind_frame_hold(unsigned long pfn);

/** pind_frame_init() - to be called before the first walk. Return: 0; a negative errno. */
int pind_frame_init(void);

/** pind_frame_exit() - to be called after the last walk. Context: process. */
void pind_frame_exit(void);

/** pind_frame_is_cma() - does a page lie in CMA. Context: any. */
bool pind_frame_is_cma(struct page *page);

#endif /* PIND_FRAME_H */
