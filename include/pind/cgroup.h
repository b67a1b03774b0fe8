/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cgroups by name. A name is what a person types: a cgroup path, with or without
 * the mount point before it, or the name of a systemd unit. A path is what the
 * module says: below the mount, "/" for the root, no slash at its end.
 */
#ifndef PIND_CGROUP_H
#define PIND_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for a sentence about a name that is wrong. */
#define PIND_CGROUP_SENTENCE_SIZE 512

/**
 * pind_cgroup_mount - where the cgroup v2 hierarchy is mounted
 *
 * Return: the directory (unified or hybrid layout), NULL if there is none.
 */
const char *pind_cgroup_mount(void);

/**
 * pind_cgroup_name - the path that follows from a name
 * @mount: mount point of the hierarchy
 * @name: path or unit
 * @sentence: gets the fault of a wrong name; PIND_CGROUP_SENTENCE_SIZE bytes
 * @ret_path: path of a path or a slice; to be freed. No cgroup need exist there
 *
 * Return: 0; 1 if @name is a unit other than a slice, whose path does not follow from it;
 * -EINVAL if the name can mean nothing, with a sentence; -ENOMEM.
 */
int pind_cgroup_name(const char *mount, const char *name, char *sentence, char **ret_path);

/**
 * pind_cgroup_path - the path that a name means
 *
 * As pind_cgroup_name(), but a unit that is no slice is searched for in the whole tree, below
 * user@*.service only if there is none elsewhere. For callers that have no systemd to ask, and
 * that alone bear the cost of the search.
 *
 * Return: 0; -EINVAL if the name can mean nothing, with a sentence; -ENOENT if
 * there is no such unit; -ENOTUNIQ if there are several, with a sentence.
 */
int pind_cgroup_path(const char *mount, const char *name, char *sentence, char **ret_path);

/**
 * pind_cgroup_unit_path - the path that the cgroup of a unit will have
 * @slice: the slice that the unit is to be in, as systemd says; a valid name
 * @unit: any unit but a slice
 *
 * Return: 0; -EINVAL with a sentence; -ENOMEM.
 */
int pind_cgroup_unit_path(const char *slice, const char *unit, char *sentence, char **ret_path);

/* Is the last part of the path the directory of that unit? */
bool pind_cgroup_is_of_unit(const char *path, const char *unit);

/**
 * pind_cgroup_namesakes - cgroups that have the name of a unit, wherever they are
 * @ret_list: "/a/x.service, /b/x.service", or "" if there is none; to be freed
 *
 * The whole tree is searched.
 *
 * Return: how many there are; or a negative errno.
 */
int pind_cgroup_namesakes(const char *mount, const char *unit, char **ret_list);

/**
 * pind_cgroup_is_transient - is a cgroup of a kind whose name never comes again
 *
 * The scope of a container, a session, a command or a guest; a pod; a job; and cgroups below
 * them. Recognised by the path alone.
 */
bool pind_cgroup_is_transient(const char *path);

/**
 * pind_cgroup_id - the id of the cgroup at a path
 *
 * Return: 0, -ENOENT if there is none, or another negative errno.
 */
int pind_cgroup_id(const char *mount, const char *path, uint64_t *ret_id);

/**
 * pind_cgroup_path_wrong - the fault that keeps a text from being a well-formed path
 *
 * Well-formed: absolute, no empty part, none that is "." or "..", at most PATH_MAX long with
 * parts of at most NAME_MAX.
 *
 * Return: NULL if there is none, else the end of a sentence.
 */
const char *pind_cgroup_path_wrong(const char *path);

/**
 * pind_cgroup_unit - the unit of the system's systemd that a cgroup belongs to
 *
 * Return: @buffer: the first part of the path that is no slice, else the last slice; cut to
 * @size, and empty for the root.
 */
const char *pind_cgroup_unit(char *buffer, size_t size, const char *path);

/**
 * pind_cgroup_owned_at - where a user's delegated cgroups begin on the way to a path
 *
 * Return: length of the leading part of @path that names the topmost cgroup that belongs to
 * the user, the root and @path itself not among them; 0 if none does.
 */
size_t pind_cgroup_owned_at(const char *mount, const char *path, uid_t uid);

#endif /* PIND_CGROUP_H */
