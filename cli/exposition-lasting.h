/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of exposition.h on memory that stays pinned in no account, by whose memory it is. */
#ifndef PINCTL_EXPOSITION_LASTING_H
#define PINCTL_EXPOSITION_LASTING_H

#include "metric.h"
#include "records.h"

/**
 * exposition_write_lasting - those cgroups that have most of it, and the others together
 * @lasting: is sorted
 * @most: how many have samples of their own
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int exposition_write_lasting(const struct metric_writer *writer, struct pind_records *lasting,
			     size_t most);

#endif /* PINCTL_EXPOSITION_LASTING_H */
