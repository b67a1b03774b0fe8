// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pinner.h"

static int parse_size(const char *text, size_t *ret_size)
{
	static const char units[] = "KMG";
	unsigned long long size;
	const char *unit;
	char *end;

	errno = 0;
	size = text ? strtoull(text, &end, 10) : 0;
	if (!text || errno || end == text)
		return -EINVAL;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		size <<= 10 * (unit - units + 1);
		end++;
	}
	if (*end)
		return -EINVAL;
	*ret_size = size;
	return 0;
}

char *pinner_word(char **words)
{
	return strtok_r(NULL, " \n", words);
}

int pinner_size(char **words, size_t *ret_size)
{
	return parse_size(pinner_word(words), ret_size);
}

int pinner_number(char **words, int *ret_number)
{
	size_t number;

	if (pinner_size(words, &number) < 0 || number > 1 << 30)
		return -EINVAL;
	*ret_number = (int)number;
	return 0;
}

static int parse_range(const struct pinner *pinner, char *text, struct iovec *ret_range)
{
	char *plus = text ? strchr(text, '+') : NULL;
	size_t offset, length;

	if (!plus)
		return -EINVAL;
	*plus = '\0';
	if (parse_size(text, &offset) < 0 || parse_size(plus + 1, &length) < 0)
		return -EINVAL;
	if (offset > pinner->size || length > pinner->size - offset)
		return -ERANGE;
	*ret_range = (struct iovec){ .iov_base = pinner->area + offset, .iov_len = length };
	return 0;
}

int pinner_range(const struct pinner *pinner, char **words, struct iovec *ret_range)
{
	return parse_range(pinner, pinner_word(words), ret_range);
}

int pinner_ranges(struct pinner *pinner, char **words)
{
	int count = 0, r;
	char *word;

	while ((word = pinner_word(words))) {
		if (count == PINNER_RANGES_MAX)
			return -E2BIG;
		r = parse_range(pinner, word, &pinner->ranges[count++]);
		if (r < 0)
			return r;
	}
	return count;
}
