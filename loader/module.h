/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel module as modprobe sees it: is it there, have it loaded, take it out. */
#ifndef PIND_MODULE_H
#define PIND_MODULE_H

#include <stdbool.h>

#include <libkmod.h>

#include "why.h"

/** module_is_loaded - is it there, and done with its start */
bool module_is_loaded(struct kmod_ctx *kmod);

/** module_is_used - does something keep it from being unloaded, such as who reads a list */
bool module_is_used(struct kmod_ctx *kmod);

/**
 * module_load - have it loaded, as modprobe does
 * @why: told what was found out where it is not there afterwards
 * @ret_words: what @why says the kernel's log says; to be freed
 *
 * Return: 0; 1: it is not there; -ENOMEM.
 */
int module_load(struct kmod_ctx *kmod, struct why *why, char **ret_words);

/**
 * module_unload - take it out
 *
 * Waits for nobody: somebody who reads a list keeps it for a moment.
 *
 * Return: 0; -EAGAIN or -EBUSY while somebody uses it; another negative errno.
 */
int module_unload(struct kmod_ctx *kmod);

#endif /* PIND_MODULE_H */
