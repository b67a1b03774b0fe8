// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include <linux/pind.h>

#include <pind/cleanup.h>

#include "policy-check.h"
#include "policy.h"
#include "snapshot.h"
#include "text.h"

DEFINE_CLEANUP(struct pind_policy, pind_policy_free, policy_freep)

/* Prints ", max 25% (4.0 GiB)" or ", max 64.0 MiB"; nothing for a size that is not said. */
static void print_size(FILE *out, const char *name, const struct pind_size *size,
		       uint64_t total_ram)
{
	char text[PIND_TEXT_SIZE_SIZE];

	if (size->unlimited)
		return;
	(void)pind_text_size(text, size_bytes(size, total_ram));
	if (size->percent)
		(void)fprintf(out, ", %s %.15g%% (%s)", name,
			      (double)size->value / (double)size->scale, text);
	else
		(void)fprintf(out, ", %s %s", name, text);
}

static void print_rule(FILE *out, const struct pind_policy_rule *rule, uint64_t total_ram)
{
	char pattern[PIND_TEXT_PATH_SIZE], text[PIND_REACTION_TEXT_SIZE];

	(void)fprintf(out, "%s:%u: %s %s: %s", rule->file, rule->line,
		      rule->is_unit ? "unit" : "match",
		      pind_text_clean(pattern, sizeof(pattern), rule->pattern),
		      pind_mode_name(rule->mode));
	if (rule->has_reserve)
		print_size(out, "reserve", &rule->reserve, total_ram);
	else if (rule->max.unlimited && rule->max_held.unlimited && rule->high.unlimited)
		(void)fputs(", no limit", out);
	print_size(out, "max", &rule->max, total_ram);
	print_size(out, "max_held", &rule->max_held, total_ram);
	print_size(out, "high", &rule->high, total_ram);
	if (rule->charge_owner)
		(void)fputs(", charge owner", out);
	if (rule->reaction.on_exceed != PIND_ON_EXCEED_NOTHING)
		(void)fprintf(out, ", on_exceed %s", pind_reaction_text(text, &rule->reaction));
	(void)fputc('\n', out);
}

static void print_longterm(FILE *out, const struct pind_policy_longterm *entry)
{
	(void)fprintf(out, "%s:%u: longterm", entry->file, entry->line);
	if (entry->module[0])
		(void)fprintf(out, " module %s", entry->module);
	if (entry->symbol[0])
		(void)fprintf(out, " symbol %s", entry->symbol);
	(void)fputs(": its pins are accounted as long-term ones\n", out);
}

int pind_policy_check(const char *const *files, const char *const *directories, uint64_t total_ram,
		      FILE *out, FILE *err)
{
	_cleanup_(policy_freep) struct pind_policy *policy = NULL;
	const struct pind_problems *problems;
	const struct pind_policy_rule *rule;
	const struct pind_policy_longterm *entry;
	size_t n = 0, n_longterm = 0;
	int r;

	r = pind_policy_new(&policy);
	if (r == 0)
		r = *files ? pind_policy_load_files(policy, files)
			   : pind_policy_load(policy, directories);
	if (r < 0)
		return r;
	problems = pind_policy_problems(policy);
	for (size_t i = 0; i < problems->n; i++) {
		_cleanup_free_ char *text = pind_problem_text(&problems->entries[i]);

		if (!text)
			return -ENOMEM;
		(void)fprintf(err, "%s\n", text);
	}
	if (problems->n)
		return -EINVAL;
	while ((rule = pind_policy_at(policy, n++)))
		print_rule(out, rule, total_ram);
	while ((entry = pind_policy_longterm_at(policy, n_longterm++)))
		print_longterm(out, entry);
	if (n == 1 && n_longterm == 1)
		(void)fputs("there are no rules\n", out);
	return 0;
}
