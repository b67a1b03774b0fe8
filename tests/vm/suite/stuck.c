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
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

static struct iovec buffer;

static void *call(void *ring)
{
	int ret = ring_register(*(int *)ring, &buffer, 1);

	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	else
		puts("pinned");
	return NULL;
}

/* Whoever touches the buffer waits, until it is brought. Returns a descriptor. */
static int watch_buffer(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { .start = (uintptr_t)buffer.iov_base, .len = buffer.iov_len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &area))
		return -errno;
	return fd;
}

static int bring_buffer(int fd)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)buffer.iov_base,
		.src = (uintptr_t)calloc(1, buffer.iov_len),
		.len = buffer.iov_len,
	};

	return copy.src && !ioctl(fd, UFFDIO_COPY, &copy) ? 0 : -errno;
}

static int run(void)
{
	struct uffd_msg fault;
	pthread_t caller;
	int ring, fd, ret;

	ring = ring_open();
	if (ring < 0)
		return ring;
	fd = watch_buffer();
	if (fd < 0)
		return fd;
	ret = pthread_create(&caller, NULL, call, &ring);
	if (ret)
		return -ret;
	if (read(fd, &fault, sizeof(fault)) != sizeof(fault))
		return -errno;
	puts("stuck");
	getchar();
	ret = bring_buffer(fd);
	pthread_join(caller, NULL);
	while (getchar() != EOF)
		;
	return ret;
}

int main(int argc, char **argv)
{
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	buffer.iov_len = argc > 1 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	buffer.iov_base = mmap(NULL, buffer.iov_len, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ret = buffer.iov_base == MAP_FAILED ? -errno : run();
	if (ret)
		printf("error %s\n", strerrorname_np(-ret));
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
