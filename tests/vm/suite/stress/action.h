/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an actor can do: the table of actions, and what one of them is given. */
#ifndef PIND_STRESS_ACTION_H
#define PIND_STRESS_ACTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "holder.h"
#include "memory.h"
#include "trace.h"

#define SLOTS	   8
#define TABLE_SIZE 8 /* buffers of a ring that has a table */

/* What the whole run has. */
struct scene {
	uint64_t seed;
	uint32_t actors;
	struct trace *trace;
	const char **files; /* to read and write with O_DIRECT */
	unsigned int n_files;
	const char **groups; /* directories of cgroups, which may not be there */
	unsigned int n_groups;
	const char **vfio; /* addresses of PCI devices that VFIO has */
	unsigned int n_vfio;
	const char *rds; /* address of an RDMA device, for RDS; or NULL */
};

struct actor {
	const struct scene *scene;
	uint32_t number;
	uint32_t life;
	struct holder slots[SLOTS];
	unsigned int referenced; /* pages that got many plain references, a bit each */
	unsigned int used; /* the slot that the step came to use */
	int *files;	   /* those of the scene, opened; or negative */
	/* What drivers were told already in this life. */
	bool has_rds, has_container, has_vfio, has_vdpa, has_ublk;
};

/* What was drawn for one step, whatever the action makes of it. */
struct choice {
	unsigned int action;
	unsigned int slot, other; /* where to begin to look for a slot that fits */
	const struct piece *piece;
	struct iovec range; /* of the piece, whole pages */
	unsigned int count; /* buffers to register: 1 to 4 */
	uint32_t peer;	    /* an actor, maybe this one */
	uint32_t detail;    /* whatever else there is to be decided */
	unsigned int pause; /* milliseconds, before the next step */
};

struct action {
	const char *name;
	unsigned int weight; /* how often it is drawn, compared with the others */
	/* 0 or more, or a negative errno; -ENOMEM is taken for a refusal */
	int (*run)(struct actor *actor, const struct choice *choice);
};

extern const struct action actions[];
extern const unsigned int n_actions;

/** action_drawn - the action that a number below action_weights() stands for */
unsigned int action_drawn(unsigned int number);

/** action_weights - the sum of all weights */
unsigned int action_weights(void);

#endif /* PIND_STRESS_ACTION_H */
