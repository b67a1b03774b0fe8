// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <linux/pind.h>
#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "group-place.h"

#define CONTAINER_DIGITS 64
#define CONTAINER_SHOWN	 12

static bool ends_in(const char *part, size_t length, const char *suffix)
{
	size_t n = strlen(suffix);

	return length > n && strncmp(part + length - n, suffix, n) == 0;
}

const char *group_unit(const char *path, char *buffer)
{
	bool found = false;

	buffer[0] = '\0';
	for (const char *part = path; *part;) {
		size_t length;
		bool is_slice;

		part += strspn(part, "/");
		length = strcspn(part, "/");
		is_slice = ends_in(part, length, ".slice");
		if ((is_slice && !found) || ends_in(part, length, ".service") ||
		    ends_in(part, length, ".scope")) {
			(void)snprintf(buffer, GROUP_UNIT_MAX, "%.*s", (int)length, part);
			found |= !is_slice;
		}
		part += length;
	}
	return buffer;
}

const char *group_container(const char *path, char *buffer)
{
	const char *part = strrchr(path, '/');
	size_t n = 0;

	buffer[0] = '\0';
	for (const char *p = part ?: path; *p; p++) {
		n = isxdigit((unsigned char)*p) ? n + 1 : 0;
		if (n == CONTAINER_DIGITS && !isxdigit((unsigned char)p[1]))
			(void)snprintf(buffer, GROUP_UNIT_MAX, "%.*s", CONTAINER_SHOWN,
				       p + 1 - CONTAINER_DIGITS);
	}
	return buffer;
}

/* The number of one line of a file, or of its first. Return: 0 or negative errno. */
static int read_number(const char *mount, const char *path, const char *name, const char *key,
		       uint64_t *ret)
{
	_cleanup_fclose_ FILE *file = NULL;
	char full[PATH_MAX], line[256];
	size_t n = strlen(key);

	if ((size_t)snprintf(full, sizeof(full), "%s%s/%s", mount, path, name) >= sizeof(full))
		return -ENAMETOOLONG;
	file = fopen(full, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, n) != 0)
			continue;
		if (strncmp(line, "max", 3) == 0)
			*ret = PIND_UNLIMITED;
		else if (sscanf(line + n, "%" SCNu64, ret) != 1)
			return -EBADMSG;
		return 0;
	}
	return -ENOENT;
}

int group_memory_read(const char *mount, const char *path, struct group_memory *ret)
{
	struct group_memory memory = { .max = PIND_UNLIMITED };
	int r;

	r = read_number(mount, path, "memory.current", "", &memory.current);
	if (r < 0)
		return r;
	/* the root has none */
	(void)read_number(mount, path, "memory.max", "", &memory.max);
	(void)read_number(mount, path, "memory.stat", "unevictable ", &memory.unevictable);
	*ret = memory;
	return 0;
}

static uint64_t left_of(const struct group_memory *memory)
{
	if (memory->max == PIND_UNLIMITED)
		return PIND_UNLIMITED;
	return memory->current < memory->max ? memory->max - memory->current : 0;
}

int group_memory_nearest(const char *mount, const char *path, struct group_memory *ret,
			 char **ret_path)
{
	_cleanup_free_ char *above = strdup(path), *nearest = NULL;
	struct group_memory memory, found = { .max = PIND_UNLIMITED };

	if (!above)
		return -ENOMEM;
	for (;;) {
		char *slash = strrchr(above, '/');

		if (group_memory_read(mount, above, &memory) == 0 &&
		    (!nearest || left_of(&memory) < left_of(&found))) {
			free(nearest);
			nearest = strdup(above);
			if (!nearest)
				return -ENOMEM;
			found = memory;
		}
		if (!slash || slash == above)
			break;
		*slash = '\0';
	}
	if (!nearest)
		return -ENOENT;
	*ret = found;
	*ret_path = TAKE_PTR(nearest);
	return 0;
}

static bool is_there(const char *mount, const char *path, uint64_t id)
{
	uint64_t found;

	return mount && (!id || (pind_cgroup_id(mount, path, &found) == 0 && found == id));
}

static void mark(struct pind_place_info *place, const char *key)
{
	model_mark(&pind_place_kind, place, key);
}

int group_place_read(const char *mount, const char *path, uint64_t id,
		     struct pind_place_info *ret)
{
	_cleanup_(place_info_done) struct pind_place_info place = { 0 };
	char buffer[GROUP_UNIT_MAX];
	struct group_memory memory;

	if (group_unit(path, buffer)[0] &&
	    model_set_text(&pind_place_kind, &place, "unit", buffer) < 0)
		return -ENOMEM;
	if (group_container(path, buffer)[0] &&
	    model_set_text(&pind_place_kind, &place, "container", buffer) < 0)
		return -ENOMEM;
	if (is_there(mount, path, id) && group_memory_read(mount, path, &memory) == 0) {
		place.memory_current = memory.current;
		place.memory_max = memory.max;
		place.unevictable = memory.unevictable;
		mark(&place, "memory_current");
		mark(&place, "memory_max");
		mark(&place, "unevictable");
	}
	*ret = place;
	place = (struct pind_place_info){ 0 };
	return 0;
}
