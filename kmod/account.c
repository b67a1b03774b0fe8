// SPDX-License-Identifier: GPL-2.0
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/xarray.h>

#include "account.h"
#include "reap.h"

/* What an account is found by. */
struct account_key {
	struct pind_group *group;
	pid_t tgid;
	u64 start_time;
	unsigned long call_site;
};

/*
 * Guards the table's and the index' coming and going. Process context only; the
 * index is allocated from before it is taken, so nothing sleeps under it.
 */
static DEFINE_SPINLOCK(account_lock);
static DEFINE_HASHTABLE(accounts, 12);
static DEFINE_XARRAY_ALLOC1(by_id);
static unsigned long nr_accounts;	/* under account_lock */
static unsigned int generation = 1;	/* written under account_lock */

static unsigned long hash_key(const struct account_key *key)
{
	return (unsigned long)key->group ^ key->call_site ^ ((unsigned long)key->tgid << 32);
}

/* Under RCU or account_lock. Return: with a reference, or NULL. */
static struct pind_account *find(const struct account_key *key)
{
	struct pind_account *account;

	hash_for_each_possible_rcu(accounts, account, node, hash_key(key),
				   lockdep_is_held(&account_lock)) {
		if (account->group == key->group && account->tgid == key->tgid &&
		    account->start_time == key->start_time &&
		    account->call_site == key->call_site &&
		    atomic_long_inc_not_zero(&account->refs))
			return account;
	}
	return NULL;
}

/* Takes over the membership in the group, in any case. */
static struct pind_account *add(const struct account_key *key, struct task_struct *leader)
{
	struct pind_account *account, *other;

	account = kzalloc(sizeof(*account), GFP_KERNEL);
	if (!account)
		goto fail;
	account->group = key->group;
	account->tgid = key->tgid;
	account->start_time = key->start_time;
	account->call_site = key->call_site;
	atomic_long_set(&account->refs, 2); /* the table, and the caller */
	get_task_comm(account->comm, leader);
	pind_site_name(&account->site, key->call_site);
	if (xa_alloc(&by_id, &account->id, account, XA_LIMIT(1, S32_MAX), GFP_KERNEL))
		goto fail;

	spin_lock(&account_lock);
	other = find(key);
	if (!other) {
		hash_add_rcu(accounts, &account->node, hash_key(key));
		nr_accounts++;
		generation++;
	}
	spin_unlock(&account_lock);
	if (!other)
		return account;

	/* another thread was quicker */
	xa_erase(&by_id, account->id);
	kfree_rcu(account, rcu);
	pind_group_leave(key->group);
	return other;

fail:
	kfree(account);
	pind_group_leave(key->group);
	return ERR_PTR(-ENOMEM);
}

/*
 * The task whose memory @mm is, and the leader of its process, each with a
 * reference: a thread can outlive its leader's task.
 */
static struct task_struct *get_owner(struct mm_struct *mm, struct task_struct **ret_leader)
{
	struct task_struct *task = current;

	rcu_read_lock();
	if (mm && (mm != current->mm || (current->flags & PF_KTHREAD)))
		task = rcu_dereference(mm->owner) ?: current;
	get_task_struct(task);
	*ret_leader = get_task_struct(task->group_leader);
	rcu_read_unlock();
	return task;
}

struct pind_account *pind_account_open(struct mm_struct *mm, unsigned long call_site)
{
	struct task_struct *leader, *task = get_owner(mm, &leader);
	struct pind_account *account;
	struct account_key key = {
		.tgid = task_tgid_nr(task),
		.start_time = leader->start_boottime,
		.call_site = call_site,
	};

	key.group = pind_group_join(task);
	if (IS_ERR(key.group)) {
		account = ERR_CAST(key.group);
		goto out;
	}
	rcu_read_lock();
	account = find(&key);
	rcu_read_unlock();
	if (account)
		pind_group_leave(key.group); /* the account is a member itself */
	else
		account = add(&key, leader);
out:
	put_task_struct(leader);
	put_task_struct(task);
	return account;
}

static void put_many(struct pind_account *account, u32 refs)
{
	if (atomic_long_sub_return(refs, &account->refs) == 1)
		pind_reap_soon();
}

void pind_account_put(struct pind_account *account)
{
	put_many(account, 1);
}

struct pind_account *pind_account_by_id(u32 id)
{
	return xa_load(&by_id, id);
}

void pind_account_record(struct pind_account *account, u32 pins, u32 covered, u32 folios)
{
	if (folios)
		atomic_long_add(folios, &account->refs);
	if (atomic_long_add_return(pins, &account->pins) == pins)
		WRITE_ONCE(account->since, ktime_get_boottime_ns());
	atomic_long_add(covered, &account->covered);
}

void pind_account_release(struct pind_account *account, const struct pind_release *release)
{
	atomic_long_sub(release->pins, &account->pins);
	if (!release->folios)
		return;
	atomic_long_sub(release->covered, &account->covered);
	put_many(account, release->folios);
}

unsigned int pind_account_rate_current(const struct pind_holder *holder)
{
	const struct pind_account *account = holder->account;

	/* an interrupt or a kernel thread says nothing about who let go */
	if (!in_task() || (current->flags & PF_KTHREAD))
		return 0;
	if (account->tgid == current->tgid &&
	    account->start_time == current->group_leader->start_boottime)
		return 2;
	return task_dfl_cgroup(current) == account->group->cgroup;
}

struct pind_account *pind_account_next(u32 id)
{
	unsigned long index = id;

	return xa_find(&by_id, &index, ULONG_MAX, XA_PRESENT);
}

unsigned int pind_account_generation(void)
{
	return READ_ONCE(generation);
}

unsigned long pind_account_count(void)
{
	return READ_ONCE(nr_accounts);
}

s64 pind_account_pins(void)
{
	struct pind_account *account;
	unsigned long id;
	s64 pins = 0;

	rcu_read_lock();
	xa_for_each(&by_id, id, account) {
		pins += atomic_long_read(&account->pins);
		cond_resched_rcu();
	}
	rcu_read_unlock();
	return pins;
}

/* Under RCU. A zombie is gone, unless threads of it live on. */
static bool is_gone(const struct pind_account *account)
{
	struct task_struct *task = pid_task(find_pid_ns(account->tgid, &init_pid_ns), PIDTYPE_TGID);

	return !task || task->start_boottime != account->start_time ||
	       !atomic_read(&task->signal->live);
}

void pind_account_note_exits(void)
{
	struct pind_account *account;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&by_id, id, account) {
		if (!account->exited && atomic_long_read(&account->pins) > 0 && is_gone(account))
			WRITE_ONCE(account->exited, ktime_get_boottime_ns());
		cond_resched_rcu();
	}
	rcu_read_unlock();
}

static void remove_account(struct pind_account *account)
{
	spin_lock(&account_lock);
	hash_del_rcu(&account->node);
	nr_accounts--;
	generation++;
	spin_unlock(&account_lock);
	xa_erase(&by_id, account->id);
	pind_group_leave(account->group);
	kfree_rcu(account, rcu);
}

void pind_account_reap(void)
{
	struct pind_account *account;
	unsigned long id;

	/* RCU: a thread that lost the race to add an account takes its own out */
	rcu_read_lock();
	xa_for_each(&by_id, id, account) {
		if (atomic_long_cmpxchg(&account->refs, 1, 0) == 1)
			remove_account(account);
		cond_resched_rcu();
	}
	rcu_read_unlock();
}

void pind_account_exit(void)
{
	struct pind_account *account;
	unsigned long id;

	xa_for_each(&by_id, id, account)
		remove_account(account);
	xa_destroy(&by_id);
}
