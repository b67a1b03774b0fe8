// SPDX-License-Identifier: GPL-2.0
#include <linux/spinlock.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "counters.h"
#include "event.h"
#include "genl.h"

/* At most PIND_EVENTS in this time: a tenant that retries in a loop must not
 * keep a CPU busy with messages. */
#define SEND_DELAY (HZ / 20)

struct event {
	enum pind_cmd cmd;
	struct pind_group *group; /* NULL for a refusal; with pind_group_get() */
	u64 seq;		  /* of a refusal */
};

/*
 * Guards both rings and their counts. Process context only: neither a refusal
 * nor a group event comes from an unpin.
 */
static DEFINE_SPINLOCK(event_lock);
static struct pind_refusal refusals[PIND_REFUSALS];
static u64 last_seq;		/* of the newest refusal; 0: none yet */
static struct event events[PIND_EVENTS];
static u64 head, tail;		/* events written, and sent or lost */
static u64 lost;
static bool stopped = true; /* until pind_event_start() */

static void send_events(struct work_struct *work);
static DECLARE_DELAYED_WORK(send_work, send_events);

/* Under event_lock, so that pind_event_stop() is final. */
static void send_soon(void)
{
	if (!stopped)
		queue_delayed_work(system_percpu_wq, &send_work, SEND_DELAY);
}

/* Under event_lock. Returns the group whose reference is to be dropped, or NULL. */
static struct pind_group *push_event(enum pind_cmd cmd, struct pind_group *group, u64 seq)
{
	struct event *event = &events[head % PIND_EVENTS];
	struct pind_group *old = NULL;

	if (head - tail == PIND_EVENTS) {
		old = event->group;
		tail++;
		lost++;
	}
	*event = (struct event){ .cmd = cmd, .group = group, .seq = seq };
	head++;
	send_soon();
	return old;
}

void pind_event_group(enum pind_cmd cmd, struct pind_group *group)
{
	struct pind_group *old;

	pind_group_get(group);
	spin_lock(&event_lock);
	old = push_event(cmd, group, 0);
	spin_unlock(&event_lock);
	if (old)
		pind_group_put(old);
}

void pind_event_refusal(struct pind_account *account, struct pind_group *by,
			unsigned long wanted, unsigned long needed, unsigned long own,
			bool observed)
{
	unsigned long reserved = pind_charge_reserved(&by->charge);
	struct pind_refusal old, refusal = {
		.time = ktime_get_real_ns(),
		.group = pind_group_get(account->group),
		.by = pind_group_get(by),
		.pid = account->tgid,
		.wanted = wanted,
		.needed = needed,
		.current_ = pind_charge_current(&by->charge),
		.reserved = reserved - min(reserved, own),
		.max = READ_ONCE(by->charge.max),
		.observed = observed,
	};
	struct pind_group *old_group;

	strscpy(refusal.comm, account->comm, sizeof(refusal.comm));
	refusal.site = account->site;
	pind_count_refusal(observed);
	if (observed) {
		atomic_long_inc(&by->charge.events_observed);
	} else {
		atomic_long_inc(&by->charge.events_max);
		atomic_long_inc(&account->group->events_refused);
	}

	spin_lock(&event_lock);
	refusal.seq = ++last_seq;
	old = refusals[last_seq % PIND_REFUSALS];
	refusals[last_seq % PIND_REFUSALS] = refusal;
	old_group = push_event(PIND_CMD_REFUSED_NTF, NULL, last_seq);
	spin_unlock(&event_lock);

	if (old_group)
		pind_group_put(old_group);
	pind_event_put_refusal(&old);
}

bool pind_event_read_refusal(u64 seq, struct pind_refusal *refusal)
{
	bool found;

	spin_lock(&event_lock);
	if (last_seq > PIND_REFUSALS)
		seq = max(seq, last_seq - PIND_REFUSALS + 1);
	seq = max(seq, 1ULL);
	found = seq <= last_seq;
	if (found) {
		*refusal = refusals[seq % PIND_REFUSALS];
		pind_group_get(refusal->group);
		pind_group_get(refusal->by);
	}
	spin_unlock(&event_lock);
	return found;
}

void pind_event_put_refusal(struct pind_refusal *refusal)
{
	if (!refusal->group)
		return;
	pind_group_put(refusal->group);
	pind_group_put(refusal->by);
}

u64 pind_event_lost(void)
{
	return READ_ONCE(lost);
}

static bool pop_event(struct event *event)
{
	bool found;

	spin_lock(&event_lock);
	found = tail != head;
	if (found)
		*event = events[tail++ % PIND_EVENTS];
	spin_unlock(&event_lock);
	return found;
}

static void count_lost(void)
{
	spin_lock(&event_lock);
	lost++;
	spin_unlock(&event_lock);
}

static void send_refusal(u64 seq)
{
	struct pind_refusal refusal;

	if (!pind_event_read_refusal(seq, &refusal)) {
		count_lost();
		return;
	}
	if (refusal.seq != seq || pind_genl_send_refusal(&refusal))
		count_lost();
	pind_event_put_refusal(&refusal);
}

static void send_events(struct work_struct *work)
{
	struct event event;
	int i;

	for (i = 0; i < PIND_EVENTS; i++) {
		if (!pop_event(&event))
			return;
		if (!event.group) {
			send_refusal(event.seq);
			continue;
		}
		if (pind_genl_send_group(event.cmd, event.group))
			count_lost();
		pind_group_put(event.group);
	}
	spin_lock(&event_lock);
	send_soon();
	spin_unlock(&event_lock);
}

void pind_event_start(void)
{
	spin_lock(&event_lock);
	stopped = false;
	if (head != tail)
		send_soon();
	spin_unlock(&event_lock);
}

void pind_event_stop(void)
{
	spin_lock(&event_lock);
	stopped = true;
	spin_unlock(&event_lock);
	cancel_delayed_work_sync(&send_work);
}

void pind_event_exit(void)
{
	struct event event;
	int i;

	while (pop_event(&event))
		if (event.group)
			pind_group_put(event.group);
	for (i = 0; i < PIND_REFUSALS; i++)
		pind_event_put_refusal(&refusals[i]);
}
