/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks: those who are told before something is done to a group. */
#ifndef PIND_ACTOR_HOOK_H
#define PIND_ACTOR_HOOK_H

#include "event.h"

/* Of a program that asks for the act to be held off: EX_TEMPFAIL of sysexits.h. */
#define ACTOR_HOOK_HOLD 75

/* In all; more are not told, which is said. */
#define ACTOR_HOOKS_MAX 64

struct actor_hook_places {
	const char *programs; /* a directory */
	const char *sockets;  /* another one */
	int timeout_ms;	      /* for each, and so for all */
};

/**
 * actor_hooks_tell - run all programs and call all sockets, and wait until they are done
 * @ret_told: a list of texts, how it went with each; to be deleted
 * @ret_held_by: the first that asks for the act to be held off, to be freed; or NULL
 *
 * Programs get the event on standard input, and their output goes where ours does. One that has
 * not ended in time is killed, with what it started in its process group. A program that
 * somebody else than root owns or may write is not run.
 *
 * Return: 0 or -ENOMEM.
 */
int actor_hooks_tell(const struct actor_hook_places *places, const struct actor_event *event,
		     cJSON **ret_told, char **ret_held_by);

#endif /* PIND_ACTOR_HOOK_H */
