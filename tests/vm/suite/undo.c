// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * undo FILE TRIES: a process whose quota is just as large as a file that it pins, and that has
 * calls refused after the kernel has pinned. It registers all pages of the file but the first,
 * prints
 *
 *   pinned
 *
 * and after a line on stdin, again and again, registers a page of its own, and then that page
 * and those of the file once more, as one buffer. All of it is paid for, unless the page is
 * dropped meanwhile and another one comes in its place. Where that happens between the look at
 * the pages and the pin, the first page does not fit after all, and all of the call is undone.
 * Prints
 *
 *   tried ADMITTED REFUSED FAILED
 *
 * and holds the first pins until the end of stdin.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring.h"

#define PAGE 4096

static struct {
	char *buffer;
	size_t size;
	atomic_uint turn, dropped; /* numbers of the try */
} undo;

/* Once a try the first page is dropped, each time a little later. */
static void *drop_page(void *unused)
{
	(void)unused;
	for (unsigned int turn = 1;; turn++) {
		while (undo.turn < turn)
			sched_yield();
		for (volatile unsigned int wait = turn % 100 * 100; wait; wait--)
			;
		(void)madvise(undo.buffer, PAGE, MADV_DONTNEED);
		undo.dropped = turn;
	}
	return NULL;
}

static int try_often(unsigned int tries)
{
	struct iovec first = { undo.buffer, PAGE }, all = { undo.buffer, undo.size };
	unsigned int admitted = 0, refused = 0, failed = 0;
	int own = ring_open(), ring = ring_open(), r;

	while (tries--) {
		undo.buffer[0] = 1;
		r = ring_register(own, &first, 1);
		if (r < 0)
			return r;
		undo.turn++;
		r = ring_register(ring, &all, 1);
		while (undo.dropped < undo.turn)
			sched_yield();
		if (r >= 0)
			(void)ring_unregister(ring);
		(void)ring_unregister(own);
		admitted += r >= 0;
		refused += r == -ENOMEM;
		failed += r < 0 && r != -ENOMEM;
	}
	printf("tried %u %u %u\n", admitted, refused, failed);
	return 0;
}

static int map(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC);

	undo.size = file < 0 ? 0 : (size_t)lseek(file, 0, SEEK_END);
	if (!undo.size)
		return -errno;
	undo.buffer = mmap(NULL, undo.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			   0);
	if (undo.buffer == MAP_FAILED ||
	    mmap(undo.buffer + PAGE, undo.size - PAGE, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, PAGE) == MAP_FAILED)
		return -errno;
	return 0;
}

static int run(const char *path, unsigned int tries)
{
	struct iovec rest;
	pthread_t thread;
	int r = map(path);

	if (r < 0)
		return r;
	rest = (struct iovec){ undo.buffer + PAGE, undo.size - PAGE };
	r = ring_register(ring_open(), &rest, 1);
	if (r < 0)
		return r;
	puts("pinned");
	getchar();
	r = -pthread_create(&thread, NULL, drop_page, NULL);
	r = r ? r : try_often(tries);
	while (!r && getchar() != EOF)
		;
	return r;
}

int main(int argc, char **argv)
{
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	r = argc == 3 ? run(argv[1], (unsigned int)strtoul(argv[2], NULL, 10)) : -EINVAL;
	if (r)
		printf("error %s\n", strerrorname_np(-r));
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
