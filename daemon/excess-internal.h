/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the files of excess share; for excess*.c only. */
#ifndef PIND_EXCESS_INTERNAL_H
#define PIND_EXCESS_INTERNAL_H

#include "clock.h"
#include "excess.h"
#include "since.h"

#define SECOND	   (1000ULL * 1000)
/* After a failure, and the time of grace is added. */
#define RETRY_USEC (60 * SECOND)
/* Between two looks at groups. */
#define LOOK_USEC  SECOND
/* Calls of pind-act under way. */
#define CALLS_MAX  8
/* The journal has a group that comes and goes once in so long; so long it is remembered. */
#define QUIET_USEC (60 * SECOND)

enum state {
	SUSPECT, /* it is to be looked at */
	OVER,
	TELLING, /* hooks are told */
	ACTING,
	DONE, /* nothing is to be done any more */
	BELOW,
	GONE,
};

struct entry {
	uint64_t id;
	enum state state;
	uint64_t turn;	    /* another one with each state: an answer to an older one is void */
	uint64_t since;	    /* CLOCK_MONOTONIC, us: when it came to be over, or below */
	bool told_over;	    /* what was told of it last */
	uint64_t journaled; /* when the journal was told last that it is over; 0: never */
	bool quiet;	    /* it was not told this time, and so not that it is below again */
	bool known;	    /* the reaction is that which is wanted now */
	bool looked_up;	    /* it was once */
	unsigned int holds; /* times that hooks held it off, one after the other */
	struct pind_reaction reaction;
};

/* Whom pind-act was asked about. */
struct asked {
	struct asked *next, **link;
	struct pind_excess *excess;
	struct pind_group_info group; /* as it was then; its path is its own */
	struct pind_reaction reaction;
	uint64_t turn;
};

struct pind_excess {
	struct pind_excess_rooms rooms;
	void (*told)(const struct pind_excess_event *event, void *userdata);
	void *userdata;
	sd_event_source *timer;
	struct entry *entries; /* by id */
	size_t n, size;
	size_t next; /* to be looked at */
	uint64_t turn;
	uint64_t looked; /* when groups were looked at last */
	struct asked *asked;
	unsigned int calls;
	struct pind_since *since;
	bool changed; /* what since.h is to know */
};

bool excess_is_over(const struct entry *entry);
struct entry *excess_find(const struct pind_excess *excess, uint64_t id);
/* Without memory (NULL) a group is not noted until it is heard of again. */
struct entry *excess_add(struct pind_excess *excess, uint64_t id, enum state state);
void excess_enter(struct pind_excess *excess, struct entry *entry, enum state state);

/*
 * Reads the group anew: what it is now is taken in through the mirror. Negative: it is not
 * known.
 */
int excess_look(struct pind_excess *excess, struct entry *entry);

/* Writes down since when they are above, for the next life. */
void excess_save(struct pind_excess *excess);
/* Something is to be done by then, at the latest; or when whatever is due next is due. */
void excess_wake(struct pind_excess *excess, uint64_t when);
void excess_arm(struct pind_excess *excess);
/* Something came of a call: that is written down, and what is due next is waited for. */
void excess_settle(struct pind_excess *excess);

/* The group is to be acted on: report that, and call hooks. */
void excess_begin(struct pind_excess *excess, struct entry *entry,
		  const struct pind_group_info *group);
void excess_asked_free(struct asked *asked);

#endif /* PIND_EXCESS_INTERNAL_H */
