// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "group.h"
#include "tally.h"

static const char *const names[] = {
	[TALLY_REQUESTED] = "nr_foll_pin_requested",
	[TALLY_RETURNED] = "nr_foll_pin_returned",
	[TALLY_LONGTERM_REQUESTED] = "nr_foll_pin_longterm_requested",
	[TALLY_LONGTERM_RETURNED] = "nr_foll_pin_longterm_returned",
	[TALLY_ACQUIRED] = "nr_foll_pin_acquired",
	[TALLY_RELEASED] = "nr_foll_pin_released",
	[TALLY_REFUSED] = "nr_pind_refused",
	[TALLY_CURRENT] = "current",
	[TALLY_PINS] = "pins",
};

const char *tally_name(enum tally_count count)
{
	return names[count];
}

/* Those that a file of "NAME VALUE" lines has. */
static int read_file(const char *path, struct tally *tally)
{
	FILE *file = fopen(path, "re");
	char name[64];
	long long value;

	if (!file)
		return -errno;
	while (fscanf(file, "%63s %lld", name, &value) == 2)
		for (int i = 0; i < TALLY_NR; i++)
			if (!strcmp(names[i], name))
				tally->counts[i] = value;
	(void)fclose(file);
	return 0;
}

int tally_read(struct family *family, uint64_t id, struct tally *ret_tally)
{
	struct tally tally = {};
	struct group group;
	int r;

	r = read_file("/proc/pind/vmstat", &tally);
	if (r >= 0)
		r = group_get(family, id, &group);
	if (r < 0)
		return r;
	tally.counts[TALLY_CURRENT] = (int64_t)group.values[PIND_A_GROUP_CURRENT];
	tally.counts[TALLY_PINS] = (int64_t)group.values[PIND_A_GROUP_PINS];
	*ret_tally = tally;
	return 0;
}

int64_t tally_kernel_pins(void)
{
	FILE *refresh = fopen("/proc/sys/vm/stat_refresh", "we");
	struct tally tally = {};
	int r;

	/* without it the counters lag behind */
	if (!refresh || fputs("1\n", refresh) < 0 || fclose(refresh) < 0)
		return -errno;
	r = read_file("/proc/vmstat", &tally);
	if (r < 0)
		return r;
	return tally.counts[TALLY_ACQUIRED] - tally.counts[TALLY_RELEASED];
}
