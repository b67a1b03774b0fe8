// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl: options, the table of verbs, and the way out. */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "screen.h"
#include "text.h"
#include "verb.h"

/* Options that not every verb takes. */
enum {
	OPTION_ALL = 1 << 0,
	OPTION_QUOTA = 1 << 1, /* --max --max-held --high --mode --runtime */
	OPTION_GROUP = 1 << 2,
	OPTION_PAGE = 1 << 3, /* --pid --frame */
	NO_JSON = 1 << 4,     /* --json goes with all other verbs */
	OPTION_ORPHANS = 1 << 5, /* --orphans --waiting */
};

enum group_argument {
	GROUP_NONE,
	GROUP_OPTIONAL,
	GROUP_REQUIRED,
	RANGE_OPTIONAL, /* no group: an address and perhaps a length */
};

struct verb {
	const char *name;
	int (*run)(const struct pind_options *options);
	enum group_argument group;
	unsigned int options;
	bool changes;	      /* the daemon's to do: not with --kernel */
	const char *synopsis; /* behind the name */
	const char *summary;
	const char *details; /* for pinctl VERB --help; may be empty */
};

static const struct verb verbs[] = {
	{ "list", cmd_list, GROUP_NONE, OPTION_ALL, false, "[--all]",
	  "groups that hold pins or have a quota",
	  "  --all             every group that the module knows\n" },
	{ "show", cmd_show, GROUP_REQUIRED, 0, false, "GROUP", "everything about one group", "" },
	{ "set", cmd_set, GROUP_REQUIRED, OPTION_QUOTA, true,
	  "GROUP [--max SIZE] [--max-held SIZE] [--high SIZE] [--mode MODE] [--runtime]", "set or change a quota",
	  "  --max SIZE        pin calls that would exceed it are refused\n"
	  "  --max-held SIZE   a limit on the whole pages, huge ones too, that its pins keep in place\n"
	  "  --high SIZE       an event is sent when the group rises above it\n"
	  "  --mode MODE       enforce (refuse above max) or observe (count only)\n"
	  "  --runtime         forget it when the cgroup goes or the machine restarts\n"
	  "\nAt least one of the first four; what of them is not given stays as it is.\n"
	  "Without --runtime the quota is kept, also one that was not before.\n"
	  "SIZE: 64M, 1.5G, 25% (of all memory), max (no limit), or plain bytes.\n" },
	{ "unset", cmd_unset, GROUP_REQUIRED, 0, true, "GROUP", "remove a quota",
	  "What is pinned stays pinned and counted.\n" },
	{ "ps", cmd_ps, GROUP_OPTIONAL, OPTION_ORPHANS, false, "[--orphans | --waiting] [GROUP]",
	  "who holds pins, by which driver, since when",
	  "  --orphans         only pins whose process is gone, and who may have the file (the\n"
	  "                    ring, the container) in which they live on; that needs root\n"
	  "  --waiting         pin calls that have been under way for more than 10 s\n" },
	{ "refusals", cmd_refusals, GROUP_NONE, 0, false, "", "recent refusals, oldest first", "" },
	{ "vmstat", cmd_vmstat, GROUP_NONE, 0, false, "", "traffic in pins, as /proc/vmstat", "" },
	{ "monitor", cmd_monitor, GROUP_NONE, 0, false, "", "events as they happen", "" },
	{ "status", cmd_status, GROUP_NONE, 0, false, "", "is all well? exit status 0 if so", "" },
	{ "misuse", cmd_misuse, GROUP_NONE, 0, false, "",
	  "rules of FOLL_PIN that were broken, and by whom",
	  "Behind them accounts that still hold pins after their process is gone.\n" },
	{ "page", cmd_page, RANGE_OPTIONAL, OPTION_PAGE, false,
	  "--pid PID ADDRESS [LENGTH] | --frame NUMBER", "is a page pinned, and by whom",
	  "  --pid PID         pages of this process, from ADDRESS on\n"
	  "  --frame NUMBER    the page with this page frame number\n"
	  "\nADDRESS and NUMBER: decimal, or hexadecimal with 0x. LENGTH: 64M, or plain bytes;\n"
	  "one page unless it is given.\n" },
	{ "metrics", cmd_metrics, GROUP_NONE, NO_JSON, false, "",
	  "all numbers as OpenMetrics text, for a collector", "" },
	{ "reset-peak", cmd_reset_peak, GROUP_REQUIRED, 0, true, "GROUP",
	  "let peak begin anew at current", "" },
	{ "audit", cmd_audit, GROUP_NONE, OPTION_GROUP, false, "[--group GROUP]",
	  "compare the ledger with the kernel, and repair",
	  "  --group GROUP     only what this group and those below it hold\n" },
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Values of the long options that have no letter. */
enum {
	ARG_VERSION = 256,
	ARG_JSON,
	ARG_KERNEL,
	ARG_ALL,
	ARG_ORPHANS,
	ARG_WAITING,
	ARG_GROUP,
	ARG_PID,
	ARG_FRAME,
	ARG_MAX,
	ARG_MAX_HELD,
	ARG_HIGH,
	ARG_MODE,
	ARG_RUNTIME
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, ARG_VERSION },
	{ "json", no_argument, NULL, ARG_JSON },
	{ "kernel", no_argument, NULL, ARG_KERNEL },
	{ "all", no_argument, NULL, ARG_ALL },
	{ "orphans", no_argument, NULL, ARG_ORPHANS },
	{ "waiting", no_argument, NULL, ARG_WAITING },
	{ "group", required_argument, NULL, ARG_GROUP },
	{ "pid", required_argument, NULL, ARG_PID },
	{ "frame", required_argument, NULL, ARG_FRAME },
	{ "max", required_argument, NULL, ARG_MAX },
	{ "max-held", required_argument, NULL, ARG_MAX_HELD },
	{ "high", required_argument, NULL, ARG_HIGH },
	{ "mode", required_argument, NULL, ARG_MODE },
	{ "runtime", no_argument, NULL, ARG_RUNTIME },
	{ 0 },
};

struct command_line {
	struct pind_options options;
	unsigned int given; /* OPTION_* */
	bool help;
	bool version;
};

static void print_help(void)
{
	(void)printf("pinctl [OPTIONS] VERB [GROUP] ...\n"
		     "Who pins memory, how much, and how much they may.\n\n");
	for (size_t i = 0; i < N_VERBS; i++)
		(void)printf("  %-11s %-8s %s\n", verbs[i].name,
			     verbs[i].group == GROUP_REQUIRED	? "GROUP"
			     : verbs[i].group == GROUP_OPTIONAL ? "[GROUP]"
								: "",
			     verbs[i].summary);
	(void)printf("\n"
		     "  --json            JSON; sizes are bytes, no limit is null\n"
		     "  --kernel          read the kernel module directly, without the daemon\n"
		     "  -h --help         this, or with a verb more about it\n"
		     "  --version         the version\n\n"
		     "GROUP is a cgroup path, with or without /sys/fs/cgroup, or a systemd unit.\n"
		     "See pinctl(1) for more, and for the exit statuses.\n");
}

static void print_verb_help(const struct verb *verb)
{
	(void)printf("pinctl %s%s%s%s%s\n%s.\n%s%s", verb->name, verb->synopsis[0] ? " " : "",
		     verb->synopsis, verb->options & NO_JSON ? "" : " [--json]",
		     verb->changes ? "" : " [--kernel]", verb->summary,
		     verb->details[0] ? "\n" : "", verb->details);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static int unknown_verb(const char *name)
{
	return fail(PIND_EXIT_USAGE, "there is no verb \"%s\": `pinctl --help` lists them", name);
}

/*
 * What getopt_long() stumbled over; @argument is the last one it took, or the one it
 * is in, where that is no letter (a byte above 0x7f).
 */
static int bad_option(int c, const char *argument)
{
	if (c == ':')
		return fail(PIND_EXIT_USAGE,
			    "option %s needs a value: `pinctl VERB --help` tells which", argument);
	/* In a cluster such as -xy the argument is not taken yet; the letter is. */
	if (optopt > 0 && optopt < 128 && optopt != 'h')
		return fail(PIND_EXIT_USAGE,
			    "option -%c does not exist: `pinctl --help` lists them", optopt);
	return fail(PIND_EXIT_USAGE,
		    "option %s does not exist or takes no value: `pinctl --help` lists them",
		    argument);
}

static void take_option(struct command_line *line, int c)
{
	struct pind_options *options = &line->options;

	switch (c) {
	case 'h':
		line->help = true;
		return;
	case ARG_VERSION:
		line->version = true;
		return;
	case ARG_JSON:
		options->json = true;
		return;
	case ARG_KERNEL:
		options->kernel = true;
		return;
	case ARG_ALL:
		options->all = true;
		line->given |= OPTION_ALL;
		return;
	case ARG_ORPHANS:
		options->orphans = true;
		line->given |= OPTION_ORPHANS;
		return;
	case ARG_WAITING:
		options->waiting = true;
		line->given |= OPTION_ORPHANS;
		return;
	case ARG_GROUP:
		options->group = optarg;
		line->given |= OPTION_GROUP;
		return;
	case ARG_PID:
		options->pid = optarg;
		line->given |= OPTION_PAGE;
		return;
	case ARG_FRAME:
		options->frame = optarg;
		line->given |= OPTION_PAGE;
		return;
	case ARG_MAX:
		options->max = optarg;
		break;
	case ARG_MAX_HELD:
		options->max_held = optarg;
		break;
	case ARG_HIGH:
		options->high = optarg;
		break;
	case ARG_MODE:
		options->mode = optarg;
		break;
	case ARG_RUNTIME:
		options->runtime = true;
		break;
	}
	line->given |= OPTION_QUOTA;
}

static int parse_options(int argc, char **argv, struct command_line *line)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) >= 0) {
		if (c == '?' || c == ':')
			return bad_option(c, argv[optopt < 0 ? optind : optind - 1]);
		take_option(line, c);
	}
	return 0;
}

static int check_argument(const struct verb *verb, const char *argument)
{
	if (!argument && verb->group == GROUP_REQUIRED)
		return fail(PIND_EXIT_USAGE, "%s needs a group: `pinctl %s GROUP`", verb->name,
			    verb->name);
	if (argument && verb->group == GROUP_NONE)
		return fail(PIND_EXIT_USAGE,
			    "%s takes no argument \"%s\": `pinctl %s --help` tells what it takes",
			    verb->name, argument, verb->name);
	return 0;
}

static int check_group(const char *group)
{
	if (!group)
		return 0;
	/* On the bus an empty name means all groups: never by an unset variable. */
	if (group[0] == '\0')
		return fail(PIND_EXIT_USAGE,
			    "the group's name is empty: give a cgroup path or a unit");
	if (!text_is_utf8(group))
		return fail(PIND_EXIT_USAGE, "the group's name \"%s\" is not UTF-8: write it so",
			    group);
	return 0;
}

static int check_options(const struct verb *verb, const struct command_line *line)
{
	if (line->given & OPTION_ALL & ~verb->options)
		return fail(PIND_EXIT_USAGE, "%s takes no --all: only list does", verb->name);
	if (line->given & OPTION_ORPHANS & ~verb->options)
		return fail(PIND_EXIT_USAGE, "%s takes neither --orphans nor --waiting: only ps does",
			    verb->name);
	if (line->options.orphans && line->options.waiting)
		return fail(PIND_EXIT_USAGE, "--orphans and --waiting exclude each other: give one");
	if (line->given & OPTION_GROUP & ~verb->options)
		return fail(PIND_EXIT_USAGE, "%s takes no --group: only audit does", verb->name);
	if (line->given & OPTION_PAGE & ~verb->options)
		return fail(PIND_EXIT_USAGE, "%s takes neither --pid nor --frame: only page does",
			    verb->name);
	if (line->given & OPTION_QUOTA & ~verb->options)
		return fail(PIND_EXIT_USAGE,
			    "%s takes none of --max, --max-held, --high, --mode, --runtime: only set "
			    "does",
			    verb->name);
	if (verb->options & NO_JSON && line->options.json)
		return fail(PIND_EXIT_USAGE, "%s takes no --json: it writes OpenMetrics text only",
			    verb->name);
	if (verb->changes && line->options.kernel)
		return fail(PIND_EXIT_USAGE,
			    "%s does not go with --kernel: quotas are the daemon's, who would not "
			    "know of it, so start it with `systemctl start pind`",
			    verb->name);
	return 0;
}

static int run_verb(const struct verb *verb, int n, char **arguments, struct command_line *line)
{
	const char *argument = n > 0 ? arguments[0] : NULL;
	int most = verb->group == RANGE_OPTIONAL ? 2 : 1;
	int r;

	if (n > most)
		return fail(
			PIND_EXIT_USAGE,
			"\"%s\" is one argument too many: `pinctl %s --help` tells what it takes",
			arguments[most], verb->name);
	r = check_options(verb, line);
	if (r == 0)
		r = check_argument(verb, argument);
	if (verb->group == RANGE_OPTIONAL) {
		line->options.address = argument;
		line->options.length = n > 1 ? arguments[1] : NULL;
	} else if (argument) {
		line->options.group = argument;
	}
	if (r == 0)
		r = check_group(line->options.group);
	return r != 0 ? r : verb->run(&line->options);
}

/* pinctl help [VERB], pinctl [VERB] --help. */
static int help(const char *name)
{
	const struct verb *verb = name ? find_verb(name) : NULL;

	if (name && !verb)
		return unknown_verb(name);
	if (verb)
		print_verb_help(verb);
	else
		print_help();
	return 0;
}

static int run(int argc, char **argv)
{
	struct command_line line = { 0 };
	const struct verb *verb;
	const char *name;
	int r;

	r = parse_options(argc, argv, &line);
	if (r != 0)
		return r;
	argc -= optind;
	argv += optind;
	name = argc > 0 ? argv[0] : NULL;

	if (line.version) {
		(void)printf("pinctl %s\n", PIND_VERSION);
		return 0;
	}
	if (name && strcmp(name, "help") == 0)
		return help(argc > 1 ? argv[1] : NULL);
	if (line.help)
		return help(name);
	if (!name)
		return fail(PIND_EXIT_USAGE, "a verb is missing: `pinctl --help` lists them");
	verb = find_verb(name);
	if (!verb)
		return unknown_verb(name);
	return run_verb(verb, argc - 1, argv + 1, &line);
}

int main(int argc, char **argv)
{
	int r, written;

	(void)setlocale(LC_ALL, "");
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
