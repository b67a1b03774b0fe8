// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What cgroups get when the module meets them. DIRECTORY is one of theirs.
 *
 *   birth wrong DIRECTORY     wrong lists of rules, and which rule is found
 *   birth born DIRECTORY N LOW HIGH
 *                             N cgroups are made below it, in each of which a process
 *                             begins that pins at once, under a rule for their names
 *                             whose max is swapped between LOW and HIGH pages all the time
 *   birth cost DIRECTORY N    how long the first pin of a new cgroup takes, under 10
 *                             rules for a path and under 10,000
 *   birth forget DIRECTORY    no rules
 *
 * Each prints what it found and measured. Exit status 1 if something is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "area.h"
#include "group.h"
#include "ring.h"
#include "rules.h"

#define PAGE	4096
#define MOUNT	"/sys/fs/cgroup"
#define AT_ONCE 4 /* cgroups that are born at the same time */

/* What processes say to each other. */
struct shared {
	unsigned long swaps;
	int swap_error;
	unsigned long with[2]; /* born with LOW, with HIGH */
	uint64_t took[AT_ONCE];
};

static const char *directory; /* of the cgroup below which all happens */
static struct shared *shared;
static char *area;
static unsigned int faults;

__attribute__((format(printf, 1, 2))) static void fault(const char *format, ...)
{
	va_list args;

	if (++faults > 20)
		return;
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)printf("\n");
}

static void die(const char *what, int error)
{
	(void)fprintf(stderr, "birth: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void open_or_die(struct family *family)
{
	int r = family_open(family);

	if (r < 0)
		die("netlink", r);
}

static void swap_or_die(struct family *family, const struct rule *rules, size_t n)
{
	int r = rules_swap(family, rules, n);

	if (r < 0)
		die("swap of rules", r);
}

/* Makes the cgroup. Return: its id. */
static uint64_t make(const char *name)
{
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	if ((mkdir(path, 0755) < 0 && errno != EEXIST) || stat(path, &st) < 0)
		die(path, errno);
	return st.st_ino;
}

static void unmake(const char *name)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (rmdir(path) < 0)
		die(path, errno);
}

static const char *path_of(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", directory + strlen(MOUNT), name);
	return path;
}

static uint64_t max_of(struct family *family, uint64_t id)
{
	struct group group;
	int r = group_get(family, id, &group);

	if (r < 0)
		die("group-get", r);
	return group.values[PIND_A_GROUP_MAX];
}

/* ---- wrong lists */

static void expect(const char *what, int r, const struct family_answer *answer, int error)
{
	if (r < 0)
		fault("%s: no answer: %s", what, strerror(-r));
	else if (error ? answer->error != error : answer->error != 0)
		fault("%s: expected %s, got %s (%s)", what, error ? strerrorname_np(-error) : "0",
		      answer->error ? strerrorname_np(-answer->error) : "0", answer->text);
	else if (error && !answer->text[0])
		fault("%s: %s without a text", what, strerrorname_np(-error));
	else if (error)
		(void)printf("%s: %s\n", what, answer->text);
}

static const struct {
	const char *what;
	struct rule rule;
	int error;
} wrong_rules[] = {
	{ "neither path nor pattern", { .max = 1 }, -EINVAL },
	{ "both", { .path = "/a", .pattern = "/a", .max = 1 }, -EINVAL },
	{ "unit with a path", { .path = "/a", .unit = true }, -EINVAL },
	{ "a path without '/'", { .path = "a" }, -EINVAL },
	{ "a path with '/' at its end", { .path = "/a/" }, -EINVAL },
	{ "a pattern that is none", { .pattern = "/a[" }, -EINVAL },
	{ "a pattern of a unit with '/'", { .pattern = "a/b", .unit = true }, -EINVAL },
	{ "no such mode", { .path = "/a", .mode = 3 }, -ERANGE },
	{ "no such payer", { .path = "/a", .charge = 3 }, -ERANGE },
};

static void wrong_in_list(struct family *family)
{
	struct family_answer answer;
	int r;

	for (size_t i = 0; i < sizeof(wrong_rules) / sizeof(*wrong_rules); i++) {
		r = rules_plain(family, PIND_CMD_RULES_BEGIN, &answer);
		expect("rules-begin", r, &answer, 0);
		r = rules_add(family, &wrong_rules[i].rule, 1, &answer);
		expect(wrong_rules[i].what, r, &answer, wrong_rules[i].error);
		if (wrong_rules[i].error != -EINVAL)
			continue; /* it did not come to the list */
		r = rules_plain(family, PIND_CMD_RULES_COMMIT, &answer);
		expect("commit after it", r, &answer, -ESTALE);
	}
	r = rules_plain(family, PIND_CMD_RULES_BEGIN, &answer);
	expect("rules-begin", r, &answer, 0);
	r = rules_add(family, NULL, 0, &answer);
	expect("nothing added", r, &answer, -EINVAL);
}

static void wrong_order(struct family *family)
{
	const struct rule rule = { .path = "/a", .max = PAGE };
	struct family_answer answer;
	struct family other;
	int r;

	open_or_die(&other);
	r = rules_add(&other, &rule, 1, &answer);
	expect("add to no list", r, &answer, -ESTALE);
	r = rules_plain(family, PIND_CMD_RULES_BEGIN, &answer);
	expect("rules-begin", r, &answer, 0);
	r = rules_add(&other, &rule, 1, &answer);
	expect("add to another's list", r, &answer, -ESTALE);
	r = rules_add(family, &rule, 1, &answer);
	expect("add to one's own after that", r, &answer, 0);
	r = rules_plain(&other, PIND_CMD_RULES_BEGIN, &answer);
	expect("rules-begin", r, &answer, 0);
	r = rules_plain(family, PIND_CMD_RULES_COMMIT, &answer);
	expect("commit after another began", r, &answer, -ESTALE);
	family_close(&other);
	r = rules_plain(family, PIND_CMD_RULES_COMMIT, &answer);
	expect("commit after that one went", r, &answer, -ESTALE);
	r = rules_one(family, PIND_CMD_RULE_SET, &(struct rule){ .pattern = "/a*" }, &answer);
	expect("rule-set of a pattern", r, &answer, -EINVAL);
	r = rules_one(family, PIND_CMD_RULE_UNSET, &(struct rule){ .path = "/none" }, &answer);
	expect("rule-unset of none", r, &answer, -ENOENT);
}

static void too_many(struct family *family, bool paths, size_t most)
{
	struct rule *rules = calloc(most + 1, sizeof(*rules));
	struct family_answer answer;
	char *names = calloc(most + 1, 16);
	int r;

	if (!rules || !names)
		die("memory", ENOMEM);
	for (size_t i = 0; i <= most; i++) {
		(void)snprintf(names + 16 * i, 16, paths ? "/n%zu" : "/n%zu*", i);
		rules[i] = (struct rule){ .path = paths ? names + 16 * i : NULL,
					  .pattern = paths ? NULL : names + 16 * i };
	}
	r = rules_plain(family, PIND_CMD_RULES_BEGIN, &answer);
	expect("rules-begin", r, &answer, 0);
	r = rules_add(family, rules, most, &answer);
	expect("as many as may be", r, &answer, 0);
	r = rules_add(family, rules + most, 1, &answer);
	expect("one more", r, &answer, -E2BIG);
	free(rules);
	free(names);
}

static void expect_max(struct family *family, const char *name, uint64_t pages)
{
	uint64_t max = max_of(family, make(name));

	if (max != (pages ? pages * PAGE : PIND_UNLIMITED))
		fault("%s gets %lld pages, not %llu", name, (long long)(max / PAGE),
		      (unsigned long long)pages);
}

static void expect_rules(struct family *family, unsigned int n)
{
	static char buffer[FAMILY_MESSAGE_SIZE];
	struct family_answer answer;
	int r = family_ask(family, family_begin(family, buffer, PIND_CMD_RULE_GET, true), NULL,
			   NULL, &answer);

	if (r < 0 || answer.error < 0 || answer.objects != n)
		fault("rule-get: expected %u rules, got %u (%s)", n, answer.objects,
		      r < 0 ? strerror(-r) : answer.text);
}

/* None of these cgroups is ever met: the module says what they would get. */
static void which_rule(struct family *family)
{
	const struct rule rules[] = {
		{ .pattern = "**/which-a*", .max = 5 * PAGE },
		{ .path = strdup(path_of("which-e")), .max = 9 * PAGE },
		{ .pattern = "which-*", .unit = true, .max = 6 * PAGE },
		{ .pattern = "/**", .max = 4 * PAGE },
	};
	const struct rule all = { .path = path_of("which-a"), .max = 7 * PAGE };
	struct family_answer answer;
	int r;

	swap_or_die(family, rules, 4);
	expect_rules(family, 4);
	expect_max(family, "which-a", 5);
	expect_max(family, "which-b", 6);
	expect_max(family, "other", 4);
	r = rules_one(family, PIND_CMD_RULE_SET, &all, &answer);
	expect("rule-set", r, &answer, 0);
	expect_max(family, "which-a", 7);
	expect_rules(family, 5);
	r = rules_one(family, PIND_CMD_RULE_SET, &(struct rule){ .path = all.path }, &answer);
	expect("rule-set of no limit", r, &answer, 0);
	expect_max(family, "which-a", 0);
	expect_rules(family, 5);
	r = rules_one(family, PIND_CMD_RULE_UNSET, &(struct rule){ .path = all.path }, &answer);
	expect("rule-unset", r, &answer, 0);
	expect_max(family, "which-a", 5);
	swap_or_die(family, NULL, 0);
	expect_max(family, "which-a", 0);
	expect_rules(family, 0);
	unmake("which-a");
	unmake("which-b");
	unmake("other");
}

static void wrong(struct family *family)
{
	wrong_in_list(family);
	wrong_order(family);
	too_many(family, false, PIND_RULE_PATTERNS_MAX);
	too_many(family, true, PIND_RULE_PATHS_MAX);
	which_rule(family);
}

/* ---- births */

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* A process that begins its life in a cgroup. Return: 0 in it. */
static pid_t begin_in(const char *name)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	char path[4096];
	pid_t pid;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die(path, errno);
	args.cgroup = (uint64_t)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3", errno);
	(void)close(fd);
	return pid;
}

static int pin(int ring, uint64_t pages)
{
	return ring_register(ring, &(struct iovec){ area, pages * PAGE }, 1);
}

/* Each of its pins is refused or admitted by one and the same limit. Return: that one. */
static uint64_t pin_at_once(struct family *family, int ring, uint64_t id, uint64_t low,
			    uint64_t high)
{
	int more = pin(ring, high + 1), at_high = pin(ring, high);
	uint64_t pages = at_high ? low : high;
	struct group group;
	int r;

	if (more != -ENOMEM)
		fault("a page more than %llu: %s", (unsigned long long)high, strerror(-more));
	if (at_high && (at_high != -ENOMEM || pin(ring, low + 1) != -ENOMEM || pin(ring, low)))
		fault("it has neither limit");
	r = group_get(family, id, &group);
	if (r < 0)
		die("group-get", r);
	if (group.values[PIND_A_GROUP_MAX] != pages * PAGE ||
	    group.values[PIND_A_GROUP_CURRENT] != pages * PAGE ||
	    group.values[PIND_A_GROUP_PEAK] != pages * PAGE)
		fault("max %llu current %llu peak %llu, and %llu pages were admitted",
		      (unsigned long long)group.values[PIND_A_GROUP_MAX],
		      (unsigned long long)group.values[PIND_A_GROUP_CURRENT],
		      (unsigned long long)group.values[PIND_A_GROUP_PEAK],
		      (unsigned long long)pages);
	(void)ring_unregister(ring);
	return pages;
}

static void swap_for_ever(uint64_t low, uint64_t high)
{
	struct family family;

	open_or_die(&family);
	for (;; shared->swaps++) {
		uint64_t pages = shared->swaps % 2 ? high : low;
		const struct rule rules[] = {
			{ .pattern = "/nobody/**/[a-z]*", .max = PAGE },
			{ .pattern = "born-*", .unit = true, .max = pages * PAGE },
		};
		int r = rules_swap(&family, rules, 2);

		if (r < 0)
			shared->swap_error = r;
	}
}

static const char *born_name(unsigned int number)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "born-%u", number);
	return name;
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		faults++;
}

static void born_together(struct family *families, const int *rings, unsigned int first,
			  uint64_t low, uint64_t high)
{
	uint64_t id[AT_ONCE], max;
	pid_t pid[AT_ONCE];

	for (unsigned int i = 0; i < AT_ONCE; i++) {
		id[i] = make(born_name(first + i));
		/* asking is not meeting: it may get another one */
		max = max_of(&families[i], id[i]);
		if (max != low * PAGE && max != high * PAGE)
			fault("max before it is met: %llu", (unsigned long long)max);
	}
	(void)fflush(stdout);
	for (unsigned int i = 0; i < AT_ONCE; i++) {
		pid[i] = begin_in(born_name(first + i));
		if (pid[i])
			continue;
		faults = 0;
		max = pin_at_once(&families[i], rings[i], id[i], low, high);
		(void)__atomic_add_fetch(&shared->with[max == high], 1, __ATOMIC_RELAXED);
		(void)fflush(stdout);
		_exit(faults ? 1 : 0);
	}
	for (unsigned int i = 0; i < AT_ONCE; i++)
		wait_for(pid[i]);
	for (unsigned int i = 0; i < AT_ONCE; i++)
		unmake(born_name(first + i));
}

static void open_all(struct family *families, int *rings)
{
	for (unsigned int i = 0; i < AT_ONCE; i++) {
		open_or_die(&families[i]);
		rings[i] = ring_open();
		if (rings[i] < 0)
			die("io_uring", rings[i]);
	}
}

static void born(unsigned int n, uint64_t low, uint64_t high)
{
	struct family families[AT_ONCE];
	int rings[AT_ONCE];
	uint64_t begun = now();
	pid_t swapper;

	open_all(families, rings);
	swap_or_die(&families[0], &(struct rule){ .pattern = "born-*", .unit = true,
						  .max = low * PAGE }, 1);
	swapper = fork();
	if (!swapper)
		swap_for_ever(low, high);
	for (unsigned int i = 0; i < n; i += AT_ONCE)
		born_together(families, rings, i, low, high);
	(void)kill(swapper, SIGKILL);
	(void)waitpid(swapper, NULL, 0);
	if (shared->swap_error)
		fault("a swap failed: %s", strerror(-shared->swap_error));
	if (low != high && (!shared->with[0] || !shared->with[1]))
		fault("all have the same limit");
	if (shared->with[0] + shared->with[1] != n)
		fault("%lu of %u were born", shared->with[0] + shared->with[1], n);
	(void)printf("born %u in %llu ms: %lu with %llu pages, %lu with %llu; %lu swaps\n", n,
		     (unsigned long long)(now() - begun) / 1000000, shared->with[0],
		     (unsigned long long)low, shared->with[1], (unsigned long long)high,
		     shared->swaps);
}

/* ---- what it costs */

static int by_value(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

	return one < other ? -1 : one > other;
}

/* The median of N births under so many rules, in ns. */
static uint64_t cost_under(struct family *family, int ring, unsigned int n, unsigned int paths)
{
	struct rule *rules = calloc(paths, sizeof(*rules));
	uint64_t *took = calloc(n, sizeof(*took)), median;

	if (!rules || !took)
		die("memory", ENOMEM);
	for (unsigned int i = 0; i < paths; i++)
		rules[i] = (struct rule){ .path = strdup(path_of(born_name(i))), .max = PAGE };
	swap_or_die(family, rules, paths);
	for (unsigned int i = 0; i < n; i++) {
		const char *name = born_name(i % paths);
		pid_t pid;

		(void)make(name);
		(void)fflush(stdout);
		pid = begin_in(name);
		if (!pid) {
			uint64_t begun = now();
			int r = pin(ring, 1);

			shared->took[0] = now() - begun;
			(void)ring_unregister(ring);
			_exit(r ? 1 : 0);
		}
		wait_for(pid);
		took[i] = shared->took[0];
		unmake(name);
	}
	qsort(took, n, sizeof(*took), by_value);
	median = took[n / 2];
	for (unsigned int i = 0; i < paths; i++)
		free((char *)rules[i].path);
	free(rules);
	free(took);
	return median;
}

static void cost(struct family *family, unsigned int n)
{
	int ring = ring_open();
	uint64_t few, many;

	if (ring < 0)
		die("io_uring", ring);
	few = cost_under(family, ring, n, 10);
	many = cost_under(family, ring, n, 10000);
	(void)printf("first pin of a cgroup: %llu us under 10 rules, %llu us under 10000\n",
		     (unsigned long long)few / 1000, (unsigned long long)many / 1000);
	if (many > 2 * few)
		fault("more rules make it slower");
}

int main(int argc, char **argv)
{
	struct family family;

	if (argc < 3 || strncmp(argv[2], MOUNT "/", sizeof(MOUNT)) != 0) {
		(void)fprintf(stderr, "usage: birth wrong|forget DIRECTORY\n"
				      "       birth born DIRECTORY N LOW HIGH\n"
				      "       birth cost DIRECTORY N\n");
		return 2;
	}
	directory = argv[2];
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	area = area_map(64 * PAGE, AREA_BASE, true);
	if (shared == MAP_FAILED || !area)
		die("memory", errno);
	open_or_die(&family);
	if (!strcmp(argv[1], "wrong"))
		wrong(&family);
	else if (!strcmp(argv[1], "born") && argc == 6)
		born((unsigned int)atoi(argv[3]), strtoull(argv[4], NULL, 10),
		     strtoull(argv[5], NULL, 10));
	else if (!strcmp(argv[1], "cost") && argc == 4)
		cost(&family, (unsigned int)atoi(argv[3]));
	else
		swap_or_die(&family, NULL, 0);
	return faults ? 1 : 0;
}
