/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that stays pinned although no account holds it: by pins that were taken without
 * FOLL_LONGTERM and last all the same, and by pins older than the module. A thread of the
 * lowest priority walks over the machine's frames and notes the pinned folios; it looks at
 * each noted folio again about once a second. A folio that was pinned at every look, for at
 * least the seconds in the parameter lasting_age and at fifteen looks or more, *lasts*. One look
 * that finds it not pinned, or in the ledger, begins its time anew.
 *
 * Nothing distinguishes a pin that stays from one that is given back and taken again between two
 * looks. So memory that is under direct I/O nearly all the time may count as lasting; the
 * longer lasting_age is, the more rarely. Memory that some account holds is not looked at,
 * whatever other pins it has. The "owner" of memory is defined in owner.h.
 */
#ifndef PIND_LASTING_H
#define PIND_LASTING_H

#include <linux/types.h>

/* Most folios that are noted, and most owners that they are summed up for. */
#define PIND_LASTING_FOLIOS_MAX (1UL << 20)
#define PIND_LASTING_OWNERS_MAX 1024

/**
 * struct pind_lasting - the lasting memory of one owner
 * @owner: id of the cgroup that owns the memory; 0: none does
 * @path: path of that cgroup when it was first seen; "" if there is none
 * @folios: number of folios that last
 * @pages: their pages
 * @pins: their pins, by the kernel's count
 * @oldest: when the folio that lasts longest was first found, ns of CLOCK_BOOTTIME
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
 * struct pind_lasting_search - state of the search
 * @rounds: rounds over the machine's memory that have ended since load
 * @walked: frames looked at in all rounds
 * @cpu: CPU time of the thread, ns
 * @watched: folios that are noted now
 * @rest: folios that were not noted in the last round for want of room, and lasting folios
 *	whose owner found no room; the latter are included in pind_lasting_pages()
 * @rate: the parameter lasting_rate, frames a second
 * @age: the parameter lasting_age, seconds
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

/** pind_lasting_start() - start the search. Context: process. Return: 0; a negative errno. */
int pind_lasting_start(void);

/** pind_lasting_stop() - stop the search; the netlink family and the ledger still exist */
void pind_lasting_stop(void);

/** pind_lasting_since() - when the lasting folio at @pfn was first found, ns; 0: none lasts */
u64 pind_lasting_since(unsigned long pfn);

/** pind_lasting_pages() - lasting pages of all owners */
u64 pind_lasting_pages(void);

/** pind_lasting_read() - read the state of the search */
void pind_lasting_read(struct pind_lasting_search *search);

typedef int (*pind_lasting_fn)(const struct pind_lasting *lasting, void *userdata);

/**
 * pind_lasting_each() - call @fn for each owner, in the order of their ids
 * @owner: the lowest id to begin with
 * Context: process, may sleep; @fn is called under a mutex. Return: 0 at the end; or a value
 * other than 0 that @fn returned, which ends the walk.
 */
int pind_lasting_each(u64 owner, pind_lasting_fn fn, void *userdata);

#endif /* PIND_LASTING_H */
