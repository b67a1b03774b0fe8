/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the process that once pinned memory still there? */
#ifndef PINCTL_PROCESS_H
#define PINCTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * process_start_ticks - read field 22 from the text of a /proc/PID/stat
 * @stat: the text; the name in it may have blanks and parentheses of its own
 * @ret: start time in clock ticks since boot
 *
 * Return: 0 or -EBADMSG.
 */
int process_start_ticks(const char *stat, uint64_t *ret);

/**
 * process_is_gone - does that very process exist no more?
 * @pid: may have been given to another process since
 * @start_time: in nanoseconds of CLOCK_BOOTTIME
 *
 * Return: true only if it is known; where /proc does not tell, false.
 */
bool process_is_gone(pid_t pid, uint64_t start_time);

#endif /* PINCTL_PROCESS_H */
