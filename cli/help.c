// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <pind/driver.h>

#include "help.h"
#include "option.h"
#include "top-rows.h"

/* Where what an option does begins, and where a line ends at the latest. */
#define OPTION_COLUMN 23
#define WIDTH	      79

/* Words from @at on, in lines that begin at OPTION_COLUMN. */
static void print_words(const char *words, int at)
{
	const char *before = "";

	while (*words) {
		int length = (int)strcspn(words, " ");

		if (at + (int)strlen(before) + length <= WIDTH)
			at += printf("%s%.*s", before, length, words);
		else
			at = printf("\n%*s%.*s", OPTION_COLUMN, "", length, words) - 1;
		words += length + (words[length] == ' ');
		before = " ";
	}
	(void)putchar('\n');
}

static void print_option(const struct option_row *row)
{
	int n;

	n = row->letter ? printf("  -%c ", row->letter) : printf("     ");
	n += printf("--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
	n += printf("%*s", n < OPTION_COLUMN - 1 ? OPTION_COLUMN - n : 1, "");
	print_words(row->help, n);
}

static void print_options(uint64_t options)
{
	for (int i = 0; i < N_OPTIONS; i++) {
		if (options >> i & 1 && option_rows[i].help)
			print_option(&option_rows[i]);
	}
}

void help_print(void)
{
	(void)printf("pinctl [OPTIONS] VERB [GROUP] ...\n"
		     "Who pins memory, how much, and how much they may.\n\n");
	for (size_t i = 0; i < n_verbs; i++) {
		const char *argument[] = { [ARGUMENTS_GROUP] = "GROUP",
					   [ARGUMENTS_TARGET] = "PID|GROUP",
					   [ARGUMENTS_PROCESS] = "PID",
					   [ARGUMENTS_GROUP_OPTIONAL] = "[GROUP]",
					   [ARGUMENTS_GROUPS] = "[GROUP...]",
					   [ARGUMENTS_RANGE] = "" };

		(void)printf("  %-11s %-10s %s\n", verbs[i].name,
			     argument[verbs[i].arguments] ?: "", verbs[i].summary);
	}
	(void)putchar('\n');
	print_options(OPTION(JSON) | OPTION(KERNEL) | OPTION(NO_PAGER) | OPTION(HELP) |
		      OPTION(VERSION));
	(void)printf(
		"\nGROUP is a cgroup path, with or without /sys/fs/cgroup, or a systemd unit.\n"
		"`pinctl help VERB` tells more, `man pinctl-VERB` the rest, and pinctl(1) the\n"
		"exit statuses.\n");
}

static void print_columns(const struct table_columns *columns)
{
	int at = 0;

	(void)printf("\nCOLUMNS:");
	for (size_t i = 0; i < columns->n; i++) {
		const char *name = columns->of[i].title;

		at += (int)strlen(name) + 1;
		if (at > 70) {
			(void)printf("\n        ");
			at = (int)strlen(name) + 1;
		}
		(void)printf(" %s", name);
	}
	(void)putchar('\n');
}

void help_print_verb(const struct verb *verb)
{
	uint64_t options = verb->options & ~(OPTION(JSON) | OPTION(KERNEL));

	(void)printf("pinctl %s%s%s%s%s\n%s.\n", verb->name, verb->synopsis[0] ? " " : "",
		     verb->synopsis, verb->options & OPTION(JSON) ? " [--json]" : "",
		     verb->options & OPTION(KERNEL) ? " [--kernel]" : "", verb->summary);
	if (options)
		(void)putchar('\n');
	print_options(options);
	if (verb->columns)
		print_columns(verb->columns);
	if (verb->notes)
		(void)printf("\n%s", verb->notes);
}

static void print_table_options(const char *verb, uint64_t options)
{
	for (int i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(options >> i & 1) || !row->help)
			continue;
		(void)printf("option\t%s\t--%s\t%s\t%s\n", verb, row->name,
			     row->value ? row->value : "-", row->help);
		if (row->letter)
			(void)printf("letter\t%s\t-%c\t--%s\n", verb, row->letter, row->name);
	}
}

/* Some of what may stand behind an option; groups, processes and columns are the shell's. */
static void print_values(void)
{
	static const char *const values[][2] = {
		{ "MODE", "observe" }, { "MODE", "enforce" },	{ "SIZE", "max" },
		{ "FORMAT", "openmetrics" },	{ "FORMAT", "prometheus" },
		{ "SPAN", "10min" },   { "SPAN", "1h" },	{ "SPAN", "1d" },
		{ "TIME", "10min" },   { "TIME", "1h" },	{ "TIME", "1d" },
		{ "TIME", "today" },   { "TIME", "yesterday" }, { "VIEW", "group" },
		{ "VIEW", "process" }, { "VIEW", "driver" },	{ "ACT", "nothing" },
		{ "ACT", "signal" },   { "ACT", "stop-unit" },	{ "ACT", "kill" },
		{ "SIGNAL", "SIGTERM" }, { "SIGNAL", "SIGINT" }, { "SIGNAL", "SIGHUP" },
		{ "SIGNAL", "SIGUSR1" }, { "SIGNAL", "SIGUSR2" }, { "SIGNAL", "SIGKILL" },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		(void)printf("value\t%s\t%s\n", values[i][0], values[i][1]);
	for (size_t i = 0; i < sizeof(pind_driver_rules) / sizeof(pind_driver_rules[0]); i++) {
		const char *driver = pind_driver_rules[i].driver;
		size_t first = 0;

		while (strcmp(pind_driver_rules[first].driver, driver) != 0)
			first++;
		if (first == i)
			(void)printf("value\tDRIVER\t%s\n", driver);
	}
}

/* One that can be sorted by, and that no view before this one has. */
static bool is_new_order(size_t view, const struct top_column *column)
{
	for (size_t i = 0; i < view; i++) {
		for (size_t j = 0; j < top_columns[i].n; j++) {
			if (strcmp(top_columns[i].of[j].title, column->title) == 0)
				return false;
		}
	}
	return column->field != TOP_HISTORY;
}

/* What --sort takes. */
static void print_orders(const struct verb *verb)
{
	for (size_t i = 0; verb->columns && i < verb->columns->n; i++) {
		if (verb->columns->of[i].key)
			(void)printf("sort\t%s\t%s\n", verb->name, verb->columns->of[i].title);
	}
	for (size_t i = 0; !verb->columns && i < N_TOP_VIEWS; i++) {
		for (size_t j = 0; j < top_columns[i].n; j++) {
			if (is_new_order(i, &top_columns[i].of[j]))
				(void)printf("sort\t%s\t%s\n", verb->name,
					     top_columns[i].of[j].title);
		}
	}
}

static const char *argument_of(const struct verb *verb)
{
	switch (verb->arguments) {
	case ARGUMENTS_GROUP:
	case ARGUMENTS_GROUP_OPTIONAL:
	case ARGUMENTS_GROUPS:
		return "group";
	case ARGUMENTS_TARGET:
		return "target";
	case ARGUMENTS_PROCESS:
		return "process";
	case ARGUMENTS_NONE:
	case ARGUMENTS_RANGE:
		break;
	}
	return "-";
}

void help_print_table(void)
{
	print_table_options("-", OPTION(JSON) | OPTION(KERNEL) | OPTIONS_GENERAL);
	for (size_t i = 0; i < n_verbs; i++) {
		const struct verb *verb = &verbs[i];

		(void)printf("verb\t%s\t%s\t%s\n", verb->name, argument_of(verb), verb->summary);
		print_table_options(verb->name, verb->options | OPTION(HELP) | OPTION(NO_PAGER));
		for (size_t j = 0; verb->columns && j < verb->columns->n; j++)
			(void)printf("column\t%s\t%s\n", verb->name, verb->columns->of[j].title);
		if (verb->options & OPTION(SORT))
			print_orders(verb);
	}
	(void)printf("verb\thelp\tverb\tthis, or with a verb more about it\n");
	print_values();
}
