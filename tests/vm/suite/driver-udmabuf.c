// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"

/* The file that is the area, once it is made. */
static int memfd = -1;
static char *memfd_area;

/* Without the seal the kernel would not trust it to keep its size. */
static int new_memfd(size_t size, unsigned int flags)
{
	int fd = memfd_create("pinner", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags), r;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

static long do_memfd(struct pinner *pinner, char **words)
{
	const char *kind;
	size_t size;

	if (memfd >= 0 || pinner_size(words, &size) < 0)
		return memfd >= 0 ? -EBUSY : -EINVAL;
	kind = pinner_word(words);
	if (kind && strcmp(kind, "2M"))
		return -EINVAL;
	memfd = new_memfd(size, kind ? MFD_HUGETLB | MAP_HUGE_2MB : 0);
	if (memfd < 0)
		return memfd;
	memfd_area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (memfd_area == MAP_FAILED)
		return -errno;
	pinner->area = memfd_area;
	pinner->size = size;
	return (long)size;
}

static long do_resize(struct pinner *pinner, char **words)
{
	size_t size;

	if (pinner_size(words, &size) < 0)
		return -EINVAL;
	return ftruncate(memfd, (off_t)size) < 0 ? -errno : 0;
}

static long pin(const struct iovec *range, char **words)
{
	struct udmabuf_create create = {
		.memfd = memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = (char *)range->iov_base - memfd_area,
		.size = range->iov_len,
	};
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), r;

	if (device < 0)
		return -errno;
	r = ioctl(device, UDMABUF_CREATE, &create);
	if (r < 0)
		r = -errno;
	(void)close(device);
	return r;
}

static long unpin(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

static const struct pinner_command commands[] = {
	{ "memfd", do_memfd },
	{ "resize", do_resize },
	{},
};

const struct driver udmabuf_driver = {
	.name = "udmabuf",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
