// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stuck SIZE [CALLS]: a pin call that takes as long as we like, or so many at once. It
 * registers SIZE MiB of memory that is not there yet as a fixed buffer, and the kernel,
 * which has to fault it in, waits for us to bring it (userfaultfd). Prints
 *
 *   stuck           the call waits now, of many the first one
 *   pinned          each has returned, after a line on stdin let them go on
 *   error NAME      it failed; EFAULT at once where the kernel's call does not wait
 *
 * and holds the pins until the end of stdin.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "trap.h"

static struct trap trap;

/* A thread and its call. */
struct caller {
	pthread_t thread;
	int ring;
	int ret;
};

static void *call(void *arg)
{
	struct iovec buffer = { trap.memory, trap.size };
	struct caller *caller = arg;

	caller->ret = ring_register(caller->ring, &buffer, 1);
	if (caller->ret) /* at once: nobody else may come to say so */
		printf("error %s\n", strerrorname_np(-caller->ret));
	return NULL;
}

static int begin(struct caller *caller)
{
	caller->ring = ring_open();
	return caller->ring < 0 ? caller->ring
				: -pthread_create(&caller->thread, NULL, call, caller);
}

/* Return: whether none of them failed. */
static bool end(const struct caller *callers, unsigned int nr)
{
	bool good = true;

	for (unsigned int i = 0; i < nr; i++) {
		(void)pthread_join(callers[i].thread, NULL);
		good = good && !callers[i].ret;
	}
	return good;
}

static int run(unsigned int nr)
{
	struct caller *callers = calloc(nr, sizeof(*callers));
	int ret = callers ? 0 : -ENOMEM;

	for (unsigned int i = 0; !ret && i < nr; i++)
		ret = begin(&callers[i]);
	ret = ret ? ret : trap_await(&trap);
	if (ret)
		return ret;
	puts("stuck");
	getchar();
	ret = trap_open(&trap);
	if (end(callers, nr))
		puts("pinned");
	while (getchar() != EOF)
		;
	free(callers);
	return ret;
}

int main(int argc, char **argv)
{
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = trap_set(&trap, NULL, argc > 1 ? strtoul(argv[1], NULL, 10) << 20 : 0);
	if (!ret)
		ret = run(argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 1);
	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
