/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about pinners: the accounts that pin anything in a range of frames
 * (PIND_CMD_FRAME_GET), or that pin memory of a cgroup from outside of it (PIND_CMD_OTHERS_GET).
 */
#ifndef PIND_SPAN_H
#define PIND_SPAN_H

#include <net/netlink.h>
#include <uapi/linux/pind.h>

#include "frame.h"

struct pind_account;
struct pind_reader;

/**
 * struct pind_span_row - the pins of one account on folios that are alike
 * @account: the account, with a reference; NULL: pins that no account holds
 * @owner: id of the cgroup that owns the folios' memory (owner.h); 0: none does
 * @zone: the zone in which the folios lie; NULL: it does not matter
 * @cma: the folios lie in CMA
 * @pinned: enum pind_pinned
 * @folios: number of folios
 * @pages: their pages
 * @pins: pins of the account; without an account, pins by the kernel's count
 * @covered: pages that the account's pins cover
 * @since: when the folio that lasts longest was first found; 0: none is known to last
 * @first: the lowest frame of the folios
 * @last: the highest one
 * @mapping: identifies the file of the memory, and is never followed; NULL: no file, or several
 * @file: that file's name; or NULL
 */
struct pind_span_row {
	struct pind_account *account;
	u64 owner;
	struct zone *zone;
	bool cma;
	u8 pinned;
	u64 folios;
	u64 pages;
	u64 pins;
	u64 covered;
	u64 since;
	unsigned long first;
	unsigned long last;
	const struct address_space *mapping;
	char *file;
};

/* Most holders of one folio that get rows. */
#define PIND_SPAN_HOLDERS 16

/**
 * struct pind_span - a request under way; one thread at a time
 * @walk: over the frames, or over the slots of the ledger
 * @first: first frame of the request
 * @each: rows are reported folio by folio
 * @others_of: id of the cgroup whose memory is asked about; 0: a range of frames is
 * @owner: owner of the folio that was found last in the ledger
 * @owner_is_below: that owner is @others_of, or a cgroup below it
 * @pinned: pages of pinned folios
 * @unheld: how many of those no account holds
 * @lost: rows that were not added to the sums for want of room
 * @of_folio: rows of the folio that was found last
 * @nr_of_folio: how many rows that are
 * @told: how many of the rows that are to be reported now have been
 * @ended: all rows have been reported
 * @nr: rows in @row
 * @row: the sums
 */
struct pind_span {
	struct pind_frames walk;
	unsigned long first;
	bool each;
	u64 others_of;
	u64 owner;
	bool owner_is_below;
	u64 pinned;
	u64 unheld;
	u64 lost;
	struct pind_span_row of_folio[PIND_SPAN_HOLDERS];
	unsigned int nr_of_folio;
	unsigned int told;
	bool ended;
	unsigned int nr;
	struct pind_span_row row[PIND_FRAME_ROWS];
};

/** pind_span_new() - begin a request. Context: process, may sleep. Return: NULL: no memory. */
struct pind_span *pind_span_new(unsigned long first, unsigned long last, bool each);

/** pind_span_new_others() - likewise, about the memory of a cgroup and of those below it */
struct pind_span *pind_span_new_others(u64 id);

/** pind_span_free() - end a request; @span may be NULL. Context: process. */
void pind_span_free(struct pind_span *span);

/**
 * pind_span_step() - look at some thousand frames or folios, or on to the next pinned folio
 * Context: process, yields. Return: whether @of_folio has rows to be reported; only with @each.
 */
bool pind_span_step(struct pind_span *span);

/** pind_span_forget_folio() - the rows in of_folio were reported. Context: process. */
void pind_span_forget_folio(struct pind_span *span);

/* Return: 0; -EMSGSIZE if @skb is full. Context: process, may sleep. */
int pind_span_fill_row(struct sk_buff *skb, const struct pind_reader *reader,
		       const struct pind_span_row *row);
int pind_span_fill_walk(struct sk_buff *skb, const struct pind_span *span);

#endif /* PIND_SPAN_H */
