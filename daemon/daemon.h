/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon: makes each room, says which room hears of what, and runs the loop. It never
 * takes a limit away when it stops: the kernel goes on enforcing.
 */
#ifndef PIND_DAEMON_H
#define PIND_DAEMON_H

#include "kernel.h"
#include "places.h"

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
