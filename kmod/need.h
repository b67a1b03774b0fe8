/* SPDX-License-Identifier: GPL-2.0 */
/* How much more a group would owe for a pin call, exactly. */
#ifndef PIND_NEED_H
#define PIND_NEED_H

#include "call.h"

/**
 * pind_need() - pages that the group would owe more for this call
 * @call: not pinned yet
 * @enough: stop counting behind it, for which there cannot be room
 * @twice: count memory once that is mapped twice in one buffer. It takes memory, a word a
 *	page or more, so it is for the last try before the call is refused.
 *
 * Memory of a process is faulted in as the pin would fault it in, with the same
 * rights, but not pinned: memory that another process of the group has pinned
 * may not be mapped here yet, and a private page may have to be copied first.
 *
 * @ret_held: how many of them lie in folios that the group keeps in place already
 *
 * Context: process, may sleep. Return: how many; may count too many where it
 * cannot look (what is not in memory yet cannot be paid for either).
 */
unsigned long pind_need(const struct pind_call *call, unsigned long enough, bool twice,
			unsigned long *ret_held);

#endif /* PIND_NEED_H */
