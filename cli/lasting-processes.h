/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes that map memory which stays pinned in no account. */
#ifndef PINCTL_LASTING_PROCESSES_H
#define PINCTL_LASTING_PROCESSES_H

struct pind_options;

/**
 * lasting_processes - look for them in /proc, and print them
 * With a group: those that live in it or below it. The module is asked about the frames that each of
 * them maps.
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int lasting_processes(const struct pind_options *options);

#endif /* PINCTL_LASTING_PROCESSES_H */
