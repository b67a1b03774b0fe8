// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

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
