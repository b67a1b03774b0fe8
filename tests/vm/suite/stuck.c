// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stuck SIZE: a pin call that takes as long as we like. It registers SIZE MiB of
 * memory that is not there yet as a fixed buffer, and the kernel, which has to
 * fault it in, waits for us to bring it (userfaultfd). Prints
 *
 *   stuck           the call waits now
 *   pinned          it has returned, after a line on stdin let it go on
 *   error NAME      it failed; EFAULT at once where the kernel's call does not wait
 *
 * and holds the pins until the end of stdin.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "trap.h"

static struct trap trap;

static void *call(void *ring)
{
	struct iovec buffer = { trap.memory, trap.size };
	int ret = ring_register(*(int *)ring, &buffer, 1);

	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	else
		puts("pinned");
	return NULL;
}

static int run(void)
{
	pthread_t caller;
	int ring, ret;

	ring = ring_open();
	if (ring < 0)
		return ring;
	ret = pthread_create(&caller, NULL, call, &ring);
	if (ret)
		return -ret;
	ret = trap_await(&trap);
	if (ret)
		return ret;
	puts("stuck");
	getchar();
	ret = trap_open(&trap);
	pthread_join(caller, NULL);
	while (getchar() != EOF)
		;
	return ret;
}

int main(int argc, char **argv)
{
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = trap_set(&trap, argc > 1 ? strtoul(argv[1], NULL, 10) << 20 : 0);
	if (!ret)
		ret = run();
	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
