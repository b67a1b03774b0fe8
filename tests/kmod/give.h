/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's unpin functions, each called where its users do. */
#ifndef PIND_GIVE_H
#define PIND_GIVE_H

#include "entry.h"
#include "hold.h"

/**
 * give() - unpin all that is held
 * Context: process, may sleep. Return: 0; or an error, then all is still held:
 * -EOPNOTSUPP if the kernel lacks the function, -EINVAL if it may not be called
 * there.
 */
int give(struct hold *hold, const struct entry_give_call *call);

#endif /* PIND_GIVE_H */
