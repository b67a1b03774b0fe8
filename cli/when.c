// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

uint64_t when_now(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

const char *when_ago(uint64_t then, uint64_t now, char *buffer)
{
	unsigned long long s = now > then ? (now - then) / NSEC_PER_SEC : 0;

	if (s < 1)
		(void)snprintf(buffer, WHEN_MAX, "just now");
	else if (s < 60)
		(void)snprintf(buffer, WHEN_MAX, "%llus ago", s);
	else if (s < 3600)
		(void)snprintf(buffer, WHEN_MAX, "%llumin ago", s / 60);
	else if (s < 86400)
		(void)snprintf(buffer, WHEN_MAX, "%lluh ago", s / 3600);
	else
		(void)snprintf(buffer, WHEN_MAX, "%llu day%s ago", s / 86400,
			       s / 86400 == 1 ? "" : "s");
	return buffer;
}

static const char *format_local(uint64_t realtime, const char *format, char *buffer)
{
	time_t seconds = (time_t)(realtime / NSEC_PER_SEC);
	struct tm local;

	if (!localtime_r(&seconds, &local) || strftime(buffer, WHEN_MAX, format, &local) == 0)
		(void)snprintf(buffer, WHEN_MAX, "?");
	return buffer;
}

const char *when_date(uint64_t realtime, char *buffer)
{
	return format_local(realtime, "%Y-%m-%d %H:%M:%S", buffer);
}

const char *when_time(uint64_t realtime, char *buffer)
{
	return format_local(realtime, "%H:%M:%S", buffer);
}

const char *when_minute(uint64_t realtime, uint64_t now, char *buffer)
{
	char today[WHEN_MAX];

	(void)format_local(now, "%F", today);
	if (strcmp(format_local(realtime, "%F", buffer), today) == 0)
		return format_local(realtime, "%H:%M", buffer);
	return format_local(realtime, "%F %H:%M", buffer);
}

uint64_t when_of_boottime(uint64_t boottime)
{
	return when_now(CLOCK_REALTIME) - when_now(CLOCK_BOOTTIME) + boottime;
}

int when_parse_span(const char *text, uint64_t *ret)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "", 1 },     { "s", 1 },   { "m", 60 },	     { "min", 60 },
		      { "h", 3600 }, { "d", 86400 }, { "w", 604800 } };
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (errno || number > UINT64_MAX / NSEC_PER_SEC / units[i].seconds)
			return -EINVAL;
		*ret = number * units[i].seconds * NSEC_PER_SEC;
		return 0;
	}
	return -EINVAL;
}

/* The day's beginning, days before today. */
static void begin_day(struct tm *local, int days)
{
	local->tm_hour = local->tm_min = local->tm_sec = 0;
	local->tm_mday -= days;
	local->tm_isdst = -1;
}

static bool parse_date(const char *text, struct tm *local)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
					     "%H:%M:%S", "%H:%M" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm read = *local;
		const char *end;

		begin_day(&read, 0);
		end = strptime(text, forms[i], &read);
		if (end && *end == '\0') {
			*local = read;
			return true;
		}
	}
	return false;
}

int when_parse_past(const char *text, uint64_t now, uint64_t *ret)
{
	time_t seconds = (time_t)(now / NSEC_PER_SEC);
	uint64_t span;
	struct tm local;

	if (when_parse_span(text, &span) == 0) {
		*ret = now > span ? now - span : 0;
		return 0;
	}
	if (!localtime_r(&seconds, &local))
		return -EINVAL;
	if (strcmp(text, "today") == 0)
		begin_day(&local, 0);
	else if (strcmp(text, "yesterday") == 0)
		begin_day(&local, 1);
	else if (!parse_date(text, &local))
		return -EINVAL;
	seconds = mktime(&local);
	/* nanoseconds go on until the year 2554 */
	if (seconds < 0 || (uint64_t)seconds > UINT64_MAX / NSEC_PER_SEC)
		return -EINVAL;
	*ret = (uint64_t)seconds * NSEC_PER_SEC;
	return 0;
}
