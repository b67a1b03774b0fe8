// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

/* Quotas that are kept, and runtime ones behind them. */
static int stored_quotas(sd_bus *bus, struct pind_records *quotas)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call_manager(bus, "ListQuotas", &reply);
	if (r != 0)
		return r;
	r = bus_read_records(reply, quotas);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, to be looked up in. Those that were removed do not count: a quota is for the path's
 * next life. NULL if out of memory. */
static const char **living_paths(const struct pind_records *groups, size_t *ret_n)
{
	const char **paths = calloc(groups->n + 1, sizeof(*paths));
	size_t n = 0;

	for (size_t i = 0; paths && i < groups->n; i++) {
		const struct pind_group_info *group = records_at(groups, i);

		if (!group->dead)
			paths[n++] = group->path;
	}
	if (n > 1)
		qsort(paths, n, sizeof(*paths), compare_texts);
	*ret_n = n;
	return paths;
}

/* Moves those quotas to the groups whose cgroup the module has not met, if it exists at all. */
static int move_unmet_quotas(struct pind_records *groups, struct pind_records *quotas, bool runtime)
{
	_cleanup_free_ const char **paths = NULL;
	size_t n;

	paths = living_paths(groups, &n);
	if (!paths)
		return fail_memory();
	for (size_t i = 0; i < quotas->n; i++) {
		struct pind_group_info *quota = records_at(quotas, i);
		struct pind_group_info *group;

		/* one was moved, or its cgroup was met between the two questions */
		if (!quota->path || quota->runtime != runtime ||
		    bsearch(&quota->path, paths, n, sizeof(*paths), compare_texts))
			continue;
		group = records_add(groups);
		if (!group)
			return fail_memory();
		*group = *quota;
		quota->path = NULL;
	}
	return 0;
}

static int add_unmet_quotas(sd_bus *bus, struct pind_records *groups)
{
	_cleanup_(records_done) struct pind_records quotas = RECORDS(pind_group_kind);
	int r = stored_quotas(bus, &quotas);

	/* a runtime quota comes before a kept one */
	if (r == 0)
		r = move_unmet_quotas(groups, &quotas, true);
	if (r == 0)
		r = move_unmet_quotas(groups, &quotas, false);
	return r;
}

static void mark_unenforced(struct pind_group_info *group)
{
	group->enforced = false;
	model_mark(&pind_group_kind, group, "enforced");
}

int bus_kept_group(sd_bus *bus, const char *path, int missing, struct pind_group_info *group)
{
	_cleanup_(records_done) struct pind_records quotas = RECORDS(pind_group_kind);
	int r = stored_quotas(bus, &quotas);

	if (r != 0)
		return r;
	/* a runtime quota comes before a kept one */
	for (size_t i = quotas.n; i-- > 0;) {
		struct pind_group_info *quota = records_at(&quotas, i);

		if (strcmp(quota->path, path) != 0)
			continue;
		fail_forget();
		group_info_done(group);
		*group = *quota;
		quota->path = NULL;
		if (missing == PIND_EXIT_NO_MODULE)
			mark_unenforced(group);
		return 0;
	}
	return missing;
}

int bus_groups(struct pind_source *source, struct pind_records *groups)
{
	sd_bus *bus = bus_of(source);
	int r = bus_list(bus, "ListGroups", groups);

	if (r == 0)
		return add_unmet_quotas(bus, groups);
	if (r != PIND_EXIT_NO_MODULE)
		return r;
	r = stored_quotas(bus, groups);
	if (r != 0)
		return r;
	if (groups->n == 0)
		return PIND_EXIT_NO_MODULE;
	fail_forget();
	for (size_t i = 0; i < groups->n; i++)
		mark_unenforced(records_at(groups, i));
	return 0;
}
