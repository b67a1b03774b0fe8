// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/pind.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "waiting.h"

DEFINE_PER_CPU(struct pind_waiting_calls, pind_waiting_calls);

static struct pind_waiting *take_one(struct pind_waiting_block *block)
{
	unsigned int i;

	for (i = 0; i < PIND_WAITING_SLOTS; i++)
		if (pind_waiting_take(&block->slot[i]))
			return &block->slot[i];
	return NULL;
}

static struct pind_waiting *add_block(struct pind_waiting_calls *calls)
{
	struct pind_waiting_block *block, *next;

	block = kzalloc(sizeof(*block), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!block)
		return NULL;
	block->slot[0].task = current;
	next = READ_ONCE(calls->first.next);
	do {
		block->next = next;
	} while (!try_cmpxchg(&calls->first.next, &next, block));
	WRITE_ONCE(calls->block, block);
	return &block->slot[0];
}

/*
 * All blocks are searched only if the current one is full: about once for 63 calls that stay
 * under way. The search yields the CPU.
 */
struct pind_waiting *pind_waiting_find_slot(struct pind_waiting_calls *calls)
{
	struct pind_waiting_block *block = READ_ONCE(calls->block) ?: &calls->first;
	struct pind_waiting *waiting = take_one(block);

	if (waiting)
		return waiting;
	for (block = &calls->first; block; block = READ_ONCE(block->next)) {
		waiting = take_one(block);
		if (waiting) {
			WRITE_ONCE(calls->block, block);
			return waiting;
		}
		cond_resched();
	}
	return add_block(calls);
}

void pind_waiting_exit(void)
{
	struct pind_waiting_block *block, *next;
	int cpu;

	for_each_possible_cpu(cpu)
		for (block = per_cpu(pind_waiting_calls, cpu).first.next; block; block = next) {
			next = block->next;
			kfree(block);
		}
}

static bool is_long(unsigned long since)
{
	return since && time_after(jiffies, since + PIND_WAITING_SECONDS * HZ);
}

unsigned int pind_waiting_count(void)
{
	struct pind_waiting_block *block;
	unsigned int count = 0, i;
	int cpu;

	for_each_possible_cpu(cpu)
		for (block = &per_cpu(pind_waiting_calls, cpu).first; block;
		     block = READ_ONCE(block->next)) {
			for (i = 0; i < PIND_WAITING_SLOTS; i++)
				count += is_long(READ_ONCE(block->slot[i].since));
			cond_resched();
		}
	return count;
}

/* Under RCU, which keeps the task's memory even if its call has just ended. */
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

/*
 * Return: true if the call has waited for long and was under way all the while; then @call
 * has a reference to the cgroup.
 */
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
	/* unchanged, so the task was in this call after RCU began: it is not freed meanwhile */
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

static void read_block(struct pind_waiting_block *block, struct pind_waiting_table *table,
		       unsigned int room)
{
	unsigned int i;

	for (i = 0; i < PIND_WAITING_SLOTS && table->nr < room; i++)
		table->nr += read_call(&block->slot[i], &table->call[table->nr]);
}

struct pind_waiting_table *pind_waiting_read(void)
{
	/* calls that pass the limit meanwhile are reported the next time */
	unsigned int room = pind_waiting_count();
	struct pind_waiting_block *block;
	struct pind_waiting_table *table;
	int cpu;

	table = kvzalloc(struct_size(table, call, room), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	for_each_possible_cpu(cpu)
		for (block = &per_cpu(pind_waiting_calls, cpu).first; block;
		     block = READ_ONCE(block->next)) {
			read_block(block, table, room);
			cond_resched();
		}
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
