/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is all well, and if not, what is the sentence: the State and the Reason of the bus, which
 * are also the STATUS= that systemd shows. Who finds a trouble says it here, and takes it
 * back; nothing is asked of anybody.
 */
#ifndef PIND_HEALTH_H
#define PIND_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* What a State of "degraded" may come from; each has its sentence while it lasts. */
enum pind_trouble {
	PIND_TROUBLE_MODULE,  /* it does not answer as it should */
	PIND_TROUBLE_KEPT,    /* the file of kept quotas was damaged */
	PIND_TROUBLE_RUNTIME, /* that of runtime quotas was */
	PIND_TROUBLE_FILES,   /* a file of rules has something wrong in it */
	PIND_TROUBLE_RULES,   /* the module does not take the rules */
	PIND_TROUBLE_LONGTERM, /* or whose pins are long-term ones */
	PIND_TROUBLE_QUOTA,   /* a quota could not be applied */
	PIND_TROUBLE_HOOKS,   /* some are lost */
	PIND_TROUBLE_BOOKS,   /* they do not close */
	PIND_TROUBLE_LASTING, /* much stays pinned that no account holds */
	PIND_TROUBLES
};

struct pind_health;

/* @changed: State, Reason or load id are others; called from within pind_health_settle() */
int pind_health_new(void (*changed)(void *userdata), void *userdata, struct pind_health **ret);
struct pind_health *pind_health_free(struct pind_health *health);

/* The module is there, in that load; 0: it is not. */
void pind_health_set_module(struct pind_health *health, uint64_t load_id);

/* Why it is not, if that is known (@sentence is copied), else NULL. */
void pind_health_set_absence(struct pind_health *health, const char *sentence);
/* The sentence for a missing module: the reason, if it is known, and the remedy. */
const char *pind_health_absence(const struct pind_health *health);

/* @sentence: belongs to health from now on, and is logged if it is a new one; NULL: it is over */
void pind_health_set(struct pind_health *health, enum pind_trouble trouble, char *sentence);
/* Likewise for a sentence that stands in the journal already. */
void pind_health_replace(struct pind_health *health, enum pind_trouble trouble, char *sentence);
bool pind_health_has(const struct pind_health *health, enum pind_trouble trouble);

/* "healthy", "degraded" or "no-module"; the reason is "" for the first. */
const char *pind_health_state(const struct pind_health *health);
const char *pind_health_reason(const struct pind_health *health);
/* "STATE: REASON" as it was settled last. */
const char *pind_health_told(const struct pind_health *health);

/* Is the sentence another than at the last settling? */
bool pind_health_unsettled(struct pind_health *health);
/* Tells if it is. To be called once what goes on is done. */
void pind_health_settle(struct pind_health *health);

#endif /* PIND_HEALTH_H */
