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
#include "failure.h"
#include "idle.h"
#include "refusal.h"
#include "room.h"
#include "watch.h"

/*
 * Levels below the root that have a group. What is pinned in a cgroup that lies deeper is
 * charged to the one above it that lies so deep.
 */
#define PIND_GROUP_DEPTH 64

struct pind_reader;

/**
 * struct pind_event_marks - what of a group is still to be told; event.c
 * @life: among those whose birth or removal is; or empty
 * @high: among those that rose above high; or empty
 * @born: it was met
 * @died: its cgroup was removed, or its last pin went
 */
struct pind_event_marks {
	struct list_head life;
	struct list_head high;
	bool born;
	bool died;
};

/**
 * struct pind_group - one cgroup
 * @charge: its counters and quota; first, so that one is found from the other
 * @room: where calls wait that it refused
 * @id: the cgroup's id
 * @parent: NULL for the root; we are a member of it
 * @parent_id: its id, 0 for the root; outlives @parent
 * @cgroup: with a reference, so that its state can be asked
 * @path: below the cgroup mount
 * @members: accounts, children and calls under way that need it in the index,
 *	plus 1 for the index itself; 0 once it was taken out, or was never in it
 * @refs: who may still look at the memory
 * @events_refused: its own pin calls that were refused
 * @events_failed: its own pin calls that the kernel failed
 * @events: what of it is to be told
 * @refusals: rows of its own accounts, and of groups below it that went
 * @watches: who hears of refusals by file
 * @failures: rows of its own accounts
 * @dead: the cgroup was removed, and it was said
 * @rcu: look-ups take no lock
 */
struct pind_group {
	struct pind_charge charge;
	struct pind_room room;
	u64 id;
	struct pind_group *parent;
	u64 parent_id;
	struct cgroup *cgroup;
	const char *path;
	struct pind_idle_node members;
	refcount_t refs;
	atomic_long_t events_refused;
	atomic_long_t events_failed;
	struct pind_event_marks events;
	struct pind_refusals refusals;
	struct pind_watches watches;
	struct pind_failures failures;
	bool dead;
	struct rcu_head rcu;
};

/* What to change; see PIND_A_GROUP_MAX and its neighbours. Pages. */
struct pind_quota {
	bool has_max, has_max_held, has_high, has_mode;
	unsigned long max;
	unsigned long max_held;
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
 * A new one has from the start what the rule for it gives (rule.h).
 * Context: process, may sleep; takes the group mutex when it is new.
 * Return: the group, as a member of it (pind_group_leave()), or an ERR_PTR:
 * -ENOMEM.
 */
struct pind_group *pind_group_join(struct task_struct *task);

/**
 * pind_group_join_id() - likewise, by the cgroup's id
 * Return: or an ERR_PTR: -ENOENT, -ENOMEM; -EOPNOTSUPP: it lies deeper than PIND_GROUP_DEPTH.
 */
struct pind_group *pind_group_join_id(u64 id);

/**
 * pind_group_look() - the group of a cgroup, without meeting it
 * Of a cgroup that lies too deep, the one that pays for it. If the module has not met the
 * cgroup, an empty group that stands for it and that
 * nobody else finds, with the limits that it would get.
 * Context: process, may sleep. Return: with pind_group_get(), or an ERR_PTR: -ENOENT,
 * -ENOMEM.
 */
struct pind_group *pind_group_look(u64 id);

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
 * pind_group_wait_for_births() - all that may have been met under older rules is found
 * Context: process, may sleep; takes the group mutex.
 */
void pind_group_wait_for_births(void);

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

/** pind_group_note_removed() - a cgroup was removed. Context: any. */
void pind_group_note_removed(struct cgroup *cgroup);

/**
 * pind_group_reap() - say which cgroups were removed; free what nothing needs
 * Looks at those that were removed, or that nothing needed, since it last did.
 * Context: process, may sleep; takes the group mutex for each.
 */
void pind_group_reap(void);

/**
 * pind_group_path() - the path of a cgroup, as the netlink messages tell it
 * @view: as seen from that namespace; NULL: from the root
 * One that is too long for a message is told by the cgroup's id, in a form that is no path.
 * Context: process, may sleep. Return: to be freed with kfree(); NULL: there is no memory.
 */
char *pind_group_path(struct cgroup *cgroup, struct cgroup_namespace *view);

#endif /* PIND_GROUP_H */
