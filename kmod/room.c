// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/sched/signal.h>

#include "group.h"
#include "room.h"

/* How long a call near the limit waits for other calls to settle. */
#define SETTLE_WAIT (HZ / 10)

static struct pind_room *room_of(struct pind_charge *charge)
{
	return &pind_group_of(charge)->room;
}

void pind_room_init(struct pind_room *room)
{
	init_swait_queue_head(&room->queue);
}

/*
 * One waiting call is woken, however many there are, since this may run in an interrupt. Each
 * call that was woken wakes the next one, until all have looked once.
 */
void pind_charge_changed(struct pind_charge *charge)
{
	struct pind_room *room = room_of(charge);
	int waiting;

	smp_mb__after_atomic(); /* between the sum that changed and waiting; see pind_room_wait() */
	waiting = atomic_read(&room->waiting);
	if (!waiting)
		return;
	atomic_set(&room->to_ask, waiting - 1);
	swake_up_one(&room->queue);
}

static void wake_next(struct pind_room *room)
{
	if (atomic_dec_if_positive(&room->to_ask) >= 0)
		swake_up_one(&room->queue);
}

void pind_room_wait(struct pind_charge *charge, unsigned long pages, unsigned long held)
{
	struct pind_room *room = room_of(charge);
	long left = SETTLE_WAIT;
	DECLARE_SWAITQUEUE(wait);

	/* exact, so that pind_charge_changed() is called for whatever makes room */
	pind_charge_exact_begin(charge);
	atomic_inc(&room->waiting);
	for (;;) {
		prepare_to_swait_exclusive(&room->queue, &wait, TASK_KILLABLE);
		if (pind_charge_has_room(charge, pages, held) ||
		    !pind_charge_could_have_room(charge, pages, held) || !left ||
		    fatal_signal_pending(current))
			break;
		left = schedule_timeout(left);
		wake_next(room);
	}
	finish_swait(&room->queue, &wait);
	atomic_dec(&room->waiting);
	/* this call may have been woken after its last look, and must pass that on */
	wake_next(room);
	pind_charge_exact_end(charge);
}
