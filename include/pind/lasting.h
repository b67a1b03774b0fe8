/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that stays pinned without an account, in words: the daemon's and pinctl's. */
#ifndef PIND_LASTING_H
#define PIND_LASTING_H

#include <stdint.h>
#include <stdio.h>

#define PIND_LASTING_SENTENCE_SIZE 192

/**
 * pind_lasting_sentence - that much of it is there (PIND_LASTING_MUCH), and what to do
 * @buffer: PIND_LASTING_SENTENCE_SIZE bytes
 * @bytes: of all owners
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
