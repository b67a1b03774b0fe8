/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is: the module and its groups, as the kernel said last. Knows nothing of what is
 * wanted. What it hears goes in by pind_mirror_take(), whoever asked for it.
 *
 * Values are of one moment: whatever comes from outside (a message, an event, a timer)
 * begins a new one by pind_mirror_tick(), and within one nothing is asked twice.
 */
#ifndef PIND_MIRROR_H
#define PIND_MIRROR_H

#include "groups.h"
#include "kernel.h"

struct pind_mirror;

/* Notified of changes while they happen; the receiver may look, but changes nothing here. */
struct pind_mirror_handlers {
	/* The group came to stand for its path, or is about to stand for it no more. */
	void (*added)(const struct pind_group *group, void *userdata);
	void (*removed)(const struct pind_group *group, void *userdata);
	/* Max, MaxHeld, High, Mode, Charge or Dead are others. */
	void (*changed)(struct pind_group *group, void *userdata);
	/* The group came to be above its max or max_held, is no longer, or is so and dead. */
	void (*over)(const struct pind_group *group, void *userdata);
	/* The group is about to go, whether it stands for its path or not. */
	void (*dropped)(const struct pind_group *group, void *userdata);
	/* All groups are about to go: the module did, or is another. */
	void (*cleared)(void *userdata);
	/* The module said this of itself. */
	void (*info)(const struct pind_info *info, void *userdata);
	/* The module was unloaded or is another one: the known state is to be read anew. */
	void (*lost)(void *userdata);
};

/**
 * pind_mirror_new - nothing is known yet, and no module
 * @kernel: outlives the mirror
 * @mount: of the cgroups
 *
 * Return: 0 or -ENOMEM.
 */
int pind_mirror_new(struct pind_kernel *kernel, const char *mount,
		    const struct pind_mirror_handlers *handlers, void *userdata,
		    struct pind_mirror **ret);
/* Tells nothing. */
struct pind_mirror *pind_mirror_free(struct pind_mirror *mirror);

void pind_mirror_tick(struct pind_mirror *mirror);
/* For a while values at hand are good enough, and removed groups are found, too: for signals. */
void pind_mirror_freeze(struct pind_mirror *mirror, bool frozen);

/* Is the module there? */
bool pind_mirror_present(const struct pind_mirror *mirror);
/* What it said of itself last; zeros without one, except for what the machine itself knows. */
const struct pind_info *pind_mirror_info(struct pind_mirror *mirror);
/* Asks it again, if it was not asked in this moment. lost() if it is another or does not answer. */
void pind_mirror_refresh_info(struct pind_mirror *mirror);
/* Asks it. All groups go if it is another. Return: 1 if it is; 0; negative errno of the kernel. */
int pind_mirror_read_info(struct pind_mirror *mirror);
/* There is no module: all goes. */
void pind_mirror_clear(struct pind_mirror *mirror);

/* For looking up, not for putting in or taking out. */
const struct pind_groups *pind_mirror_groups(const struct pind_mirror *mirror);

/* Takes in what the module said about a group just now; as a handler. 0 or -ENOMEM. */
int pind_mirror_take(const struct pind_group_info *info, void *mirror);
/* Takes in that the cgroup of a group was removed, or its last pin went. */
void pind_mirror_take_end(struct pind_mirror *mirror, const struct pind_group_info *info);

/* What the module said just now, as a group that is in no table; @info's strings stay its own. */
struct pind_group pind_mirror_fresh(const struct pind_mirror *mirror,
				    const struct pind_group_info *info);

/**
 * pind_mirror_read_groups - read all groups anew, and drop those that are no more
 *
 * Return: 0; 1 if the dump may lack some, so that none was dropped; negative errno.
 */
int pind_mirror_read_groups(struct pind_mirror *mirror);

/* Makes the group's values those of now. 0 or a negative errno of the kernel. */
int pind_mirror_read(struct pind_mirror *mirror, struct pind_group *group);

/**
 * pind_mirror_find - whatever cgroup is at the path, whether the module has met it or not
 * @ret: lives until the next moment
 *
 * Return: 1; 0 if there is none; negative errno of the kernel.
 */
int pind_mirror_find(struct pind_mirror *mirror, const char *path, struct pind_group **ret);
/* The group of that id, which may not have been reported yet; NULL if it is gone. */
struct pind_group *pind_mirror_group_of(struct pind_mirror *mirror, uint64_t id);

#endif /* PIND_MIRROR_H */
