/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon: makes each room, says which room hears of what, and runs the loop. It never
 * takes a limit away when it stops: the kernel goes on enforcing.
 */
#ifndef PIND_DAEMON_H
#define PIND_DAEMON_H

#include "kernel.h"

struct pind_places {
	const char *cgroup_mount;
	const char *state_directory;	       /* quotas that are kept */
	const char *const *policy_directories; /* files of rules, see policy.h */
	const char *runtime_directory; /* those that are forgotten at a restart of the machine */
	const char *actor_socket;      /* where pind-act is called */
	const char *module_note; /* why the module could not be loaded: see pind/module-note.h */
};

/**
 * pind_run - a whole life: read the stores, reconcile with the kernel, go on the bus, and the
 * loop until SIGTERM or SIGINT
 * @kernel: belongs to it
 *
 * Notifies the service manager when all is ready. Errors are logged.
 *
 * Return: the exit status of the process.
 */
int pind_run(struct pind_kernel *kernel, const struct pind_places *places);

#endif /* PIND_DAEMON_H */
