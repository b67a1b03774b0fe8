/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: which limits a cgroup has from the moment that it is met. The rules in force are
 * one table: those for a path in a hash, those for a pattern in their order. A table is
 * filled by one who has it for himself, and then takes the place of the one in force as a
 * whole; the rules for a path can also be changed one at a time.
 *
 * Who is met asks without a lock. What it costs does not grow with the rules for a path; it
 * does with the patterns, and with the length of the path, which a tenant chooses: the
 * number of steps is bounded by the lengths of both, multiplied (pind/pattern.h).
 */
#ifndef PIND_RULE_H
#define PIND_RULE_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "group.h"

/* For the cgroup of one path, for those whose path a pattern matches, or whose name does. */
enum pind_rule_kind { PIND_RULE_PATH, PIND_RULE_PATTERN, PIND_RULE_UNIT };

/**
 * struct pind_rule - one rule
 * @in_bucket: among the rules for a path that have the same hash; or
 * @in_order: among the patterns
 * @hash: of the path
 * @quota: what it gives; what it does not name is as without a rule
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

/** pind_rules_new() - an empty table, not in force. Return: NULL: there is no memory. */
struct pind_rules *pind_rules_new(void);

/** pind_rules_free() - one that is not in force; NULL is none. Context: process. */
void pind_rules_free(struct pind_rules *rules);

/**
 * pind_rules_add() - put a rule at the end of a table that is not in force
 * @text: a path as of a group, or a pattern that is pind_pattern_valid()
 * Of two for one path the later one stays.
 * Context: process. Return: 0; -E2BIG: there are as many as may be; -ENOMEM.
 */
int pind_rules_add(struct pind_rules *rules, enum pind_rule_kind kind, const char *text,
		   const struct pind_quota *quota);

/**
 * pind_rules_enforce() - have a table take the place of the one in force, which is freed
 * Who is being met meanwhile may have asked the old one: pind_group_wait_for_births().
 * Context: process, may sleep.
 */
void pind_rules_enforce(struct pind_rules *rules);

/** pind_rule_set() - a rule for a path, in force. Return: as pind_rules_add(). */
int pind_rule_set(const char *path, const struct pind_quota *quota);

/** pind_rule_unset() - take one back. Return: 0; -ENOENT. */
int pind_rule_unset(const char *path);

/**
 * pind_rule_find() - what a cgroup gets
 * @ret_quota: has nothing where no rule is for it
 * Context: process, may sleep; takes no lock.
 */
void pind_rule_find(const char *path, struct pind_quota *ret_quota);

/** pind_rules_generation() - changes after the rules in force have changed; never 0 */
unsigned int pind_rules_generation(void);

/* Which rule comes next; all 0 is the first one. */
struct pind_rule_cursor {
	unsigned int bucket; /* 0: the patterns; else one more than the bucket's number */
	unsigned int rule; /* in it */
};

/**
 * pind_rules_walk() - the rules in force, patterns first
 * @cursor: where to begin; then of the rule for which @each returned something else than 0
 * @each: must not change the rules
 * Context: process. Return: what @each returned last.
 */
int pind_rules_walk(struct pind_rule_cursor *cursor,
		    int (*each)(const struct pind_rule *rule, void *data), void *data);

/** pind_rules_exit() - forget all; nobody may ask any more */
void pind_rules_exit(void);

#endif /* PIND_RULE_H */
