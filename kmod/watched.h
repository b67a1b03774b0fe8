/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's functions that are only watched: nothing takes their place. Beside the table
 * of hook.c, which attaches and detaches both.
 */
#ifndef PIND_WATCHED_H
#define PIND_WATCHED_H

#include "hook.h"

/**
 * pind_watched_set() - find those that this kernel has; it may have none
 * @ret_name: on failure, which of them
 * Return: 0, or an error of ftrace's.
 */
int pind_watched_set(const char **ret_name);

/** pind_watched_attach() - from now on they are watched. Context: process. */
int pind_watched_attach(void);

/**
 * pind_watched_detach() - no more; also after either of the two failed
 * Return: false if ftrace cannot do it, and goes on calling us.
 */
bool pind_watched_detach(void);

/** pind_watched_info() - row @i of the table. Return: false behind the last. */
bool pind_watched_info(unsigned int i, struct pind_hook_info *info);

#endif /* PIND_WATCHED_H */
