/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the process that once pinned memory still there? */
#ifndef PINCTL_PROCESS_H
#define PINCTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where processes are looked for: "/proc", except in a test that plays one. */
const char *process_root(void);

/**
 * process_field - read one field from the text of a /proc/PID/stat
 * @stat: the text; the name in it may have blanks and parentheses of its own
 * @field: as proc(5) numbers it, from 4 on
 * @ret: its value
 *
 * Return: 0 or -EBADMSG.
 */
int process_field(const char *stat, int field, uint64_t *ret);

/**
 * process_sees_host - are the pids of this /proc those that the module tells of?
 * @proc: process_root()
 *
 * Not in a PID namespace of its own, and not where /proc hides processes.
 */
bool process_sees_host(const char *proc);

/**
 * process_is_gone - does that very process exist no more?
 * @proc: process_root()
 * @pid: may have been given to another process since
 * @start_time: in nanoseconds of CLOCK_BOOTTIME
 *
 * A zombie is gone, unless threads of it live on: so the module has it, too.
 *
 * Return: true only if it is known; where /proc does not tell, false.
 */
bool process_is_gone(const char *proc, pid_t pid, uint64_t start_time);

#endif /* PINCTL_PROCESS_H */
