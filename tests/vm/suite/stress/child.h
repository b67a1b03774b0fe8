/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that actors make, and the cgroups in which they are. */
#ifndef PIND_STRESS_CHILD_H
#define PIND_STRESS_CHILD_H

#include <stdint.h>

#include "action.h"

/**
 * child_start - fork a process that shares all descriptors of the actor
 * @actor: the actor, which goes on
 * @choice: what the child does and how long it lives
 *
 * The child outlives the actor, and is nobody's to end. Return: 0 or a negative
 * errno.
 */
int child_start(const struct actor *actor, const struct choice *choice);

/**
 * child_move - the calling process goes to another cgroup
 * @scene: has the cgroups
 * @number: which; any number will do
 *
 * Return: 0 or a negative errno: -ENOENT if there is no such cgroup now.
 */
int child_move(const struct scene *scene, uint32_t number);

#endif /* PIND_STRESS_CHILD_H */
