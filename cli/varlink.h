/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of Varlink as io.systemd.Metrics needs, for systemd-report: a service on one
 * connection that was accepted. It answers calls until the other side ends, or says
 * nothing for a while.
 */
#ifndef PINCTL_VARLINK_H
#define PINCTL_VARLINK_H

#include <stddef.h>

#include "metric.h"

/* The longest call, and how long the next one may take. */
#define VARLINK_CALL_MAX 65536
#define VARLINK_SECONDS	 5

/* As http_render in http.h; the formats are METRIC_SAMPLES and METRIC_FAMILIES. */
typedef int (*varlink_render)(const void *userdata, enum metric_format format, char **ret_text,
			      size_t *ret_size);

/* Return: 0, or an exit status with its sentence kept: what went wrong here. */
int varlink_serve(int in, int out, varlink_render render, const void *userdata);

#endif /* PINCTL_VARLINK_H */
