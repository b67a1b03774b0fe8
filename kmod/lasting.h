/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that stays pinned although no account holds it: pins that were taken without
 * FOLL_LONGTERM and last all the same, and those that are older than the module. A thread of
 * the lowest priority walks over the machine's frames and notes what it finds pinned; what it
 * has noted it looks at about once a second. What was pinned at every look, for the time in
 * the parameter lasting_age and three times at least, *lasts*; one look that finds it not
 * pinned, or in the ledger, begins its time anew.
 *
 * Nothing tells a pin that stays from one that was given back and taken again between two
 * looks: memory that is under direct I/O nearly all the time may be taken for memory that
 * lasts, the more rarely the longer. Memory that some account holds is not looked at, whoever
 * else has it pinned.
 */
#ifndef PIND_LASTING_H
#define PIND_LASTING_H

#include <linux/types.h>

/* So many folios are noted at most, and summed up for so many owners. */
#define PIND_LASTING_FOLIOS_MAX (1UL << 20)
#define PIND_LASTING_OWNERS_MAX 1024

/**
 * struct pind_lasting - of one owner
 * @owner: id of the cgroup whose memory it is; 0: of none
 * @path: its path when it was first seen; "" of none
 * @folios: that last
 * @pages: of them
 * @pins: on them, by the kernel's count
 * @oldest: when the one that lasts longest was first found, ns of CLOCK_BOOTTIME
 */
struct pind_lasting {
	u64 owner;
	const char *path;
	u64 folios;
	u64 pages;
	u64 pins;
	u64 oldest;
};

/**
 * struct pind_lasting_search - how the search gets on
 * @rounds: over the machine's memory that have ended since load
 * @walked: frames in all rounds
 * @cpu: CPU time of the thread, ns
 * @watched: folios that are noted
 * @rest: folios that found no room in the last round, and those that last and whose owner
 *	found none; these are part of pind_lasting_pages()
 * @rate: frames a second
 * @age: seconds
 */
struct pind_lasting_search {
	u64 rounds;
	u64 walked;
	u64 cpu;
	u64 watched;
	u64 rest;
	u64 rate;
	u64 age;
};

/** pind_lasting_start() - search from now on. Context: process. Return: 0; a negative errno. */
int pind_lasting_start(void);

/** pind_lasting_stop() - no more; while the family is there and the ledger, too */
void pind_lasting_stop(void);

/** pind_lasting_since() - since when a frame's folio lasts, ns; 0: it is not known to. */
u64 pind_lasting_since(unsigned long pfn);

/** pind_lasting_pages() - pages that last, of all owners */
u64 pind_lasting_pages(void);

/** pind_lasting_read() - how the search gets on */
void pind_lasting_read(struct pind_lasting_search *search);

typedef int (*pind_lasting_fn)(const struct pind_lasting *lasting, void *userdata);

/**
 * pind_lasting_each() - call @fn for each owner, from the one with the lowest id on
 * @owner: not below this id
 * Context: process, may sleep; @fn is called under a mutex. Return: 0 at the end; or what
 * @fn returned, which ends it.
 */
int pind_lasting_each(u64 owner, pind_lasting_fn fn, void *userdata);

#endif /* PIND_LASTING_H */
