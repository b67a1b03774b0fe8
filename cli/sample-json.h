/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sample as JSON, on one line: "time" and "boottime" in nanoseconds, and of "groups",
 * "accounts" and "refusals", which are as list, ps and refusals have them, those that were
 * read. The body is what of it is no time.
 */
#ifndef PINCTL_SAMPLE_JSON_H
#define PINCTL_SAMPLE_JSON_H

#include "sample.h"

/* The body: an object, free(); NULL if out of memory. */
char *sample_to_json(const struct sample *sample);

/**
 * sample_from_json - the other way round
 * @body: NUL-terminated
 * @ret: SAMPLE(), whose times stay; to be ended by sample_done(), also after a failure
 *
 * Numbers of more than 53 bits (ids) are rounded.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int sample_from_json(const char *body, struct sample *ret);

/* Prints a body with its times. */
void sample_print_json(uint64_t time, uint64_t boottime, const char *body, size_t length);

#endif /* PINCTL_SAMPLE_JSON_H */
