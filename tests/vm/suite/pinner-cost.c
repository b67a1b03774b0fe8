// SPDX-License-Identifier: GPL-2.0-or-later
/* What pins cost, and what is to be compared with that. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/pind_bench.h>

#include "driver.h"
#include "mark.h"
#include "pinner.h"

/* Of these the least: an interrupt may come into one. */
#define ROUNDS 12

/* So long what is put off may be put off. */
#define SETTLE_MS 100

/* After so many seconds nobody remembers that we pinned. */
#define IDLE 2

static uint64_t cpu_time(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void keep_least(uint64_t *least, uint64_t took)
{
	if (took < *least)
		*least = took;
}

/* Answers with two numbers. */
static long answer_both(struct pinner *pinner, uint64_t first, uint64_t second)
{
	(void)snprintf(pinner->more, sizeof(pinner->more), " %llu", (unsigned long long)second);
	return (long)first;
}

/* ---- calls of the kernel's functions, by pind_bench.ko */

static int parse_operation(const char *word, struct pind_bench_run *run)
{
	static const struct {
		const char *word;
		uint32_t operation;
		uint32_t flags;
	} operations[] = {
		{ "fast", PIND_BENCH_PIN_FAST, 0 },
		{ "fast-longterm", PIND_BENCH_PIN_FAST, PIND_BENCH_LONGTERM },
		{ "longterm", PIND_BENCH_PIN_LONGTERM, 0 },
		{ "memfd", PIND_BENCH_PIN_MEMFD, 0 },
	};

	for (size_t i = 0; word && i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].word, word))
			continue;
		run->operation = operations[i].operation;
		run->flags = operations[i].flags | PIND_BENCH_WRITE;
		return 0;
	}
	return -EINVAL;
}

/* What may follow the range. */
static int parse_how(char **words, struct pind_bench_run *run, bool *ret_idle)
{
	const char *word;

	*ret_idle = false;
	while ((word = pinner_word(words))) {
		if (!strcmp(word, "range"))
			run->flags |= PIND_BENCH_UNPIN_RANGE;
		else if (!strcmp(word, "folio"))
			run->flags |= PIND_BENCH_UNPIN_FOLIO;
		else if (!strcmp(word, "idle"))
			*ret_idle = true;
		else
			return -EINVAL;
	}
	return 0;
}

static int parse_bench(struct pinner *pinner, char **words, struct pind_bench_run *run,
		       bool *ret_idle)
{
	struct iovec range;
	int r, pages;

	r = parse_operation(pinner_word(words), run);
	if (r >= 0)
		r = pinner_number(words, &pages);
	if (r >= 0)
		r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	run->address = (uintptr_t)range.iov_base;
	run->size = range.iov_len;
	run->pages_per_call = (uint32_t)pages;
	return parse_how(words, run, ret_idle);
}

static int run_once(int device, const struct pind_bench_run *question, struct pind_bench_run *ret)
{
	int r;

	MARK(MARK_BEGIN);
	/* a ring that is gone may still interrupt who had it */
	do {
		*ret = *question;
		r = ioctl(device, PIND_BENCH_RUN, ret) < 0 ? -errno : 0;
	} while (r == -EINTR);
	MARK(MARK_END);
	if (r < 0)
		return r;
	return ret->size == question->size ? 0 : -ENODATA;
}

static long do_bench(struct pinner *pinner, char **words)
{
	uint64_t get = UINT64_MAX, put = UINT64_MAX;
	struct pind_bench_run question = {}, run = {};
	int r, device;
	bool idle;

	r = parse_bench(pinner, words, &question, &idle);
	if (r < 0)
		return r;
	device = open(PIND_BENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -errno;
	for (int round = 0; r >= 0 && round < ROUNDS; round++) {
		if (idle)
			(void)sleep(IDLE);
		r = run_once(device, &question, &run);
		keep_least(&get, run.get_ns);
		keep_least(&put, run.put_ns);
	}
	(void)close(device);
	MARK(MARK_DONE);
	if (r < 0)
		return r;
	return answer_both(pinner, (get + run.calls / 2) / run.calls,
			   (put + run.calls / 2) / run.calls);
}

/* ---- whole drivers: all that runs meanwhile, as a worker may do a part of it */

/* Time that the CPU ran tasks. What they left to do later is done by then. */
static uint64_t busy_time(void)
{
	unsigned long long busy = 0;
	char line[256];
	FILE *file;

	(void)usleep(SETTLE_MS * 1000);
	file = fopen("/proc/schedstat", "re");
	while (file && !busy && fgets(line, sizeof(line), file))
		(void)sscanf(line, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &busy);
	if (file)
		(void)fclose(file);
	return busy;
}

/* What is busy even if we do nothing in between. */
static uint64_t busy_anyway(void)
{
	uint64_t least = UINT64_MAX, start = busy_time(), end;

	for (int round = 0; round < ROUNDS; round++) {
		end = busy_time();
		keep_least(&least, end - start);
		start = end;
	}
	return least;
}

static long do_driver_cost(struct pinner *pinner, char **words)
{
	uint64_t pin = UINT64_MAX, unpin = UINT64_MAX, start, held, anyway;
	const struct driver *driver = driver_find(pinner_word(words));
	struct iovec range;
	int r;

	if (!driver)
		return -ENODEV;
	r = pinner_range(pinner, words, &range);
	for (int round = 0; r >= 0 && round < ROUNDS; round++) {
		long number;

		start = busy_time();
		MARK(MARK_BEGIN);
		number = driver->pin(&range, words);
		if (number < 0)
			return number;
		held = busy_time();
		r = driver->unpin((int)number);
		MARK(MARK_END);
		keep_least(&pin, held - start);
		keep_least(&unpin, busy_time() - held);
	}
	MARK(MARK_DONE);
	anyway = busy_anyway();
	return r < 0 ? r : answer_both(pinner, pin - anyway, unpin - anyway);
}

/* ---- pages that are allocated, as a scale */

/* Each round gives the pages back and touches new ones; answers for a page. */
static long do_touch_cost(struct pinner *pinner, char **words)
{
	uint64_t least = UINT64_MAX, start;
	struct iovec range;
	int r = pinner_range(pinner, words, &range);

	for (int round = 0; r >= 0 && round < ROUNDS; round++) {
		r = madvise(range.iov_base, range.iov_len, MADV_DONTNEED) < 0 ? -errno : 0;
		start = cpu_time();
		for (size_t at = 0; at < range.iov_len; at += PAGE)
			((volatile char *)range.iov_base)[at] = 1;
		keep_least(&least, cpu_time() - start);
	}
	return r < 0 ? r : (long)(least / (range.iov_len / PAGE));
}

/* ---- direct I/O */

#define DEPTH	     16
#define DIRECT_BATCH 20 /* times DEPTH: a round */

/* As many reads as the queue is deep, each into its own page of the range. */
static int read_batch(struct io_uring *ring, int file, const struct iovec *range, size_t blocks)
{
	struct io_uring_cqe *cqe;
	int r;

	for (unsigned int i = 0; i < DEPTH; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

		io_uring_prep_read(sqe, file, (char *)range->iov_base + i * PAGE, PAGE,
				   ((size_t)rand() % blocks) * PAGE);
	}
	r = io_uring_submit_and_wait(ring, DEPTH);
	for (unsigned int i = 0; r >= 0 && i < DEPTH; i++) {
		r = io_uring_wait_cqe(ring, &cqe);
		if (r < 0)
			break;
		r = cqe->res == (int)PAGE ? 0 : -EIO;
		io_uring_cqe_seen(ring, cqe);
	}
	return r < 0 ? r : 0;
}

/* direct-cost FILE RANGE: a read of 4 KiB, by the time of the thread that reads. */
static long do_direct_cost(struct pinner *pinner, char **words)
{
	const char *path = pinner_word(words);
	uint64_t least = UINT64_MAX, start;
	struct io_uring ring;
	struct iovec range;
	int r, file;
	off_t size;

	r = pinner_range(pinner, words, &range);
	if (r < 0 || range.iov_len < DEPTH * PAGE)
		return r < 0 ? r : -EINVAL;
	file = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (file < 0)
		return -errno;
	size = lseek(file, 0, SEEK_END);
	r = size < (off_t)PAGE ? -EINVAL : io_uring_queue_init(DEPTH, &ring, 0);
	srand(1);
	for (int round = 0; r >= 0 && round < ROUNDS; round++) {
		start = cpu_time();
		MARK(MARK_BEGIN);
		for (int i = 0; r >= 0 && i < DIRECT_BATCH; i++)
			r = read_batch(&ring, file, &range, (size_t)size / PAGE);
		MARK(MARK_END);
		keep_least(&least, cpu_time() - start);
	}
	MARK(MARK_DONE);
	io_uring_queue_exit(&ring);
	(void)close(file);
	return r < 0 ? r : (long)(least / (DIRECT_BATCH * DEPTH));
}

const struct pinner_command pinner_cost_commands[] = {
	{ "bench", do_bench },
	{ "direct-cost", do_direct_cost },
	{ "driver-cost", do_driver_cost },
	{ "touch-cost", do_touch_cost },
	{},
};
