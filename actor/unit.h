/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unit whose cgroup it is. */
#ifndef PIND_ACTOR_UNIT_H
#define PIND_ACTOR_UNIT_H

/**
 * actor_unit_stop - have the system's systemd stop the unit whose cgroup is at a path
 * @sentence: as in actor_cgroup_act()
 *
 * A cgroup inside that of a unit, such as a unit of a user's own manager, is no unit's of the
 * system's: nothing is stopped then.
 *
 * Return: 0: it is being stopped; negative errno.
 */
int actor_unit_stop(const char *path, char *sentence);

#endif /* PIND_ACTOR_UNIT_H */
