/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of groups as tables show them: where a unit's name has \x2d a terminal shows a
 * dash, as systemd does, and users write what they see.
 */
#ifndef PINCTL_GROUP_NAME_H
#define PINCTL_GROUP_NAME_H

#include <stdbool.h>

#include "records.h"

/**
 * group_name_shown - the one group that is shown by this name
 * @groups: all groups
 * @name: a path, or the last part of one
 * @units: by a name that is no path, only groups in slices are found, as the system's units are:
 *	elsewhere a user gives cgroups names as they like, also such as are shown as that of a
 *	unit which does not run
 * @ret: its path, which lives as long as @groups; NULL if none is shown so, or the name is
 *	its path
 *
 * Return: 0, or an exit status, whose sentence has their paths, if several are.
 */
int group_name_shown(const struct pind_records *groups, const char *name, bool units,
		     const char **ret);

#endif /* PINCTL_GROUP_NAME_H */
