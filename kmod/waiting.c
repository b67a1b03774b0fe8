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

static bool is_long(const struct pind_waiting *waiting)
{
	return time_after(jiffies, waiting->since + PIND_WAITING_SECONDS * HZ);
}

unsigned int pind_waiting_count(void)
{
	struct pind_waiting *waiting;
	unsigned int count = 0, told;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct pind_waiting_calls *list = per_cpu_ptr(&pind_waiting_calls, cpu);

		told = 0;
		raw_spin_lock(&list->lock);
		list_for_each_entry(waiting, &list->calls, entry) {
			if (told == PIND_WAITING_TOLD || !is_long(waiting))
				break;
			told++;
		}
		raw_spin_unlock(&list->lock);
		count += told;
	}
	return count;
}

/* The task is in the call and stays there: the list's lock is held. */
static void describe(struct pind_waiting_call *call, const struct pind_waiting *waiting)
{
	struct task_struct *task = waiting->task;

	lockdep_assert_held(&waiting->list->lock);
	*call = (struct pind_waiting_call){
		.tgid = task_tgid_nr(task),
		.call_site = waiting->call_site,
		.pages = waiting->pages,
		.since = ktime_get_boottime_ns() - jiffies_to_nsecs(jiffies - waiting->since),
	};
	rcu_read_lock();
	call->start_time = task->group_leader->start_boottime;
	call->uid = task_uid(task);
	/* not get_task_comm(), which takes a lock that may sleep on some kernels */
	strscpy(call->comm, task->group_leader->comm, sizeof(call->comm));
	call->cgroup = task_dfl_cgroup(task);
	if (!cgroup_tryget(call->cgroup)) /* it is just being moved */
		call->cgroup = NULL;
	rcu_read_unlock();
}

static void read_list(struct pind_waiting_calls *list, struct pind_waiting_table *table)
{
	unsigned int room = min_t(unsigned int, table->room, table->nr + PIND_WAITING_TOLD);
	struct pind_waiting *waiting;

	raw_spin_lock(&list->lock);
	list_for_each_entry(waiting, &list->calls, entry) {
		if (table->nr == room || !is_long(waiting))
			break;
		describe(&table->call[table->nr], waiting);
		table->nr += !!table->call[table->nr].cgroup;
	}
	raw_spin_unlock(&list->lock);
}

static int compare_age(const void *a, const void *b)
{
	const struct pind_waiting_call *p = a, *q = b;

	return p->since < q->since ? -1 : p->since > q->since;
}

struct pind_waiting_table *pind_waiting_read(void)
{
	/* a few more may become long meanwhile: they are told the next time */
	unsigned int room = pind_waiting_count();
	struct pind_waiting_table *table;
	int cpu;

	table = kvzalloc(struct_size(table, call, room), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->room = room;
	for_each_possible_cpu(cpu)
		read_list(per_cpu_ptr(&pind_waiting_calls, cpu), table);
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

void pind_waiting_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct pind_waiting_calls *list = per_cpu_ptr(&pind_waiting_calls, cpu);

		raw_spin_lock_init(&list->lock);
		INIT_LIST_HEAD(&list->calls);
	}
}
