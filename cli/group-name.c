// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
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

/* Is all above it a slice? Those are systemd's, and it is systemd that makes what is in them. */
static bool is_in_slices(const char *path)
{
	const char *last = strrchr(path, '/');

	for (const char *part = path; part != last;) {
		const char *end = strchr(part + 1, '/');
		size_t length = (size_t)(end - part);

		if (length < sizeof("/.slice") || strncmp(end - 6, ".slice", 6) != 0)
			return false;
		part = end;
	}
	return true;
}

int group_name_shown(const struct pind_records *groups, const char *name, bool units,
		     const char **ret)
{
	_cleanup_free_ char *paths = NULL;
	const char *found = NULL;
	size_t n = 0;

	*ret = NULL;
	/* a number is a process's, even if a cgroup has that name */
	if (name[0] != '/' && !strchr(name, '.'))
		return 0;
	for (size_t i = 0; i < groups->n; i++) {
		const char *path = ((const struct pind_group_info *)records_at(groups, i))->path;

		if (path && strcmp(path, name) == 0)
			return 0;
		/* a cgroup that was removed and made again stands there twice */
		if (!path || path[0] != '/' || (found && strcmp(found, path) == 0) ||
		    (units && name[0] != '/' && !is_in_slices(path)) || !is_shown_as(path, name))
			continue;
		if (text_add_word(&paths, path) < 0)
			return fail_memory();
		found = path;
		n++;
	}
	if (n > 1)
		return fail(PIND_EXIT_NO_GROUP,
			    "several groups are shown as \"%s\": give the path of the one that is "
			    "meant: %s",
			    name, paths);
	*ret = found;
	return 0;
}
