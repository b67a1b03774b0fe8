// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <unistd.h>

#include "driver.h"
#include "ring.h"

/* Each range has a ring of its own. */
static long pin(const struct iovec *range, char **words)
{
	int ring = ring_open(), r;

	r = ring < 0 ? ring : ring_register(ring, range, 1);
	if (r < 0 && ring >= 0)
		(void)close(ring);
	return r < 0 ? r : ring;
}

/* By a call of its own: closing the ring leaves that to a worker. */
static long unpin(int ring)
{
	int r = ring_unregister(ring);

	if (r >= 0)
		(void)close(ring);
	return r;
}

const struct driver io_uring_driver = { .name = "io_uring", .pin = pin, .unpin = unpin };
