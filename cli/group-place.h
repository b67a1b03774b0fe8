/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cgroup as people know it: a unit, a container, and the memory it may have. */
#ifndef PINCTL_GROUP_PLACE_H
#define PINCTL_GROUP_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"

/* Room for a unit's name. */
#define GROUP_UNIT_MAX 256

/* The last unit of the path that is a service or a scope, else its last slice; "" if there
 * is none. Return: @buffer of GROUP_UNIT_MAX bytes. */
const char *group_unit(const char *path, char *buffer);

/* The id of a container (64 hexadecimal digits in the path's last part), its first 12
 * digits; "" if there is none. Return: @buffer of GROUP_UNIT_MAX bytes. */
const char *group_container(const char *path, char *buffer);

/* Of the memory controller, in bytes; PIND_UNLIMITED: no limit. */
struct group_memory {
	uint64_t current;
	uint64_t max;
	uint64_t unevictable; /* mlocked, above all; pins are not in it */
};

/**
 * group_memory_read - the memory controller's figures of a group
 * @mount: of cgroup v2
 *
 * Return: 0 or a negative errno: -ENOENT where it has nothing of it.
 */
int group_memory_read(const char *mount, const char *path, struct group_memory *ret);

/**
 * group_memory_nearest - those of the group, of it and all above it, that is nearest to its limit
 * @ret_path: of that group, a part of @path: free(). Without any limit it is @path itself.
 *
 * Return: 0 or a negative errno: -ENOENT where it has nothing of them.
 */
int group_memory_nearest(const char *mount, const char *path, struct group_memory *ret,
			 char **ret_path);

/**
 * group_place_read - all of that
 * @mount: of cgroup v2; NULL: there is none
 * @id: of the group; a cgroup that has another has only the path in common with it. 0: not known
 * @ret: end it with place_info_done()
 *
 * Return: 0 or -ENOMEM.
 */
int group_place_read(const char *mount, const char *path, uint64_t id,
		     struct pind_place_info *ret);

#endif /* PINCTL_GROUP_PLACE_H */
