/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often, how long and since when, as options say it. Return: 0, or an exit status. */
#ifndef PINCTL_COUNT_H
#define PINCTL_COUNT_H

#include <stdint.h>

/* Seconds from 0.1 to a day: "0.5", "2", "1min"; NULL leaves it. */
int count_parse_delay(const char *text, double *ret);

/* Whole seconds, 0 to PIND_SURVEY_SECONDS; NULL leaves it. */
int count_parse_seconds(const char *text, uint32_t *ret);

/* A time that is past, as when_parse_past() has it, of this option; NULL leaves it. */
int count_parse_past(const char *option, const char *text, uint64_t *ret);

/* A number from 1 on; NULL leaves it. */
int count_parse(const char *text, unsigned long *ret);

#endif /* PINCTL_COUNT_H */
