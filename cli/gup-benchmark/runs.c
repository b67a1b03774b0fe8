// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "runs.h"

/* From the last thread to whoever waits for all; and to each, to end its ioctl. */
#define DONE   SIGUSR1
#define WAKEUP SIGUSR2

/**
 * struct crew - what the threads share
 * @barrier: until all are there
 * @left: that are not done; atomic
 * @stop: make no more runs; atomic
 */
struct crew {
	pthread_barrier_t barrier;
	uint32_t left;
	bool stop;
};

/**
 * struct worker - a thread
 * @runs: room for its repeats
 * @n: of them that it made
 */
struct worker {
	pthread_t thread;
	const struct options *options;
	int device;
	char *start;
	enum instructions_by by;
	uint32_t number;
	struct run *runs;
	size_t n;
	struct crew *crew;
};

static void run_once(const struct worker *worker, int perf, struct run *run)
{
	const struct options *options = worker->options;
	uint64_t before;

	*run = (struct run){
		.thread = worker->number,
		.run = {
			.operation = options->operation,
			.flags = options->flags,
			.address = (uintptr_t)worker->start,
			.size = options->size,
			.pages_per_call = options->pages_per_call,
			.hold_ms = options->hold_ms,
		},
	};
	before = instructions_read(perf);
	run->error = ioctl(worker->device, PIND_BENCH_RUN, &run->run) < 0 ? errno : 0;
	run->instructions = instructions_read(perf) - before;
	if (worker->by == INSTRUCTIONS_BY_CLOCK)
		run->instructions = run->run.get_ns + run->run.put_ns;
}

static void *work(void *data)
{
	struct worker *worker = data;
	_cleanup_close_ int perf =
		worker->by == INSTRUCTIONS_BY_PERF ? instructions_open() : -EBADF;

	(void)pthread_barrier_wait(&worker->crew->barrier);
	while (worker->n < worker->options->repeats &&
	       !__atomic_load_n(&worker->crew->stop, __ATOMIC_RELAXED)) {
		struct run *run = &worker->runs[worker->n++];

		run_once(worker, perf, run);
		if (run->error)
			break;
	}
	if (__atomic_sub_fetch(&worker->crew->left, 1, __ATOMIC_RELAXED) == 0)
		(void)kill(getpid(), DONE);
	return NULL;
}

static void wake_up(int signal)
{
}

/* What is waited for comes to nobody else; a run ends by what does nothing else. */
static void set_signals(sigset_t *ret_waited_for, sigset_t *ret_before)
{
	static const struct sigaction action = { .sa_handler = wake_up };

	(void)sigemptyset(ret_waited_for);
	(void)sigaddset(ret_waited_for, SIGINT);
	(void)sigaddset(ret_waited_for, SIGTERM);
	(void)sigaddset(ret_waited_for, DONE);
	(void)pthread_sigmask(SIG_BLOCK, ret_waited_for, ret_before);
	(void)sigaction(WAKEUP, &action, NULL);
}

/*
 * Until the last one is done. Whoever interrupts us ends the runs, so that what came
 * of them is told. A thread may be woken up just before its ioctl, so that is repeated.
 */
static void wait_all(struct worker *workers, uint32_t n, struct crew *crew, const sigset_t *set)
{
	static const struct timespec again = { .tv_nsec = 100000000 };

	while (sigtimedwait(set, NULL, crew->stop ? &again : NULL) != DONE) {
		if (!crew->stop && errno == EINTR)
			continue;
		__atomic_store_n(&crew->stop, true, __ATOMIC_RELAXED);
		for (uint32_t i = 0; i < n; i++)
			(void)pthread_kill(workers[i].thread, WAKEUP);
	}
}

/* The barrier waits for all, so a thread that cannot be started ends us. */
static int start_all(struct worker *workers, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int error = pthread_create(&workers[i].thread, NULL, work, &workers[i]);

		if (error)
			return fail(PIND_EXIT_FAILED, "thread %u of %u cannot be started: %s",
				    i + 1, n, strerror(error));
	}
	return 0;
}

/* Each thread had room for all its repeats: close the gaps. */
static size_t gather(struct worker *workers, uint32_t n, struct run *runs)
{
	size_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		memmove(runs + count, workers[i].runs, workers[i].n * sizeof(*runs));
		count += workers[i].n;
	}
	return count;
}

static int run_all(const struct options *options, int device, char *start, struct runs *runs)
{
	_cleanup_free_ struct worker *workers = calloc(options->threads, sizeof(*workers));
	static struct crew crew; /* static: see where we fail */
	sigset_t waited_for, before;
	int r;

	if (!workers)
		return fail_memory();
	crew = (struct crew){ .left = options->threads };
	(void)pthread_barrier_init(&crew.barrier, NULL, options->threads);
	set_signals(&waited_for, &before);
	for (uint32_t i = 0; i < options->threads; i++)
		workers[i] = (struct worker){
			.options = options,
			.device = device,
			.start = start,
			.by = runs->by,
			.number = i,
			.runs = runs->runs + (size_t)i * options->repeats,
			.crew = &crew,
		};
	r = start_all(workers, options->threads);
	if (r != 0) {
		(void)TAKE_PTR(workers); /* those that wait use it still */
		return r;
	}
	wait_all(workers, options->threads, &crew, &waited_for);
	runs->n = gather(workers, options->threads, runs->runs);
	runs->interrupted = crew.stop;
	(void)pthread_barrier_destroy(&crew.barrier);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}

int runs_do(const struct options *options, int device, char *start, struct runs *ret)
{
	struct runs runs = {
		.runs = calloc((size_t)options->threads * options->repeats, sizeof(struct run)),
		.by = instructions_find(),
	};
	struct counters kernel, pind;
	int r;

	if (!runs.runs)
		return fail_memory();
	counters_refresh();
	counters_read(COUNTERS_KERNEL, &kernel);
	counters_read(COUNTERS_PIND, &pind);
	r = run_all(options, device, start, &runs);
	if (r != 0)
		return r;
	counters_refresh();
	counters_read(COUNTERS_KERNEL, &runs.kernel);
	counters_read(COUNTERS_PIND, &runs.pind);
	counters_moved(&kernel, &runs.kernel);
	counters_moved(&pind, &runs.pind);
	*ret = runs;
	return 0;
}

void runs_free(struct runs *runs)
{
	free(runs->runs);
	*runs = (struct runs){};
}

const struct run *runs_failed(const struct runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		if (runs->runs[i].error)
			return &runs->runs[i];
	return NULL;
}
