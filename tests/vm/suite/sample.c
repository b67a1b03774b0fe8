// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample ID: reads `current` of the group with this id as fast as it can, until
 * its stdin ends; then prints "samples N max BYTES".
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "group.h"

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
	for (r = family_open(&family); r >= 0 && poll(&input, 1, 0) == 0; samples++) {
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
	(void)printf("samples %lu max %llu\n", samples, (unsigned long long)max);
	return 0;
}
