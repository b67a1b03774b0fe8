/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is told what happened: the bus by signals, the journal by entries, the service
 * manager by its status. It says when: a group's change once the event at hand is done,
 * refusals by refusals.h, all else at once.
 */
#ifndef PIND_TELLER_H
#define PIND_TELLER_H

#include "bus.h"
#include "excess.h"
#include "health.h"
#include "mirror.h"

struct pind_teller;

/**
 * pind_teller_new - it tells the journal, and (once there is one) a bus
 * @directory: where it is noted which refusals were told
 *
 * Return: 0 or a negative errno.
 */
int pind_teller_new(sd_event *event, const char *directory, struct pind_kernel *kernel,
		    struct pind_mirror *mirror, struct pind_health *health,
		    struct pind_teller **ret);
/* Tells the refusals that wait. */
struct pind_teller *pind_teller_free(struct pind_teller *teller);

/* From now on it tells the bus, too; NULL: no longer. */
void pind_teller_set_bus(struct pind_teller *teller, struct pind_bus *bus);

/* What the mirror says of a group. */
void pind_teller_added(struct pind_teller *teller, const struct pind_group *group);
void pind_teller_removed(struct pind_teller *teller, const struct pind_group *group);
void pind_teller_changed(struct pind_teller *teller, struct pind_group *group);
/* A group is no more; all are, with the load of the module. */
void pind_teller_forget(struct pind_teller *teller, uint64_t id);
void pind_teller_forget_all(struct pind_teller *teller);
/* State, Reason or load id are others. */
void pind_teller_status(struct pind_teller *teller);
/* Has health settled once the event at hand is done: whoever asked gets an answer first. */
void pind_teller_settle_later(struct pind_teller *teller);

void pind_teller_high(struct pind_teller *teller, const struct pind_group_info *group);
void pind_teller_quota(struct pind_teller *teller, const struct pind_change *change);
void pind_teller_excess(struct pind_teller *teller, const struct pind_excess_event *event);
void pind_teller_books(struct pind_teller *teller, const struct pind_books *books);
void pind_teller_misuse(struct pind_teller *teller, const struct pind_misuse *misuse);
/* Has a refusal told, if it was not before; soon, and with others of its kind. */
void pind_teller_refusal(struct pind_teller *teller, const struct pind_refusal *refusal);

/**
 * pind_teller_read_refusals - have those told that came by no event
 *
 * Those that a daemon finds at its start, without a note which were told, are history.
 *
 * Return: 0 or a negative errno of the kernel.
 */
int pind_teller_read_refusals(struct pind_teller *teller);
/* There was no module when we began: what one refuses later is no history. */
void pind_teller_no_history(struct pind_teller *teller);

#endif /* PIND_TELLER_H */
