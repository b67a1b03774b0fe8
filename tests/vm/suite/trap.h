/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is not there yet: whoever touches it, the kernel too, waits until it
 * is brought (userfaultfd). So a call into the kernel takes as long as we like.
 */
#ifndef PIND_SUITE_TRAP_H
#define PIND_SUITE_TRAP_H

#include <stddef.h>

struct trap {
	char *memory;
	size_t size;
	int fd;
};

/** trap_set - map such memory at @where, or, if that is NULL, anywhere; 0 or a negative errno */
int trap_set(struct trap *trap, void *where, size_t size);

/** trap_await - wait until somebody waits for the memory; 0 or a negative errno */
int trap_await(const struct trap *trap);

/** trap_open - bring the memory, and let all go on; 0 or a negative errno */
int trap_open(const struct trap *trap);

/** trap_remove - close and unmap it */
void trap_remove(const struct trap *trap);

#endif /* PIND_SUITE_TRAP_H */
