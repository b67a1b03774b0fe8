/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's state: whether its hooks hold and its books close. */
#ifndef PIND_CHECK_H
#define PIND_CHECK_H

#include "health.h"
#include "kernel.h"

struct pind_check;

/* @told: called when the books no longer close, or (difference 0) close again. 0 or -ENOMEM. */
int pind_check_new(struct pind_kernel *kernel, struct pind_health *health,
		   void (*told)(const struct pind_books *books, void *userdata), void *userdata,
		   struct pind_check **ret);
struct pind_check *pind_check_free(struct pind_check *check);

/* Judges what the module said of itself, or of its books; health is to be settled. */
void pind_check_info(struct pind_check *check, const struct pind_info *info);
void pind_check_books(struct pind_check *check, const struct pind_books *books);
/* Forget the module's state: it was unloaded, or another one was loaded. */
void pind_check_forget(struct pind_check *check);

#endif /* PIND_CHECK_H */
