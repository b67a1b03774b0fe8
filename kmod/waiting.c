// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/pind.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/xarray.h>

#include "waiting.h"

DEFINE_PER_CPU(struct pind_waiting_calls, pind_waiting_calls);

/**
 * struct more - a call that found no slot
 * @rcu: readers take no lock
 * @index: of it
 */
struct more {
	struct pind_waiting waiting;
	struct rcu_head rcu;
	u32 index;
};

static DEFINE_XARRAY_FLAGS(more, XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);

struct pind_waiting *pind_waiting_begin_more(unsigned long call_site, unsigned long pages)
{
	struct more *call = kmalloc(sizeof(*call), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!call)
		return NULL;
	call->waiting = (struct pind_waiting){
		.task = current,
		.call_site = call_site,
		.pages = pages,
		.since = (jiffies & ~1UL) ?: 2,
	};
	if (xa_alloc(&more, &call->index, call, xa_limit_32b, GFP_KERNEL | __GFP_NOWARN)) {
		kfree(call);
		return NULL;
	}
	return &call->waiting;
}

void pind_waiting_end_more(struct pind_waiting *waiting)
{
	struct more *call = container_of(waiting, struct more, waiting);

	WRITE_ONCE(waiting->since, 0);
	xa_erase(&more, call->index);
	kfree_rcu(call, rcu);
}

/* Under RCU, which a tenant's many calls must not keep for long. */
static void give_way(void)
{
	if (!need_resched())
		return;
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
}

static bool is_long(unsigned long since)
{
	return since && time_after(jiffies, since + PIND_WAITING_SECONDS * HZ);
}

unsigned int pind_waiting_count(void)
{
	unsigned int count = 0, i;
	unsigned long index;
	struct more *call;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = 0; i < PIND_WAITING_SLOTS; i++)
			count += is_long(READ_ONCE(per_cpu(pind_waiting_calls, cpu).slot[i].since));
	rcu_read_lock();
	xa_for_each(&more, index, call) {
		count += is_long(READ_ONCE(call->waiting.since));
		give_way();
	}
	rcu_read_unlock();
	return count;
}

/* Under RCU, by which a task is kept that has just ended its call. */
static void describe(struct pind_waiting_call *call, struct task_struct *task)
{
	call->tgid = task_tgid_nr(task);
	call->start_time = task->group_leader->start_boottime;
	call->uid = task_uid(task);
	/* not get_task_comm(), which takes a lock that may sleep on some kernels */
	strscpy(call->comm, task->group_leader->comm, sizeof(call->comm));
	call->cgroup = task_dfl_cgroup(task);
	if (!cgroup_tryget(call->cgroup)) /* it is just being moved */
		call->cgroup = NULL;
}

/* Return: whether it waits for long, and did all the while; else nothing is kept. */
static bool read_call(struct pind_waiting *waiting, struct pind_waiting_call *call)
{
	unsigned long since = smp_load_acquire(&waiting->since);
	struct task_struct *task;

	if (!is_long(since))
		return false;
	*call = (struct pind_waiting_call){
		.call_site = READ_ONCE(waiting->call_site),
		.pages = READ_ONCE(waiting->pages),
		.since = ktime_get_boottime_ns() - jiffies_to_nsecs(jiffies - since),
	};
	rcu_read_lock();
	task = READ_ONCE(waiting->task);
	smp_rmb();
	/* so it was in the call a moment ago, and is not freed before we are through */
	if (READ_ONCE(waiting->since) == since)
		describe(call, task);
	rcu_read_unlock();
	return call->cgroup;
}

static int compare_age(const void *a, const void *b)
{
	const struct pind_waiting_call *p = a, *q = b;

	return p->since < q->since ? -1 : p->since > q->since;
}

struct pind_waiting_table *pind_waiting_read(void)
{
	/* a few more may become long meanwhile: they are told the next time */
	unsigned int room = pind_waiting_count(), i;
	struct pind_waiting_table *table;
	unsigned long index;
	struct more *call;
	int cpu;

	table = kvzalloc(struct_size(table, call, room), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	for_each_possible_cpu(cpu)
		for (i = 0; i < PIND_WAITING_SLOTS && table->nr < room; i++)
			table->nr += read_call(&per_cpu(pind_waiting_calls, cpu).slot[i],
					       &table->call[table->nr]);
	rcu_read_lock();
	xa_for_each(&more, index, call) {
		if (table->nr < room)
			table->nr += read_call(&call->waiting, &table->call[table->nr]);
		give_way();
	}
	rcu_read_unlock();
	sort(table->call, table->nr, sizeof(table->call[0]), compare_age, NULL);
	return table;
}

void pind_waiting_free(struct pind_waiting_table *table)
{
	unsigned int i;

	if (!table)
		return;
	for (i = 0; i < table->nr; i++)
		cgroup_put(table->call[i].cgroup);
	kvfree(table);
}
