/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of groups: what a user may write for one, and the path it means. The
 * daemon does this for itself; pinctl needs it for --kernel only.
 */
#ifndef PINCTL_NAMES_H
#define PINCTL_NAMES_H

#include <stdint.h>

#define CGROUP_MOUNT "/sys/fs/cgroup"

/**
 * names_normalize_path - the one way to write a cgroup path
 * @name: begins with '/', with or without CGROUP_MOUNT before it
 * @ret: the path below the mount: no double or closing '/', "/" for the root; free()
 *
 * Return: 0, -EINVAL if it has a "." or ".." in it or does not begin with '/',
 * -ENOMEM.
 */
int names_normalize_path(const char *name, char **ret);

/**
 * names_slice_path - the path of a slice by systemd's dash rule
 * @slice: "tenant-a.slice" is /tenant.slice/tenant-a.slice; "-.slice" is /
 * @ret: the path; free()
 *
 * Return: 0, -EINVAL if it is no slice's name, -ENOMEM.
 */
int names_slice_path(const char *slice, char **ret);

/**
 * names_find_unit - look for the cgroup of a unit in the tree
 * @mount: directory of the tree, CGROUP_MOUNT but in tests
 * @unit: name of a directory somewhere below it
 * @ret: its path below the mount; free(). On -ENOTUNIQ one of them.
 *
 * Return: 0, -ENOENT, -ENOTUNIQ if more than one has that name and none of them
 * is the system's own (/system.slice/UNIT), -ENOMEM, or another negative errno.
 */
int names_find_unit(const char *mount, const char *unit, char **ret);

/**
 * names_resolve - the path that a user's name for a group means
 * @mount: as for names_find_unit()
 * @name: a path, a slice, or another unit
 * @ret: its path; free(). It may not exist unless it was looked for.
 *
 * Return: as the functions above.
 */
int names_resolve(const char *mount, const char *name, char **ret);

/**
 * names_id - id of the cgroup with this path: the inode number of its directory
 *
 * Return: 0, -ENOENT, -ENOMEM, or another negative errno.
 */
int names_id(const char *mount, const char *path, uint64_t *ret);

#endif /* PINCTL_NAMES_H */
