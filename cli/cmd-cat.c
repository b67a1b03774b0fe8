// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl cat [GROUP]: which quotas are in force, and where each comes from. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "json.h"
#include "reaction-text.h"
#include "source.h"
#include "table.h"
#include "verb.h"

static const struct table_column cat_columns[] = {
	{ "DECIDES", TABLE_AUTO },
	{ "PATTERN", TABLE_PATH },
	{ "MAX", TABLE_RIGHT },
	{ "MAX-HELD", TABLE_RIGHT | TABLE_AUTO, 3 },
	{ "HIGH", TABLE_RIGHT | TABLE_AUTO, 2 },
	{ "MODE", 0, 4 },
	{ "CHARGE", TABLE_AUTO, 7 },
	{ "ON-EXCEED", TABLE_AUTO, 5 },
	{ "SOURCE", TABLE_PATH },
	{ "COMMENT", TABLE_TEXT | TABLE_AUTO, 6 },
};

const struct table_columns cat_table = TABLE_COLUMNS(cat_columns);

/* A limit that is none says nothing, except where it is all that the rule says. */
static void add_limit(struct table *table, uint64_t limit)
{
	if (limit == PIND_UNLIMITED)
		table_add(table, "-");
	else
		table_add_size(table, limit);
}

static void add_row(struct table *table, const struct pind_rule_info *rule, const char *decides)
{
	char buffer[PIND_REACTION_TEXT_SIZE];
	const char *reaction =
		reaction_text(buffer, rule->on_exceed, rule->grace, rule->dry_run, rule->signal);

	table_add(table, "%s", decides);
	table_add(table, "%s", rule->pattern);
	table_add_size(table, rule->max);
	add_limit(table, rule->max_held);
	add_limit(table, rule->high);
	table_add(table, "%s", rule->mode == PIND_MODE_OBSERVE ? "observe" : "enforce");
	/* the pinner pays unless somebody says otherwise */
	table_add(table, "%s", rule->charge == PIND_PAYER_PINNER ? "-" : model_payer(rule->charge));
	table_add(table, "%s", reaction ?: "-");
	if (rule->file)
		table_add(table, "%s:%u", rule->file, rule->line);
	else
		table_add(table, "%s", rule->source);
	table_add(table, "%s", rule->comment && rule->comment[0] ? rule->comment : "-");
}

/*
 * Of the rules and quotas about one group, is it the last one? Who pays is said by the files
 * alone: by the last rule of them, also where a quota comes after it.
 */
static const char *decides(const struct pind_records *rules, size_t i)
{
	const struct pind_rule_info *rule = records_at(rules, i), *later;

	if (i == rules->n - 1)
		return "yes";
	while (++i < rules->n) {
		later = records_at(rules, i);
		if (later->file)
			return "no";
	}
	return rule->charge == PIND_PAYER_OWNER ? "charge" : "no";
}

/* All in their order; of a group, that which decides is on top. */
static int print_rules(const struct pind_records *rules, const struct pind_options *options)
{
	_cleanup_(table_done) struct table table = TABLE_OF(cat_table, &options->look);

	if (rules->n == 0 &&
	    table_say_empty(&options->look, options->group
						    ? "No rule and no quota is about this group."
						    : "There are no rules and no quotas."))
		return 0;
	for (size_t i = 0; i < rules->n; i++) {
		size_t at = options->group ? rules->n - 1 - i : i;

		add_row(&table, records_at(rules, at), options->group ? decides(rules, at) : "-");
	}
	return table_print(&table, stdout);
}

static const struct table_column longterm_columns[] = {
	{ "MODULE" },
	{ "SYMBOL" },
	{ "SOURCE", TABLE_PATH },
};

/* Whose pins are accounted as long-term ones, if any file says so. */
static int print_longterm(const struct pind_records *longterm)
{
	_cleanup_(table_done) struct table table = TABLE(longterm_columns);

	if (longterm->n == 0)
		return 0;
	for (size_t i = 0; i < longterm->n; i++) {
		const struct pind_longterm_info *entry = records_at(longterm, i);

		table_add(&table, "%s", model_shown(entry->module));
		table_add(&table, "%s", model_shown(entry->symbol));
		table_add(&table, "%s:%u", model_shown(entry->file), entry->line);
	}
	(void)puts("\nThe pins of these callers are accounted as long-term ones:");
	return table_print(&table, stdout);
}

/* What is wrong with files, or with what is kept: to stderr, where it is no row of the table. */
static void print_problems(const struct pind_records *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		const struct pind_problem_info *problem = records_at(problems, i);

		if (!problem->file[0])
			(void)fprintf(stderr, "%s\n", problem->sentence);
		else if (problem->line)
			(void)fprintf(stderr, "%s:%u: %s\n", problem->file, problem->line,
				      problem->sentence);
		else
			(void)fprintf(stderr, "%s: %s\n", problem->file, problem->sentence);
	}
}

static int add_list(cJSON *object, const char *key, const struct pind_records *records)
{
	cJSON *list = json_records(records);

	if (list && cJSON_AddItemToObject(object, key, list))
		return 0;
	cJSON_Delete(list);
	return fail_memory();
}

static int print_json(const struct pind_records *rules, const struct pind_records *longterm,
		      const struct pind_records *problems)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	int r = object ? add_list(object, "rules", rules) : fail_memory();

	if (r == 0)
		r = add_list(object, "longterm", longterm);
	if (r == 0)
		r = add_list(object, "problems", problems);
	return r == 0 ? json_print(object, false) : r;
}

int cmd_cat(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records problems = RECORDS(pind_problem_kind);
	_cleanup_(records_done) struct pind_records longterm = RECORDS(pind_longterm_kind);
	_cleanup_(records_done) struct pind_records rules = RECORDS(pind_rule_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->rules(source, options->group, &rules, &problems);
	/* it is about callers, not about groups */
	if (r == 0 && !options->group)
		r = source->ops->longterm(source, true, &longterm);
	if (r != 0)
		return r;
	if (options->json)
		return print_json(&rules, &longterm, &problems);
	r = print_rules(&rules, options);
	if (r == 0)
		r = print_longterm(&longterm);
	print_problems(&problems);
	return r;
}
