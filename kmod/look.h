/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why calls are looked at that else are none of our business: one word, which the way of
 * every short-term pin reads anyway. While it is 0 none of its reasons costs an instruction.
 */
#ifndef PIND_LOOK_H
#define PIND_LOOK_H

#include <linux/bitops.h>
#include <linux/compiler.h>

/* Numbers of its bits. */
#define PIND_LOOK_EXACT	   0 /* each call is counted by itself: counters.h */
#define PIND_LOOK_LONGTERM 1 /* some callers' pins are taken for long-term: longterm.h */

/* Its bits are set and cleared each under its own lock; read in any context. */
extern unsigned long pind_look;

/** pind_looks() - is one of the reasons there. Context: any. */
static __always_inline bool pind_looks(unsigned int reason)
{
	return unlikely(READ_ONCE(pind_look) & BIT(reason));
}

static inline void pind_look_set(unsigned int reason, bool on)
{
	if (on)
		set_bit(reason, &pind_look);
	else
		clear_bit(reason, &pind_look);
}

#endif /* PIND_LOOK_H */
