// SPDX-License-Identifier: GPL-2.0-or-later
/* What pins cost, and memory whose frames lie as one wants them. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/pind_bench.h>

#include "area.h"
#include "pinner.h"

/* Of these the least: an interrupt may come into one. */
#define ROUNDS 12

/* Frames that the module looks up together. */
#define LEAF_SIZE ((size_t)1 << 20)

/* ---- how the frames lie */

/* Changes of the MiB that the frames are in, from page to page. */
static long count_changes(const struct iovec *range)
{
	uint64_t leaf = 0, entry;
	long changes = -1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < range->iov_len; at += PAGE) {
		off_t offset = (off_t)(((uintptr_t)range->iov_base + at) / PAGE * sizeof(entry));

		if (pread(fd, &entry, sizeof(entry), offset) != sizeof(entry))
			break;
		entry = (entry << 9 >> 9) / (LEAF_SIZE / PAGE);
		changes += changes < 0 || entry != leaf;
		leaf = entry;
	}
	(void)close(fd);
	return changes;
}

/* Huge pages become base pages, whose frames then follow each other. */
static int split(const char *area, size_t size)
{
	char request[80];
	int fd = open("/sys/kernel/debug/split_huge_pages", O_WRONLY | O_CLOEXEC), r, length;

	if (fd < 0)
		return -errno;
	length = snprintf(request, sizeof(request), "%d,%#lx,%#lx", getpid(), (unsigned long)area,
			  (unsigned long)(area + size));
	r = write(fd, request, (size_t)length) < 0 ? -errno : 0;
	(void)close(fd);
	return r;
}

static long do_lay_together(struct pinner *pinner, char **words)
{
	int r;

	if (pinner_size(words, &pinner->size) < 0)
		return -EINVAL;
	pinner->area = area_map(pinner->size, AREA_THP, true);
	if (!pinner->area)
		return -errno;
	r = split(pinner->area, pinner->size);
	return r < 0 ? r : count_changes(&(struct iovec){ pinner->area, pinner->size });
}

/*
 * Each page is touched right after one of a store was freed, whose frame it gets; of
 * ten seven lie in another MiB than the page before.
 */
static long do_lay_scattered(struct pinner *pinner, char **words)
{
	size_t store_size = 18 * AREA_HUGE_SIZE, leaves = store_size / LEAF_SIZE, leaf = 0;
	size_t used[store_size / LEAF_SIZE];
	char *store;
	int r;

	if (pinner_size(words, &pinner->size) < 0 || pinner->size > store_size / 4)
		return -EINVAL;
	pinner->area = area_map(pinner->size, AREA_BASE, false);
	store = area_map(store_size, AREA_THP, true);
	if (!pinner->area || !store)
		return -errno;
	r = split(store, store_size);
	if (r < 0)
		return r;
	/* its page table, before the first frame is chosen */
	pinner->area[0] = 1;
	(void)madvise(pinner->area, PAGE, MADV_DONTNEED);
	memset(used, 0, sizeof(used));
	for (size_t i = 0; i < pinner->size / PAGE; i++) {
		if (i * 7 % 10 < 7)
			leaf = (leaf + 13) % leaves;
		(void)madvise(store + leaf * LEAF_SIZE + used[leaf]++ * PAGE, PAGE, MADV_DONTNEED);
		pinner->area[i * PAGE] = 1;
	}
	return count_changes(&(struct iovec){ pinner->area, pinner->size });
}

static long do_changes(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r = pinner_range(pinner, words, &range);

	return r < 0 ? r : count_changes(&range);
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

/* Of the round that took the least: a call's get, and behind it its put. */
static long do_bench(struct pinner *pinner, char **words)
{
	struct pind_bench_run question = {}, run;
	uint64_t get = UINT64_MAX, put = UINT64_MAX;
	struct iovec range;
	int r, fd, pages;

	r = parse_operation(pinner_word(words), &question);
	if (r >= 0)
		r = pinner_number(words, &pages);
	if (r >= 0)
		r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	question.address = (uintptr_t)range.iov_base;
	question.size = range.iov_len;
	question.pages_per_call = (uint32_t)pages;
	fd = open(PIND_BENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (int round = 0; r >= 0 && round < ROUNDS; round++) {
		run = question;
		if (ioctl(fd, PIND_BENCH_RUN, &run) < 0)
			r = -errno;
		else if (run.pages != range.iov_len / PAGE)
			r = -ENODATA;
		else if (run.get_ns < get)
			get = run.get_ns;
		if (run.put_ns < put)
			put = run.put_ns;
	}
	(void)close(fd);
	if (r < 0)
		return r;
	(void)snprintf(pinner->more, sizeof(pinner->more), " %llu",
		       (put + run.calls / 2) / run.calls);
	return (long)((get + run.calls / 2) / run.calls);
}

/* ---- direct I/O */

#define DEPTH	     16
#define DIRECT_BATCH 20 /* times DEPTH: a round */

static uint64_t cpu_time(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

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
	uint64_t least = UINT64_MAX, start, took;
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
		for (int i = 0; r >= 0 && i < DIRECT_BATCH; i++)
			r = read_batch(&ring, file, &range, (size_t)size / PAGE);
		took = cpu_time() - start;
		least = took < least ? took : least;
	}
	io_uring_queue_exit(&ring);
	(void)close(file);
	return r < 0 ? r : (long)(least / (DIRECT_BATCH * DEPTH));
}

const struct pinner_command pinner_cost_commands[] = {
	{ "bench", do_bench },
	{ "changes", do_changes },
	{ "direct-cost", do_direct_cost },
	{ "lay-scattered", do_lay_scattered },
	{ "lay-together", do_lay_together },
	{},
};
