/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process in a cgroup of its own, whose memory somebody else is to pin. */
#ifndef PIND_SUITE_OWNER_H
#define PIND_SUITE_OWNER_H

#include <sys/types.h>

#include "memory.h"

/**
 * owner_begin - make a child that owns memory at the same addresses
 * @memory: that it writes to, so that it has it for itself
 * @directory: of its cgroup
 *
 * Return: its pid once it has the memory, or a negative errno. It waits to be
 * killed.
 */
pid_t owner_begin(const struct memory *memory, const char *directory);

#endif /* PIND_SUITE_OWNER_H */
