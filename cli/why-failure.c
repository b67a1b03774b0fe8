// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pind/size.h>

#include "when.h"
#include "why-failure.h"

/* Counts of a failure by error, and what the error means of a pin. */
struct failing {
	uint64_t count;
	uint32_t error;
	const char *name;
};

static size_t failings_of(const struct pind_failure_info *failure, struct failing failings[6])
{
	const struct failing all[] = {
		{ failure->efault, EFAULT, "EFAULT" },
		{ failure->enomem, ENOMEM, "ENOMEM" },
		{ failure->eagain, EAGAIN, "EAGAIN" },
		{ failure->eopnotsupp, EOPNOTSUPP, "EOPNOTSUPP" },
		{ failure->other, UINT32_MAX, "another error" },
		{ failure->partial, 0, "some of its pages only" },
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].count > 0)
			failings[n++] = all[i];
	}
	return n;
}

void why_failure_rows(struct table *table, const struct why *why)
{
	const struct pind_failure_info *failure = why->failure;
	struct failing failings[6];
	char date[WHEN_MAX], size[SIZE_FORMAT_MAX], text[256];
	size_t n, length = 0;

	table_add(table, "  kernel");
	if (!failure) {
		table_add(table, "it failed no long-term pin call of it");
		return;
	}
	n = failings_of(failure, failings);
	for (size_t i = 0; i < n && length < sizeof(text); i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
					   "%s%" PRIu64 " with %s", i ? ", " : "",
					   failings[i].count, failings[i].name);
	table_add_styled(table, SCREEN_BAD, "failed %" PRIu64 " pin call%s, last %s: %s",
			 failure->count, failure->count == 1 ? "" : "s",
			 when_date(failure->last, date), text);
	table_add(table, "    wanted");
	table_add(table, "%s by %s", size_format(failure->wanted, size),
		  model_shown(failure->driver));
}

void why_failure_advise(const struct pind_failure_info *failure)
{
	switch (failure->error) {
	case EFAULT:
		(void)puts(
			"This memory cannot be pinned: nothing is mapped there or the mapping "
			"forbids it (PROT_NONE,\nread-only); or it is secretmem, a device's BAR, or "
			"a file that its file system writes back (a shared\nmapping: use anonymous "
			"memory, a memfd or hugetlbfs).");
		/* it looks for the frames by itself where nothing can be pinned */
		if (strcmp(model_shown(failure->driver), "vfio") == 0)
			(void)puts("Of a device's BAR nothing is wrong: VFIO maps it all the same, "
				   "without a pin.");
		break;
	case EOPNOTSUPP:
		(void)puts("This memory cannot be pinned for long: it is a file on DAX.");
		break;
	case ENOMEM:
		(void)puts("The kernel had no memory for it: of its cgroup (memory.max), or of the "
			   "kind that pinned memory\nhas to lie in (not CMA, not ZONE_MOVABLE).");
		break;
	case EAGAIN:
		(void)puts("The kernel could not move the pages to where pinned memory may lie "
			   "(out of CMA or\nZONE_MOVABLE): somebody else holds them. Try again.");
		break;
	case 0:
		(void)puts("The kernel pinned some of its pages, and not the next one: look at the "
			   "mapping there.");
		break;
	default:
		(void)printf("The kernel's error number is %u: see errno(3).\n",
			     (unsigned int)failure->error);
		break;
	}
}
