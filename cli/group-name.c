// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <pind/cleanup.h>

#include "group-name.h"
#include "model.h"
#include "text.h"

/* Is the path, or if the name is none its last part, shown as @name? */
static bool is_shown_as(const char *path, const char *name)
{
	const char *part = name[0] == '/' ? path : strrchr(path, '/') + 1;
	_cleanup_free_ char *shown = strdup(part);

	if (!shown)
		return false;
	text_unescape(shown);
	return strcmp(shown, name) == 0;
}

const char *group_name_shown(const struct pind_records *groups, const char *name)
{
	const char *found = NULL;

	/* a number is a process's, even if a cgroup has that name */
	if (name[0] != '/' && !strchr(name, '.'))
		return NULL;
	for (size_t i = 0; i < groups->n; i++) {
		const char *path = ((const struct pind_group_info *)records_at(groups, i))->path;

		/* a cgroup that was removed and made again stands there twice */
		if (!path || path[0] != '/' || (found && strcmp(found, path) == 0) ||
		    !is_shown_as(path, name))
			continue;
		if (found)
			return NULL;
		found = path;
	}
	return found;
}
