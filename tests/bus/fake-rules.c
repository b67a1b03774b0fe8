// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/pattern.h>

#include "fake-kernel.h"

static void rule_free(struct pind_rule *rule)
{
	free((char *)rule->path);
	free((char *)rule->pattern);
}

void fake_rules_forget(struct fake_kernel *k)
{
	while (k->n_rules)
		rule_free(&k->rules[--k->n_rules]);
	free(k->rules);
	k->rules = NULL;
}

static struct pind_rule *rule_of_path(struct fake_kernel *k, const char *path)
{
	uint64_t began = fake_search_begin();
	struct pind_rule *rule = NULL;

	/* of two the later one holds */
	for (size_t i = k->n_rules; !rule && i-- > 0;)
		if (k->rules[i].path && !strcmp(k->rules[i].path, path))
			rule = &k->rules[i];
	fake_search_end(k, began);
	return rule;
}

const struct pind_rule *fake_rule_find(struct fake_kernel *k, const char *path)
{
	const struct pind_rule *rule = rule_of_path(k, path);
	uint64_t began = fake_search_begin();

	for (size_t i = 0; !rule && i < k->n_rules; i++)
		if (k->rules[i].pattern &&
		    pind_pattern_matches_path(k->rules[i].pattern, k->rules[i].unit, path))
			rule = &k->rules[i];
	fake_search_end(k, began);
	return rule;
}

static bool rule_is_wrong(struct fake_kernel *k, const struct pind_rule *rule)
{
	const char *fault = NULL;

	if (!rule->path == !rule->pattern)
		fault = "a rule is for a path or for a pattern: name one of the two";
	else if (rule->path && rule->path[0] != '/')
		fault = "the path of a rule begins with '/'";
	else if (rule->pattern && pind_pattern_valid(rule->pattern, rule->unit, &fault))
		return false;
	if (fault)
		(void)snprintf(k->kernel.text, sizeof(k->kernel.text), "%s", fault);
	return fault;
}

static int append(struct fake_kernel *k, const struct pind_rule *rule)
{
	struct pind_rule *more = realloc(k->rules, (k->n_rules + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	k->rules = more;
	more[k->n_rules] = *rule;
	more[k->n_rules].path = rule->path ? strdup(rule->path) : NULL;
	more[k->n_rules].pattern = rule->pattern ? strdup(rule->pattern) : NULL;
	k->n_rules++;
	return 0;
}

int fake_rules_swap(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n)
{
	struct fake_kernel *k = (struct fake_kernel *)kernel;
	int r = fake_request(k, FAKE_RULES_SWAP);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (rule_is_wrong(k, &rules[i]) || fake_is_beyond(k, &rules[i].limits))
			return -EINVAL;
	fake_quota_came(k);
	fake_rules_forget(k);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = append(k, &rules[i]);
	return r < 0 ? r : 0;
}

int fake_rule_set(struct pind_kernel *kernel, const char *path,
		  const struct pind_group_change *limits)
{
	struct fake_kernel *k = (struct fake_kernel *)kernel;
	const struct pind_rule rule = { .path = path, .limits = *limits };
	int r = fake_request(k, FAKE_RULE_SET);
	struct pind_rule *known;

	if (r < 0)
		return r;
	if (rule_is_wrong(k, &rule) || fake_is_beyond(k, limits))
		return -EINVAL;
	known = rule_of_path(k, path);
	if (!known)
		return append(k, &rule);
	known->limits = *limits;
	return 0;
}

int fake_rule_unset(struct pind_kernel *kernel, const char *path)
{
	struct fake_kernel *k = (struct fake_kernel *)kernel;
	int r = fake_request(k, FAKE_RULE_UNSET);
	bool found = false;

	if (r < 0)
		return r;
	for (size_t i = k->n_rules; i-- > 0;) {
		if (!k->rules[i].path || strcmp(k->rules[i].path, path) != 0)
			continue;
		rule_free(&k->rules[i]);
		memmove(&k->rules[i], &k->rules[i + 1], (--k->n_rules - i) * sizeof(*k->rules));
		found = true;
	}
	return found ? 0 : -ENOENT;
}

int fake_longterm_set(struct pind_kernel *kernel, const struct pind_longterm *entries, size_t n)
{
	struct fake_kernel *k = (struct fake_kernel *)kernel;
	int r = fake_request(k, FAKE_LONGTERM_SET);

	if (r < 0)
		return r;
	memcpy(k->longterm, entries, n * sizeof(*entries));
	k->n_longterm = n;
	return 0;
}
