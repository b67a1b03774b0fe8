/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals on their way to the journal and the bus: however many there are, a reader
 * gets few. What is told once is a row: the refusals of one account (cgroup, process,
 * call site) by one limit of one group. The first of a row is told at once; those that
 * follow are told with their number, on the bus once a second, in the journal once a
 * minute. What mode observe admitted is told a second later, when all of a region is there.
 * A limit has PIND_REFUSALS_ROWS rows; what is beyond them is told as one more.
 *
 * So nobody fills the journal or keeps the daemon busy by being refused in a loop, and
 * nobody's refusal is lost in those of others. Of all limits together the journal has no more
 * than budget.h says, as a tenant may have many groups: the limits take turns, and what has to
 * wait is in the number of its next entry.
 */
#ifndef PIND_REFUSALS_H
#define PIND_REFUSALS_H

#include <systemd/sd-event.h>

#include "snapshot.h"

/* Rows of one limit. */
#define PIND_REFUSALS_ROWS 16
/* Between two tellings of one row, in microseconds of CLOCK_MONOTONIC. */
#define PIND_REFUSALS_SIGNAL_USEC  (1000ULL * 1000)
#define PIND_REFUSALS_JOURNAL_USEC (60ULL * 1000 * 1000)

struct pind_refusals;

struct pind_refusals_handlers {
	/*
	 * A row is told. @refusal is the last of them; count, first, wanted_min and
	 * wanted_max are of those since the row was last told in this way. Where it is
	 * the row of what is beyond the others, pid is 0, comm empty, and the refusing
	 * group stands for the refused ones.
	 */
	void (*signal)(const struct pind_refusal *refusal, void *userdata);
	void (*journal)(const struct pind_refusal *refusal, void *userdata);
	/* What was added until now is about to be told. */
	void (*begin)(void *userdata);
};

/* Return: 0 or a negative errno. Nothing is told from within a call, but from the loop. */
int pind_refusals_new(sd_event *event, const struct pind_refusals_handlers *handlers,
		      void *userdata, struct pind_refusals **ret);
/* What was not told is dropped: see pind_refusals_flush(). */
struct pind_refusals *pind_refusals_free(struct pind_refusals *refusals);

/**
 * pind_refusals_add - note what the module said of a row
 * @refusal: copied; its count is of all refusals of the row, so what is heard twice is
 *	told once
 * @told: it was told before, by another life of the daemon: only the count is noted
 * @again: it may have been heard of before, and is of no news beyond the rows
 *
 * Return: 0 or -ENOMEM.
 */
int pind_refusals_add(struct pind_refusals *refusals, const struct pind_refusal *refusal,
		      bool told, bool again);

/* Tells at once what waits for its second or minute. */
void pind_refusals_flush(struct pind_refusals *refusals);

/* The group is no more: tells what waits of its limits, and forgets them. */
void pind_refusals_forget(struct pind_refusals *refusals, uint64_t by_id);

/* The module is another: tells what waits, and forgets all. */
void pind_refusals_clear(struct pind_refusals *refusals);

#endif /* PIND_REFUSALS_H */
