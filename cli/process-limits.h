/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of /proc about a process that pins: its locked memory, and the limits that bind it. */
#ifndef PINCTL_PROCESS_LIMITS_H
#define PINCTL_PROCESS_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"

struct process_limits {
	pid_t pid;
	uid_t uid;	       /* the real one, whose rings' memory is added up */
	char *comm;
	char *command;	       /* the command line; NULL: it has none, or may not be read */
	char *path;	       /* of its cgroup; NULL: not known */
	uint64_t started;      /* ns of CLOCK_BOOTTIME */
	uint64_t mlocked;      /* bytes: VmLck */
	uint64_t pinned;       /* bytes: VmPin */
	uint64_t memlock;      /* bytes: the soft RLIMIT_MEMLOCK, or PIND_UNLIMITED */
	uint64_t memlock_hard; /* likewise the hard one */
	bool ignores_memlock;  /* CAP_IPC_LOCK where the kernel asks for it */
	/* of process_limits_read_use() */
	uint64_t mappings;     /* 0: may not be read */
	bool has_vfio;	       /* has a VFIO container open, as far as can be read */
};

/**
 * process_limits_read - what /proc tells, but for what is slow to find out
 * @proc: process_root()
 * @ret: end it with process_limits_done(), also after a failure
 *
 * Return: 0, -ESRCH if there is no such process, or another negative errno.
 */
int process_limits_read(const char *proc, pid_t pid, struct process_limits *ret);

/* The rest, which takes as long as the process has mappings and files. */
void process_limits_read_use(const char *proc, struct process_limits *limits);

/**
 * process_limits_info - what of it is shown of a process that pins
 * @ret: end it with process_info_done()
 *
 * Return: as process_limits_read().
 */
int process_limits_info(const char *proc, pid_t pid, struct pind_process_info *ret);

void process_limits_done(struct process_limits *limits);

/* The number in a file of /proc or /sys; @otherwise where there is none. */
uint64_t process_limits_number(const char *path, uint64_t otherwise);

/* The memory that a user's processes lock (VmLck) and pin (VmPin) together, in bytes. */
uint64_t process_limits_of_user(const char *proc, uid_t uid);

#endif /* PINCTL_PROCESS_LIMITS_H */
