/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters carried on. The module counts since it was loaded, the daemon since it was
 * started, a group since its cgroup was made; who collects numbers wants counters that
 * never fall. So whoever tells them writes down what it told and what it saw, in a file
 * that outlives both and not the machine's run, and adds what came since.
 *
 * A *series* is what is told. A *source* is what it is counted from: one of this load of
 * the module, of this cgroup. A source that is new, or fell, has begun at 0 since. So what
 * it counted between the last telling and its end is not told; nothing is told twice.
 */
#ifndef PINCTL_CARRY_H
#define PINCTL_CARRY_H

#include <stdint.h>

#include <pind/cleanup.h>

struct carry;

/**
 * carry_open - take up the counts in the file
 * @path: there need not be any yet; one that has text and no counts is refused. It is locked
 *	until carry_free(), so that who tells at the same time does not count the same
 *	twice: to be opened before anything is read.
 *
 * Return: 0, or an exit status with its sentence kept. So do the others.
 */
int carry_open(const char *path, struct carry **ret);

/* Count the present value of @source in @series; the names have no newline. */
int carry_add(struct carry *carry, const char *series, const char *source, uint64_t now);

/* The series is at least that, instead: its source seems to fall now and then, and does not. */
int carry_raise(struct carry *carry, const char *series, uint64_t now);

/* The count of the series so far, also if it has no source any more. */
int carry_total(struct carry *carry, const char *series, uint64_t *ret);

/* Writes it down, to be called before anything is told. Sources that were not seen since
 * it was opened are gone. A series of none is kept for a while, and then forgotten. */
int carry_save(struct carry *carry);

void carry_free(struct carry *carry);

DEFINE_CLEANUP(struct carry, carry_free, carry_freep)

#endif /* PINCTL_CARRY_H */
