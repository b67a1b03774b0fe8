/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers that can be had again: each step of each actor's life has a
 * stream of its own, so that what becomes of one step, which depends on how the
 * actors meet, changes nothing of what is decided in the next.
 */
#ifndef PIND_STRESS_DICE_H
#define PIND_STRESS_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state;
};

/**
 * dice_begin - begin the stream of one step
 * @dice: to be set
 * @seed: of the whole run
 * @actor: whose it is
 * @life: how often this actor was started before
 * @step: number of the step in that life
 */
void dice_begin(struct dice *dice, uint64_t seed, uint32_t actor, uint32_t life, uint64_t step);

/** dice_below - the next number of the stream, from 0 to @limit - 1 */
uint32_t dice_below(struct dice *dice, uint32_t limit);

#endif /* PIND_STRESS_DICE_H */
