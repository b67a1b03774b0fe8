/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's pin functions, each called as its users do. */
#ifndef PIND_TAKE_H
#define PIND_TAKE_H

#include "entry.h"
#include "hold.h"

/**
 * take() - pin, and hold what was pinned
 * @hold: empty, but for ENTRY_FOLIO_ADD_PINS
 *
 * Context: process, may sleep. Return: pins got, or an error: -EOPNOTSUPP if the
 * kernel lacks the function; -EBUSY, or -ENODATA, if @hold is not as it must be.
 */
long take(struct hold *hold, const struct entry_take_call *call);

#endif /* PIND_TAKE_H */
