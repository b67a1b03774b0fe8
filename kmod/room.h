/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pin calls that a level has no room for only because of other calls' reservations: they wait
 * at that level until those are settled or given back.
 */
#ifndef PIND_ROOM_H
#define PIND_ROOM_H

#include <linux/atomic.h>
#include <linux/swait.h>

struct pind_charge;

/**
 * struct pind_room - the calls that wait at a level
 * @queue: the calls that sleep, in the order in which they came
 * @waiting: how many calls wait
 * @to_ask: how many of them have yet to be woken, after the last change, to look for room
 */
struct pind_room {
	struct swait_queue_head queue;
	atomic_t waiting;
	atomic_t to_ask;
};

/** pind_room_init() - no call waits yet */
void pind_room_init(struct pind_room *room);

/**
 * pind_room_wait() - wait until a level has room for @pages, or cannot have it
 * @charge: a group's level; the caller has some reference that keeps it
 * @pages: pages that need room; 0: wait until the level is within its max_held
 * @held: how many of them lie in folios that the group keeps in place already
 *
 * Ends when the pages fit, when they would not fit even if every reservation were given
 * back, after a tenth of a second, or when the task is killed. The level is exact
 * meanwhile. Nothing is reserved: another call may take the room first.
 *
 * Context: process, may sleep.
 */
void pind_room_wait(struct pind_charge *charge, unsigned long pages, unsigned long held);

#endif /* PIND_ROOM_H */
