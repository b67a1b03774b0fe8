/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pin calls under way, so that those which do not end can be named: a call faults pages
 * in, and a user-space filesystem or userfaultfd may keep it for as long as it likes.
 *
 * A list a CPU, in the order in which the calls began; a call that waits cannot write
 * itself down, so each does when it begins. That is one uncontended lock and a store or
 * two each way.
 */
#ifndef PIND_WAITING_H
#define PIND_WAITING_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "site.h"

/**
 * struct pind_waiting_calls - those that began on one CPU
 * @lock: guards the list; process context only
 * @calls: the oldest first
 */
struct pind_waiting_calls {
	raw_spinlock_t lock;
	struct list_head calls;
};

DECLARE_PER_CPU(struct pind_waiting_calls, pind_waiting_calls);

/**
 * struct pind_waiting - one call, on the stack of who makes it
 * @entry: among the calls of @list
 * @list: where it began
 * @task: makes it
 * @call_site: return address of the call of the pin function
 * @pages: asked for
 * @since: jiffies when it began
 */
struct pind_waiting {
	struct list_head entry;
	struct pind_waiting_calls *list;
	struct task_struct *task;
	unsigned long call_site;
	unsigned long pages;
	unsigned long since;
};

/** pind_waiting_begin() - a pin call begins. Context: process; pind_waiting_end() is owed. */
static inline void pind_waiting_begin(struct pind_waiting *waiting, unsigned long call_site,
				      unsigned long pages)
{
	struct pind_waiting_calls *list = raw_cpu_ptr(&pind_waiting_calls);

	waiting->list = list;
	waiting->task = current;
	waiting->call_site = call_site;
	waiting->pages = pages;
	raw_spin_lock(&list->lock);
	waiting->since = jiffies;
	list_add_tail(&waiting->entry, &list->calls);
	raw_spin_unlock(&list->lock);
}

/** pind_waiting_end() - it has ended. Context: process. */
static inline void pind_waiting_end(struct pind_waiting *waiting)
{
	raw_spin_lock(&waiting->list->lock);
	list_del(&waiting->entry);
	raw_spin_unlock(&waiting->list->lock);
}

/* Calls that are told of those that began on one CPU: the oldest. */
#define PIND_WAITING_TOLD 64

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
	unsigned int room;
	struct pind_waiting_call call[];
};

/**
 * pind_waiting_read() - the calls that are under way for longer than PIND_WAITING_SECONDS
 * Context: process, may sleep. Return: to be given to pind_waiting_free(); NULL when there
 * is no memory.
 */
struct pind_waiting_table *pind_waiting_read(void);
void pind_waiting_free(struct pind_waiting_table *table);

/** pind_waiting_count() - how many there are, at most PIND_WAITING_TOLD a CPU */
unsigned int pind_waiting_count(void);

void pind_waiting_init(void);

#endif /* PIND_WAITING_H */
