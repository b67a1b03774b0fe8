/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reasons to look at calls that otherwise do not concern us: one word of bits, which every
 * short-term pin reads. While the word is 0, no reason costs a further instruction.
 */
#ifndef PIND_LOOK_H
#define PIND_LOOK_H

#include <linux/bitops.h>
#include <linux/compiler.h>

/* Numbers of the bits. */
#define PIND_LOOK_EXACT	   0 /* each call is counted by itself: counters.h */
#define PIND_LOOK_LONGTERM 1 /* some callers' pins are taken for long-term: longterm.h */
#define PIND_LOOK_SURVEY   2 /* each call is counted at its site: survey.h */

/* The reasons that each call goes to our replacement for; as direct.c's asm can read it. */
#define PIND_LOOK_EACH (1 << PIND_LOOK_EXACT | 1 << PIND_LOOK_SURVEY)

/* Each bit is set and cleared under the lock of its own file; read in any context. */
extern unsigned long pind_look;

/** pind_looks() - is a reason's bit set. Context: any. */
static __always_inline bool pind_looks(unsigned int reason)
{
	return unlikely(READ_ONCE(pind_look) & BIT(reason));
}

/** pind_looks_each() - does each call go to our replacement. Context: any. */
static __always_inline bool pind_looks_each(void)
{
	return unlikely(READ_ONCE(pind_look) & PIND_LOOK_EACH);
}

static inline void pind_look_set(unsigned int reason, bool on)
{
	if (on)
		set_bit(reason, &pind_look);
	else
		clear_bit(reason, &pind_look);
}

#endif /* PIND_LOOK_H */
