/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes what is what is wanted: says to the kernel what it has not got, and keeps what it
 * was asked to keep. It is the only room that changes limits in the kernel.
 */
#ifndef PIND_RECONCILER_H
#define PIND_RECONCILER_H

#include <systemd/sd-event.h>

#include "change.h"
#include "health.h"
#include "mirror.h"
#include "wanted.h"

struct pind_reconciler;

struct pind_reconciler_handlers {
	/* Something was not taken: it is to be tried again later, by reading everything anew. */
	void (*again)(void *userdata);
	/* Limits of the group, or whose word they are, may be others. */
	void (*changed)(struct pind_group *group, void *userdata);
	/* Somebody's word changed them, and this is whose. */
	void (*limited)(const struct pind_change *change, void *userdata);
};

/* The step of a change that failed, which its negative errno is about. */
enum pind_step {
	PIND_STEP_CGROUP, /* -ENOENT: there is none; -ESTALE: only pins are left of it; else it
			     cannot be looked at */
	PIND_STEP_KERNEL,
	PIND_STEP_STORE,
};

struct pind_reconciler_rooms {
	struct pind_kernel *kernel;
	struct pind_wanted *wanted;
	struct pind_mirror *mirror;
	struct pind_health *health;
};

/**
 * pind_reconciler_new - nothing is said yet
 * @mount: of the cgroups
 * @rooms: outlive it
 *
 * Return: 0 or a negative errno.
 */
int pind_reconciler_new(sd_event *event, const char *mount,
			const struct pind_reconciler_rooms *rooms,
			const struct pind_reconciler_handlers *handlers, void *userdata,
			struct pind_reconciler **ret);
struct pind_reconciler *pind_reconciler_free(struct pind_reconciler *reconciler);

/**
 * pind_reconciler_longterm - tell the kernel whose pins the files take for long-term ones
 * Where it does not take that, the State says so. A module that knows of none and is to know
 * of none is not asked.
 */
void pind_reconciler_longterm(struct pind_reconciler *reconciler);

/**
 * pind_reconciler_rules - give the kernel the rules
 *
 * Whatever a cgroup is that the module has not met, they give it its limits when it does,
 * before its first pin is decided. What was met before is in a reading of the groups that
 * begins afterwards. If the kernel does not take them it is tried again.
 */
void pind_reconciler_rules(struct pind_reconciler *reconciler);

/**
 * pind_reconciler_apply - give each group that the module has met its limits
 * @forsake: limits that nobody wants are taken away: those of a rule that was there before.
 *	Else they stay, until they are adopted, but for those that files gave before they were
 *	read last
 *
 * Runtime quotas of removed cgroups are forgotten. What the kernel does not take is tried
 * again.
 */
void pind_reconciler_apply(struct pind_reconciler *reconciler, bool forsake);
/*
 * Makes limits that a group has, and that nobody wants, runtime quotas. What the files said
 * before they were read last is forgotten.
 */
void pind_reconciler_adopt(struct pind_reconciler *reconciler);

/* A group is new: it may have been met before the last change of the rules. */
void pind_reconciler_born(struct pind_reconciler *reconciler, const struct pind_group_info *info);
/* The cgroup of a group was removed: a runtime quota of it is forgotten, soon. */
void pind_reconciler_died(struct pind_reconciler *reconciler, const struct pind_group_info *info);

/* The outcome that a change would have. */
struct pind_plan {
	uint64_t id;		/* of the cgroup; 0: there is none */
	struct pind_wish old;	/* but its limits are those that the kernel has */
	struct pind_limits new; /* in whole pages */
	struct pind_reaction reaction;
	bool runtime;
};

/**
 * pind_reconciler_plan - the outcome of a change of the quota at a path
 *
 * What is not given stays as it is wanted.
 *
 * Return: 0; negative errno of the step.
 */
int pind_reconciler_plan(struct pind_reconciler *reconciler, const char *path,
			 const struct pind_quota_request *request, struct pind_plan *ret,
			 enum pind_step *ret_step);

/*
 * Make the change, in the kernel and on disk, without the module on disk alone; or take the
 * path's quota back.
 * Return: 0; negative errno of the step, and nothing has changed.
 */
int pind_reconciler_set(struct pind_reconciler *reconciler, const char *path,
			const struct pind_quota_request *request, enum pind_step *ret_step);
int pind_reconciler_unset(struct pind_reconciler *reconciler, const char *path,
			  const struct pind_caller *by, enum pind_step *ret_step);

/*
 * Forgets what is kept for cgroups that are gone and never come again under their name.
 * @handler is given each path; @dry: nothing else is done. Its negative errno ends it.
 * Return: how many there were; negative errno of the store.
 */
int pind_reconciler_unset_stale(struct pind_reconciler *reconciler, bool dry,
				const struct pind_caller *by,
				int (*handler)(const char *path, void *closure), void *closure);

#endif /* PIND_RECONCILER_H */
