/* SPDX-License-Identifier: GPL-2.0 */
/* How many pages more a group would have to pay for a pin call, exactly. */
#ifndef PIND_NEED_H
#define PIND_NEED_H

#include "call.h"

/**
 * pind_need() - pages by which the group's debt would grow through this call
 * @call: the call, whose pages are not pinned yet
 * @enough: stop counting above it, since there cannot be room for more
 * @twice: count memory that is mapped twice in one buffer only once. That takes memory, a
 *	word or more for each page, so it is for the last try before the call is refused.
 *
 * Memory of a process is faulted in as the pin would fault it in, with the same
 * rights, but not pinned: memory that another process of the group has pinned
 * may not be mapped here yet, and a private page may have to be copied first.
 *
 * @ret_held: how many of those pages lie in folios that the group keeps in place already
 *
 * Context: process, may sleep. Return: how many pages. Too many where pages cannot be looked
 * at, or where memory to remember them is short.
 */
unsigned long pind_need(const struct pind_call *call, unsigned long enough, bool twice,
			unsigned long *ret_held);

#endif /* PIND_NEED_H */
