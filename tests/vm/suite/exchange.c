// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exchange FILE: a call whose memory is exchanged while its quota decides, and that then hangs.
 * The process registers all of FILE, prints
 *
 *   pinned
 *
 * and after a line on stdin registers a buffer of as many pages and one more: the file once
 * again, which is paid for, and a page that is not there yet. Whoever looks at the pages waits
 * for that one (userfaultfd). Meanwhile memory of its own takes the place of the file, but for
 * its last page, which takes the place of one that is never brought; then the page that is waited
 * for is brought. So a pin that comes after the look gets memory that nobody paid for, and
 * hangs. Prints
 *
 *   hangs           with these pages pinned
 *   error NAME      the call failed
 *   registered      it did not
 *
 * and ends, all of it, at the end of stdin.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring.h"
#include "trap.h"

#define PAGE	 4096
#define PATIENCE 60000 /* ms for the call to meet the second trap, or to end */

static struct iovec buffer;
static int ends[2]; /* a byte when the call has ended */

static void *call(void *unused)
{
	int ret = ring_register(ring_open(), &buffer, 1);

	(void)unused;
	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	else
		puts("registered");
	(void)!write(ends[1], "", 1);
	/* where the kernel itself failed the call, the other thread waits for it at the first trap */
	while (getchar() != EOF)
		;
	_exit(EXIT_SUCCESS);
}

/* Memory of its own in the place of the file, but for a last page that is never brought. */
static int exchange(size_t size, struct trap *never)
{
	int r = trap_set(never, (char *)buffer.iov_base + size - PAGE, PAGE);

	if (r < 0)
		return r;
	return mmap(buffer.iov_base, size - PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0) == MAP_FAILED
		       ? -errno
		       : 0;
}

/* Until the call hangs, or ends. */
static int await(const struct trap *never)
{
	struct pollfd fds[] = { { never->fd, POLLIN, 0 }, { ends[0], POLLIN, 0 } };

	/* or it is always ready: what is read might be gone */
	if (fcntl(never->fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	if (poll(fds, 2, PATIENCE) < 1)
		return -ETIMEDOUT;
	if (!fds[1].revents)
		puts("hangs");
	return 0;
}

static int run(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC), r;
	size_t size = file < 0 ? 0 : (size_t)lseek(file, 0, SEEK_END);
	struct trap first, never;
	struct iovec paid;
	pthread_t thread;

	if (!size || pipe(ends) < 0)
		return -errno;
	paid = (struct iovec){ mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
			       size };
	buffer = (struct iovec){
		mmap(NULL, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size + PAGE
	};
	if (paid.iov_base == MAP_FAILED || buffer.iov_base == MAP_FAILED ||
	    mmap(buffer.iov_base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) ==
		    MAP_FAILED)
		return -errno;
	r = trap_set(&first, (char *)buffer.iov_base + size, PAGE);
	r = r ? r : ring_register(ring_open(), &paid, 1);
	if (r)
		return r;
	puts("pinned");
	getchar();
	r = -pthread_create(&thread, NULL, call, NULL);
	r = r ? r : trap_await(&first);
	r = r ? r : exchange(size, &never);
	r = r ? r : trap_open(&first);
	return r ? r : await(&never);
}

int main(int argc, char **argv)
{
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	r = argc == 2 ? run(argv[1]) : -EINVAL;
	if (r)
		printf("error %s\n", strerrorname_np(-r));
	while (!r && getchar() != EOF)
		;
	/* the call may hang, so no thread is waited for */
	_exit(r ? EXIT_FAILURE : EXIT_SUCCESS);
}
