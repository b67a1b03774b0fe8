/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One process that pins and unpins at random. */
#ifndef PIND_STRESS_ACTOR_H
#define PIND_STRESS_ACTOR_H

#include <stdint.h>

#include "action.h"

/**
 * actor_live - live one life, in a process of its own
 * @scene: what all actors have
 * @number: which actor
 * @life: which life of it, from 0 on
 *
 * Ends the process, at a step that is drawn or when the scene is told to stop.
 */
_Noreturn void actor_live(const struct scene *scene, uint32_t number, uint32_t life);

#endif /* PIND_STRESS_ACTOR_H */
