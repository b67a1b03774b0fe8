/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cgroup of the default hierarchy as the module knows it: its charge, its
 * quota, and whether it still exists. Made when it is first met, with all its
 * ancestors; kept while the cgroup lives, and after that until its last pin
 * has gone.
 */
#ifndef PIND_GROUP_H
#define PIND_GROUP_H

#include <linux/cgroup.h>
#include <linux/refcount.h>

#include "charge.h"

/**
 * struct pind_group - one cgroup
 * @charge: its counters and quota; first, so that one is found from the other
 * @id: the cgroup's id
 * @parent: NULL for the root; we are a member of it
 * @parent_id: its id, 0 for the root; outlives @parent
 * @cgroup: with a reference, so that its state can be asked
 * @path: below the cgroup mount
 * @members: accounts, children and calls under way that need it in the index,
 *	plus 1 for the index itself; 0 once it was taken out
 * @refs: who may still look at the memory
 * @events_refused: its own pin calls that were refused
 * @dead: the cgroup was removed, and it was said
 * @rcu: look-ups take no lock
 */
struct pind_group {
	struct pind_charge charge;
	u64 id;
	struct pind_group *parent;
	u64 parent_id;
	struct cgroup *cgroup;
	const char *path;
	atomic_t members;
	refcount_t refs;
	atomic_long_t events_refused;
	bool dead;
	struct rcu_head rcu;
};

/* What to change; see PIND_A_GROUP_MAX and its neighbours. Pages. */
struct pind_quota {
	bool has_max, has_high, has_mode;
	unsigned long max;
	unsigned long high;
	bool enforce;
};

int pind_group_init(void);

/** pind_group_exit() - forget all; no accounts may be left */
void pind_group_exit(void);

static inline struct pind_group *pind_group_of(struct pind_charge *charge)
{
	return container_of(charge, struct pind_group, charge);
}

/**
 * pind_group_join() - the group of a task's cgroup, made if need be
 * Context: process, may sleep; takes the group mutex when it is new.
 * Return: the group, as a member of it (pind_group_leave()), or an ERR_PTR:
 * -ENOMEM.
 */
struct pind_group *pind_group_join(struct task_struct *task);

/**
 * pind_group_join_id() - likewise, by the cgroup's id
 * Return: or an ERR_PTR: -ENOENT, -ENOMEM.
 */
struct pind_group *pind_group_join_id(u64 id);

/** pind_group_leave() - undo a join. Context: any. */
void pind_group_leave(struct pind_group *group);

/** pind_group_get() - keep the memory, no more. Context: any, with some hold on it. */
static inline struct pind_group *pind_group_get(struct pind_group *group)
{
	refcount_inc(&group->refs);
	return group;
}

/** pind_group_put() - undo pind_group_get(). Context: any. */
void pind_group_put(struct pind_group *group);

/** pind_group_is_dead() - was the cgroup removed. Context: any. */
static inline bool pind_group_is_dead(const struct pind_group *group)
{
	return !(READ_ONCE(group->cgroup->self.flags) & CSS_ONLINE);
}

/**
 * pind_group_set() - change max, high, mode
 * Context: process. Return: 0, or -ESTALE for a removed cgroup.
 */
int pind_group_set(struct pind_group *group, const struct pind_quota *quota);

/**
 * pind_group_next() - the group with the lowest id not below @id
 * Context: process. Return: as a member of it, or NULL at the end.
 */
struct pind_group *pind_group_next(u64 id);

/** pind_group_generation() - changes whenever a group comes or goes; never 0 */
unsigned int pind_group_generation(void);

/** pind_group_count() - how many there are */
unsigned long pind_group_count(void);

/** pind_group_is_below() - is @group @above, or below it. Context: any, under RCU. */
bool pind_group_is_below(const struct pind_group *group, const struct pind_group *above);

struct pind_books;
/** pind_group_sums() - fills in what the groups say is pinned and charged */
void pind_group_sums(struct pind_books *books);

/**
 * pind_group_reap() - say which cgroups were removed; free what nothing needs
 * Context: process, may sleep; takes the group mutex.
 */
void pind_group_reap(void);

#endif /* PIND_GROUP_H */
