// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * value DIRECTORY KEY: prints what `pinctl --kernel --json show` has under the
 * key, for the cgroup with this directory. A case asks so often that it shows
 * how long pinctl and jq take to start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "group.h"

static const struct {
	const char *name;
	uint16_t attribute;
} keys[] = {
	{ "current", PIND_A_GROUP_CURRENT },
	{ "reserved", PIND_A_GROUP_RESERVED },
	{ "peak", PIND_A_GROUP_PEAK },
	{ "max", PIND_A_GROUP_MAX },
	{ "high", PIND_A_GROUP_HIGH },
	{ "mode", PIND_A_GROUP_MODE },
	{ "charge", PIND_A_GROUP_CHARGE },
	{ "pins", PIND_A_GROUP_PINS },
	{ "dead", PIND_A_GROUP_DEAD },
	{ "events_max", PIND_A_GROUP_EVENTS_MAX },
	{ "events_observed", PIND_A_GROUP_EVENTS_OBSERVED },
	{ "events_high", PIND_A_GROUP_EVENTS_HIGH },
	{ "events_refused", PIND_A_GROUP_EVENTS_REFUSED },
};

static int find_key(const char *name, uint16_t *ret_attribute)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, name))
			continue;
		*ret_attribute = keys[i].attribute;
		return 0;
	}
	return -ENOENT;
}

static void print_value(uint16_t attribute, uint64_t value)
{
	if (attribute == PIND_A_GROUP_MODE)
		(void)puts(value == PIND_MODE_OBSERVE ? "observe" : "enforce");
	else if (attribute == PIND_A_GROUP_CHARGE)
		(void)puts(value == PIND_PAYER_OWNER ? "owner" : "pinner");
	else if (value == PIND_UNLIMITED)
		(void)puts("null");
	else
		(void)printf("%llu\n", (unsigned long long)value);
}

int main(int argc, char **argv)
{
	struct family family;
	struct group group;
	uint16_t attribute;
	struct stat cgroup;
	int r;

	if (argc != 3 || find_key(argv[2], &attribute) < 0) {
		(void)fprintf(stderr, "usage: value DIRECTORY KEY\n");
		return 2;
	}
	r = stat(argv[1], &cgroup) < 0 ? -errno : family_open(&family);
	if (r >= 0)
		r = group_get(&family, cgroup.st_ino, &group);
	if (r < 0) {
		(void)fprintf(stderr, "value: %s: %s\n", argv[1], strerror(-r));
		return 1;
	}
	print_value(attribute, group.values[attribute]);
	family_close(&family);
	return 0;
}
