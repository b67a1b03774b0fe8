/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time by which waits, times of grace and intervals are counted: nobody sets it. */
#ifndef PIND_CLOCK_H
#define PIND_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, in microseconds. */
uint64_t pind_clock_now(void);

#endif /* PIND_CLOCK_H */
