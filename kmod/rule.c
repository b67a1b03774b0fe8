// SPDX-License-Identifier: GPL-2.0
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include <linux/pind.h>
#include <pind/pattern.h>

#include "rule.h"

/* Takes 64 KiB; with the most rules for a path there are 8 in each bucket. */
#define BUCKETS 8192

/**
 * struct pind_rules - a table of rules
 * @paths: how many rules are for a path
 * @patterns: how many rules are for a pattern
 * @in_order: the rules for a pattern, which do not change while the table is in force
 * @bucket: the rules for a path, by hash; while the table is in force, written under
 *	rules_mutex and read under RCU
 */
struct pind_rules {
	unsigned int paths;
	unsigned int patterns;
	struct list_head in_order;
	struct hlist_head bucket[BUCKETS];
};

/* Guards changes of the rules in force. Innermost; draft_mutex may be held outside of it. */
static DEFINE_MUTEX(rules_mutex);

/*
 * The table in force; NULL: there is none. Written under rules_mutex. Read under SRCU, as to
 * match a path with thousands of patterns takes so long that the reader has to yield.
 */
static struct pind_rules __rcu *in_force;
DEFINE_STATIC_SRCU(rules_srcu);
static unsigned int generation = 1; /* written under rules_mutex */

static void note_change(void)
{
	lockdep_assert_held(&rules_mutex);
	/* a reader that sees this generation also sees the changes before it */
	smp_store_release(&generation, generation + 1 ?: 1);
}

static u32 hash_of(const char *path)
{
	return jhash(path, strlen(path), 0);
}

static struct hlist_head *bucket_of(struct pind_rules *rules, u32 hash)
{
	return &rules->bucket[hash % BUCKETS];
}

static struct pind_rule *new_rule(enum pind_rule_kind kind, const char *text,
				  const struct pind_quota *quota)
{
	size_t size = strlen(text) + 1;
	struct pind_rule *rule = kmalloc(struct_size(rule, text, size), GFP_KERNEL_ACCOUNT);

	if (!rule)
		return NULL;
	rule->kind = kind;
	rule->quota = *quota;
	memcpy(rule->text, text, size);
	if (kind == PIND_RULE_PATH)
		rule->hash = hash_of(text);
	return rule;
}

struct pind_rules *pind_rules_new(void)
{
	struct pind_rules *rules = kvzalloc(sizeof(*rules), GFP_KERNEL_ACCOUNT);

	if (rules)
		INIT_LIST_HEAD(&rules->in_order);
	return rules;
}

void pind_rules_free(struct pind_rules *rules)
{
	struct pind_rule *rule, *next_rule;
	struct hlist_node *next;
	unsigned int i;

	if (!rules)
		return;
	list_for_each_entry_safe(rule, next_rule, &rules->in_order, in_order)
		kfree(rule);
	for (i = 0; i < BUCKETS; i++) {
		hlist_for_each_entry_safe(rule, next, &rules->bucket[i], in_bucket)
			kfree(rule);
		cond_resched();
	}
	kvfree(rules);
}

/* A condition for lockdep: no other task can change the rules for a path. */
#define IS_OURS(rules) \
	(lockdep_is_held(&rules_mutex) || (rules) != rcu_access_pointer(in_force))

/* Under RCU, or IS_OURS(). */
static struct pind_rule *find_path(struct pind_rules *rules, const char *path, u32 hash)
{
	struct pind_rule *rule;

	hlist_for_each_entry_rcu(rule, bucket_of(rules, hash), in_bucket, IS_OURS(rules))
		if (rule->hash == hash && !strcmp(rule->text, path))
			return rule;
	return NULL;
}

/* Put a rule into a table, which takes it over if 0 is returned. */
static int put_path(struct pind_rules *rules, struct pind_rule *rule)
{
	struct pind_rule *old = find_path(rules, rule->text, rule->hash);

	if (old) {
		hlist_replace_rcu(&old->in_bucket, &rule->in_bucket);
		kfree_rcu(old, rcu);
		return 0;
	}
	if (rules->paths == PIND_RULE_PATHS_MAX)
		return -E2BIG;
	hlist_add_head_rcu(&rule->in_bucket, bucket_of(rules, rule->hash));
	rules->paths++;
	return 0;
}

static int put_pattern(struct pind_rules *rules, struct pind_rule *rule)
{
	if (rules->patterns == PIND_RULE_PATTERNS_MAX)
		return -E2BIG;
	list_add_tail(&rule->in_order, &rules->in_order);
	rules->patterns++;
	return 0;
}

int pind_rules_add(struct pind_rules *rules, enum pind_rule_kind kind, const char *text,
		   const struct pind_quota *quota)
{
	struct pind_rule *rule = new_rule(kind, text, quota);
	int ret;

	if (!rule)
		return -ENOMEM;
	ret = kind == PIND_RULE_PATH ? put_path(rules, rule) : put_pattern(rules, rule);
	if (ret)
		kfree(rule);
	return ret;
}

void pind_rules_enforce(struct pind_rules *rules)
{
	struct pind_rules *old;

	mutex_lock(&rules_mutex);
	old = rcu_replace_pointer(in_force, rules, lockdep_is_held(&rules_mutex));
	note_change();
	mutex_unlock(&rules_mutex);
	synchronize_srcu(&rules_srcu);
	pind_rules_free(old);
}

/* The table in force, made if there is none. */
static struct pind_rules *rules_to_change(void)
{
	struct pind_rules *rules = rcu_dereference_protected(in_force,
							     lockdep_is_held(&rules_mutex));

	if (!rules) {
		rules = pind_rules_new();
		rcu_assign_pointer(in_force, rules);
	}
	return rules;
}

int pind_rule_set(const char *path, const struct pind_quota *quota)
{
	struct pind_rule *rule = new_rule(PIND_RULE_PATH, path, quota);
	struct pind_rules *rules;
	int ret;

	if (!rule)
		return -ENOMEM;
	mutex_lock(&rules_mutex);
	rules = rules_to_change();
	ret = rules ? put_path(rules, rule) : -ENOMEM;
	if (!ret)
		note_change();
	mutex_unlock(&rules_mutex);
	if (ret)
		kfree(rule);
	return ret;
}

int pind_rule_unset(const char *path)
{
	struct pind_rule *rule = NULL;
	struct pind_rules *rules;

	mutex_lock(&rules_mutex);
	rules = rcu_dereference_protected(in_force, lockdep_is_held(&rules_mutex));
	if (rules)
		rule = find_path(rules, path, hash_of(path));
	if (rule) {
		hlist_del_rcu(&rule->in_bucket);
		kfree_rcu(rule, rcu);
		rules->paths--;
		note_change();
	}
	mutex_unlock(&rules_mutex);
	return rule ? 0 : -ENOENT;
}

static bool find_pattern(const struct pind_rules *rules, const char *path,
			 struct pind_quota *ret_quota)
{
	const struct pind_rule *rule;

	list_for_each_entry(rule, &rules->in_order, in_order) {
		if (pind_pattern_matches_path(rule->text, rule->kind == PIND_RULE_UNIT, path)) {
			*ret_quota = rule->quota;
			return true;
		}
		cond_resched();
	}
	return false;
}

void pind_rule_find(const char *path, struct pind_quota *ret_quota)
{
	const struct pind_rule *rule = NULL;
	struct pind_rules *rules;
	int srcu;

	*ret_quota = (struct pind_quota){};
	srcu = srcu_read_lock(&rules_srcu);
	rules = srcu_dereference(in_force, &rules_srcu);
	if (rules) {
		rcu_read_lock();
		rule = find_path(rules, path, hash_of(path));
		if (rule)
			*ret_quota = rule->quota;
		rcu_read_unlock();
		if (!rule)
			find_pattern(rules, path, ret_quota);
	}
	srcu_read_unlock(&rules_srcu, srcu);
}

unsigned int pind_rules_generation(void)
{
	return smp_load_acquire(&generation);
}

/* The first @cursor->rule patterns were passed to @each already. */
static int walk_patterns(struct pind_rules *rules, struct pind_rule_cursor *cursor,
			 int (*each)(const struct pind_rule *rule, void *data), void *data)
{
	struct pind_rule *rule;
	unsigned int i = 0;
	int ret;

	list_for_each_entry(rule, &rules->in_order, in_order) {
		if (i++ < cursor->rule)
			continue;
		ret = each(rule, data);
		if (ret)
			return ret;
		cursor->rule++;
	}
	return 0;
}

static int walk_bucket(struct pind_rules *rules, struct pind_rule_cursor *cursor,
		       int (*each)(const struct pind_rule *rule, void *data), void *data)
{
	struct pind_rule *rule;
	unsigned int i = 0;
	int ret;

	hlist_for_each_entry(rule, &rules->bucket[cursor->bucket - 1], in_bucket) {
		if (i++ < cursor->rule)
			continue;
		ret = each(rule, data);
		if (ret)
			return ret;
		cursor->rule++;
	}
	return 0;
}

int pind_rules_walk(struct pind_rule_cursor *cursor,
		    int (*each)(const struct pind_rule *rule, void *data), void *data)
{
	struct pind_rules *rules;
	int ret = 0;

	mutex_lock(&rules_mutex);
	rules = rcu_dereference_protected(in_force, lockdep_is_held(&rules_mutex));
	while (rules && cursor->bucket <= BUCKETS) {
		if (!cursor->bucket)
			ret = walk_patterns(rules, cursor, each, data);
		else
			ret = walk_bucket(rules, cursor, each, data);
		if (ret)
			break;
		cursor->bucket++;
		cursor->rule = 0;
	}
	mutex_unlock(&rules_mutex);
	return ret;
}

void pind_rules_exit(void)
{
	pind_rules_free(rcu_dereference_protected(in_force, true));
	RCU_INIT_POINTER(in_force, NULL);
}
