/* SPDX-License-Identifier: GPL-2.0 */
/* Plain references on one folio, as many as one likes. */
#ifndef PIND_PRESS_H
#define PIND_PRESS_H

#include <linux/mm.h>

#include "entry.h"

/**
 * struct press - what an open file presses
 * @folio: NULL while it presses none
 * @references: on it
 */
struct press {
	struct folio *folio;
	unsigned int references;
};

/**
 * press() - take references
 * Context: process, may sleep. Return: 0; -EINVAL if it is none, or more than a
 * reference count holds; -EBUSY if @press has some.
 */
int press(struct press *press, const struct entry_press_call *call);

/** press_end() - give them back, if there are any. Context: process. */
void press_end(struct press *press);

#endif /* PIND_PRESS_H */
