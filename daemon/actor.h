/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has pind-act do what this process has no rights for: one call of org.pind1.Act
 * (docs/varlink/) on a connection of its own, without anybody waiting.
 */
#ifndef PIND_ACTOR_H
#define PIND_ACTOR_H

#include <cjson/cJSON.h>
#include <systemd/sd-event.h>

#include "snapshot.h"
#include <pind/reaction.h>

/* Where pind-act.socket listens. */
#define PIND_ACTOR_SOCKET "/run/pind-act"

struct pind_actor;

/**
 * pind_actor_done - how a call ended
 * @r: 0, or a negative errno
 * @sentence: what was done, or why it was not; lives until this returns
 * @answer: the parameters of the answer, as docs/varlink/ has them; NULL if there is none
 */
typedef void (*pind_actor_done)(int r, const char *sentence, const cJSON *answer, void *userdata);

/* @path: of the socket; copied. 0 or -ENOMEM. */
int pind_actor_new(sd_event *event, const char *path, struct pind_actor **ret);
/* Calls that go on end without a word. */
struct pind_actor *pind_actor_free(struct pind_actor *actor);

/**
 * pind_actor_call - begin a call
 * @method: "Tell" or "Act"
 * @group: that it is about
 * @holds_left: how often hooks may have it held off yet
 * @done: is called once, from the loop; not at all if this fails
 *
 * Return: 0 or a negative errno, with a sentence in @sentence of @size bytes.
 */
int pind_actor_call(struct pind_actor *actor, const char *method,
		    const struct pind_group_info *group, const struct pind_reaction *reaction,
		    unsigned int holds_left, pind_actor_done done, void *userdata, char *sentence,
		    size_t size);

#endif /* PIND_ACTOR_H */
