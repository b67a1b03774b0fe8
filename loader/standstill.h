/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A standstill: while it lasts no program runs but the service manager and we. All cgroups
 * at the top of the hierarchy are frozen but init.scope, and we are in the root. A frozen
 * task has left the kernel, so none is in the middle of a pin call. The kernel's own threads
 * go on: what they give back is seen in the kernel's counts, and they pin for nobody.
 *
 * It ends with the process that began it, whatever becomes of that: a second process waits
 * for nothing else.
 */
#ifndef PIND_STANDSTILL_H
#define PIND_STANDSTILL_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct standstill - which cgroups we froze
 * @paths: absolute, of those at the top that were not frozen
 * @keeper: the process that has them go on when we are gone
 * @line: what it waits on, open for as long as we are
 */
struct standstill {
	char **paths;
	size_t n;
	pid_t keeper;
	int line;
};

/**
 * standstill_begin - freeze, and wait until all stands still
 * @mount: of the cgroup hierarchy
 * @patience_ms: how long to wait
 * @ret_who: on -ETIMEDOUT: the cgroup that went on; to be freed
 *
 * What somebody else froze before is left to them. Where it fails all goes on.
 *
 * Return: 0; -ETIMEDOUT; another negative errno.
 */
int standstill_begin(struct standstill *still, const char *mount, unsigned int patience_ms,
		     char **ret_who);

/** standstill_end - have all go on */
void standstill_end(struct standstill *still);

#endif /* PIND_STANDSTILL_H */
