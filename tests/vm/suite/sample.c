// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample ID: reads `current` of the group with this id as fast as it can, until
 * its stdin ends. For each line there it prints "samples N max BYTES" so far.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "group.h"

/* What is asked is answered; false at the end of stdin. */
static bool answer(unsigned long samples, uint64_t max)
{
	char line[64];

	if (!fgets(line, sizeof(line), stdin))
		return false;
	(void)printf("samples %lu max %llu\n", samples, (unsigned long long)max);
	(void)fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t id, max = 0;
	unsigned long samples = 0;
	struct family family;
	struct group group;
	int r;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: sample ID\n");
		return 2;
	}
	id = strtoull(argv[1], NULL, 10);
	for (r = family_open(&family); r >= 0; samples++) {
		if (poll(&input, 1, 0) != 0 && !answer(samples, max))
			break;
		r = group_get(&family, id, &group);
		if (r >= 0 && group.values[PIND_A_GROUP_CURRENT] > max)
			max = group.values[PIND_A_GROUP_CURRENT];
	}
	if (r < 0) {
		errno = -r;
		perror("sample");
		return 1;
	}
	family_close(&family);
	return 0;
}
