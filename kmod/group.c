// SPDX-License-Identifier: GPL-2.0
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "books.h"
#include "event.h"
#include "group.h"
#include "reap.h"
#include "rule.h"
#include "stock.h"

/*
 * Guards the making, freeing and setting of groups. A pin call may hold mmap_lock when it
 * takes this mutex, so nothing that takes mmap_lock may run under it.
 */
static DEFINE_MUTEX(group_mutex);

/* cgroup id -> struct pind_group; written under group_mutex, read under RCU */
static DEFINE_XARRAY(groups);
static unsigned long nr_groups;		/* under group_mutex */
static unsigned int generation = 1;	/* written under group_mutex */

/* How often a new group's rule is looked up without the mutex, if the rules keep changing. */
#define BIRTH_TRIES 4

/* Groups of removed cgroups that fell idle, or whose removal has no event yet. */
static PIND_IDLE(idle_groups);

/*
 * The cgroup that pays for pins of @cgroup. The depth is bounded because levels are charged
 * and read with interrupts off, and a user who may make cgroups may nest them at will.
 */
static struct cgroup *payer_of(struct cgroup *cgroup)
{
	return cgroup->level > PIND_GROUP_DEPTH ? cgroup_ancestor(cgroup, PIND_GROUP_DEPTH) :
						  cgroup;
}

static struct pind_group *join_known(u64 id)
{
	struct pind_group *group;

	rcu_read_lock();
	group = xa_load(&groups, id);
	if (group && !atomic_long_inc_not_zero(&group->members.refs))
		group = NULL;
	rcu_read_unlock();
	return group;
}

static void free_group(struct pind_group *group)
{
	if (group->cgroup)
		cgroup_put(group->cgroup);
	kfree(group->path);
	kfree_rcu(group, rcu);
}

void pind_group_put(struct pind_group *group)
{
	if (refcount_dec_and_test(&group->refs))
		free_group(group);
}

void pind_group_leave(struct pind_group *group)
{
	/*
	 * 1: only the index is left, so the group of a removed cgroup may be freed. RCU, since
	 * the reaper may free it as soon as the count has fallen.
	 */
	rcu_read_lock();
	if (atomic_long_dec_return(&group->members.refs) == 1 && pind_group_is_dead(group))
		pind_idle_add(&idle_groups, &group->members);
	rcu_read_unlock();
}

char *pind_group_path(struct cgroup *cgroup, struct cgroup_namespace *view)
{
	char *buffer = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT), *path;
	int length = -ENOMEM;

	if (!buffer)
		return NULL;
	if (view)
		length = cgroup_path_ns(cgroup, buffer, PATH_MAX, view);
	else
		length = cgroup_path(cgroup, buffer, PATH_MAX);
	/* kernels differ: some return the path's length, some an error, some fill the buffer */
	if (length < 0 || length >= PATH_MAX - 1)
		(void)scnprintf(buffer, PATH_MAX, "/[cgroup %llu: its path is too long to tell]",
				cgroup_id(cgroup));
	path = kstrdup(buffer, GFP_KERNEL_ACCOUNT);
	kfree(buffer);
	return path;
}

static void bump_generation(void)
{
	if (!++generation)
		generation = 1;
}

/* The group's level has to be exact, or not yet charged by anybody. */
static void write_quota(struct pind_group *group, const struct pind_quota *quota)
{
	struct pind_charge *charge = &group->charge;

	/* limits before mode: a group set to enforce a new max must never enforce the old one */
	if (quota->has_max)
		WRITE_ONCE(charge->max, quota->max);
	if (quota->has_max_held)
		WRITE_ONCE(charge->max_held, quota->max_held);
	if (quota->has_mode)
		smp_store_release(&charge->enforce, quota->enforce);
	if (quota->has_high) {
		WRITE_ONCE(charge->high, quota->high);
		atomic_set(&charge->above_high, 0);
	}
	if (quota->has_charge)
		WRITE_ONCE(group->charge_owner, quota->charge_owner);
}

/* A group that is in no index, with one reference to its memory, and no limits. */
static struct pind_group *new_group(struct cgroup *cgroup, struct pind_group *parent)
{
	struct pind_group *group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);

	if (!group)
		return NULL;
	refcount_set(&group->refs, 1);
	group->path = pind_group_path(cgroup, NULL);
	if (!group->path) {
		pind_group_put(group);
		return NULL;
	}
	group->id = cgroup_id(cgroup);
	group->parent = parent;
	group->parent_id = cgroup->level ? cgroup_id(cgroup_parent(cgroup)) : 0;
	cgroup_get(cgroup);
	group->cgroup = cgroup;
	pind_event_marks_init(&group->events);
	pind_refusals_init(&group->refusals);
	pind_failures_init(&group->failures);
	pind_watches_init(&group->watches);
	pind_charge_init(&group->charge, parent ? &parent->charge : NULL);
	pind_room_init(&group->room);
	return group;
}

/*
 * Put a new group into the index; it takes over the caller's membership in its parent.
 * Return: 0, or an errno.
 */
static int add_group(struct pind_group *group, const struct pind_quota *quota)
{
	int ret;

	lockdep_assert_held(&group_mutex);
	write_quota(group, quota);
	/* its rule may have given it a limit that is near */
	pind_charge_limits_changed(&group->charge);
	atomic_long_set(&group->members.refs, 2); /* the index, and the caller */
	ret = xa_err(xa_store(&groups, group->id, group, GFP_KERNEL));
	if (ret)
		return ret;
	nr_groups++;
	bump_generation();
	pind_event_group(PIND_CMD_GROUP_NEW_NTF, group);
	/* the cgroup may have been removed before pind_group_note_removed() could find the group */
	smp_mb();
	if (pind_group_is_dead(group))
		pind_idle_add(&idle_groups, &group->members);
	return 0;
}

/*
 * Join the group of one cgroup, made if need be. The caller's membership in @parent (NULL for
 * the root) is handed over. The rule for the group is looked up without the mutex, as to match
 * a long path with many patterns takes long; only after BIRTH_TRIES changes of the rules, with
 * it.
 */
static struct pind_group *join_level(struct cgroup *cgroup, struct pind_group *parent)
{
	struct pind_group *made = new_group(cgroup, parent), *group = NULL;
	unsigned int rules, tries = BIRTH_TRIES;
	struct pind_quota quota;
	int ret = made ? -EAGAIN : -ENOMEM;

	while (ret == -EAGAIN) {
		rules = pind_rules_generation();
		pind_rule_find(made->path, &quota);
		mutex_lock(&group_mutex);
		group = join_known(cgroup_id(cgroup));
		if (group) {
			ret = -EEXIST;
		} else if (rules == pind_rules_generation()) {
			ret = add_group(made, &quota);
		} else if (!--tries) {
			pind_rule_find(made->path, &quota);
			ret = add_group(made, &quota);
		}
		mutex_unlock(&group_mutex);
	}
	if (!ret)
		return made;
	if (made)
		pind_group_put(made);
	if (parent)
		pind_group_leave(parent);
	return group;
}

/* The caller has a reference to @cgroup. From the root down, so that parents come first. */
static struct pind_group *join_cgroup(struct cgroup *cgroup)
{
	struct pind_group *group = join_known(cgroup_id(cgroup)), *parent = NULL;
	int level;

	if (group)
		return group;

	for (level = 0; level <= cgroup->level; level++) {
		struct cgroup *ancestor = cgroup_ancestor(cgroup, level);

		group = join_known(cgroup_id(ancestor));
		if (!group)
			group = join_level(ancestor, parent);
		else if (parent)
			pind_group_leave(parent);
		if (!group)
			break;
		parent = group;
	}
	return group ?: ERR_PTR(-ENOMEM);
}

struct pind_group *pind_group_join(struct task_struct *task)
{
	struct pind_group *group;
	struct cgroup *cgroup;

	rcu_read_lock();
	for (;;) {
		cgroup = payer_of(task_dfl_cgroup(task));
		group = xa_load(&groups, cgroup_id(cgroup));
		if (group && atomic_long_inc_not_zero(&group->members.refs)) {
			rcu_read_unlock();
			return group;
		}
		if (cgroup_tryget(cgroup))
			break;
		cpu_relax(); /* the task is just being moved out of that cgroup */
	}
	rcu_read_unlock();

	group = join_cgroup(cgroup);
	cgroup_put(cgroup);
	return group;
}

struct pind_group *pind_group_join_cgroup(struct cgroup *cgroup)
{
	return join_cgroup(payer_of(cgroup));
}

struct pind_group *pind_group_join_id(u64 id)
{
	struct pind_group *group = join_known(id);
	struct cgroup *cgroup;

	if (group)
		return group;
	cgroup = cgroup_get_from_id(id);
	if (IS_ERR_OR_NULL(cgroup))
		return ERR_PTR(-ENOENT);
	group = payer_of(cgroup) == cgroup ? join_cgroup(cgroup) : ERR_PTR(-EOPNOTSUPP);
	cgroup_put(cgroup);
	return group;
}

static struct pind_group *get_known(u64 id)
{
	struct pind_group *group;

	rcu_read_lock();
	group = xa_load(&groups, id);
	if (group && !refcount_inc_not_zero(&group->refs))
		group = NULL;
	rcu_read_unlock();
	return group;
}

/*
 * A group in no index that stands for a cgroup that the module has not met. Return: the group
 * or an ERR_PTR.
 */
static struct pind_group *unmet_group(struct cgroup *cgroup)
{
	struct pind_group *group = new_group(cgroup, NULL);
	struct pind_quota quota;

	if (!group)
		return ERR_PTR(-ENOMEM);
	pind_rule_find(group->path, &quota);
	write_quota(group, &quota);
	return group;
}

struct pind_group *pind_group_look(u64 id)
{
	struct pind_group *group = get_known(id);
	struct cgroup *cgroup, *payer;

	if (group)
		return group;
	cgroup = cgroup_get_from_id(id);
	if (IS_ERR_OR_NULL(cgroup))
		return ERR_PTR(-ENOENT);
	payer = payer_of(cgroup);
	if (payer != cgroup)
		group = get_known(cgroup_id(payer));
	if (!group)
		group = unmet_group(payer);
	cgroup_put(cgroup);
	return group;
}

int pind_group_set(struct pind_group *group, const struct pind_quota *quota)
{
	int ret = 0;

	mutex_lock(&group_mutex);
	if (pind_group_is_dead(group)) {
		ret = -ESTALE;
		goto out;
	}
	pind_charge_exact_begin(&group->charge);
	write_quota(group, quota);
	pind_charge_limits_changed(&group->charge);
	pind_charge_exact_end(&group->charge);
out:
	mutex_unlock(&group_mutex);
	return ret;
}

void pind_group_wait_for_births(void)
{
	/* a task that used the older rules holds the mutex until its group is in the index */
	mutex_lock(&group_mutex);
	mutex_unlock(&group_mutex);
}

struct pind_group *pind_group_next(u64 id)
{
	struct pind_group *group;
	unsigned long index = id;

	rcu_read_lock();
	group = xa_find(&groups, &index, ULONG_MAX, XA_PRESENT);
	while (group && !atomic_long_inc_not_zero(&group->members.refs))
		group = xa_find_after(&groups, &index, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	return group;
}

unsigned int pind_group_generation(void)
{
	return READ_ONCE(generation);
}

unsigned long pind_group_count(void)
{
	return READ_ONCE(nr_groups);
}

bool pind_group_is_below(const struct pind_group *group, const struct pind_group *above)
{
	const struct pind_charge *level;

	for (level = &group->charge; level; level = level->parent)
		if (level == &above->charge)
			return true;
	return false;
}

void pind_group_sums(struct pind_books *books)
{
	struct pind_group *group, *root = join_known(cgroup_id(&cgrp_dfl_root.cgrp));
	unsigned long id;

	books->group_charge = 0;
	(void)pind_stock_tell_all(&root->charge);
	rcu_read_lock();
	xa_for_each(&groups, id, group) {
		books->group_charge += atomic_long_read(&group->charge.own);
		if (need_resched()) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	books->group_pins = atomic_long_read(&root->charge.pins);
	books->current_charge = atomic_long_read(&root->charge.settled);
	pind_group_leave(root);
}

static void remove_group(struct pind_group *group)
{
	lockdep_assert_held(&group_mutex);
	xa_erase(&groups, group->id);
	nr_groups--;
	bump_generation();
	pind_refusal_bury(group);
	pind_failure_bury(group);
	if (group->parent)
		pind_group_leave(group->parent);
	group->parent = NULL; /* not charge.parent: an uncharge may be on its way up */
	pind_group_put(group);
}

/*
 * Send the removal event of a removed cgroup's group, and free the group if nothing needs it.
 * Return: false if only the index refers to the group, but it has to be looked at again,
 * because an uncharge is still on its way.
 */
static bool reap_group(struct pind_group *group)
{
	lockdep_assert_held(&group_mutex);
	if (!group->dead) {
		WRITE_ONCE(group->dead, true);
		pind_event_group(PIND_CMD_GROUP_DEAD_NTF, group);
	}
	if (atomic_long_read(&group->members.refs) != 1)
		return true;
	if (!pind_charge_retire(&group->charge))
		return false;
	if (!pind_idle_end(&idle_groups, &group->members)) {
		pind_charge_exact_end(&group->charge);
		return true;
	}
	pind_event_group(PIND_CMD_GROUP_DEAD_NTF, group);
	remove_group(group);
	return true;
}

/* Called from the tracepoint cgroup_rmdir, with interrupts off and the cgroup mutex held. */
void pind_group_note_removed(struct cgroup *cgroup)
{
	struct pind_group *group;

	rcu_read_lock();
	group = xa_load(&groups, cgroup_id(cgroup));
	if (group)
		pind_idle_add(&idle_groups, &group->members);
	rcu_read_unlock();
}

void pind_group_reap(void)
{
	struct pind_idle_node *node;
	LIST_HEAD(nodes);

	pind_idle_splice(&idle_groups, &nodes);
	while ((node = pind_idle_take(&idle_groups, &nodes))) {
		struct pind_group *group = container_of(node, struct pind_group, members);

		/* taken anew for each group, since the first pin in a new cgroup waits for it */
		mutex_lock(&group_mutex);
		if (!reap_group(group))
			pind_idle_add(&idle_groups, &group->members);
		mutex_unlock(&group_mutex);
		cond_resched();
	}
}

int pind_group_init(void)
{
	struct pind_group *root;

	pind_charge_start();
	/* the root always has a group: its sums are those that books.c compares */
	root = join_cgroup(&cgrp_dfl_root.cgrp);
	if (IS_ERR(root))
		return PTR_ERR(root);
	pind_group_leave(root);
	return 0;
}

void pind_group_exit(void)
{
	struct pind_group *group;
	unsigned long id;

	mutex_lock(&group_mutex);
	xa_for_each(&groups, id, group) {
		group->parent = NULL; /* the parent may be freed before this group */
		remove_group(group);
		cond_resched();
	}
	mutex_unlock(&group_mutex);
	xa_destroy(&groups);
}
