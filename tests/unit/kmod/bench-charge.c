// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kmod/charge.c costs by itself: reserve, settle and uncharge a page in a
 * cgroup 6 levels deep, by one thread, and by two at a time, each on a CPU of its
 * own. Only rounds count in which whoever ran had a CPU all the time, so that it may
 * be run beside other work. No part of the tests: meson test --benchmark.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/limits.h>
#include <linux/percpu.h>

#include "charge.h"

#define LEVELS	6
#define CALLS	5000
#define ENOUGH	10 /* rounds that count */
#define SECONDS 10 /* that a row may take to have them */
#define THREADS 2

_Thread_local unsigned int stub_cpu;

void pind_charge_changed(struct pind_charge *charge)
{
}

static struct pind_charge levels[LEVELS + THREADS] __attribute__((aligned(64)));
static unsigned int running; /* threads that have begun */
static unsigned int expected;

struct runner {
	unsigned int cpu;
	struct pind_charge *charge;
	double ns;   /* a page, of CPU time */
	double used; /* ns that it had a CPU */
	double begin, end;
};

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *run(void *arg)
{
	struct runner *runner = arg;
	struct pind_charge *by;
	double cpu;

	stub_cpu = runner->cpu;
	/* whoever sleeps here would begin late */
	__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST) < expected)
		;
	runner->begin = now(CLOCK_MONOTONIC);
	cpu = now(CLOCK_THREAD_CPUTIME_ID);
	for (int i = 0; i < CALLS; i++) {
		if (!pind_charge_reserve(runner->charge, 1, false, &by))
			return NULL;
		pind_charge_settle(runner->charge, 1, 1);
		pind_charge_uncharge(runner->charge, 1, 1);
	}
	runner->used = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
	runner->end = now(CLOCK_MONOTONIC);
	runner->ns = runner->used / CALLS;
	return NULL;
}

/* The least of a page's time, of the rounds in which all had a CPU; 0: there was none. */
static double measure(struct runner *runners, unsigned int nr)
{
	unsigned int counted = 0;
	double least = 0, until = now(CLOCK_MONOTONIC) + SECONDS * 1e9;

	while (counted < ENOUGH && now(CLOCK_MONOTONIC) < until) {
		pthread_t threads[THREADS];
		double ns = 0, cpu = 0, begin = 0, end = 0;

		running = 0;
		expected = nr;
		for (unsigned int i = 0; i < nr; i++)
			pthread_create(&threads[i], NULL, run, &runners[i]);
		for (unsigned int i = 0; i < nr; i++) {
			pthread_join(threads[i], NULL);
			ns += runners[i].ns / nr;
			cpu += runners[i].used / nr;
			begin = !begin || runners[i].begin < begin ? runners[i].begin : begin;
			end = runners[i].end > end ? runners[i].end : end;
		}
		/* each had a CPU from the beginning of the first to the end of the last */
		if (cpu < 0.9 * (end - begin))
			continue;
		counted++;
		if (!least || ns < least)
			least = ns;
	}
	return least;
}

static void report(const char *what, double ns, unsigned int threads, double one)
{
	if (!ns) {
		printf("%-40s no round had its CPUs to itself\n", what);
		return;
	}
	printf("%-40s %6.1f ns a page", what, ns);
	if (one)
		printf(", %.2f times one thread", threads * one / ns);
	printf("\n");
}

int main(void)
{
	struct runner runners[THREADS];
	double one;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	pind_charge_start();
	for (int i = 0; i < LEVELS; i++)
		pind_charge_init(&levels[i], i ? &levels[i - 1] : NULL);
	/* a quota on every second one */
	for (int i = 1; i < LEVELS; i += 2)
		levels[i].max = 1UL << 30;
	for (int i = 0; i < THREADS; i++)
		runners[i] = (struct runner){ .cpu = i, .charge = &levels[LEVELS - 1] };

	one = measure(runners, 1);
	report("one thread", one, 1, 0);
	report("two threads, one cgroup", measure(runners, 2), 2, one);
	for (int i = 0; i < THREADS; i++) {
		pind_charge_init(&levels[LEVELS + i], &levels[LEVELS - 2]);
		runners[i].charge = &levels[LEVELS + i];
	}
	report("two threads, a cgroup each, one parent", measure(runners, 2), 2, one);
	for (int i = 0; i < THREADS; i++)
		pind_charge_exact_begin(&levels[0]);
	report("two threads, all of it exact", measure(runners, 2), 2, one);
	return 0;
}
