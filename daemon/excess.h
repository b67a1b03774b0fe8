/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups that are above their max or max_held: since when, and what becomes of it. A
 * group that stays there for the time of grace of what is wanted for it has that done to it,
 * after hooks were told, by pind-act (actor.h). Nothing is done that no rule and no quota
 * asks for, nor in mode "observe", nor to the root.
 *
 * A hook may hold the act off for the time of grace once more, PIND_HOLDS_MAX times in a row. It
 * has to ask each time, and not for ever: the rule is the administrator's word, and a
 * hook that fails to mail somebody (sendmail(8) ends with the same status) is no other word.
 *
 * A group that fell below max in mode "enforce" comes above it again only when its limits
 * change, which begins the time of grace anew. So it does no harm that groups are looked at
 * once a second at most, and 16 of them at a time.
 */
#ifndef PIND_EXCESS_H
#define PIND_EXCESS_H

#include <systemd/sd-event.h>

#include "actor.h"
#include "mirror.h"
#include "stage.h"
#include "wanted.h"

/* Until the group was below, or its limits or the act wanted for it changed. */
#define PIND_HOLDS_MAX 10

struct pind_excess;

struct pind_excess_rooms {
	struct pind_kernel *kernel;
	struct pind_mirror *mirror;
	struct pind_wanted *wanted;
	struct pind_actor *actor;
	const char *directory; /* in which it keeps since when, for a later life */
};

/* @told is given what happens, while it happens; it may look, but changes nothing. */
int pind_excess_new(sd_event *event, const struct pind_excess_rooms *rooms,
		    void (*told)(const struct pind_excess_event *event, void *userdata),
		    void *userdata, struct pind_excess **ret);
struct pind_excess *pind_excess_free(struct pind_excess *excess);

/* The group came to be above, or is no longer, as the mirror took it in. */
void pind_excess_group(struct pind_excess *excess, const struct pind_group *group);
/* In mode "observe" something was admitted beyond its limit. */
void pind_excess_suspect(struct pind_excess *excess, uint64_t id);
/* Its limits or the act wanted for it have changed: the time of grace begins anew. */
void pind_excess_changed(struct pind_excess *excess, uint64_t id);
/* The act wanted for any of the groups may have changed. */
void pind_excess_rules_changed(struct pind_excess *excess);
/* A group is no more; all are. */
void pind_excess_forget(struct pind_excess *excess, uint64_t id);
void pind_excess_forget_all(struct pind_excess *excess);

#endif /* PIND_EXCESS_H */
