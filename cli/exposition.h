/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All numbers as metrics. What is told is bounded: of so many groups each has samples, and
 * of the others the events are told together, as those of group="rest". Groups that have a
 * quota come first, then those that hold most; memory that stays pinned in no account is told
 * likewise, of the groups that have most of it. A group is named by its path alone, so one
 * that was removed and its successor are one series.
 */
#ifndef PINCTL_EXPOSITION_H
#define PINCTL_EXPOSITION_H

#include "metric.h"
#include "source.h"

/* How many groups have samples, unless it is asked for others. */
#define EXPOSITION_GROUPS 100

/**
 * exposition_write - read everything, and write it
 * @writer: nothing is written before all was read
 * @groups: how many have samples of their own
 *
 * Without the module it is the state alone.
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int exposition_write(struct pind_source *source, const struct metric_writer *writer, size_t groups);

#endif /* PINCTL_EXPOSITION_H */
