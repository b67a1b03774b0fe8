/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A group: a cgroup of the default hierarchy as the module knows it, with its charge, its
 * quota, and whether it still exists. The module *meets* a cgroup when a pin call or a
 * request first needs its group: then the group is made, with those of all its ancestors.
 * It is kept while the cgroup lives, and after that until its last pin has gone.
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

struct pind_reader;

/**
 * struct pind_event_marks - events of a group that are still to be sent; see event.c
 * @life: on the list of groups whose birth or removal is to be sent; or empty
 * @high: on the list of groups that rose above high; or empty
 * @born: the group was made
 * @died: its cgroup was removed, or its last pin after that has gone
 */
struct pind_event_marks {
	struct list_head life;
	struct list_head high;
	bool born;
	bool died;
};

/**
 * struct pind_group - one cgroup
 * @charge: its counters and quota
 * @room: where pin calls wait that the group has no room for yet
 * @id: the cgroup's id
 * @parent: the group above, of which this one is a member; NULL for the root
 * @parent_id: cgroup id of the parent, 0 for the root; outlives @parent
 * @cgroup: the cgroup, with a reference, so that its state can be read
 * @path: path of the cgroup below the cgroup mount
 * @members: accounts, child groups and calls under way that need the group in the index,
 *	plus 1 for the index itself; 0 once it was taken out, or if it never was in it
 * @refs: references to the memory only
 * @events_refused: its own pin calls that were refused
 * @events_failed: its own pin calls that the kernel failed
 * @events: its events that are still to be sent
 * @refusals: rows of its own accounts, and of groups below it that were freed
 * @watches: eventfds that are signalled at a refusal
 * @failures: rows of its own accounts
 * @charge_owner: whose memory its processes pin, pays: PIND_PAYER_OWNER; written under the
 *	group mutex
 * @dead: the cgroup was removed, and the event for that was queued
 * @rcu: frees it, since look-ups take no lock
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
	bool charge_owner;
	bool dead;
	struct rcu_head rcu;
};

/* A change of a quota, in pages; see PIND_A_GROUP_MAX and its neighbours. */
struct pind_quota {
	bool has_max, has_max_held, has_high, has_mode, has_charge;
	unsigned long max;
	unsigned long max_held;
	unsigned long high;
	bool enforce;
	bool charge_owner;
};

int pind_group_init(void);

/** pind_group_exit() - free all groups; no account may be left */
void pind_group_exit(void);

static inline struct pind_group *pind_group_of(struct pind_charge *charge)
{
	return container_of(charge, struct pind_group, charge);
}

/**
 * pind_group_join() - the group of a task's cgroup, made if need be
 * A new group has the quota that its rule gives (rule.h) from the start.
 * Context: process, may sleep; takes the group mutex to make a group.
 * Return: the group, as a member of it (pind_group_leave()), or an ERR_PTR:
 * -ENOMEM.
 */
struct pind_group *pind_group_join(struct task_struct *task);

/** pind_group_join_cgroup() - likewise, of a cgroup, to which the caller has a reference */
struct pind_group *pind_group_join_cgroup(struct cgroup *cgroup);

/**
 * pind_group_join_id() - likewise, by the cgroup's id
 * Return: likewise; also -ENOENT: there is no such cgroup; -EOPNOTSUPP: the cgroup lies deeper
 * than PIND_GROUP_DEPTH.
 */
struct pind_group *pind_group_join_id(u64 id);

/**
 * pind_group_look() - the group of a cgroup, for a reader, without making it known
 * For a cgroup that lies too deep it is the group of the ancestor that pays for it. If the
 * module has not met that cgroup, the answer is an empty group that is in no index and has
 * the limits that the real one would get.
 * Context: process, may sleep. Return: with a reference to the memory (pind_group_put()), or
 * an ERR_PTR: -ENOENT, -ENOMEM.
 */
struct pind_group *pind_group_look(u64 id);

/** pind_group_leave() - undo a join. Context: any. */
void pind_group_leave(struct pind_group *group);

/** pind_group_get() - take a reference to the memory only. Context: any, with another one. */
static inline struct pind_group *pind_group_get(struct pind_group *group)
{
	refcount_inc(&group->refs);
	return group;
}

/** pind_group_put() - undo pind_group_get(). Context: any. */
void pind_group_put(struct pind_group *group);

/** pind_cgroup_is_dead() - was a cgroup removed. Context: any, with a reference to it. */
static inline bool pind_cgroup_is_dead(const struct cgroup *cgroup)
{
	return !(READ_ONCE(cgroup->self.flags) & CSS_ONLINE);
}

static inline bool pind_group_is_dead(const struct pind_group *group)
{
	return pind_cgroup_is_dead(group->cgroup);
}

/**
 * pind_group_set() - change max, max_held, high, mode, charge
 * Context: process. Return: 0, or -ESTALE for a removed cgroup.
 */
int pind_group_set(struct pind_group *group, const struct pind_quota *quota);

/**
 * pind_group_wait_for_births() - wait until groups made under older rules are in the index
 * Context: process, may sleep; takes the group mutex.
 */
void pind_group_wait_for_births(void);

/**
 * pind_group_next() - the group with the lowest id not below @id
 * Context: process. Return: the group, as a member of it; or NULL if there is none.
 */
struct pind_group *pind_group_next(u64 id);

/** pind_group_generation() - changes whenever a group comes or goes; never 0 */
unsigned int pind_group_generation(void);

/** pind_group_count() - how many there are */
unsigned long pind_group_count(void);

/** pind_group_is_below() - is @group equal to @above, or below it. Context: any, under RCU. */
bool pind_group_is_below(const struct pind_group *group, const struct pind_group *above);

struct pind_books;
/** pind_group_sums() - fill in the pins and charge by the groups' counters */
void pind_group_sums(struct pind_books *books);

/** pind_group_note_removed() - have the reaper look at a removed cgroup's group. Context: any. */
void pind_group_note_removed(struct cgroup *cgroup);

/**
 * pind_group_reap() - send the events of removed cgroups, and free groups that nothing needs
 * Looks at groups whose cgroup was removed, or that fell idle, since the last call.
 * Context: process, may sleep; takes the group mutex for each group.
 */
void pind_group_reap(void);

/**
 * pind_group_path() - the path of a cgroup, as netlink messages give it
 * @view: the namespace as seen from which the path is given; NULL: from the root
 * If the path is too long for a message, a text with the cgroup's id that is no path.
 * Context: process, may sleep. Return: to be freed with kfree(); NULL: there is no memory.
 */
char *pind_group_path(struct cgroup *cgroup, struct cgroup_namespace *view);

#endif /* PIND_GROUP_H */
