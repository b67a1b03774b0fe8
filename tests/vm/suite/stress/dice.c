// SPDX-License-Identifier: GPL-2.0-or-later
#include "dice.h"

/* Steps by the golden ratio, then mixes the bits (splitmix64). */
static uint64_t next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void mix_in(struct dice *dice, uint64_t number)
{
	dice->state = next(dice) ^ number;
}

void dice_begin(struct dice *dice, uint64_t seed, uint32_t actor, uint32_t life, uint64_t step)
{
	dice->state = seed;
	mix_in(dice, actor);
	mix_in(dice, life);
	mix_in(dice, step);
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
	return (uint32_t)((next(dice) >> 32) * limit >> 32);
}
