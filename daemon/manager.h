/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon: owns the loop's sources and the state, and has kernel, quotas and bus
 * work together. It never takes a limit away when it stops: the kernel goes on
 * enforcing.
 */
#ifndef PIND_MANAGER_H
#define PIND_MANAGER_H

#include <systemd/sd-event.h>

#include "kernel.h"

struct pind_manager;

struct pind_places {
	const char *cgroup_mount;
	const char *state_directory; /* quotas that are kept */
	const char *runtime_directory; /* those that are forgotten at a restart of the machine */
};

/**
 * pind_manager_new - a daemon that does nothing yet
 * @kernel: belongs to the manager from now on, also when this fails
 * @places: copied
 *
 * Return: 0 or a negative errno.
 */
int pind_manager_new(sd_event *event, struct pind_kernel *kernel, const struct pind_places *places,
		     struct pind_manager **ret);
struct pind_manager *pind_manager_free(struct pind_manager *m);

/**
 * pind_manager_start - read the stores, reconcile with the kernel, go on the bus
 *
 * Tells the service manager when all is ready. What goes wrong is logged here.
 *
 * Return: 0 or a negative errno.
 */
int pind_manager_start(struct pind_manager *m);

/**
 * pind_run - a whole life: new, start, the loop until SIGTERM or SIGINT
 * @kernel: belongs to it
 *
 * Return: the exit status of the process.
 */
int pind_run(struct pind_kernel *kernel, const struct pind_places *places);

#endif /* PIND_MANAGER_H */
