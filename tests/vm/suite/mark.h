/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks that `./dev bench --profile` counts between; for anybody else they are nops. */
#ifndef PIND_SUITE_MARK_H
#define PIND_SUITE_MARK_H

#define MARK_BEGIN 1 /* a window begins */
#define MARK_END   2 /* it ends */
#define MARK_DONE  3 /* the windows since the last DONE did the same */

/* A nop of eight bytes with an address in it: these, and then the mark. */
#define MARK_BYTES                                       \
	{                                                \
		0x0f, 0x1f, 0x84, 0x00, 0x70, 0x69, 0x6e \
	}

#define MARK(which)                                                            \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 0x70, 0x69, 0x6e, %c0" \
			 :                                                     \
			 : "i"(which)                                          \
			 : "memory")

#endif /* PIND_SUITE_MARK_H */
