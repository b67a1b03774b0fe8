/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that a level refused although only reservations of other calls are in the
 * way: they wait, at that level, for those to settle or be given back.
 */
#ifndef PIND_ROOM_H
#define PIND_ROOM_H

#include <linux/atomic.h>
#include <linux/swait.h>

struct pind_charge;

/**
 * struct pind_room - where a level's calls wait
 * @queue: those that sleep, who came first in front
 * @waiting: how many there are
 * @to_ask: how many of them shall look yet, after the last change
 */
struct pind_room {
	struct swait_queue_head queue;
	atomic_t waiting;
	atomic_t to_ask;
};

/** pind_room_init() - nobody waits */
void pind_room_init(struct pind_room *room);

/**
 * pind_room_wait() - wait until a level has room, or cannot have it
 * @charge: the level, a group's, with some hold on it
 * @pages: how many want in; 0: until the level is within its max_held
 * @held: of them, in folios that the group keeps in place already
 *
 * Ends when they fit, when they would not fit if every reservation were given back,
 * after a tenth of a second, or when the task is killed. The level is exact
 * meanwhile. Nothing is reserved: another call may be quicker.
 *
 * Context: process, may sleep.
 */
void pind_room_wait(struct pind_charge *charge, unsigned long pages, unsigned long held);

#endif /* PIND_ROOM_H */
