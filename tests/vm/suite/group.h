/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A group as the module tells of it. */
#ifndef PIND_SUITE_GROUP_H
#define PIND_SUITE_GROUP_H

#include <stdint.h>
#include <linux/pind.h>

#include "family.h"

/* Its numbers by their attributes, PIND_A_GROUP_*; 0 for those that are text. */
struct group {
	uint64_t values[PIND_A_GROUP_HIGHEST + 1];
};

/**
 * group_get - ask the module about a group
 * @family: to be asked
 * @id: of the cgroup
 * @ret_group: valid on success
 *
 * Return: 0, or a negative errno; -ENOENT where no cgroup has the id.
 */
int group_get(struct family *family, uint64_t id, struct group *ret_group);

#endif /* PIND_SUITE_GROUP_H */
