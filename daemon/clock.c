// SPDX-License-Identifier: GPL-2.0-or-later
#include <time.h>

#include "clock.h"

uint64_t pind_clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
