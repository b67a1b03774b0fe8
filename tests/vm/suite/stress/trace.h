/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the actors have in common, in a file that outlives them: who they are,
 * what each did last, and how often what came of what.
 */
#ifndef PIND_STRESS_TRACE_H
#define PIND_STRESS_TRACE_H

#include <stdatomic.h>
#include <stdint.h>

#define ACTORS_MAX   32
#define ACTIONS_MAX  40
#define TRACE_LENGTH 64

/* Result of what has not come back yet. */
#define TRACE_UNDER_WAY INT32_MIN

/* One step. The numbers are what was drawn, see action.h. */
struct trace_entry {
	uint64_t step;
	int64_t time; /* ns since the run began */
	uint32_t life;
	int32_t result; /* 0 or more, a negative errno, or TRACE_UNDER_WAY */
	uint8_t action, slot, other, piece;
	uint32_t offset, length; /* bytes */
	uint32_t detail;
};

struct trace_actor {
	atomic_int pid; /* 0 while there is none */
	uint64_t steps; /* of all its lives */
	struct trace_entry entry[TRACE_LENGTH];
};

struct trace_count {
	atomic_ulong done, refused, failed;
	atomic_int last_error; /* of those that failed */
};

struct trace {
	uint64_t seed;
	int64_t began; /* CLOCK_MONOTONIC */
	uint32_t actors;
	atomic_int stop;
	struct trace_count count[ACTIONS_MAX];
	struct trace_actor actor[ACTORS_MAX];
};

/** trace_create - make the file; NULL with errno set if that fails */
struct trace *trace_create(const char *path);

/** trace_open - look at one that was made; NULL with errno set if that fails */
const struct trace *trace_open(const char *path);

/** trace_begin - write down a step of an actor before it is done; the rest of *@step is set */
struct trace_entry *trace_begin(struct trace *trace, uint32_t actor,
				const struct trace_entry *step);

/** trace_end - what came of it */
void trace_end(struct trace *trace, struct trace_entry *entry, int result);

/** trace_print - the last steps of each actor, oldest first */
void trace_print(const struct trace *trace);

/** trace_print_counts - how often what came of each action, as a table */
void trace_print_counts(const struct trace *trace);

#endif /* PIND_STRESS_TRACE_H */
