/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics as the parameters of io.systemd.Metrics: one JSON object for each sample or
 * family, with a 0 behind it. A family is named org.pind1.Words, a group is the object.
 */
#ifndef PINCTL_METRIC_VARLINK_H
#define PINCTL_METRIC_VARLINK_H

#include "metric.h"

/* Of Describe. Return: 0, or an exit status with its sentence kept. So does the next one. */
int metric_varlink_family(FILE *stream, const struct metric *metric);

/* Of List. @value: as JSON has it. */
int metric_varlink_sample(FILE *stream, const struct metric *metric,
			  const struct metric_label *labels, const char *value);

#endif /* PINCTL_METRIC_VARLINK_H */
