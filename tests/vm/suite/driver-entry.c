// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tests' own module (tests/kmod/pind_entry.c) as a driver that keeps pins and, unless it
 * is told to, does not say FOLL_LONGTERM.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../kmod/entry.h"
#include "driver.h"

/* "long" may follow the range. An open file has the pins of one call. */
static long pin(const struct iovec *range, char **words)
{
	struct entry_take_call call = {
		.function = ENTRY_PIN_USER_PAGES_FAST,
		.flags = ENTRY_WRITE,
		.start = (uintptr_t)range->iov_base,
		.nr = (uint32_t)(range->iov_len / PAGE),
	};
	const char *word = pinner_word(words);
	int fd = open(ENTRY_DEVICE, O_RDWR | O_CLOEXEC);
	long r;

	if (fd < 0)
		return -errno;
	if (word && !strcmp(word, "long"))
		call.flags |= ENTRY_LONGTERM;
	r = ioctl(fd, ENTRY_IOC_TAKE, &call);
	if (r == call.nr)
		return fd;
	r = r < 0 ? -errno : -EIO;
	(void)close(fd);
	return r;
}

static long unpin(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

const struct driver entry_driver = { .name = "pind_entry", .pin = pin, .unpin = unpin };
