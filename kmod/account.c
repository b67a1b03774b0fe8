// SPDX-License-Identifier: GPL-2.0
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/rhashtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "account.h"
#include "reap.h"
#include "slot.h"

/* How many accounts are checked for an exited process by one call. */
#define EXITS_AT_ONCE 4096

/* The key that an account is found by: the same as the struct_group @key in the account. */
struct account_key {
	struct pind_group *group;
	u64 start_time;
	unsigned long call_site;
	long tgid;
};
static_assert(sizeof(struct account_key) == sizeof_field(struct pind_account, key));
static_assert(sizeof(struct account_key) == 4 * sizeof(u64));

static const struct rhashtable_params table_params = {
	.head_offset = offsetof(struct pind_account, node),
	.key_offset = offsetof(struct pind_account, key),
	.key_len = sizeof(struct account_key),
	.automatic_shrinking = true,
};

static struct rhashtable accounts;	/* written in process context, read under RCU */
static DEFINE_XARRAY_ALLOC1(by_id);	/* written in process context, read under RCU */
static atomic_long_t nr_accounts = ATOMIC_LONG_INIT(0);
static atomic_t generation = ATOMIC_INIT(1);

/*
 * The accounts once more, by number, so that an unpin finds one by two loads. A row of this
 * table is made when it is first needed, and stays.
 */
struct pind_account **pind_account_rows[(PIND_SLOT_ID_MAX >> PIND_ACCOUNT_ROW_SHIFT) + 1];

/*
 * Accounts that were opened last, one for each hash of process and call site: a program
 * that pins again and again finds its account here. An account is taken out before it
 * is freed.
 */
#define RECENT_BITS 10
static struct pind_account *recent[1 << RECENT_BITS];

/* Accounts that only the table referred to when they were put here. */
static PIND_IDLE(idle_accounts);

static struct pind_account **recent_of(long tgid, unsigned long call_site)
{
	return &recent[hash_long(call_site + ((unsigned long)tgid << 40), RECENT_BITS)];
}

/* Return: 0, -ENOMEM. */
static int set_number(struct pind_account *account)
{
	struct pind_account ***row = &pind_account_rows[account->id >> PIND_ACCOUNT_ROW_SHIFT];
	struct pind_account **new;

	if (!READ_ONCE(*row)) {
		new = kvcalloc(PIND_ACCOUNT_ROW, sizeof(*new), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
		if (cmpxchg(row, NULL, new))
			kvfree(new);
	}
	WRITE_ONCE((*row)[account->id & (PIND_ACCOUNT_ROW - 1)], account);
	return 0;
}

/* Make an account unfindable by its number. RCU keeps it for readers that found it before. */
static void unset_number(struct pind_account *account)
{
	struct pind_account **row = pind_account_rows[account->id >> PIND_ACCOUNT_ROW_SHIFT];

	WRITE_ONCE(row[account->id & (PIND_ACCOUNT_ROW - 1)], NULL);
	xa_erase(&by_id, account->id);
}

/* Return: with a reference, or NULL. Under RCU. */
static struct pind_account *find(const struct account_key *key)
{
	struct pind_account *account = rhashtable_lookup(&accounts, key, table_params);

	if (account && !atomic_long_inc_not_zero(&account->refs.refs))
		account = NULL;
	return account;
}

/*
 * A reader whose list of accounts changed meanwhile recognises that by the generation. Never
 * 0, by which netlink would not compare.
 */
static void bump_generation(void)
{
	if (!atomic_inc_return(&generation))
		(void)atomic_cmpxchg(&generation, 0, 1);
}

/* Readers may still look at the account, and at its site's name, under RCU. */
static void free_account(struct pind_account *account)
{
	pind_site_put(account->site);
	kfree_rcu(account, rcu);
}

static struct pind_account *new_account(const struct account_key *key,
					const struct pind_person *person)
{
	struct pind_account *account = kzalloc(sizeof(*account), GFP_KERNEL_ACCOUNT);

	if (!account)
		return NULL;
	account->site = pind_site_get(key->call_site);
	if (!account->site)
		goto err;
	account->group = key->group;
	account->start_time = key->start_time;
	account->call_site = key->call_site;
	account->tgid = key->tgid;
	account->uid = person->uid;
	atomic_long_set(&account->refs.refs, 2); /* the table, and the caller */
	memcpy(account->comm, person->comm, sizeof(account->comm));
	account->owner = (struct pind_owner){
		.start_time = key->start_time,
		.tgid = key->tgid,
		.driver = account->site->driver,
	};
	if (xa_alloc(&by_id, &account->id, account, XA_LIMIT(1, PIND_SLOT_ID_MAX), GFP_KERNEL))
		goto err;
	account->owner.id = account->id;
	if (!set_number(account))
		return account;
	xa_erase(&by_id, account->id);
err:
	free_account(account);
	return NULL;
}

/*
 * Put an account into the table, unless another thread has put one with the same key there.
 * If that other one is just being taken out, wait until it is.
 * Return: the account in the table, with a reference; or an ERR_PTR.
 */
static struct pind_account *insert(struct pind_account *account)
{
	struct pind_account *other;

	for (;;) {
		rcu_read_lock();
		other = rhashtable_lookup_get_insert_fast(&accounts, &account->node, table_params);
		if (!other || IS_ERR(other) || atomic_long_inc_not_zero(&other->refs.refs))
			break;
		rcu_read_unlock();
		/* not cond_resched(): a thread that goes before all others would keep the reaper off */
		schedule_timeout_uninterruptible(1);
	}
	rcu_read_unlock();
	return other ?: account;
}

/* Takes over the caller's membership in the group, also on failure. */
static struct pind_account *add(const struct account_key *key, const struct pind_person *person)
{
	struct pind_account *account = new_account(key, person), *there = NULL;

	if (account)
		there = insert(account);
	if (account && there == account) {
		atomic_long_inc(&nr_accounts);
		bump_generation();
		return account;
	}
	if (account) {
		unset_number(account);
		free_account(account);
	}
	pind_group_leave(key->group);
	return IS_ERR_OR_NULL(there) ? ERR_PTR(-ENOMEM) : there;
}

/*
 * The task that pays for a pin of @mm, and the leader of its process, each with a reference:
 * a thread can outlive its leader's task.
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

struct pind_account *pind_account_open_recent(unsigned long call_site)
{
	struct pind_account *account;

	rcu_read_lock_sched();
	account = READ_ONCE(*recent_of(current->tgid, call_site));
	if (account && (account->tgid != current->tgid || account->call_site != call_site ||
			account->start_time != current->group_leader->start_boottime ||
			account->group->cgroup != task_dfl_cgroup(current) ||
			READ_ONCE(account->group->charge_owner) ||
			!atomic_long_inc_not_zero(&account->refs.refs)))
		account = NULL;
	rcu_read_unlock_sched();
	return account;
}

/*
 * The account of a key, with a reference; then the caller's membership in the group is given
 * up. Return: NULL if there is no such account.
 */
static struct pind_account *open_known(const struct account_key *key)
{
	struct pind_account *account;

	rcu_read_lock();
	account = find(key);
	rcu_read_unlock();
	if (account)
		pind_group_leave(key->group); /* the account is a member itself */
	return account;
}

static noinline struct pind_account *open_any(struct mm_struct *mm, unsigned long call_site)
{
	struct task_struct *leader, *task = get_owner(mm, &leader);
	struct pind_person person;
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
	account = open_known(&key);
	if (!account) {
		person.uid = task_uid(leader);
		get_task_comm(person.comm, leader);
		account = add(&key, &person);
	}
out:
	put_task_struct(leader);
	put_task_struct(task);
	return account;
}

struct pind_account *pind_account_open(struct mm_struct *mm, unsigned long call_site)
{
	bool own = mm == current->mm && !(current->flags & PF_KTHREAD);
	struct pind_account *account = own ? pind_account_open_recent(call_site) : NULL;

	if (account)
		return account;
	account = open_any(mm, call_site);
	if (own && !IS_ERR(account))
		WRITE_ONCE(*recent_of(account->tgid, call_site), account);
	return account;
}

struct pind_account *pind_account_open_as(struct pind_group *group, long tgid, u64 start_time,
					  unsigned long call_site,
					  const struct pind_person *person)
{
	const struct account_key key = {
		.group = group,
		.start_time = start_time,
		.call_site = call_site,
		.tgid = tgid,
	};

	return open_known(&key) ?: add(&key, person);
}

void pind_account_idle(struct pind_account *account)
{
	pind_idle_add(&idle_accounts, &account->refs);
}

struct pind_account *pind_account_next(u32 id)
{
	unsigned long index = id;

	return xa_find(&by_id, &index, ULONG_MAX, XA_PRESENT);
}

unsigned int pind_account_generation(void)
{
	return atomic_read(&generation) ?: 1;
}

unsigned long pind_account_count(void)
{
	return atomic_long_read(&nr_accounts);
}

/* Under RCU, which is left for a moment if another task waits for the CPU. */
static void yield_rcu(void)
{
	if (!need_resched())
		return;
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
}

static bool is_in_go(const struct pind_go *go)
{
	return READ_ONCE(go->begun) && time_before_eq(jiffies, READ_ONCE(go->last) + HZ);
}

void pind_account_go(struct pind_account *account)
{
	long covered = atomic_long_read(&account->covered);
	struct pind_go *go = &account->go;

	if (!is_in_go(go) || covered < READ_ONCE(go->covered)) {
		WRITE_ONCE(go->base, covered);
		WRITE_ONCE(go->begun, jiffies | 1);
	}
	WRITE_ONCE(go->covered, covered);
	WRITE_ONCE(go->last, jiffies);
}

unsigned long pind_account_taken(const struct pind_account *account, unsigned long pages,
				 unsigned long *ret_go)
{
	const struct pind_go *go = &account->go;
	long covered = READ_ONCE(go->covered);

	*ret_go = is_in_go(go) ? READ_ONCE(go->begun) : 0;
	if (!*ret_go)
		return 0;
	/*
	 * A large call that is refused after it recorded pages must not count those: go->covered
	 * is from before it. A small call has not set go->covered: it may count all until now.
	 */
	if (pages < PIND_GO_PAGES)
		covered = atomic_long_read(&account->covered);
	return max(covered - READ_ONCE(go->base), 0L);
}

s64 pind_account_pins(void)
{
	struct pind_account *account;
	unsigned long id;
	s64 pins = 0;

	rcu_read_lock();
	xa_for_each(&by_id, id, account) {
		pins += atomic_long_read(&account->pins);
		yield_rcu();
	}
	rcu_read_unlock();
	return pins;
}

/* Under RCU. Has the process exited? A zombie has, unless other threads of it live on. */
static bool is_gone(const struct pind_account *account)
{
	struct task_struct *task = pid_task(find_pid_ns(account->owner.tgid, &init_pid_ns), PIDTYPE_TGID);

	return !task || task->start_boottime != account->owner.start_time ||
	       !atomic_read(&task->signal->live);
}

static void note_exit(struct pind_account *account)
{
	WRITE_ONCE(account->exited, ktime_get_boottime_ns());
	WRITE_ONCE(account->owner.gone, true);
}

void pind_account_note_exits(void)
{
	static unsigned long next; /* id at which the next call goes on */
	struct pind_account *account;
	unsigned int left = EXITS_AT_ONCE;

	rcu_read_lock();
	for (; left && (account = xa_find(&by_id, &next, ULONG_MAX, XA_PRESENT)); left--, next++) {
		if (!account->exited && atomic_long_read(&account->pins) > 0 && is_gone(account))
			note_exit(account);
		yield_rcu();
	}
	rcu_read_unlock();
	if (left)
		next = 0;
}

static void remove_account(struct pind_account *account)
{
	(void)rhashtable_remove_fast(&accounts, &account->node, table_params);
	atomic_long_dec(&nr_accounts);
	bump_generation();
	(void)cmpxchg(recent_of(account->tgid, account->call_site), account, NULL);
	unset_number(account);
	pind_group_leave(account->group);
	free_account(account);
}

void pind_account_reap(void)
{
	struct pind_idle_node *node;
	LIST_HEAD(nodes);

	pind_idle_splice(&idle_accounts, &nodes);
	while ((node = pind_idle_take(&idle_accounts, &nodes))) {
		if (pind_idle_end(&idle_accounts, node))
			remove_account(container_of(node, struct pind_account, refs));
		cond_resched();
	}
}

int pind_account_init(void)
{
	return rhashtable_init(&accounts, &table_params);
}

void pind_account_exit(void)
{
	struct pind_account *account;
	unsigned long id;

	xa_for_each(&by_id, id, account) {
		remove_account(account);
		cond_resched();
	}
	xa_destroy(&by_id);
	rhashtable_destroy(&accounts);
	pind_site_forget();
	for (id = 0; id < ARRAY_SIZE(pind_account_rows); id++)
		kvfree(pind_account_rows[id]);
}
