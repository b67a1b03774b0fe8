// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/pind.h>

#include <pind/size.h>

#include "fail.h"
#include "options.h"

#define MIB	     (UINT64_C(1) << 20)
#define DEFAULT_SIZE (128 * MIB)
#define DIGITS	     "0123456789"
/* By how much a whole number of milliseconds may be missed by arithmetic. */
#define MS_ERROR     1e-6

/* Values of the long options that have no letter. */
enum {
	ARG_SIZE = 256,
	ARG_HUGETLB,
	ARG_HOLD,
	ARG_JSON,
	ARG_UNPIN,
	ARG_VERSION,
};

static const struct option long_options[] = {
	{ "size", required_argument, NULL, ARG_SIZE },
	{ "flags", required_argument, NULL, 'F' },
	{ "file", required_argument, NULL, 'f' },
	{ "hugetlb", required_argument, NULL, ARG_HUGETLB },
	{ "hold", required_argument, NULL, ARG_HOLD },
	{ "json", no_argument, NULL, ARG_JSON },
	{ "unpin", required_argument, NULL, ARG_UNPIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, ARG_VERSION },
	{ 0 },
};

static const struct {
	char letter;
	enum pind_bench_operation operation;
	const char *name;
} operations[] = {
	{ 'u', PIND_BENCH_GUP_FAST, "GUP_FAST_BENCHMARK" },
	{ 'U', PIND_BENCH_GUP, "GUP_BENCHMARK" },
	{ 'a', PIND_BENCH_PIN_FAST, "PIN_FAST_BENCHMARK" },
	{ 'b', PIND_BENCH_PIN, "PIN_BENCHMARK" },
	{ 'L', PIND_BENCH_PIN_LONGTERM, "PIN_LONGTERM_BENCHMARK" },
	{ 'M', PIND_BENCH_PIN_MEMFD, "PIN_MEMFD_BENCHMARK" },
};

static const struct options defaults = {
	.operation = PIND_BENCH_GUP_FAST,
	.size = DEFAULT_SIZE,
	.pages_per_call = 1,
	.repeats = 1,
	.threads = 1,
	.prefault = true,
};

#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static const struct {
	const char *word;
	uint32_t flag;
} flag_words[] = {
	{ "write", PIND_BENCH_WRITE },
	{ "force", PIND_BENCH_FORCE },
	{ "nofault", PIND_BENCH_NOFAULT },
	{ "longterm", PIND_BENCH_LONGTERM },
};

static const struct {
	const char *word;
	uint32_t flag;
} unpin_words[] = {
	{ "array", 0 },
	{ "range", PIND_BENCH_UNPIN_RANGE },
	{ "folio", PIND_BENCH_UNPIN_FOLIO },
};

#define N_UNPINS (sizeof(unpin_words) / sizeof(unpin_words[0]))

/* A command line half read: what can be judged only when all is known. */
struct reading {
	struct options options;
	char operation; /* its letter, 0: none yet */
	bool read_only;
	bool per_call_all;
	bool hugetlb_default;
};

const char *options_operation_name(enum pind_bench_operation operation)
{
	for (size_t i = 0; i < N_OPERATIONS; i++)
		if (operations[i].operation == operation)
			return operations[i].name;
	return "unknown";
}

const char *options_unpin_name(const struct options *options)
{
	uint32_t by = options->flags & (PIND_BENCH_UNPIN_RANGE | PIND_BENCH_UNPIN_FOLIO);

	if (options->operation < PIND_BENCH_PIN_FAST || options->operation == PIND_BENCH_PIN_MEMFD)
		return NULL;
	for (size_t i = 0; i < N_UNPINS; i++)
		if (unpin_words[i].flag == by)
			return unpin_words[i].word;
	return NULL;
}

/* A whole number from 1 to @max; @also: what else may be given. */
static int read_number(const char *option, const char *what, uint32_t max, const char *also,
		       uint32_t *ret)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(optarg, &end, 10);
	if (!isdigit((unsigned char)optarg[0]) || *end || errno || number < 1 || number > max)
		return fail(PIND_EXIT_USAGE, "%s \"%s\": give %s, from 1 to %u%s", option, optarg,
			    what, max, also);
	*ret = (uint32_t)number;
	return 0;
}

static int read_size(const char *option, uint64_t *ret)
{
	struct pind_size size;
	const char *problem;

	if (size_parse(optarg, &size, &problem) < 0)
		return fail(PIND_EXIT_USAGE, "%s \"%s\" %s: give a size such as 64K, 2M or 1G",
			    option, optarg, problem);
	if (size.unlimited || size.percent || !size.value)
		return fail(PIND_EXIT_USAGE, "%s \"%s\": give a size such as 64K, 2M or 1G", option,
			    optarg);
	*ret = size.value;
	return 0;
}

static int read_mib(struct options *options)
{
	uint64_t most = PIND_BENCH_PAGES_MAX * (uint64_t)sysconf(_SC_PAGESIZE) / MIB;
	uint32_t mib = 0;
	int r = read_number("-m", "a number of MiB", (uint32_t)most, "", &mib);

	if (r == 0)
		options->size = mib * MIB;
	return r;
}

/* A whole number below 0, which gup_test takes for all pages. */
static bool is_negative(const char *word)
{
	size_t digits;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): getopt gives -n an argument */
	if (*word++ != '-')
		return false;
	digits = strspn(word, DIGITS);
	return !word[digits] && strspn(word, "0") < digits;
}

static int read_per_call(struct reading *reading)
{
	reading->per_call_all = is_negative(optarg);
	if (reading->per_call_all)
		return 0;
	return read_number("-n", "the pages of each call", UINT32_MAX, ", or -1 for all in one",
			   &reading->options.pages_per_call);
}

static int read_hold(struct options *options)
{
	double ms = -1;
	char *end;

	if (isdigit((unsigned char)optarg[0]) && !optarg[strspn(optarg, DIGITS ".")]) {
		ms = strtod(optarg, &end) * 1000;
		if (*end)
			ms = -1;
	}
	if (ms < 0 || ms > PIND_BENCH_HOLD_MAX)
		return fail(PIND_EXIT_USAGE,
			    "--hold \"%s\": give a number of seconds, from 0 to %u", optarg,
			    PIND_BENCH_HOLD_MAX / 1000);
	options->hold_ms = (uint32_t)(ms + 0.5);
	if (ms > options->hold_ms + MS_ERROR || ms < options->hold_ms - MS_ERROR)
		return fail(PIND_EXIT_USAGE,
			    "--hold \"%s\" is not whole milliseconds: give up to 3 digits behind "
			    "the point",
			    optarg);
	return 0;
}

static int read_flag(const char *word, uint32_t *flags)
{
	if (!*word)
		return fail(PIND_EXIT_USAGE,
			    "-F lacks a word: give one or more of write, force, nofault, longterm, "
			    "with a comma between two");
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		if (strcasecmp(flag_words[i].word, word))
			continue;
		*flags |= flag_words[i].flag;
		return 0;
	}
	if (!strcasecmp(word, "pin") || !strcasecmp(word, "get"))
		return fail(PIND_EXIT_USAGE,
			    "-F \"%s\": FOLL_PIN and FOLL_GET are never a caller's: -a, -b and -L "
			    "pin, -u and -U get",
			    word);
	if (isdigit((unsigned char)word[0]))
		return fail(PIND_EXIT_USAGE,
			    "-F \"%s\": flags have other numbers on other kernels: give words of "
			    "write, force, nofault, longterm",
			    word);
	return fail(PIND_EXIT_USAGE,
		    "-F \"%s\" is no flag: give words of write, force, nofault, longterm", word);
}

static int read_flags(struct options *options)
{
	char *rest = optarg, *word;
	int r = 0;

	while (r == 0 && (word = strsep(&rest, ",")))
		r = read_flag(word, &options->flags);
	return r;
}

static int read_unpin(struct options *options)
{
	for (size_t i = 0; i < N_UNPINS; i++) {
		if (strcasecmp(unpin_words[i].word, optarg))
			continue;
		options->flags &= ~(PIND_BENCH_UNPIN_RANGE | PIND_BENCH_UNPIN_FOLIO);
		options->flags |= unpin_words[i].flag;
		return 0;
	}
	return fail(PIND_EXIT_USAGE, "--unpin \"%s\": give array, range or folio", optarg);
}

static int take_operation(struct reading *reading, int letter)
{
	for (size_t i = 0; i < N_OPERATIONS; i++) {
		if (operations[i].letter != letter)
			continue;
		if (reading->operation && reading->operation != letter)
			return fail(PIND_EXIT_USAGE,
				    "-%c and -%c are two operations: give one of -a -b -L -M -u -U",
				    reading->operation, letter);
		reading->operation = (char)letter;
		reading->options.operation = operations[i].operation;
	}
	return 0;
}

static int take_word(struct reading *reading, int c)
{
	struct options *options = &reading->options;

	switch (c) {
	case 't':
	case 'T':
		options->thp = c == 't' ? OPTIONS_THP_ON : OPTIONS_THP_OFF;
		return 0;
	case 'w':
	case 'W':
		reading->read_only = c == 'W';
		return 0;
	case 'S':
		options->shared = true;
		return 0;
	case 'z':
		options->prefault = false;
		return 0;
	case 'H':
		reading->hugetlb_default = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case ARG_JSON:
		options->json = true;
		return 0;
	case ARG_VERSION:
		options->version = true;
		return 0;
	default:
		return take_operation(reading, c);
	}
}

static int take_option(struct reading *reading, int c)
{
	struct options *options = &reading->options;

	switch (c) {
	case 'm':
		return read_mib(options);
	case ARG_SIZE:
		return read_size("--size", &options->size);
	case ARG_HUGETLB:
		return read_size("--hugetlb", &options->hugetlb);
	case ARG_HOLD:
		return read_hold(options);
	case 'n':
		return read_per_call(reading);
	case 'r':
		return read_number("-r", "how often to repeat", OPTIONS_REPEATS_MAX, "",
				   &options->repeats);
	case 'j':
		return read_number("-j", "a number of threads", OPTIONS_THREADS_MAX, "",
				   &options->threads);
	case 'F':
		return read_flags(options);
	case ARG_UNPIN:
		return read_unpin(options);
	case 'f':
		options->file = optarg;
		return 0;
	case 'c':
	case 'p':
		return fail(PIND_EXIT_USAGE,
			    "-%c is gup_test's to dump pages into the kernel log, which is not "
			    "offered here: `pinctl page` tells what the kernel knows of a page",
			    c);
	default:
		return take_word(reading, c);
	}
}

static int bad_option(int c, const char *argument)
{
	if (c == ':')
		return fail(PIND_EXIT_USAGE, "option %s needs a value: see `gup_benchmark --help`",
			    argument);
	if (optopt > 0 && optopt < 128)
		return fail(PIND_EXIT_USAGE,
			    "option -%c does not exist: `gup_benchmark --help` lists them", optopt);
	return fail(PIND_EXIT_USAGE,
		    "option %s does not exist or takes no value: `gup_benchmark --help` lists them",
		    argument);
}

/* That of -H: the pool behind MAP_HUGETLB without a size. */
static uint64_t default_huge_page(void)
{
	FILE *meminfo = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	while (meminfo && !kib && fgets(line, sizeof(line), meminfo))
		(void)sscanf(line, "Hugepagesize: %llu kB", &kib);
	if (meminfo)
		(void)fclose(meminfo);
	return kib << 10;
}

static int check_size(const struct options *options, uint64_t page)
{
	char number[SIZE_FORMAT_MAX];

	if (options->hugetlb &&
	    (options->hugetlb & (options->hugetlb - 1) || options->hugetlb <= page))
		return fail(PIND_EXIT_USAGE,
			    "--hugetlb %llu is not the size of a huge page: the folders of "
			    "/sys/kernel/mm/hugepages tell which there are",
			    (unsigned long long)options->hugetlb);
	page = options->hugetlb ?: page;
	if (options->size % page)
		return fail(PIND_EXIT_USAGE,
			    "a size of %llu bytes is not whole pages: give a multiple of %s",
			    (unsigned long long)options->size, size_format(page, number));
	return 0;
}

/* Whether a file is of shmem or hugetlbfs the kernel will say. */
static int check_memfd(const struct options *options)
{
	if (options->flags & ~PIND_BENCH_WRITE)
		return fail(PIND_EXIT_USAGE,
			    "-F does not go with -M: memfd_pin_folios() has no flags");
	if (!options->shared)
		return fail(PIND_EXIT_USAGE,
			    "-M pins folios of shared memory: give -S, and with it -H or -f where "
			    "it is hugetlb or a file's");
	return 0;
}

static int check_together(const struct reading *reading)
{
	const struct options *options = &reading->options;
	int r;

	if (options->hugetlb && options->file)
		return fail(PIND_EXIT_USAGE,
			    "-H and -f are two kinds of memory: give one, and for a file of "
			    "hugetlbfs only -f");
	if (options->hugetlb && options->thp)
		return fail(PIND_EXIT_USAGE,
			    "-H and -%c are two kinds of huge pages: give one of them",
			    options->thp == OPTIONS_THP_ON ? 't' : 'T');
	if (options->flags & PIND_BENCH_LONGTERM && options->operation < PIND_BENCH_PIN_FAST)
		return fail(PIND_EXIT_USAGE,
			    "-F longterm goes with operations that pin, -a, -b and -L: "
			    "FOLL_LONGTERM needs FOLL_PIN");
	if (options->flags & (PIND_BENCH_UNPIN_RANGE | PIND_BENCH_UNPIN_FOLIO) &&
	    !options_unpin_name(options))
		return fail(PIND_EXIT_USAGE,
			    "--unpin range and folio go with operations that pin pages, -a, -b and "
			    "-L: -u and -U put them, and -M pins folios, which go back as such");
	r = options->operation == PIND_BENCH_PIN_MEMFD ? check_memfd(options) : 0;
	if (r != 0)
		return r;
	if ((uint64_t)options->repeats * options->threads > OPTIONS_RUNS_MAX)
		return fail(PIND_EXIT_USAGE,
			    "-r %u for -j %u threads is too many runs: at most %u together",
			    options->repeats, options->threads, OPTIONS_RUNS_MAX);
	return 0;
}

static int complete(struct reading *reading)
{
	struct options *options = &reading->options;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	int r;

	if (reading->hugetlb_default && !options->hugetlb)
		options->hugetlb = default_huge_page();
	if (reading->hugetlb_default && !options->hugetlb)
		return fail(PIND_EXIT_USAGE, "-H: this kernel has no huge pages");
	if (!reading->read_only)
		options->flags |= PIND_BENCH_WRITE;
	r = check_together(reading) ?: check_size(options, page);
	if (r != 0)
		return r;
	if (options->size / page > PIND_BENCH_PAGES_MAX)
		return fail(PIND_EXIT_USAGE, "a size of %llu bytes is too much: at most %llu",
			    (unsigned long long)options->size,
			    (unsigned long long)PIND_BENCH_PAGES_MAX * page);
	if (reading->per_call_all || options->pages_per_call > options->size / page)
		options->pages_per_call = (uint32_t)(options->size / page);
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct reading reading = { .options = defaults };
	int c, r = 0;

	opterr = 0;
	optind = 0; /* begin anew, whatever was read before */
	while (r == 0 && (c = getopt_long(argc, argv, ":abcf:F:hHj:Lm:Mn:pr:StTuUwWz", long_options,
					  NULL)) >= 0) {
		if (c == '?' || c == ':')
			return bad_option(c, argv[optind - 1]);
		r = take_option(&reading, c);
	}
	if (r != 0)
		return r;
	if (optind < argc)
		return fail(PIND_EXIT_USAGE,
			    "\"%s\" is one argument too many: there are only options",
			    argv[optind]);
	if (!reading.options.help && !reading.options.version)
		r = complete(&reading);
	*ret = reading.options;
	return r;
}

void options_help(void)
{
	(void)printf(
		"gup_benchmark [OPTIONS]\n"
		"How long it takes to pin pages, or to get them, and to give them back.\n\n"
		"  -u                GUP_FAST_BENCHMARK: get_user_pages_fast(); the default\n"
		"  -U                GUP_BENCHMARK: get_user_pages()\n"
		"  -a                PIN_FAST_BENCHMARK: pin_user_pages_fast()\n"
		"  -b                PIN_BENCHMARK: pin_user_pages()\n"
		"  -L                PIN_LONGTERM_BENCHMARK: pin_user_pages() for long\n"
		"  -M                PIN_MEMFD_BENCHMARK: memfd_pin_folios(); with -S\n\n"
		"  -m MIB            size of the memory (default 128)\n"
		"     --size SIZE    the same, as 64K, 2M or 1G\n"
		"  -n PAGES          pages that each call gets (default 1); -1: all\n"
		"  -r N              repeat N times\n"
		"  -j N              in N threads side by side\n"
		"  -w -W             to write to the pages (the default), or only to read\n"
		"  -F --flags WORDS  write, force, nofault, longterm, with commas between\n"
		"     --hold SECONDS before the pages are given back\n"
		"     --unpin HOW    by array (the default), range or folio\n\n"
		"  -t -T             with, or without, transparent huge pages\n"
		"  -H                hugetlb pages of the default size\n"
		"     --hugetlb SIZE hugetlb pages of this size\n"
		"  -f --file FILE    map this file\n"
		"  -S                shared, not private\n"
		"  -z                do not touch the pages first: to get them faults them in\n\n"
		"     --json         JSON\n"
		"  -h --help         this\n"
		"     --version      the version\n\n"
		"It needs root and the module: `modprobe pind_bench`. See gup_benchmark(8).\n");
}
