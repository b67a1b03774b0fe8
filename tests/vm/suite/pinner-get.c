// SPDX-License-Identifier: GPL-2.0-or-later
/* What gets at pages of the area and does not pin them, or not for long by its word. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "entry.h"
#include "mirror.h"
#include "pinner.h"

/* Plain references, which the pipe holds until it is closed. */
static long do_vmsplice(struct pinner *pinner, char **words)
{
	int ends[2], times = 1, r;
	struct iovec range;
	ssize_t got;

	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	if (**words && (pinner_number(words, &times) < 0 || times < 1 || times > PINNER_RANGES_MAX))
		return -EINVAL;
	for (int i = 0; i < times; i++)
		pinner->ranges[i] = range;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* As large as everybody may make it. */
	(void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	got = vmsplice(ends[1], pinner->ranges, times, SPLICE_F_NONBLOCK);
	r = got < 0 ? -errno : 0;
	(void)close(ends[1]);
	if (r < 0 || (size_t)got != times * range.iov_len) {
		(void)close(ends[0]);
		return r < 0 ? r : -ENOSPC;
	}
	return ends[0];
}

static long do_mirror(struct pinner *pinner, char **words)
{
	struct mirror_range mirror;
	struct iovec range;
	int fd, r;

	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	mirror = (struct mirror_range){ (uintptr_t)range.iov_base, range.iov_len };
	fd = open(MIRROR_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, MIRROR_IOC_RANGE, &mirror) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

/* As a driver does that holds without FOLL_LONGTERM. */
static long do_hold(struct pinner *pinner, char **words)
{
	struct entry_take_call call = { .function = ENTRY_PIN_USER_PAGES_FAST, .flags = ENTRY_WRITE };
	struct iovec range;
	long got;
	int fd, r;

	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	call.start = (uintptr_t)range.iov_base;
	call.nr = (uint32_t)(range.iov_len / (size_t)sysconf(_SC_PAGESIZE));
	fd = open(ENTRY_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = ioctl(fd, ENTRY_IOC_TAKE, &call);
	r = got < 0 ? -errno : got == call.nr ? 0 : -ENOSPC;
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}

static long ask_mirror(char **words, unsigned long question)
{
	int fd, r;

	r = pinner_number(words, &fd);
	if (r < 0)
		return r;
	r = ioctl(fd, question);
	return r < 0 ? -errno : r;
}

static long do_gone(struct pinner *pinner, char **words)
{
	return ask_mirror(words, MIRROR_IOC_GONE);
}

static long do_fault(struct pinner *pinner, char **words)
{
	return ask_mirror(words, MIRROR_IOC_FAULT);
}

const struct pinner_command pinner_get_commands[] = {
	{ "fault", do_fault },
	{ "gone", do_gone },
	{ "hold", do_hold },
	{ "mirror", do_mirror },
	{ "vmsplice", do_vmsplice },
	{},
};
