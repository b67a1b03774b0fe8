/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wanted: one answer for a path, and whose word it is. A runtime quota of the very
 * cgroup comes before the kept quota of its path, and that before the files' rules; the
 * word of a delegated cgroup's owner comes last. Who pays is said by the files alone, whoever
 * sets the limits. Knows neither the kernel nor what is there.
 */
#ifndef PIND_WANTED_H
#define PIND_WANTED_H

#include <sys/types.h>

#include "policy.h"
#include "quota.h"
#include "store.h"
#include "wish.h"

struct pind_wanted;

/* All belong to it, also when this fails. 0 or -ENOMEM. */
int pind_wanted_new(struct pind_store *kept, struct pind_store *runtime, struct pind_policy *policy,
		    struct pind_wanted **ret);
struct pind_wanted *pind_wanted_free(struct pind_wanted *wanted);

/*
 * How much memory the machine has, to which the files' percentages refer. Is it another now?
 * Before pind_wanted_forget_before() was called first, what it was before is of no matter.
 */
bool pind_wanted_set_ram(struct pind_wanted *wanted, uint64_t total_ram);

/* The files' rules; whoever loads them anew has the reconciler look at everything. */
struct pind_policy *pind_wanted_policy(struct pind_wanted *wanted);

/**
 * pind_wanted_rules - what the kernel is to do by itself when it meets a cgroup
 * @ret: kept quotas and rules for one path, each as it is decided; then the patterns, of which
 *	the first that fits decides. To be freed; its strings live until the next change
 *
 * Return: how many there are; -ENOMEM.
 */
ssize_t pind_wanted_rules(const struct pind_wanted *wanted, struct pind_rule **ret);

/* Is there to be a rule for the very path? Its limits. @kept: the kept quota counts, too */
bool pind_wanted_rule(const struct pind_wanted *wanted, const char *path, bool kept,
		      struct pind_limits *ret);

/* The limits that a rule of the files comes to. */
struct pind_limits pind_wanted_limits(const struct pind_wanted *wanted,
				      const struct pind_policy_rule *rule);

/* The limits that the files alone want for a path. */
struct pind_wish pind_wanted_file(const struct pind_wanted *wanted, const char *path);

/**
 * pind_wanted_file_before - what the files alone wanted before they were read last, or before
 * the machine's memory became more or less
 * @ret: lives until they are read again
 *
 * Return: is that known?
 */
bool pind_wanted_file_before(const struct pind_wanted *wanted, const char *path,
			     struct pind_wish *ret);

/* Which of the two it was: "files", "memory". */
const char *pind_wanted_changed_by(const struct pind_wanted *wanted);

/* All groups have what is wanted now: what was wanted before is of no matter any more. */
void pind_wanted_forget_before(struct pind_wanted *wanted);

/**
 * pind_wanted_find - the limits that are wanted for a path
 * @id: of the cgroup that is there, for a runtime quota is of one cgroup; 0: of whichever
 *	comes to be there
 */
struct pind_wish pind_wanted_find(const struct pind_wanted *wanted, const char *path, uint64_t id);

/* Why what is wanted is not known as a whole, and cannot change; NULL. As pind_store_sealed(). */
const char *pind_wanted_sealed(const struct pind_wanted *wanted);

/* Is anything on disk for the path, be it of a cgroup that was removed? */
bool pind_wanted_has_stored(const struct pind_wanted *wanted, const char *path);

/* Kept quotas, or runtime ones: to be read, not to be changed. */
const struct pind_store *pind_wanted_store(const struct pind_wanted *wanted, bool runtime);

/**
 * pind_wanted_put - make it the quota of its path
 * @quota: with a cgroup_id it is a runtime one, beside a kept one; else the kept one, and the
 *	runtime one is gone
 *
 * Return: 0; negative errno of the store, and nothing has changed.
 */
int pind_wanted_put(struct pind_wanted *wanted, const struct pind_quota *quota);

/* Forgets both quotas of a path. 1; 0 if there was none; negative errno: nothing changed. */
int pind_wanted_remove(struct pind_wanted *wanted, const char *path);

/* Likewise the runtime quota alone. */
int pind_wanted_forget_runtime(struct pind_wanted *wanted, const char *path);

/* Many runtime quotas are put in between, with one writing. As pind_store_hold(). */
void pind_wanted_hold(struct pind_wanted *wanted);
int pind_wanted_flush(struct pind_wanted *wanted);

/* As pind_store_filter(), of the kept quotas or of the runtime ones. */
int pind_wanted_filter(struct pind_wanted *wanted, bool runtime,
		       bool (*stays)(const struct pind_quota *quota, void *userdata),
		       void *userdata);

#endif /* PIND_WANTED_H */
