/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module that is loaded is changed for the one that is installed. */
#ifndef PIND_RELOAD_H
#define PIND_RELOAD_H

#include <libkmod.h>

#include "why.h"

/**
 * reload - unload and load, while all programs stand still; what the old one knew is handed
 * to the new one
 *
 * Says on stderr what it did, or why it did nothing.
 * @why: as for module_load()
 *
 * Return: 0; 1: the old one has gone and the new one could not be loaded, see @why; a
 * negative errno: the old one goes on, or the new one is there and lacks something.
 */
int reload(struct kmod_ctx *kmod, struct why *why, char **ret_words);

#endif /* PIND_RELOAD_H */
