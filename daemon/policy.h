/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the machine: those of all files in the directories, in one order. Of the
 * rules that fit a cgroup the last one decides, whole.
 *
 * Files are *.json, taken in the order of their names, whatever their directory. Of files of
 * one name that of the first directory counts; it hides those of the others also
 * if it is empty or a link to /dev/null.
 */
#ifndef PIND_POLICY_H
#define PIND_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy-longterm.h"
#include "policy-rule.h"
#include "problems.h"

/* Rules in all. */
#define PIND_POLICY_RULES_MAX 10000

struct pind_policy;

/* Where an administrator's files, those of this run of the machine, and packages' are. */
extern const char *const pind_policy_directories[]; /* NULL ends them */

int pind_policy_new(struct pind_policy **ret);
struct pind_policy *pind_policy_free(struct pind_policy *policy);

/**
 * pind_policy_remember - keep copies of files that are in order, from now on
 * @directory: where; copied. It is a directory of its own: what is no copy of a file is removed
 *	there. A copy counts if its file is not in order when it is first read
 *
 * Return: 0 or -ENOMEM.
 */
int pind_policy_remember(struct pind_policy *policy, const char *directory);

/**
 * pind_policy_load - read the files of the directories
 * @directories: that of the greatest weight first, NULL at the end. One that does not
 *	exist has no files
 *
 * To be called again whenever the files may have changed. A file that cannot be read or has
 * something wrong in it gives no new rules: those last read under its name stay, also
 * those of an earlier life of the daemon, and what is wrong is in the list of problems, which
 * is made anew each time. All rules of before are void afterwards, also where nothing has
 * changed, except for those of pind_policy_find_before().
 *
 * Return: 0, also where there are problems; -ENOMEM, and nothing has changed.
 */
int pind_policy_load(struct pind_policy *policy, const char *const *directories);

/**
 * pind_policy_load_files - likewise, but these very files, in this order
 * @files: NULL at the end
 */
int pind_policy_load_files(struct pind_policy *policy, const char *const *files);

/* All rules in order, one after the other from index 0; NULL at the end. */
const struct pind_policy_rule *pind_policy_at(const struct pind_policy *policy, size_t index);

/* Likewise all entries of longterm, at most PIND_LONGTERM_MAX. */
const struct pind_policy_longterm *pind_policy_longterm_at(const struct pind_policy *policy,
							   size_t index);

/* The rule that decides of the cgroup at @path, or NULL. */
const struct pind_policy_rule *pind_policy_find(const struct pind_policy *policy, const char *path);

/* Does any rule say that the owner of the memory pays? */
bool pind_policy_charges_owner(const struct pind_policy *policy);

/**
 * pind_policy_find_before - the rule that decided of a path before the last load
 * @ret: NULL if none did. Before the first load it is what the files said in an earlier life
 *	of the daemon, of which their names are known, and not their directories
 *
 * Return: is it known? It is not any more after the next function, which frees that memory.
 */
bool pind_policy_find_before(const struct pind_policy *policy, const char *path,
			     const struct pind_policy_rule **ret);
void pind_policy_forget_before(struct pind_policy *policy);

/* The faults found at the last load. */
const struct pind_problems *pind_policy_problems(const struct pind_policy *policy);

#endif /* PIND_POLICY_H */
