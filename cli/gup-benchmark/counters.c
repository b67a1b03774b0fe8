// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "counters.h"

static bool is_ours(const char *name)
{
	return strncmp(name, "nr_foll_pin", strlen("nr_foll_pin")) == 0 ||
	       strncmp(name, "nr_pind", strlen("nr_pind")) == 0;
}

void counters_read(const char *path, struct counters *ret)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	long long value;
	char name[COUNTERS_NAME];

	*ret = (struct counters){ .present = file };
	while (file && fscanf(file, "%47s %lld", name, &value) == 2) {
		if (!is_ours(name) || ret->n == COUNTERS_MAX)
			continue;
		memcpy(ret->names[ret->n], name, sizeof(name));
		ret->values[ret->n++] = value;
	}
}

void counters_refresh(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/sys/vm/stat_refresh", "we");

	if (file)
		(void)fputs("1\n", file);
}

void counters_moved(const struct counters *before, struct counters *after)
{
	for (size_t i = 0; i < after->n; i++)
		for (size_t j = 0; j < before->n; j++)
			if (!strcmp(after->names[i], before->names[j]))
				after->values[i] -= before->values[j];
}
