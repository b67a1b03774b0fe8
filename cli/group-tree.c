// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "group-tree.h"

/* Those above the last one are it, and its parents. */
void group_tree_parents(const struct pind_records *groups, size_t *parents)
{
	size_t above = TABLE_NO_PARENT;

	for (size_t i = 0; i < groups->n; i++) {
		const struct pind_group_info *group = records_at(groups, i), *candidate;
		bool again = false;

		while (above != TABLE_NO_PARENT) {
			candidate = records_at(groups, above);
			again = strcmp(candidate->path, group->path) == 0;
			if (again || path_is_below(group->path, candidate->path))
				break;
			above = parents[above];
		}
		parents[i] = again ? parents[above] : above;
		if (!again)
			above = i;
	}
}

int group_tree_walk(size_t n, const size_t *parents, size_t *order)
{
	/* of each, and of none behind them */
	_cleanup_free_ size_t *first = malloc((n + 1) * sizeof(*first));
	_cleanup_free_ size_t *next = malloc((n + 1) * sizeof(*next));
	size_t at;

	if (!first || !next)
		return -ENOMEM;
	for (size_t i = 0; i <= n; i++)
		first[i] = TABLE_NO_PARENT;
	for (size_t i = n; i-- > 0;) {
		size_t parent = parents[i] == TABLE_NO_PARENT ? n : parents[i];

		next[i] = first[parent];
		first[parent] = i;
	}
	at = first[n];
	for (size_t done = 0; done < n; done++) {
		order[done] = at;
		if (first[at] != TABLE_NO_PARENT) {
			at = first[at];
			continue;
		}
		/* the walk ends with the n-th, so this is one of them and not the list's end */
		/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		while (next[at] == TABLE_NO_PARENT && parents[at] != TABLE_NO_PARENT)
			at = parents[at];
		at = next[at];
	}
	return 0;
}
