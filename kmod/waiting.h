/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pin calls under way, so that calls that do not end can be named: a call faults pages in,
 * and a user-space filesystem or userfaultfd may delay it for as long as it likes.
 *
 * A call that is stuck cannot note itself, so each call does when it begins: in a free slot
 * of its CPU's blocks, without a lock. If all slots are taken, another block is made, which
 * stays until the module is unloaded. So no user's calls push out those of another, and
 * there are never more blocks than the calls under way at one time have needed.
 */
#ifndef PIND_WAITING_H
#define PIND_WAITING_H

#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

/* Slots in a block, which are then a little less than 2 KiB. */
#define PIND_WAITING_SLOTS 63

/**
 * struct pind_waiting - one call under way
 * @task: the task that makes it; NULL: the slot is free
 * @call_site: return address of the call of the pin function
 * @pages: pages asked for
 * @since: jiffies when it began, made odd; 0: the other members are not valid
 */
struct pind_waiting {
	struct task_struct *task;
	unsigned long call_site;
	unsigned long pages;
	unsigned long since;
};

/** struct pind_waiting_block - slots of one CPU; @next: its next block, or NULL; written once */
struct pind_waiting_block {
	struct pind_waiting_block *next;
	struct pind_waiting slot[PIND_WAITING_SLOTS];
};

/**
 * struct pind_waiting_calls - the slots of one CPU
 * @free: a slot of any CPU that was freed last on this one; or NULL
 * @block: the block in which a free slot is looked for first; NULL: @first
 * @first: the first block; the others are put in behind it
 */
struct pind_waiting_calls {
	struct pind_waiting *free;
	struct pind_waiting_block *block;
	struct pind_waiting_block first;
};

DECLARE_PER_CPU(struct pind_waiting_calls, pind_waiting_calls);

struct pind_waiting *pind_waiting_find_slot(struct pind_waiting_calls *calls);

static inline bool pind_waiting_take(struct pind_waiting *waiting)
{
	return !READ_ONCE(waiting->task) && !cmpxchg(&waiting->task, NULL, current);
}

/**
 * pind_waiting_begin() - a pin call begins
 * Context: process, may sleep. Return: the slot, to be given to pind_waiting_end(); NULL if
 * there is no memory: then the call is not listed.
 */
static inline struct pind_waiting *pind_waiting_begin(unsigned long call_site, unsigned long pages)
{
	/* any CPU's slots will do: the task may move to another CPU */
	struct pind_waiting_calls *calls = raw_cpu_ptr(&pind_waiting_calls);
	struct pind_waiting *waiting = READ_ONCE(calls->free);

	if (unlikely(!waiting || !pind_waiting_take(waiting))) {
		waiting = pind_waiting_find_slot(calls);
		if (!waiting)
			return NULL;
	}
	WRITE_ONCE(waiting->call_site, call_site);
	WRITE_ONCE(waiting->pages, pages);
	smp_store_release(&waiting->since, jiffies | 1);
	return waiting;
}

/** pind_waiting_end() - a pin call has ended. Context: process. */
static inline void pind_waiting_end(struct pind_waiting *waiting)
{
	if (!waiting)
		return;
	WRITE_ONCE(waiting->since, 0);
	smp_store_release(&waiting->task, NULL);
	/* so the next call finds a free slot at once, however many calls are stuck */
	WRITE_ONCE(raw_cpu_ptr(&pind_waiting_calls)->free, waiting);
}

/**
 * struct pind_waiting_call - a call that has waited for long; see PIND_A_CALL_*
 * @cgroup: cgroup of the process, with a reference
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

/** struct pind_waiting_table - the calls that have waited for long, the oldest first */
struct pind_waiting_table {
	unsigned int nr;
	struct pind_waiting_call call[];
};

/**
 * pind_waiting_read() - the calls that have been under way longer than PIND_WAITING_SECONDS
 * Context: process, may sleep. Return: a table, to be given to pind_waiting_free(); NULL if
 * there is no memory.
 */
struct pind_waiting_table *pind_waiting_read(void);
void pind_waiting_free(struct pind_waiting_table *table);

/** pind_waiting_count() - how many such calls there are. Context: process, may sleep. */
unsigned int pind_waiting_count(void);

/** pind_waiting_exit() - free all blocks; no call is under way, and none begins */
void pind_waiting_exit(void);

#endif /* PIND_WAITING_H */
