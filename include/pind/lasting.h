/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sentence about memory that stays pinned without an account, for the daemon and pinctl. */
#ifndef PIND_LASTING_H
#define PIND_LASTING_H

#include <stdint.h>
#include <stdio.h>

#define PIND_LASTING_SENTENCE_SIZE 192

/**
 * pind_lasting_sentence - says that there is much of it (PIND_LASTING_MUCH), and the next step
 * @buffer: PIND_LASTING_SENTENCE_SIZE bytes
 * @bytes: lasting memory of all owners
 *
 * Return: @buffer.
 */
static inline const char *pind_lasting_sentence(char *buffer, uint64_t bytes)
{
	(void)snprintf(buffer, PIND_LASTING_SENTENCE_SIZE,
		       "%llu MiB stay pinned and no quota counts them: `pinctl lasting` tells whose "
		       "memory it is",
		       (unsigned long long)(bytes >> 20));
	return buffer;
}

#endif /* PIND_LASTING_H */
