// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

#include <linux/pind.h>

#include "count.h"
#include "fail.h"
#include "when.h"

#define NSEC_PER_SEC  1000000000.0
#define DELAY_LEAST   0.1
#define DELAY_LONGEST 86400.0

int count_parse_delay(const char *text, double *ret)
{
	char *end = NULL;
	uint64_t span;

	if (!text)
		return 0;
	if (when_parse_span(text, &span) == 0) {
		*ret = (double)span / NSEC_PER_SEC;
	} else {
		*ret = isdigit((unsigned char)text[0]) ? strtod(text, &end) : 0;
		if (end && *end)
			*ret = 0;
	}
	if (*ret >= DELAY_LEAST && *ret <= DELAY_LONGEST)
		return 0;
	return fail(PIND_EXIT_USAGE,
		    "the delay \"%s\" is none: write seconds from 0.1 on, such as 0.5, 2 or 1min, "
		    "a day at "
		    "most",
		    text);
}

int count_parse_past(const char *option, const char *text, uint64_t *ret)
{
	uint64_t now = when_now(CLOCK_REALTIME);

	if (!text)
		return 0;
	if (when_parse_past(text, now, ret) < 0)
		return fail(PIND_EXIT_USAGE,
			    "the time \"%s\" of %s is none: write 10min, 2h, 3d, today, "
			    "yesterday, 10:12 or \"2026-11-29 10:12\"",
			    text, option);
	if (*ret > now)
		return fail(PIND_EXIT_USAGE,
			    "the time \"%s\" of %s is not past: one without a date is of today",
			    text, option);
	return 0;
}

int count_parse(const char *text, unsigned long *ret)
{
	char *end;

	if (!text)
		return 0;
	*ret = strtoul(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && !*end && *ret > 0 && *ret < UINT32_MAX)
		return 0;
	return fail(PIND_EXIT_USAGE, "\"%s\" is no number of times: write one from 1 on", text);
}

int count_parse_seconds(const char *text, uint32_t *ret)
{
	unsigned long number;
	char *end;

	if (!text)
		return 0;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || number > PIND_SURVEY_SECONDS)
		return fail(PIND_EXIT_USAGE,
			    "\"%s\" is no number of seconds: write a whole one from 0 to %d", text,
			    PIND_SURVEY_SECONDS);
	*ret = (uint32_t)number;
	return 0;
}
