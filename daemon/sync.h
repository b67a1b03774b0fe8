/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When everything is read anew, and in which order: at the start, when the module came,
 * when events were lost, and after a failure.
 */
#ifndef PIND_SYNC_H
#define PIND_SYNC_H

#include <systemd/sd-event.h>

#include "absence.h"
#include "check.h"
#include "health.h"
#include "mirror.h"
#include "reconciler.h"
#include "teller.h"

struct pind_sync;

/* What it has work together; all outlive it. */
struct pind_sync_rooms {
	struct pind_kernel *kernel;
	struct pind_mirror *mirror;
	struct pind_reconciler *reconciler;
	struct pind_teller *teller;
	struct pind_health *health;
	struct pind_absence *absence;
};

/* Return: 0 or a negative errno. */
int pind_sync_new(sd_event *event, const struct pind_sync_rooms *rooms, struct pind_sync **ret);
struct pind_sync *pind_sync_free(struct pind_sync *sync);

/* Now. Return: 0; -ENODEV without a module; negative errno. What goes wrong shows in health. */
int pind_sync_now(struct pind_sync *sync);
/* Soon, but not more often than is good. */
void pind_sync_soon(struct pind_sync *sync);
/* Soon: events were lost. */
void pind_sync_stale(struct pind_sync *sync);
/* After a failure: with a pause that grows from one to the next. */
void pind_sync_again(struct pind_sync *sync);
/* The module went: nothing is to be read. */
void pind_sync_module_left(struct pind_sync *sync);

/* How often events were lost, and everything was read anew for it. */
uint64_t pind_sync_count(const struct pind_sync *sync);

#endif /* PIND_SYNC_H */
