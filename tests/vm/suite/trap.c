// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trap.h"

static int watch(struct trap *trap)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { .start = (uintptr_t)trap->memory, .len = trap->size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	trap->fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (trap->fd < 0)
		return -errno;
	if (ioctl(trap->fd, UFFDIO_API, &api) < 0 ||
	    ioctl(trap->fd, UFFDIO_REGISTER, &area) < 0) {
		int r = -errno;

		(void)close(trap->fd);
		return r;
	}
	return 0;
}

int trap_set(struct trap *trap, void *where, size_t size)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (where ? MAP_FIXED : 0), r;

	trap->size = size;
	trap->memory = mmap(where, size, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (trap->memory == MAP_FAILED)
		return -errno;
	r = watch(trap);
	if (r < 0)
		(void)munmap(trap->memory, size);
	return r;
}

int trap_await(const struct trap *trap)
{
	struct uffd_msg fault;
	ssize_t n = read(trap->fd, &fault, sizeof(fault));

	if (n < 0)
		return -errno;
	return n == sizeof(fault) ? 0 : -EIO;
}

int trap_open(const struct trap *trap)
{
	void *zeros = calloc(1, trap->size);
	struct uffdio_copy copy = {
		.dst = (uintptr_t)trap->memory,
		.src = (uintptr_t)zeros,
		.len = trap->size,
	};
	int r;

	if (!zeros)
		return -ENOMEM;
	r = ioctl(trap->fd, UFFDIO_COPY, &copy) < 0 ? -errno : 0;
	free(zeros);
	return r;
}

void trap_remove(const struct trap *trap)
{
	(void)close(trap->fd);
	(void)munmap(trap->memory, trap->size);
}
