/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pin calls under way, so that those which do not end can be named: a call faults pages
 * in, and a user-space filesystem or userfaultfd may keep it for as long as it likes.
 *
 * A call that waits cannot write itself down, so each does when it begins: a slot of
 * this CPU's table, without a lock. Where all of them are taken, by calls that wait, it
 * takes memory of its own, which is charged to the memory cgroup of who calls. So nobody's
 * calls push out another's.
 */
#ifndef PIND_WAITING_H
#define PIND_WAITING_H

#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

/* Calls that began on one CPU, before it takes memory. */
#define PIND_WAITING_SLOTS 64

/**
 * struct pind_waiting - one call
 * @task: makes it; NULL: the slot is free
 * @call_site: return address of the call of the pin function
 * @pages: asked for
 * @since: jiffies when it began, odd in a table and even in memory of its own, never 0;
 *	0: the others are not to be read
 */
struct pind_waiting {
	struct task_struct *task;
	unsigned long call_site;
	unsigned long pages;
	unsigned long since;
};

/**
 * struct pind_waiting_calls - those of one CPU
 * @last: the slot that was taken last, which is free again unless that call waits
 */
struct pind_waiting_calls {
	unsigned int last;
	struct pind_waiting slot[PIND_WAITING_SLOTS];
};

DECLARE_PER_CPU(struct pind_waiting_calls, pind_waiting_calls);

struct pind_waiting *pind_waiting_begin_more(unsigned long call_site, unsigned long pages);
void pind_waiting_end_more(struct pind_waiting *waiting);

/**
 * pind_waiting_begin() - a pin call begins
 * Context: process, may sleep. Return: to be given to pind_waiting_end(); NULL if there is
 * no memory: then it is not listed.
 */
static inline struct pind_waiting *pind_waiting_begin(unsigned long call_site, unsigned long pages)
{
	/* any CPU's will do: it need not stay this one's */
	struct pind_waiting_calls *calls = raw_cpu_ptr(&pind_waiting_calls);
	unsigned int i = READ_ONCE(calls->last), tries;
	struct pind_waiting *waiting;

	for (tries = 0; tries < PIND_WAITING_SLOTS; tries++, i = (i + 1) % PIND_WAITING_SLOTS) {
		waiting = &calls->slot[i];
		if (READ_ONCE(waiting->task) || cmpxchg(&waiting->task, NULL, current))
			continue;
		if (tries)
			WRITE_ONCE(calls->last, i);
		WRITE_ONCE(waiting->call_site, call_site);
		WRITE_ONCE(waiting->pages, pages);
		smp_store_release(&waiting->since, jiffies | 1);
		return waiting;
	}
	return pind_waiting_begin_more(call_site, pages);
}

/** pind_waiting_end() - it has ended. Context: process. */
static inline void pind_waiting_end(struct pind_waiting *waiting)
{
	if (!waiting)
		return;
	if (unlikely(!(waiting->since & 1))) {
		pind_waiting_end_more(waiting);
		return;
	}
	WRITE_ONCE(waiting->since, 0);
	smp_store_release(&waiting->task, NULL);
}

/**
 * struct pind_waiting_call - a call that has waited for long; see PIND_A_CALL_*
 * @cgroup: of the process, with a reference
 */
struct pind_waiting_call {
	struct cgroup *cgroup;
	pid_t tgid;
	u64 start_time;
	kuid_t uid;
	char comm[TASK_COMM_LEN];
	unsigned long call_site;
	unsigned long pages;
	u64 since;
};

/** struct pind_waiting_table - those that have waited for long, the oldest first */
struct pind_waiting_table {
	unsigned int nr;
	struct pind_waiting_call call[];
};

/**
 * pind_waiting_read() - the calls that are under way for longer than PIND_WAITING_SECONDS
 * Context: process, may sleep. Return: to be given to pind_waiting_free(); NULL when there
 * is no memory.
 */
struct pind_waiting_table *pind_waiting_read(void);
void pind_waiting_free(struct pind_waiting_table *table);

/** pind_waiting_count() - how many there are. Context: process, may sleep. */
unsigned int pind_waiting_count(void);

#endif /* PIND_WAITING_H */
