/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel functions that are only watched: nothing takes their place. They have a table of
 * their own beside that of hook.c, which attaches and detaches both.
 */
#ifndef PIND_WATCHED_H
#define PIND_WATCHED_H

#include "hook.h"

/**
 * pind_watched_set() - find the watched functions that this kernel has; it may have none
 * @ret_name: on failure, the name of the function
 * Return: 0, or an error of ftrace's.
 */
int pind_watched_set(const char **ret_name);

/** pind_watched_attach() - begin to watch the functions found. Context: process. */
int pind_watched_attach(void);

/**
 * pind_watched_detach() - stop watching; also after one of the two above has failed
 * Return: false if ftrace cannot do it, and goes on calling us.
 */
bool pind_watched_detach(void);

/** pind_watched_info() - row @i of the table. Return: false behind the last. */
bool pind_watched_info(unsigned int i, struct pind_hook_info *info);

#endif /* PIND_WATCHED_H */
