// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/pattern.h>

#include "wanted.h"

struct pind_wanted {
	struct pind_store *kept, *runtime;
	struct pind_policy *policy;
	uint64_t total_ram;
	uint64_t ram_before; /* 0: as it is now, or not known */
	bool settled;	     /* groups had once what was wanted */
};

int pind_wanted_new(struct pind_store *kept, struct pind_store *runtime, struct pind_policy *policy,
		    struct pind_wanted **ret)
{
	struct pind_wanted *wanted = calloc(1, sizeof(*wanted));

	if (!wanted) {
		(void)pind_store_free(kept);
		(void)pind_store_free(runtime);
		(void)pind_policy_free(policy);
		return -ENOMEM;
	}
	wanted->kept = kept;
	wanted->runtime = runtime;
	wanted->policy = policy;
	*ret = wanted;
	return 0;
}

struct pind_wanted *pind_wanted_free(struct pind_wanted *wanted)
{
	if (wanted) {
		(void)pind_store_free(wanted->kept);
		(void)pind_store_free(wanted->runtime);
		(void)pind_policy_free(wanted->policy);
		free(wanted);
	}
	return NULL;
}

bool pind_wanted_set_ram(struct pind_wanted *wanted, uint64_t total_ram)
{
	bool other = wanted->total_ram != total_ram;

	/* of several changes it is the first that groups have yet */
	if (other && wanted->settled && !wanted->ram_before)
		wanted->ram_before = wanted->total_ram;
	wanted->total_ram = total_ram;
	return other;
}

void pind_wanted_forget_before(struct pind_wanted *wanted)
{
	pind_policy_forget_before(wanted->policy);
	wanted->ram_before = 0;
	wanted->settled = true;
}

struct pind_policy *pind_wanted_policy(struct pind_wanted *wanted)
{
	return wanted->policy;
}

static struct pind_limits limits_of(const struct pind_quota *quota)
{
	const struct pind_limits limits = { quota->max, quota->max_held, quota->high, quota->mode,
					    false };

	return pind_limits_rounded(limits);
}

struct pind_limits pind_wanted_limits(const struct pind_wanted *wanted,
				      const struct pind_policy_rule *rule)
{
	struct pind_limits limits;

	pind_policy_rule_limits(rule, wanted->total_ram, &limits);
	return pind_limits_rounded(limits);
}

/* @rule: NULL for none */
static struct pind_wish wish_of_rule(const struct pind_policy_rule *rule, uint64_t total_ram)
{
	struct pind_limits limits;

	if (!rule)
		return pind_wish_none();
	pind_policy_rule_limits(rule, total_ram, &limits);
	return (struct pind_wish){ .source = PIND_SOURCE_FILE,
				   .limits = pind_limits_rounded(limits),
				   .reaction = rule->reaction,
				   .file = rule->file,
				   .line = rule->line };
}

struct pind_wish pind_wanted_file(const struct pind_wanted *wanted, const char *path)
{
	return wish_of_rule(pind_policy_find(wanted->policy, path), wanted->total_ram);
}

bool pind_wanted_file_before(const struct pind_wanted *wanted, const char *path,
			     struct pind_wish *ret)
{
	const struct pind_policy_rule *rule;
	bool files = pind_policy_find_before(wanted->policy, path, &rule);

	if (!files && wanted->ram_before)
		rule = pind_policy_find(wanted->policy, path);
	*ret = wish_of_rule(rule, wanted->ram_before ?: wanted->total_ram);
	return files || wanted->ram_before;
}

const char *pind_wanted_changed_by(const struct pind_wanted *wanted)
{
	const struct pind_policy_rule *rule;

	return pind_policy_find_before(wanted->policy, "/", &rule) ? "files" : "memory";
}

/* The files say who pays, also where a quota sets the limits. */
static struct pind_limits limits_of_path(const struct pind_wanted *wanted,
					 const struct pind_quota *quota)
{
	struct pind_limits limits = limits_of(quota);

	/* only where it can matter: there may be ten thousand quotas, and as many rules */
	if (pind_policy_charges_owner(wanted->policy))
		limits.charge_owner = pind_wanted_file(wanted, quota->path).limits.charge_owner;
	return limits;
}

static struct pind_wish wish_of(const struct pind_wanted *wanted, enum pind_source source,
				const struct pind_quota *quota)
{
	return (struct pind_wish){ .source = source,
				   .limits = limits_of_path(wanted, quota),
				   .reaction = quota->reaction,
				   .owner = quota->owner };
}

struct pind_wish pind_wanted_find(const struct pind_wanted *wanted, const char *path, uint64_t id)
{
	const struct pind_quota *runtime = id ? pind_store_find(wanted->runtime, path) : NULL;
	const struct pind_quota *kept;
	struct pind_wish wish;

	/* not that of a cgroup that was removed, which may be there yet */
	if (runtime && runtime->cgroup_id != id)
		runtime = NULL;
	if (runtime && !runtime->owner)
		return wish_of(wanted, PIND_SOURCE_RUNTIME, runtime);
	kept = pind_store_find(wanted->kept, path);
	if (kept)
		return wish_of(wanted, PIND_SOURCE_KEPT, kept);
	wish = pind_wanted_file(wanted, path);
	/* the word of a delegated cgroup's owner counts where no administrator says anything */
	if (runtime && wish.source == PIND_SOURCE_NONE)
		return wish_of(wanted, PIND_SOURCE_RUNTIME, runtime);
	return wish;
}

bool pind_wanted_rule(const struct pind_wanted *wanted, const char *path, bool kept,
		      struct pind_limits *ret)
{
	const struct pind_quota *quota = kept ? pind_store_find(wanted->kept, path) : NULL;
	const struct pind_policy_rule *rule;

	if (quota) {
		*ret = limits_of_path(wanted, quota);
		return true;
	}
	for (size_t i = 0; (rule = pind_policy_at(wanted->policy, i)); i++)
		if (pind_policy_rule_is_plain(rule) && !strcmp(rule->pattern, path)) {
			*ret = pind_wanted_file(wanted, path).limits;
			return true;
		}
	return false;
}

/* Which rule decides of the path that rule number @i is for: itself, or one behind it. */
static const struct pind_policy_rule *decider(const struct pind_wanted *wanted, size_t i, size_t n)
{
	const struct pind_policy_rule *rule = pind_policy_at(wanted->policy, i), *other;

	while (--n > i) {
		other = pind_policy_at(wanted->policy, n);
		if (pind_policy_rule_is_plain(other)
			    ? !strcmp(other->pattern, rule->pattern)
			    : pind_policy_rule_fits(other, rule->pattern))
			return other;
	}
	return rule;
}

ssize_t pind_wanted_rules(const struct pind_wanted *wanted, struct pind_rule **ret)
{
	const struct pind_policy_rule *rule;
	const struct pind_quota *quota;
	size_t kept = 0, files = 0, n = 0;
	struct pind_limits limits;
	struct pind_rule *rules;

	while (pind_store_at(wanted->kept, kept))
		kept++;
	while (pind_policy_at(wanted->policy, files))
		files++;
	rules = calloc(kept + files + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	/* the last rule that fits decides, in the kernel the first */
	for (size_t i = files; i-- > 0;) {
		rule = pind_policy_at(wanted->policy, i);
		if (pind_policy_rule_is_plain(rule)) {
			/* the kernel asks it first, whatever comes behind it in the files */
			limits = pind_wanted_limits(wanted, decider(wanted, i, files));
			rules[n].path = rule->pattern;
		} else {
			limits = pind_wanted_limits(wanted, rule);
			rules[n].pattern = rule->pattern;
			rules[n].unit = rule->is_unit;
		}
		rules[n++].limits = pind_limits_change(&limits);
	}
	/* of two for one path the later one holds */
	for (size_t i = 0; (quota = pind_store_at(wanted->kept, i)); i++) {
		limits = limits_of_path(wanted, quota);
		rules[n].path = quota->path;
		rules[n++].limits = pind_limits_change(&limits);
	}
	*ret = rules;
	return (ssize_t)n;
}

const char *pind_wanted_sealed(const struct pind_wanted *wanted)
{
	return pind_store_sealed(wanted->kept) ?: pind_store_sealed(wanted->runtime);
}

bool pind_wanted_has_stored(const struct pind_wanted *wanted, const char *path)
{
	return pind_store_find(wanted->runtime, path) || pind_store_find(wanted->kept, path);
}

const struct pind_store *pind_wanted_store(const struct pind_wanted *wanted, bool runtime)
{
	return runtime ? wanted->runtime : wanted->kept;
}

/* Undoes what was done to the kept quota of a path; @old: NULL if there was none. */
static void restore_kept(struct pind_wanted *wanted, const char *path, const struct pind_quota *old)
{
	struct pind_quota copy;

	if (!old) {
		(void)pind_store_remove(wanted->kept, path);
		return;
	}
	copy = *old;
	copy.path = (char *)path;
	(void)pind_store_put(wanted->kept, &copy);
}

int pind_wanted_put(struct pind_wanted *wanted, const struct pind_quota *quota)
{
	const struct pind_quota *stored = pind_store_find(wanted->kept, quota->path);
	const struct pind_quota old = stored ? *stored : (struct pind_quota){};
	int r;

	if (quota->cgroup_id)
		return pind_store_put(wanted->runtime, quota);
	r = pind_store_put(wanted->kept, quota);
	if (r < 0)
		return r;
	r = pind_store_remove(wanted->runtime, quota->path);
	if (r < 0)
		restore_kept(wanted, quota->path, stored ? &old : NULL);
	return r < 0 ? r : 0;
}

int pind_wanted_remove(struct pind_wanted *wanted, const char *path)
{
	const struct pind_quota *stored = pind_store_find(wanted->kept, path);
	const struct pind_quota old = stored ? *stored : (struct pind_quota){};
	int kept, runtime;

	kept = pind_store_remove(wanted->kept, path);
	if (kept < 0)
		return kept;
	runtime = pind_store_remove(wanted->runtime, path);
	if (runtime < 0 && kept)
		restore_kept(wanted, path, &old);
	return runtime < 0 ? runtime : kept || runtime;
}

int pind_wanted_forget_runtime(struct pind_wanted *wanted, const char *path)
{
	return pind_store_remove(wanted->runtime, path);
}

void pind_wanted_hold(struct pind_wanted *wanted)
{
	pind_store_hold(wanted->runtime);
}

int pind_wanted_flush(struct pind_wanted *wanted)
{
	return pind_store_flush(wanted->runtime);
}

int pind_wanted_filter(struct pind_wanted *wanted, bool runtime,
		       bool (*stays)(const struct pind_quota *quota, void *userdata),
		       void *userdata)
{
	return pind_store_filter(runtime ? wanted->runtime : wanted->kept, stays, userdata);
}
