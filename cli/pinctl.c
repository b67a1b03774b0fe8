// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl: from the command line to the verb, and the way out. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "group-name.h"
#include "help.h"
#include "option.h"
#include "pager.h"
#include "screen.h"
#include "source.h"
#include "text.h"

static int unknown_verb(const char *name)
{
	return fail(PIND_EXIT_USAGE, "there is no verb \"%s\": `pinctl --help` lists them", name);
}

static size_t most_arguments(const struct verb *verb)
{
	switch (verb->arguments) {
	case ARGUMENTS_NONE:
		return 0;
	case ARGUMENTS_GROUP:
	case ARGUMENTS_TARGET:
	case ARGUMENTS_PROCESS:
	case ARGUMENTS_GROUP_OPTIONAL:
		return 1;
	case ARGUMENTS_RANGE:
		return 2;
	case ARGUMENTS_GROUPS:
		break;
	}
	return SIZE_MAX;
}

static int check_arguments(const struct verb *verb, size_t n, char *const *arguments)
{
	size_t most = most_arguments(verb);

	if (n == 0 && verb->arguments == ARGUMENTS_GROUP)
		return fail(PIND_EXIT_USAGE, "%s needs a group: `pinctl %s GROUP`", verb->name,
			    verb->name);
	if (n == 0 && verb->arguments == ARGUMENTS_TARGET)
		return fail(PIND_EXIT_USAGE, "%s needs a process or a group: `pinctl %s PID`",
			    verb->name, verb->name);
	if (n == 0 && verb->arguments == ARGUMENTS_PROCESS)
		return fail(PIND_EXIT_USAGE, "%s needs a process: `pinctl %s PID`", verb->name,
			    verb->name);
	if (n <= most)
		return 0;
	if (most == 0)
		return fail(PIND_EXIT_USAGE,
			    "%s takes no argument \"%s\": `pinctl %s --help` tells what it takes",
			    verb->name, arguments[0], verb->name);
	return fail(PIND_EXIT_USAGE,
		    "\"%s\" is one argument too many: `pinctl %s --help` tells what it takes",
		    arguments[most], verb->name);
}

static int check_group(const char *group)
{
	/* On the bus an empty name means all groups: never by an unset variable. */
	if (group[0] == '\0')
		return fail(PIND_EXIT_USAGE,
			    "the group's name is empty: give a cgroup path or a unit");
	if (!text_is_utf8(group))
		return fail(PIND_EXIT_USAGE, "the group's name \"%s\" is not UTF-8: write it so",
			    group);
	return 0;
}

/* Where it takes any, arguments are groups, or a range. */
static int take_arguments(const struct verb *verb, size_t n, char *const *arguments,
			  struct pind_options *options)
{
	int r = check_arguments(verb, n, arguments);

	options->arguments = arguments;
	options->n_arguments = n;
	if (r == 0 && verb->arguments == ARGUMENTS_RANGE) {
		options->address = n > 0 ? arguments[0] : NULL;
		options->length = n > 1 ? arguments[1] : NULL;
	} else if (r == 0 && n > 0) {
		options->group = arguments[0];
	}
	if (r == 0 && options->group)
		r = check_group(options->group);
	for (size_t i = 1; r == 0 && verb->arguments == ARGUMENTS_GROUPS && i < n; i++)
		r = check_group(arguments[i]);
	return r;
}

/* What it prints is kept until all is there: a pager does not wait for a slow daemon. */
static int run_paged(const struct verb *verb, const struct pind_options *options)
{
	_cleanup_free_ char *text = NULL;
	FILE *terminal = stdout;
	size_t length = 0;
	int r;

	stdout = open_memstream(&text, &length);
	if (!stdout) {
		stdout = terminal;
		return fail_memory();
	}
	r = verb->run(options);
	if (fclose(stdout) != 0)
		r = fail_memory();
	stdout = terminal;
	if (text)
		pager_show(text, length);
	return r;
}

static int run_once(const struct verb *verb, const struct pind_options *options)
{
	if (verb->paged && !options->no_pager && !options->json && screen_is_terminal())
		return run_paged(verb, options);
	return verb->run(options);
}

/* No name that was given is shown of a group: no exit status. */
#define NOT_SHOWN (-1)

/*
 * A verb found no group of a name. Where one is shown by that name, as by \x2d shown as a
 * dash, that one is meant; by what stands in the tree a change goes to no user's unit.
 * Return: NOT_SHOWN, or what came of it.
 */
static int run_as_shown(const struct verb *verb, struct pind_options *options)
{
	_cleanup_free_ char **arguments = calloc(options->n_arguments, sizeof(*arguments));
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	const struct pind_options written = *options;
	bool another = false;
	int r;

	if (!arguments)
		return fail_memory();
	if (source_open(options->kernel, &source) != 0 ||
	    source->ops->groups(source, &groups) != 0)
		return NOT_SHOWN;
	for (size_t i = 0; i < options->n_arguments; i++) {
		const char *name = options->arguments[i], *shown;

		r = group_name_shown(&groups, name, verb->changes, &shown);
		if (r != 0)
			return r;
		if (shown && verb->changes && strcmp(strrchr(shown, '/') + 1, name) == 0)
			shown = NULL;
		another |= shown != NULL;
		arguments[i] = (char *)(shown ?: name);
	}
	if (!another)
		return NOT_SHOWN;
	fail_forget();
	options->arguments = arguments;
	options->group = arguments[0];
	r = run_once(verb, options);
	*options = written;
	return r;
}

/* A path that no cgroup has, which a quota may be for all the same. */
static bool is_free_path(const struct verb *verb, const char *name)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	if (!verb->future || name[0] != '/')
		return false;
	r = verb->changes ? source_open_to_change(&source) : source_open_bus(&source);
	if (r == 0)
		r = source->ops->group(source, name, &group);
	fail_forget();
	return r == PIND_EXIT_NO_GROUP || r == PIND_EXIT_NO_MODULE;
}

static int run_by_name(const struct verb *verb, struct pind_options *options)
{
	_cleanup_free_ char *sentence = NULL;
	int r, as_shown;

	if (options->n_arguments == 0)
		return run_once(verb, options);
	if (is_free_path(verb, options->group)) {
		r = run_as_shown(verb, options);
		if (r != NOT_SHOWN)
			return r;
		fail_forget();
		return run_once(verb, options);
	}
	r = run_once(verb, options);
	if (r != PIND_EXIT_NO_GROUP)
		return r;
	sentence = strdup(fail_text() ?: "");
	if (!sentence)
		return fail_memory();
	as_shown = run_as_shown(verb, options);
	return as_shown == NOT_SHOWN ? fail(r, "%s", sentence) : as_shown;
}

/* The daemon could not be asked: the module is, and that is said. */
static int run_with_module(int failure, const struct verb *verb, struct pind_options *options)
{
	_cleanup_free_ char *sentence = strdup(fail_text()), *fact = strdup(fail_unreachable_fact());
	struct pind_source *source = NULL;
	int r;

	if (!sentence || !fact)
		return fail_memory();
	r = source_open_kernel(&source);
	if (r != 0)
		return fail(failure, "%s; nor can the kernel module be read: %s", sentence,
			    fail_text());
	source->ops->close(source);
	fail_forget();
	(void)fprintf(stderr, "%s: %s; read from the kernel module itself\n",
		      program_invocation_short_name, fact);
	options->kernel = true;
	options->no_daemon = sentence;
	r = run_by_name(verb, options);
	options->no_daemon = NULL;
	return r;
}

static int run_verb(const struct verb *verb, size_t n, char *const *arguments,
		    struct pind_options *options, uint64_t given)
{
	int r;

	r = option_check(verb, given);
	if (r == 0)
		r = take_arguments(verb, n, arguments, options);
	if (r == 0 && verb->columns && !verb->looks)
		r = table_check_look(verb->columns, &options->look);
	if (r != 0)
		return r;
	r = run_by_name(verb, options);
	if (r == 0 || !verb->falls_back || options->kernel || !fail_unreachable_fact())
		return r;
	return run_with_module(r, verb, options);
}

/* pinctl help [VERB], pinctl [VERB] --help. */
static int help(const char *name)
{
	const struct verb *verb = name ? verb_find(name) : NULL;

	if (name && !verb)
		return unknown_verb(name);
	if (verb)
		help_print_verb(verb);
	else
		help_print();
	return 0;
}

static int run(int argc, char **argv)
{
	struct pind_options options = { 0 };
	const struct verb *verb;
	const char *name;
	uint64_t given;
	int r;

	r = option_parse(argc, argv, &options, &given);
	if (r != 0)
		return r;
	argc -= optind;
	argv += optind;
	name = argc > 0 ? argv[0] : NULL;

	if (options.table) {
		help_print_table();
		return 0;
	}
	if (options.version) {
		(void)printf("pinctl %s\n", PIND_VERSION);
		return 0;
	}
	if (name && strcmp(name, "help") == 0)
		return help(argc > 1 ? argv[1] : NULL);
	if (options.help)
		return help(name);
	if (!name)
		return fail(PIND_EXIT_USAGE, "a verb is missing: `pinctl --help` lists them");
	verb = verb_find(name);
	if (!verb)
		return unknown_verb(name);
	return run_verb(verb, (size_t)argc - 1, argv + 1, &options, given);
}

int main(int argc, char **argv)
{
	int r, written;

	screen_set_locale();
	/* A reader that goes away shows as EPIPE, not as our death. */
	(void)signal(SIGPIPE, SIG_IGN);

	r = run(argc, argv);
	if (r == 0) {
		r = screen_close();
	} else {
		/* The first failure is the one to be told. */
		written = fail_text() ? 0 : screen_close();
		r = written ? written : r;
	}
	fail_say();
	return r;
}
