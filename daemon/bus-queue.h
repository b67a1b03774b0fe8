/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which callers are served. Root's calls are done as they come. Those of other
 * users wait in
 * a line for each user, and are answered one at a time, the users in turn, when nothing
 * else is to be done: however many ask, and whatever they ask for, root waits for one
 * small piece of work at most. What a sender, a user, and all of them together have
 * waiting is bounded; a call beyond that is answered with LimitsExceeded at once.
 *
 * For bus*.c only.
 */
#ifndef PIND_BUS_QUEUE_H
#define PIND_BUS_QUEUE_H

#include <stdbool.h>

#include <systemd/sd-bus.h>

/* Calls that wait: of one connection, of all of one user, of all users but root. */
#define PIND_QUEUE_SENDER_MAX 16
#define PIND_QUEUE_USER_MAX   64
#define PIND_QUEUE_ALL_MAX    1024

struct pind_queue;
struct pind_queue_user;

/**
 * pind_queue_new - sorts all method calls of a connection, from now on
 * @came: a call is about to be dispatched
 *
 * Return: 0 or a negative errno.
 */
int pind_queue_new(sd_event *event, sd_bus *bus, void (*came)(void *userdata), void *userdata,
		   struct pind_queue **ret);
/* To be called before the connection goes: calls that wait get no answer. */
struct pind_queue *pind_queue_free(struct pind_queue *queue);

/* The user whose call is being served. */
struct pind_turn {
	struct pind_queue_user *user; /* NULL: root's */
	uid_t uid;
	uint32_t pid; /* of the process that connected; 0: not known */
};

/* Of the call that is being dispatched or gone on with; not to be kept without a hold. */
struct pind_turn pind_queue_turn(const struct pind_queue *queue);

/**
 * pind_queue_hold - the call at hand is answered later
 *
 * Until pind_queue_release() no further call of its user is begun.
 *
 * Return: its turn, which has to be released once.
 */
struct pind_turn pind_queue_hold(struct pind_queue *queue);
void pind_queue_release(struct pind_queue *queue, const struct pind_turn *turn);

/**
 * pind_queue_resume - a call that was held is at hand again
 *
 * Return: the turn that was at hand until now, to be resumed once this one is over.
 */
struct pind_turn pind_queue_resume(struct pind_queue *queue, const struct pind_turn *turn);

#endif /* PIND_BUS_QUEUE_H */
