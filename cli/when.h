/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time, in the words of people. */
#ifndef PINCTL_WHEN_H
#define PINCTL_WHEN_H

#include <stdint.h>
#include <time.h>

/* Bytes that the functions below need at most. */
#define WHEN_MAX 40

/* Now on a clock, in nanoseconds. */
uint64_t when_now(clockid_t clock);

/* "just now", "5s ago", "3min ago", "2h ago", "4 days ago". Both in nanoseconds of
 * the same clock. Return: @buffer of WHEN_MAX bytes. */
const char *when_ago(uint64_t then, uint64_t now, char *buffer);

/* Local date and time, or time alone, of nanoseconds of CLOCK_REALTIME.
 * Return: @buffer of WHEN_MAX bytes. */
const char *when_date(uint64_t realtime, char *buffer);
const char *when_time(uint64_t realtime, char *buffer);

/* The same without the seconds, and without the date if @now is of that day: "10:12". */
const char *when_minute(uint64_t realtime, uint64_t now, char *buffer);

/* What CLOCK_REALTIME shows, by its offset of now, at a moment of CLOCK_BOOTTIME. */
uint64_t when_of_boottime(uint64_t boottime);

/**
 * when_parse_span - read how long: "90s", "10min", "2h", "3d", "1w", or seconds
 * @ret: in nanoseconds
 *
 * Return: 0 or -EINVAL.
 */
int when_parse_span(const char *text, uint64_t *ret);

/**
 * when_parse_past - read since when: a span before now, "today", "yesterday",
 *	"2026-11-29", "2026-11-29 10:12[:30]" or "10:12[:30]" (of today)
 * @now: ns of CLOCK_REALTIME
 * @ret: likewise
 *
 * Return: 0 or -EINVAL.
 */
int when_parse_past(const char *text, uint64_t now, uint64_t *ret);

#endif /* PINCTL_WHEN_H */
