/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzzer of one parser: libFuzzer makes bytes and the parser takes them. What the parser
 * must not do beside what the sanitizers see, the fuzzer says by demand().
 */
#ifndef PIND_FUZZ_H
#define PIND_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called for each input, and may not keep anything of it. Return: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define demand(expression)                                                            \
	do {                                                                          \
		if (!(expression)) {                                                  \
			(void)fprintf(stderr, "in vain demanded: %s\n", #expression); \
			abort();                                                      \
		}                                                                     \
	} while (0)

/* The input as text, which ends at its first NUL: in memory of just its size, to be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	demand(text);
	return text;
}

#endif /* PIND_FUZZ_H */
