/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sample as JSON, on one line: "time" and "boottime" in nanoseconds, and "groups",
 * "accounts" and "refusals" as list, ps and refusals have them, as far as they were read.
 */
#ifndef PINCTL_SAMPLE_JSON_H
#define PINCTL_SAMPLE_JSON_H

#include "sample.h"

/* The line, without its end: free(); NULL if out of memory. */
char *sample_to_json(const struct sample *sample);

/**
 * sample_from_json - the other way round
 * @ret: SAMPLE(); to be ended by sample_done(), also after a failure
 *
 * Numbers of more than 53 bits (ids) are rounded, and fields that are not known are left out.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int sample_from_json(const char *text, struct sample *ret);

/* Prints it. Return: 0, or an exit status with its sentence kept. */
int sample_print_json(const struct sample *sample);

#endif /* PINCTL_SAMPLE_JSON_H */
