// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "option.h"

/* Beside a letter, what getopt_long() returns for an option. */
#define ARG_FIRST 256

#define ROW(n, l, v, m, h)                                                            \
	{                                                                             \
		.name = (n), .letter = (l), .value = (v), .help = (h),                \
		.offset = offsetof(struct pind_options, m)                            \
	}

const struct option_row option_rows[N_OPTIONS] = {
	[OPTION_HELP] = ROW("help", 'h', NULL, help, "this, or with a verb more about it"),
	[OPTION_VERSION] = ROW("version", 0, NULL, version, "the version"),
	[OPTION_COMPLETE_TABLE] = ROW("complete-table", 0, NULL, table, NULL),
	[OPTION_NO_PAGER] = ROW("no-pager", 0, NULL, no_pager, "no pager on a terminal"),
	[OPTION_JSON] = ROW("json", 0, NULL, json, "JSON; sizes are bytes, no limit is null"),
	[OPTION_KERNEL] = ROW("kernel", 0, NULL, kernel,
			      "read the kernel module directly, without the daemon"),
	[OPTION_COLUMNS] = ROW("output", 'o', "COLUMNS", look.wanted,
			       "these, NAME,NAME...; +NAME adds to the usual ones"),
	[OPTION_FULL] = ROW("full", 'l', NULL, look.full, "every column, and nothing cut"),
	[OPTION_NOHEADINGS] = ROW("noheadings", 0, NULL, look.noheadings, "no line of titles"),
	[OPTION_RAW] = ROW("raw", 0, NULL, look.raw,
			   "one blank between columns, \\x20 in a cell; sizes in bytes"),
	[OPTION_BYTES] = ROW("bytes", 'b', NULL, look.bytes, "sizes in bytes"),
	[OPTION_TREE] = ROW("tree", 0, NULL, tree, "as a tree"),
	[OPTION_FLAT] = ROW("flat", 0, NULL, flat, "with whole paths"),
	[OPTION_SORT] = ROW("sort", 0, "COLUMN", sort, "by this column, numbers the largest first"),
	[OPTION_ALL] = ROW("all", 0, NULL, all, "every group that the module knows"),
	[OPTION_OVER] =
		ROW("over", 0, NULL, over, "only groups that are above their quota or above high"),
	[OPTION_DEAD] = ROW("dead", 0, NULL, dead,
			    "only groups that were removed while their pins live on"),
	[OPTION_ORPHANS] = ROW("orphans", 0, NULL, orphans,
			       "only pins whose process is gone, and who may have the file (the "
			       "ring, the container) in which they live on; that needs root"),
	[OPTION_WAITING] = ROW("waiting", 0, NULL, waiting,
			       "pin calls that have been under way for more than 10 s"),
	[OPTION_PROCESSES] = ROW("processes", 0, NULL, processes,
				 "by the processes that map it; that needs root"),
	[OPTION_GROUP] =
		ROW("group", 0, "GROUP", group, "only what this group and those below it hold"),
	[OPTION_DRIVER] = ROW("driver", 0, "DRIVER", driver, "only by this driver"),
	[OPTION_SINCE] = ROW("since", 0, "TIME", since,
			     "only since that time: 10min, 2h, 3d (before now), today, yesterday, "
			     "10:12, \"2026-11-29 10:12\""),
	[OPTION_OLDER_THAN] = ROW("older-than", 0, "SPAN", older_than,
				  "only what is held for longer: 90s, 10min, 2h, 3d, 1w"),
	[OPTION_PID] = ROW("pid", 0, "PID", pid, "of this process"),
	[OPTION_FRAME] = ROW("frame", 0, "NUMBER", frame, "the page with this page frame number"),
	[OPTION_FRAMES] = ROW("frames", 0, "A-B", frames,
			      "who pins anything in the page frames from A to B"),
	[OPTION_MEMORY_BLOCK] = ROW("memory-block", 0, "NUMBER", memory_block,
				    "likewise in /sys/devices/system/memory/memoryNUMBER"),
	[OPTION_EACH] = ROW("each", 0, NULL, each, "each folio by itself, not summed up"),
	[OPTION_MAX] = ROW("max", 0, "SIZE", max, "pin calls that would exceed it are refused"),
	[OPTION_MAX_HELD] = ROW("max-held", 0, "SIZE", max_held,
				"a limit on the whole pages, huge ones too, that its pins keep in "
				"place"),
	[OPTION_HIGH] =
		ROW("high", 0, "SIZE", high, "an event is sent when the group rises above it"),
	[OPTION_MODE] =
		ROW("mode", 0, "MODE", mode, "enforce (refuse above max) or observe (count only)"),
	[OPTION_ON_EXCEED] = ROW("on-exceed", 0, "ACT", on_exceed,
				 "what is done to the group when it stays above max or max-held: "
				 "nothing, signal, stop-unit or kill; only root may say so"),
	[OPTION_GRACE] =
		ROW("grace", 0, "SPAN", grace,
		    "for how long it may stay there: 30s (unless it is given), 5min, 2h, 1d"),
	[OPTION_SIGNAL] = ROW("signal", 0, "SIGNAL", signal,
			      "the signal for its processes: SIGTERM unless it is given"),
	[OPTION_ONLY_TELL] = ROW("only-tell", 0, NULL, only_tell,
				 "report when it would be done, and do nothing"),
	[OPTION_RUNTIME] = ROW("runtime", 0, NULL, runtime,
			       "forget it when the cgroup goes or the machine restarts"),
	[OPTION_KEPT] = ROW("kept", 0, NULL, kept,
			    "keep it, also of a container or pod, whose name never comes again"),
	[OPTION_DRY_RUN] =
		ROW("dry-run", 0, NULL, dry_run, "change nothing, and show the result"),
	[OPTION_STALE] = ROW("stale", 0, NULL, stale,
			     "every quota that is kept for a container, pod or the like that is gone"),
	[OPTION_BATCH] = ROW("batch", 'b', NULL, batch, "as lines, for a log or a pipe"),
	[OPTION_COUNT] = ROW("count", 'n', "TIMES", count, "look so many times, then end"),
	[OPTION_DELAY] = ROW("delay", 'd', "SPAN", delay, "look every so many seconds: 0.5, 2, 1min"),
	[OPTION_SECONDS] = ROW("seconds", 0, "NUMBER", seconds,
			       "count for so many seconds first, 3600 at most; 0: count no longer"),
	[OPTION_AT] = ROW("at", 0, "TIME", at,
			  "the last record before this time: 2h (before now), 03:00, "
			  "\"2026-11-29 03:00\""),
	[OPTION_UNTIL] = ROW("until", 0, "TIME", until, "only up to this time"),
	[OPTION_LIMIT] = ROW("limit", 0, "SIZE", limit, "all files together are no larger; 256M"),
	[OPTION_DIRECTORY] = ROW("directory", 0, "DIRECTORY", directory,
				 "where the files are; /var/lib/pind/record"),
	[OPTION_BY] = ROW("by", 0, "VIEW", by, "a line for each group, process or driver"),
	[OPTION_FORMAT] = ROW("format", 0, "FORMAT", format,
			      "openmetrics, or prometheus, the older one of textfile collectors"),
	[OPTION_GROUPS] = ROW("groups", 0, "NUMBER", groups,
			      "how many groups have samples of their own; 100 unless it is given"),
	[OPTION_STATE] = ROW("state", 0, "FILE", state,
			     "carry counters on from those in this file, so that none ever falls"),
	[OPTION_FILE] = ROW("file", 0, "FILE", file,
			    "write this file, as a whole, and remove it if that fails"),
	[OPTION_HTTP] = ROW("http", 0, NULL, http,
			    "answer one HTTP request that comes on stdin, on stdout"),
	[OPTION_VARLINK] = ROW("varlink", 0, NULL, varlink,
			       "serve io.systemd.Metrics, by Varlink, on stdin and stdout"),
};

/* The verb on the command line, as `pinctl VERB --help` has it; "" before there is one. */
static const char *verb_told(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (verb_find(argv[i]))
			return argv[i];
	}
	return "";
}

/*
 * What getopt_long() stumbled over; @argument is the last one it took, or the one it
 * is in, where that is no letter (a byte above 0x7f).
 */
static int bad_option(int c, const char *argument, const char *verb)
{
	const char *blank = verb[0] ? " " : "";

	if (c == ':')
		return fail(PIND_EXIT_USAGE,
			    "option %s needs a value: `pinctl%s%s --help` tells which", argument,
			    blank, verb);
	/* In a cluster such as -xy the argument is not taken yet; the letter is. */
	if (optopt > 0 && optopt < 128 && !strchr("hlbnd", optopt))
		return fail(PIND_EXIT_USAGE,
			    "option -%c does not exist: `pinctl%s%s --help` lists those that do",
			    optopt, blank, verb);
	return fail(PIND_EXIT_USAGE,
		    "option %s does not exist or takes no value: `pinctl%s%s --help` lists those "
		    "that do",
		    argument, blank, verb);
}

static void prepare(struct option *long_options, char *letters)
{
	*letters++ = ':';
	for (int i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		long_options[i] = (struct option){
			.name = row->name,
			.has_arg = row->value ? required_argument : no_argument,
			.val = ARG_FIRST + i,
		};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->value)
			*letters++ = ':';
	}
}

static void take(struct pind_options *options, int c, uint64_t *given)
{
	for (int i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		void *place = (char *)options + row->offset;

		if (c != ARG_FIRST + i && (!row->letter || c != row->letter))
			continue;
		if (row->value)
			*(const char **)place = optarg;
		else
			*(bool *)place = true;
		*given |= UINT64_C(1) << i;
	}
}

int option_parse(int argc, char **argv, struct pind_options *options, uint64_t *ret_given)
{
	struct option long_options[N_OPTIONS + 1] = { 0 };
	char letters[2 * N_OPTIONS + 2] = "";
	uint64_t given = 0;
	int c;

	prepare(long_options, letters);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
		if (c == '?' || c == ':')
			return bad_option(c, argv[optopt < 0 ? optind : optind - 1],
					  verb_told(argc, argv));
		take(options, c, &given);
	}
	*ret_given = given;
	return 0;
}

/* "list", "list and ps", "list, ps and page": whose option it is. */
static char *takers_of(int option)
{
	char *text = NULL;
	size_t size = 0, n = 0, told = 0;
	FILE *stream;

	for (size_t i = 0; i < n_verbs; i++)
		n += verbs[i].options >> option & 1;
	stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	for (size_t i = 0; i < n_verbs; i++) {
		if (!(verbs[i].options >> option & 1))
			continue;
		(void)fprintf(stream, "%s%s", told == 0 ? "" : told + 1 == n ? " and " : ", ",
			      verbs[i].name);
		told++;
	}
	(void)fprintf(stream, n == 1 ? " does" : " do");
	return fclose(stream) == 0 ? text : NULL;
}

/* A letter stands for another option with another verb. */
static bool is_by_letter(uint64_t taken, int option)
{
	for (int i = 0; i < N_OPTIONS; i++) {
		if (taken >> i & 1 && option_rows[i].letter &&
		    option_rows[i].letter == option_rows[option].letter)
			return true;
	}
	return false;
}

/* Two of these at once would leave one without effect. */
static int check_pairs(uint64_t given)
{
	static const struct {
		enum option_id one, other;
	} pairs[] = {
		{ OPTION_TREE, OPTION_FLAT },	 { OPTION_TREE, OPTION_RAW },
		{ OPTION_JSON, OPTION_COLUMNS }, { OPTION_JSON, OPTION_RAW },
		{ OPTION_JSON, OPTION_NOHEADINGS },
		{ OPTION_ORPHANS, OPTION_WAITING }, { OPTION_RUNTIME, OPTION_KEPT },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (given >> pairs[i].one & given >> pairs[i].other & 1)
			return fail(PIND_EXIT_USAGE, "--%s and --%s exclude each other: give one",
				    option_rows[pairs[i].one].name,
				    option_rows[pairs[i].other].name);
	}
	return 0;
}

int option_check(const struct verb *verb, uint64_t given)
{
	uint64_t allowed = verb->options | OPTIONS_GENERAL, wrong = given & ~allowed;
	_cleanup_free_ char *takers = NULL;
	int option;

	for (int i = 0; i < N_OPTIONS; i++) {
		if (wrong >> i & 1 && is_by_letter(given & allowed, i))
			wrong &= ~(UINT64_C(1) << i);
	}
	if (!wrong)
		return check_pairs(given);
	if (verb->changes && wrong & OPTION(KERNEL))
		return fail(PIND_EXIT_USAGE,
			    "%s does not go with --kernel: the daemon keeps the quotas, and would not "
			    "know of it, so start it with `systemctl start pind`",
			    verb->name);
	option = __builtin_ctzll(wrong);
	takers = takers_of(option);
	if (!takers)
		return fail_memory();
	return fail(PIND_EXIT_USAGE, "%s takes no --%s: only %s", verb->name,
		    option_rows[option].name, takers);
}
