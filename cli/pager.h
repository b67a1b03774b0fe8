/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pager for output that is longer than the screen, as systemctl has it. */
#ifndef PINCTL_PAGER_H
#define PINCTL_PAGER_H

#include <stddef.h>

/**
 * pager_show - write to stdout, through a pager where that is a terminal with too few lines
 *
 * The pager is $SYSTEMD_PAGER, else $PAGER, else less; none if that is empty or "cat".
 * Behind sudo and pkexec it is less, which is told to start no other program
 * (LESSSECURE). Returns when the reader has had enough. Write errors stay in stdout.
 */
void pager_show(const char *text, size_t length);

#endif /* PINCTL_PAGER_H */
