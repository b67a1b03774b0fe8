// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "names.h"

DEFINE_CLEANUP(FTS, (void)fts_close, fts_closep)

int names_normalize_path(const char *name, char **ret)
{
	size_t mount = strlen(CGROUP_MOUNT);
	const char *p = name;
	char *path, *end;

	if (name[0] != '/')
		return -EINVAL;
	if (strncmp(name, CGROUP_MOUNT, mount) == 0 && (name[mount] == '/' || name[mount] == '\0'))
		p += mount;

	end = path = malloc(strlen(p) + 2);
	if (!path)
		return -ENOMEM;
	for (;;) {
		size_t n;

		p += strspn(p, "/");
		n = strcspn(p, "/");
		if (n == 0)
			break;
		if (strncmp(p, "..", n) == 0 && n <= 2) {
			free(path);
			return -EINVAL;
		}
		*end++ = '/';
		end = mempcpy(end, p, n);
		p += n;
	}
	if (end == path)
		*end++ = '/';
	*end = '\0';
	*ret = path;
	return 0;
}

int names_slice_path(const char *slice, char **ret)
{
	size_t n = strlen(slice), suffix = strlen(".slice"), stem;
	char *path, *end;

	if (n <= suffix || strcmp(slice + n - suffix, ".slice") != 0 || strchr(slice, '/'))
		return -EINVAL;
	stem = n - suffix;
	if (strcmp(slice, "-.slice") == 0) {
		path = strdup("/");
		if (!path)
			return -ENOMEM;
		*ret = path;
		return 0;
	}
	if (slice[0] == '-' || slice[stem - 1] == '-' || memmem(slice, stem, "--", 2))
		return -EINVAL;

	/* One part for each dash, none longer than the name. */
	end = path = malloc((stem + 1) * (n + 1) + 1);
	if (!path)
		return -ENOMEM;
	for (size_t i = 1; i <= stem; i++) {
		if (i < stem && slice[i] != '-')
			continue;
		*end++ = '/';
		end = mempcpy(end, slice, i);
		end = stpcpy(end, ".slice");
	}
	*ret = path;
	return 0;
}

/* The nearest to the root wins the walk; a second one makes it ambiguous. */
static int walk_tree(const char *mount, const char *unit, char **ret)
{
	char *const roots[] = { (char *)mount, NULL };
	_cleanup_(fts_closep) FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	_cleanup_free_ char *found = NULL;
	FTSENT *entry;

	if (!fts)
		return -errno;
	for (errno = 0; (entry = fts_read(fts)) != NULL; errno = 0) {
		if (entry->fts_info != FTS_D || entry->fts_level == 0 ||
		    strcmp(entry->fts_name, unit) != 0)
			continue;
		if (found) {
			*ret = TAKE_PTR(found);
			return -ENOTUNIQ;
		}
		found = strdup(entry->fts_path + strlen(mount));
		if (!found)
			return -ENOMEM;
	}
	if (errno != 0)
		return -errno;
	if (!found)
		return -ENOENT;
	*ret = TAKE_PTR(found);
	return 0;
}

int names_find_unit(const char *mount, const char *unit, char **ret)
{
	_cleanup_free_ char *path = NULL;
	uint64_t id;

	if (unit[0] == '\0' || strchr(unit, '/') || strcmp(unit, ".") == 0 ||
	    strcmp(unit, "..") == 0)
		return -EINVAL;
	if (asprintf(&path, "/system.slice/%s", unit) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (names_id(mount, path, &id) == 0) {
		*ret = TAKE_PTR(path);
		return 0;
	}
	return walk_tree(mount, unit, ret);
}

int names_resolve(const char *mount, const char *name, char **ret)
{
	size_t n = strlen(name), suffix = strlen(".slice");

	if (name[0] == '/')
		return names_normalize_path(name, ret);
	if (n > suffix && strcmp(name + n - suffix, ".slice") == 0)
		return names_slice_path(name, ret);
	return names_find_unit(mount, name, ret);
}

int names_id(const char *mount, const char *path, uint64_t *ret)
{
	_cleanup_free_ char *directory = NULL;
	struct stat st;

	if (asprintf(&directory, "%s%s", mount, path) < 0) {
		directory = NULL;
		return -ENOMEM;
	}
	if (stat(directory, &st) < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOENT;
	*ret = st.st_ino;
	return 0;
}
