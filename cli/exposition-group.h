/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups' part of exposition.h. */
#ifndef PINCTL_EXPOSITION_GROUP_H
#define PINCTL_EXPOSITION_GROUP_H

#include <stdbool.h>

#include "metric.h"
#include "records.h"

/**
 * exposition_write_groups - those that have samples, and what of the others is told
 * @load: of the module
 * @groups: are sorted, and kept quotas of cgroups that do not exist taken out
 * @most: how many have samples of their own
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int exposition_write_groups(const struct metric_writer *writer, uint64_t load,
			    struct pind_records *groups, size_t most);

/**
 * exposition_is_plain - can a label have this path as it is
 *
 * Bytes that no label can have are shown as others; then two paths may be one.
 *
 * Return: likewise.
 */
int exposition_is_plain(const char *path, bool *ret);

#endif /* PINCTL_EXPOSITION_GROUP_H */
