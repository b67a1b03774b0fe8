/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: the limits that a cgroup has from the moment that the module meets it (group.h). The
 * rules in force are one table: rules for a path in a hash, rules for a pattern in their
 * order. A new table is filled while it is not in force (draft.h), and then replaces the one
 * in force as a whole; rules for a path can also be changed one at a time.
 *
 * A new group's rule is looked up without a lock. The cost does not grow with the number of
 * rules for a path. It does grow with the number of patterns, and for each pattern with the
 * length of the path, which a tenant chooses: the steps are at most the product of the lengths
 * of both (pind/pattern.h).
 */
#ifndef PIND_RULE_H
#define PIND_RULE_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "group.h"

/* A rule is for the cgroup at one path, or for all whose path or whose name a pattern matches. */
enum pind_rule_kind { PIND_RULE_PATH, PIND_RULE_PATTERN, PIND_RULE_UNIT };

/**
 * struct pind_rule - one rule
 * @in_bucket: in its hash bucket, for a path
 * @in_order: in the list of rules, for a pattern
 * @hash: hash of the path
 * @quota: the limits that the rule gives; others stay as without a rule
 * @text: the path or the pattern
 */
struct pind_rule {
	union {
		struct hlist_node in_bucket;
		struct list_head in_order;
	};
	struct rcu_head rcu;
	enum pind_rule_kind kind;
	u32 hash;
	struct pind_quota quota;
	char text[];
};

struct pind_rules;

/** pind_rules_new() - an empty table, not in force. Return: NULL if there is no memory. */
struct pind_rules *pind_rules_new(void);

/** pind_rules_free() - free a table that is not in force, or NULL. Context: process. */
void pind_rules_free(struct pind_rules *rules);

/**
 * pind_rules_add() - put a rule at the end of a table that is not in force
 * @text: the path of a group, or a pattern that is pind_pattern_valid()
 * A rule for a path replaces an earlier one for the same path.
 * Context: process. Return: 0; -E2BIG if the table has the most rules of this kind; -ENOMEM.
 */
int pind_rules_add(struct pind_rules *rules, enum pind_rule_kind kind, const char *text,
		   const struct pind_quota *quota);

/**
 * pind_rules_enforce() - have a table take the place of the one in force, which is freed
 * A group that is being made may still get its rule from the old table:
 * pind_group_wait_for_births() waits for such groups.
 * Context: process, may sleep.
 */
void pind_rules_enforce(struct pind_rules *rules);

/** pind_rule_set() - set a rule for a path in the table in force. Return: as pind_rules_add(). */
int pind_rule_set(const char *path, const struct pind_quota *quota);

/** pind_rule_unset() - remove a path's rule from the table in force. Return: 0; -ENOENT. */
int pind_rule_unset(const char *path);

/**
 * pind_rule_find() - the limits that a cgroup gets by the rules in force
 * @ret_quota: has no limit if no rule is for this path
 * Context: process, may sleep; takes no lock.
 */
void pind_rule_find(const char *path, struct pind_quota *ret_quota);

/** pind_rules_generation() - a number that changes with each change in force; never 0 */
unsigned int pind_rules_generation(void);

/* The rule that comes next in a walk; all 0: the first one. */
struct pind_rule_cursor {
	unsigned int bucket; /* 0: the patterns; else one more than the bucket's number */
	unsigned int rule; /* number of the rule in the bucket */
};

/**
 * pind_rules_walk() - call @each for the rules in force, patterns first
 * @cursor: the rule to begin with; moved to the rule for which @each did not return 0
 * @each: ends the walk by a value other than 0; must not change the rules
 * Context: process. Return: what @each returned last.
 */
int pind_rules_walk(struct pind_rule_cursor *cursor,
		    int (*each)(const struct pind_rule *rule, void *data), void *data);

/** pind_rules_exit() - free all rules; no hook runs and no request comes any more */
void pind_rules_exit(void);

#endif /* PIND_RULE_H */
