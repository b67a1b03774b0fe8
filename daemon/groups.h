/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups that the module knows, as last heard of: found by id, or by path.
 * Several may have one path, when cgroups were removed while pins live on and made
 * anew: the living one is what the path means, else the one that came last.
 */
#ifndef PIND_GROUPS_H
#define PIND_GROUPS_H

#include "snapshot.h"

struct pind_group {
	struct pind_group_info info; /* info.path is the group's own */
	uint64_t epoch; /* when info was read; the mirror's count of moments */
	bool seen; /* a mark for whoever reads all groups anew */
	bool over; /* it is alive, and above its max or max_held */
	uint64_t high_journaled; /* CLOCK_MONOTONIC, us: that it rose above its high; 0: never */
	bool changed;		 /* a property that the bus is told of, since it was */
	struct pind_group *next; /* others of the same path */
};

struct pind_groups;

/* Return: the table, NULL without memory. */
struct pind_groups *pind_groups_new(void);
struct pind_groups *pind_groups_free(struct pind_groups *groups);

/* NULL if there is none. */
struct pind_group *pind_groups_by_id(const struct pind_groups *groups, uint64_t id);
struct pind_group *pind_groups_by_path(const struct pind_groups *groups, const char *path);

/* Does @a stand for their path rather than @b? */
bool pind_groups_before(const struct pind_group_info *a, const struct pind_group_info *b);

/**
 * pind_groups_update - put a group in as the module reports it, new or not
 * @info: copied
 *
 * The path of a group never changes.
 *
 * Return: 1 if it is new, 0 if it was there, -ENOMEM.
 */
int pind_groups_update(struct pind_groups *groups, const struct pind_group_info *info,
		       struct pind_group **ret);

/* Takes out and frees it. */
void pind_groups_remove(struct pind_groups *groups, struct pind_group *group);

/* Given each group. May not take out or put in groups. Negative errno stops. */
typedef int (*pind_groups_visitor)(struct pind_group *group, void *userdata);
int pind_groups_visit(const struct pind_groups *groups, pind_groups_visitor visitor,
		      void *userdata);

/* Likewise, but only those that stand for their path, in the order of paths. */
int pind_groups_visit_paths(const struct pind_groups *groups, pind_groups_visitor visitor,
			    void *userdata);

/* Some group, NULL if there is none left. For emptying the table one by one. */
struct pind_group *pind_groups_any(const struct pind_groups *groups);

#endif /* PIND_GROUPS_H */
