// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Goes through the kernel's pin and unpin functions one by one, and compares all
 * counts after each call. Runs in the group that pays, which must hold nothing
 * else; DIRECTORY is its cgroup's.
 *
 *   sweep all DIRECTORY       each pin function with each unpin function, on each
 *                             kind of memory; each unpin function in each context
 *   sweep brief DIRECTORY     each pin function with each unpin function, once
 *   sweep refused DIRECTORY   each way to pin for long is refused by the group's
 *                             quota, which must be 8 pages
 *   sweep remote DIRECTORY OTHER
 *                             memory of a process in the cgroup OTHER is pinned
 *                             and unpinned: that one pays
 *
 * Prints "lacks WHAT" for what this kernel does not have, "wrong ..." for each
 * step that did not move the counts as it must, and at last "steps N wrong N".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entry.h"
#include "memory.h"
#include "owner.h"
#include "tally.h"

#define PAGE	  4096
#define WRONG_MAX 20

static const char *const takes[] = {
	[ENTRY_PIN_USER_PAGES] = "pin_user_pages",
	[ENTRY_PIN_USER_PAGES_FAST] = "pin_user_pages_fast",
	[ENTRY_PIN_USER_PAGES_FAST_ONLY] = "pin_user_pages_fast_only",
	[ENTRY_PIN_USER_PAGES_REMOTE] = "pin_user_pages_remote",
	[ENTRY_PIN_USER_PAGES_UNLOCKED] = "pin_user_pages_unlocked",
	[ENTRY_MEMFD_PIN_FOLIOS] = "memfd_pin_folios",
	[ENTRY_FOLIO_ADD_PINS] = "folio_add_pins",
};

/* How a function takes pages back, one row for each way it has. */
static const struct give {
	const char *name;
	uint32_t function;
	bool dirty;
} gives[] = {
	{ "unpin_user_page", ENTRY_UNPIN_USER_PAGE, false },
	{ "unpin_user_pages", ENTRY_UNPIN_USER_PAGES, false },
	{ "unpin_user_pages_dirty_lock", ENTRY_UNPIN_USER_PAGES_DIRTY_LOCK, false },
	{ "unpin_user_pages_dirty_lock, dirty", ENTRY_UNPIN_USER_PAGES_DIRTY_LOCK, true },
	{ "unpin_user_page_range_dirty_lock", ENTRY_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK, false },
	{ "unpin_user_page_range_dirty_lock, dirty", ENTRY_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK, true },
	{ "unpin_user_folio", ENTRY_UNPIN_USER_FOLIO, false },
	{ "unpin_folio", ENTRY_UNPIN_FOLIO, false },
	{ "unpin_folios", ENTRY_UNPIN_FOLIOS, false },
};
#define GIVES (sizeof(gives) / sizeof(gives[0]))

static const char *const contexts[] = {
	[ENTRY_PROCESS] = "in the process",
	[ENTRY_WORKER] = "in a worker",
	[ENTRY_SOFTIRQ] = "in a softirq",
	[ENTRY_HARDIRQ] = "in a hardirq",
};

/**
 * struct sweep - a run
 * @device: ENTRY_DEVICE
 * @id: of the group that pays
 * @last: the counts as they were before the step under way
 * @lacks_take: functions that this kernel does not have; [1]: for long
 * @lacks_give: likewise, a row of gives each
 * @lacks_memory: kinds that are not to be had
 */
struct sweep {
	int device;
	struct family family;
	uint64_t id;
	struct tally last;
	bool lacks_take[ENTRY_TAKE_NR][2];
	bool lacks_give[GIVES];
	bool lacks_memory[MEMORY_KIND_NR];
	unsigned int steps;
	unsigned int wrong;
};

/* struct step - what is done; for messages, and to know what must come of it */
struct step {
	uint32_t take;
	bool longterm;
	const struct memory *memory;
	const struct give *give;
	uint32_t context;
	pid_t pid;
};

static void say_step(const struct step *step)
{
	(void)printf("%s%s of %s", takes[step->take], step->longterm ? " for long" : "",
		     memory_name(step->memory->kind));
	if (step->give)
		(void)printf(", %s %s", step->give->name, contexts[step->context]);
}

static void wrong(struct sweep *sweep, const struct step *step, const char *what, int64_t found,
		  int64_t expected)
{
	if (++sweep->wrong > WRONG_MAX)
		return;
	(void)printf("wrong: ");
	say_step(step);
	(void)printf(": %s: expected %lld, got %lld\n", what, (long long)expected,
		     (long long)found);
}

/* How the counts moved since the last time. */
static struct tally moved(struct sweep *sweep)
{
	struct tally now, delta;
	int r = tally_read(&sweep->family, sweep->id, &now);

	if (r < 0) {
		(void)fprintf(stderr, "sweep: cannot read the counts: %s\n", strerror(-r));
		exit(1);
	}
	for (int i = 0; i < TALLY_NR; i++)
		delta.counts[i] = now.counts[i] - sweep->last.counts[i];
	sweep->last = now;
	return delta;
}

/*
 * What the group pays may follow a moment later: the module's self-check may be
 * just at the same folio, and then it is the one to say so.
 */
static bool may_follow(const struct tally *delta, const struct tally *expected)
{
	for (int i = 0; i < TALLY_NR; i++)
		if (i != TALLY_CURRENT && i != TALLY_PINS &&
		    delta->counts[i] != expected->counts[i])
			return false;
	return memcmp(delta, expected, sizeof(*delta)) != 0;
}

static void compare(struct sweep *sweep, const struct step *step, const struct tally *expected)
{
	struct tally before = sweep->last, delta = moved(sweep);

	for (int wait = 0; wait < 100 && may_follow(&delta, expected); wait++) {
		(void)usleep(10000);
		sweep->last = before;
		delta = moved(sweep);
	}
	sweep->steps++;
	for (int i = 0; i < TALLY_NR; i++)
		if (delta.counts[i] != expected->counts[i])
			wrong(sweep, step, tally_name(i), delta.counts[i], expected->counts[i]);
}

static int take(struct sweep *sweep, const struct step *step, uint32_t function, uint32_t nr)
{
	struct entry_take_call call = {
		.function = function,
		.flags = (step->longterm ? ENTRY_LONGTERM : 0) |
			 (step->memory->kind == MEMORY_ZERO ? 0 : ENTRY_WRITE),
		.start = step->memory->start,
		.nr = nr,
		.memfd = step->memory->memfd,
		.pid = step->pid,
	};
	int got = ioctl(sweep->device, ENTRY_IOC_TAKE, &call);

	return got < 0 ? -errno : got;
}

/* All of the memory. folio_add_pins() needs a pin that is there already. */
static int take_all(struct sweep *sweep, const struct step *step)
{
	uint32_t nr = step->memory->nr;
	int first, more;

	if (step->take != ENTRY_FOLIO_ADD_PINS)
		return take(sweep, step, step->take, nr);
	first = take(sweep, step, ENTRY_PIN_USER_PAGES_FAST, 1);
	if (first < 0)
		return first;
	more = take(sweep, step, ENTRY_FOLIO_ADD_PINS, nr - 1);
	return more < 0 ? more : first + more;
}

static int give(struct sweep *sweep, const struct give *give, uint32_t context)
{
	struct entry_give_call call = {
		.function = give->function,
		.context = context,
		.dirty = give->dirty,
	};

	return ioctl(sweep->device, ENTRY_IOC_GIVE, &call) < 0 ? -errno : 0;
}

/* What the group pays for it, in pages. */
static int64_t charge(const struct step *step, int64_t pins)
{
	if (!step->longterm)
		return 0;
	if (step->memory->kind == MEMORY_MEMFD_HUGETLB)
		return step->memory->nr;
	/* more pins, but still on one page */
	if (step->take == ENTRY_FOLIO_ADD_PINS && step->memory->kind == MEMORY_BASE)
		return 1;
	return pins;
}

static void check_taken(struct sweep *sweep, const struct step *step, int64_t pins)
{
	int64_t longterm = step->longterm ? pins : 0;
	struct tally expected = { .counts = {
		[TALLY_REQUESTED] = pins,
		[TALLY_LONGTERM_REQUESTED] = longterm,
		[TALLY_ACQUIRED] = pins,
		[TALLY_CURRENT] = charge(step, pins) * PAGE,
		[TALLY_PINS] = longterm,
	} };

	compare(sweep, step, &expected);
}

static void check_given(struct sweep *sweep, const struct step *step, int64_t pins)
{
	int64_t longterm = step->longterm ? pins : 0;
	struct tally expected = { .counts = {
		[TALLY_RETURNED] = pins,
		[TALLY_LONGTERM_RETURNED] = longterm,
		[TALLY_RELEASED] = pins,
		[TALLY_CURRENT] = -charge(step, pins) * PAGE,
		[TALLY_PINS] = -longterm,
	} };

	compare(sweep, step, &expected);
}

/*
 * A long-term pin of the zero page may give the process a page of its own first:
 * then each page takes a pin. From then on there is no zero page any more.
 */
static int64_t pins_of(struct sweep *sweep, const struct step *step)
{
	struct tally before = sweep->last, delta;
	int64_t acquired;

	if (step->memory->kind != MEMORY_ZERO || !step->longterm)
		return step->memory->pins;
	delta = moved(sweep);
	sweep->last = before;
	acquired = delta.counts[TALLY_ACQUIRED];
	return acquired == step->memory->nr ? acquired : step->memory->pins;
}

/* Pin and unpin, and compare each time. */
static void run(struct sweep *sweep, struct step step, const struct give *with)
{
	uint32_t entries = step.memory->memfd < 0 ? step.memory->nr : step.memory->pins;
	int64_t pins;
	int r;

	r = take_all(sweep, &step);
	if (r != (int)entries) {
		wrong(sweep, &step, "result", r, entries);
		(void)give(sweep, &gives[1], ENTRY_PROCESS);
		(void)moved(sweep);
		return;
	}
	pins = pins_of(sweep, &step);
	check_taken(sweep, &step, pins);
	step.give = with;
	r = give(sweep, with, step.context);
	if (r < 0) {
		wrong(sweep, &step, "error", -r, 0);
		(void)give(sweep, &gives[1], ENTRY_PROCESS);
	}
	check_given(sweep, &step, pins);
}

static bool fits(uint32_t take, bool longterm, enum memory_kind kind)
{
	bool file = kind == MEMORY_MEMFD || kind == MEMORY_MEMFD_HUGETLB;

	if (take == ENTRY_MEMFD_PIN_FOLIOS)
		return file && longterm;
	if (take == ENTRY_FOLIO_ADD_PINS)
		return longterm && (kind == MEMORY_BASE || kind == MEMORY_THP);
	/* it cannot be charged where it may run, so it gets nothing: see "refused" */
	if (take == ENTRY_PIN_USER_PAGES_FAST_ONLY && longterm)
		return false;
	/* the fast way alone does not get at the zero page */
	if (take == ENTRY_PIN_USER_PAGES_FAST_ONLY && kind == MEMORY_ZERO)
		return false;
	return !file;
}

/* Each with memory of its own: to pin it may change what it is. */
static void run_on(struct sweep *sweep, uint32_t take, bool longterm, enum memory_kind kind,
		   const struct give *with, uint32_t context)
{
	struct memory memory;
	struct step step = {
		.take = take,
		.longterm = longterm,
		.memory = &memory,
		.context = context,
	};

	if (sweep->lacks_take[take][longterm] || sweep->lacks_give[with - gives] ||
	    sweep->lacks_memory[kind] || !fits(take, longterm, kind))
		return;
	if (memory_make(kind, &memory) < 0) {
		memory = (struct memory){ .kind = kind };
		wrong(sweep, &step, "memory", 0, 1);
		return;
	}
	run(sweep, step, with);
	memory_free(&memory);
}

static void find_lacking_memory(struct sweep *sweep)
{
	for (int kind = 0; kind < MEMORY_KIND_NR; kind++) {
		struct memory memory;

		if (memory_make(kind, &memory) < 0) {
			sweep->lacks_memory[kind] = true;
			(void)printf("lacks %s\n", memory_name(kind));
		} else {
			memory_free(&memory);
		}
	}
}

static bool lacks_take(struct sweep *sweep, uint32_t take, bool longterm)
{
	bool file = take == ENTRY_MEMFD_PIN_FOLIOS;
	struct memory memory;
	struct step step = { .take = take, .longterm = longterm, .memory = &memory };
	int r = memory_make(file ? MEMORY_MEMFD : MEMORY_BASE, &memory);

	if (r < 0)
		return true;
	r = take_all(sweep, &step);
	(void)give(sweep, &gives[1], ENTRY_PROCESS);
	memory_free(&memory);
	return r == -EOPNOTSUPP;
}

static bool lacks_give(struct sweep *sweep, const struct give *with)
{
	struct memory memory;
	struct step step = { .take = ENTRY_PIN_USER_PAGES_FAST, .memory = &memory };
	int r = memory_make(MEMORY_BASE, &memory);

	if (r < 0)
		return true;
	(void)take_all(sweep, &step);
	r = give(sweep, with, ENTRY_PROCESS);
	(void)give(sweep, &gives[1], ENTRY_PROCESS);
	memory_free(&memory);
	return r == -EOPNOTSUPP;
}

static void find_lacking(struct sweep *sweep)
{
	find_lacking_memory(sweep);
	for (uint32_t take = 0; take < ENTRY_TAKE_NR; take++) {
		for (int longterm = 0; longterm < 2; longterm++) {
			sweep->lacks_take[take][longterm] = lacks_take(sweep, take, longterm);
			if (sweep->lacks_take[take][longterm])
				(void)printf("lacks %s%s\n", takes[take],
					     longterm ? " for long" : "");
		}
	}
	for (size_t i = 0; i < GIVES; i++) {
		sweep->lacks_give[i] = lacks_give(sweep, &gives[i]);
		if (sweep->lacks_give[i])
			(void)printf("lacks %s\n", gives[i].name);
	}
	(void)moved(sweep);
}

static void sweep_all(struct sweep *sweep)
{
	for (uint32_t take = 0; take < ENTRY_TAKE_NR; take++)
		for (int kind = 0; kind < MEMORY_KIND_NR; kind++)
			for (size_t i = 0; i < GIVES; i++)
				for (int longterm = 0; longterm < 2; longterm++)
					run_on(sweep, take, longterm, kind, &gives[i], ENTRY_PROCESS);

	for (uint32_t context = ENTRY_WORKER; context < ENTRY_CONTEXT_NR; context++)
		for (int kind = 0; kind < MEMORY_KIND_NR; kind++)
			for (size_t i = 0; i < GIVES; i++)
				if (!gives[i].dirty || context == ENTRY_WORKER)
					run_on(sweep, kind < MEMORY_MEMFD ? ENTRY_PIN_USER_PAGES_FAST :
									    ENTRY_MEMFD_PIN_FOLIOS,
					       true, kind, &gives[i], context);
}

static void sweep_brief(struct sweep *sweep)
{
	for (uint32_t take = 0; take < ENTRY_TAKE_NR; take++)
		for (size_t i = 0; i < GIVES; i++) {
			bool longterm = !sweep->lacks_take[take][1] && fits(take, true, MEMORY_BASE);
			bool file = take == ENTRY_MEMFD_PIN_FOLIOS;

			run_on(sweep, take, longterm || file, file ? MEMORY_MEMFD : MEMORY_BASE,
			       &gives[i], ENTRY_PROCESS);
		}
}

/* The quota refuses; folio_add_pins() what goes beyond the first pin. */
static void run_refused(struct sweep *sweep, struct step step)
{
	bool add = step.take == ENTRY_FOLIO_ADD_PINS;
	bool only = step.take == ENTRY_PIN_USER_PAGES_FAST_ONLY;
	int first = add ? take(sweep, &step, ENTRY_PIN_USER_PAGES_FAST, 1) : 0;
	struct tally expected = { .counts = { [TALLY_REFUSED] = !only } };
	int r;

	(void)moved(sweep);
	r = take(sweep, &step, step.take, step.memory->nr - first);
	if (r != (only ? 0 : -ENOMEM))
		wrong(sweep, &step, "result", r, only ? 0 : -ENOMEM);
	compare(sweep, &step, &expected);
	if (first > 0) {
		step.give = &gives[1];
		(void)give(sweep, step.give, ENTRY_PROCESS);
		check_given(sweep, &step, 1);
	}
}

static void sweep_refused(struct sweep *sweep)
{
	for (uint32_t take = 0; take < ENTRY_TAKE_NR; take++) {
		/* with base pages more pins cost nothing more */
		bool add = take == ENTRY_FOLIO_ADD_PINS;
		bool only = take == ENTRY_PIN_USER_PAGES_FAST_ONLY;

		for (int kind = 0; kind < MEMORY_KIND_NR; kind++) {
			struct memory memory;
			struct step step = { .take = take, .longterm = true, .memory = &memory };

			if (sweep->lacks_take[take][1] || sweep->lacks_memory[kind] ||
			    !fits(take, !only, kind) || (add && kind == MEMORY_BASE) ||
			    kind == MEMORY_ZERO || memory_make(kind, &memory) < 0)
				continue;
			run_refused(sweep, step);
			memory_free(&memory);
		}
	}
}

static uint64_t id_of(const char *directory)
{
	struct stat cgroup;

	if (stat(directory, &cgroup) < 0) {
		perror(directory);
		exit(1);
	}
	return cgroup.st_ino;
}

static int open_device(void)
{
	int fd = open(ENTRY_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror(ENTRY_DEVICE);
		exit(1);
	}
	return fd;
}

static void open_group(struct sweep *sweep, const char *directory)
{
	int r = family_open(&sweep->family);

	if (r < 0) {
		(void)fprintf(stderr, "sweep: no netlink family: %s\n", strerror(-r));
		exit(1);
	}
	sweep->id = id_of(directory);
	(void)moved(sweep);
}

/* The counts are those of the other group; of ours only that it pays nothing. */
static void sweep_remote(struct sweep *sweep, const char *ours, const char *other)
{
	struct memory memory;
	struct step step = {
		.take = ENTRY_PIN_USER_PAGES_REMOTE, .longterm = true, .memory = &memory,
	};
	struct tally tally = {};
	pid_t child;
	int r;

	if (memory_make(MEMORY_BASE, &memory) < 0)
		exit(1);
	child = owner_begin(&memory, other);
	if (child < 0) {
		(void)fprintf(stderr, "sweep: no child in %s\n", other);
		exit(1);
	}
	sweep->id = id_of(other);
	(void)moved(sweep);
	step.pid = child;
	r = take_all(sweep, &step);
	if (r < 0)
		wrong(sweep, &step, "error", -r, 0);
	check_taken(sweep, &step, memory.pins);
	if (tally_read(&sweep->family, id_of(ours), &tally) < 0 || tally.counts[TALLY_CURRENT])
		wrong(sweep, &step, "the caller's current", tally.counts[TALLY_CURRENT], 0);
	/* the memory outlives its process as long as it is pinned */
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	step.give = &gives[1];
	(void)give(sweep, step.give, ENTRY_PROCESS);
	check_given(sweep, &step, memory.pins);
	memory_free(&memory);
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: sweep all|brief|refused DIRECTORY\n"
			      "       sweep remote DIRECTORY OTHER\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sweep sweep = {};
	int64_t kernel_pins;

	if (argc < 3 || (argc == 4) != !strcmp(argv[1], "remote"))
		return usage();
	sweep.device = open_device();
	open_group(&sweep, argv[2]);
	kernel_pins = tally_kernel_pins();
	if (argc == 4) {
		sweep_remote(&sweep, argv[2], argv[3]);
	} else {
		find_lacking(&sweep);
		if (!strcmp(argv[1], "all"))
			sweep_all(&sweep);
		else if (!strcmp(argv[1], "brief"))
			sweep_brief(&sweep);
		else if (!strcmp(argv[1], "refused"))
			sweep_refused(&sweep);
		else
			return usage();
	}
	if (tally_kernel_pins() != kernel_pins) {
		(void)printf("wrong: pins by /proc/vmstat: expected %lld, got %lld\n",
			     (long long)kernel_pins, (long long)tally_kernel_pins());
		sweep.wrong++;
	}
	(void)printf("steps %u wrong %u\n", sweep.steps, sweep.wrong);
	return sweep.wrong ? 1 : 0;
}
