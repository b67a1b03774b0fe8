// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "announce.h"
#include "compat.h"
#include "counters.h"
#include "event.h"
#include "refusal.h"
#include "watch.h"

/* A short wait, so that things that happen together are sent together. */
#define SEND_DELAY (HZ / 20)
/* The least time between two events of a thing that may happen again and again. */
#define PACE HZ
/* Messages that are sent in one go: a listener's socket has to hold them. */
#define BATCH 256

/* Guards the lists, the marks of groups and @stopped. Process context only. */
static DEFINE_SPINLOCK(event_lock);
static LIST_HEAD(lives); /* groups, each with a reference */
static LIST_HEAD(highs); /* likewise */
static bool stopped = true; /* until pind_event_start() */

/* One worker sends at a time, so that a group's birth is sent before its other events. */
static DEFINE_MUTEX(send_mutex);
/* Used by send_changes() only: the newest refusal of this round (0: none runs), and its start. */
static u64 round_end;
static unsigned long round_began = INITIAL_JIFFIES;

static atomic64_t lost = ATOMIC64_INIT(0);

static void send_lives(struct work_struct *work);
static void send_changes(struct work_struct *work);
static DECLARE_DELAYED_WORK(lives_work, send_lives);
static DECLARE_DELAYED_WORK(changes_work, send_changes);

/* Under event_lock, so that pind_event_stop() is final. */
static void send_soon(struct delayed_work *work, unsigned long delay)
{
	lockdep_assert_held(&event_lock);
	if (!stopped)
		queue_delayed_work(system_percpu_wq, work, delay);
}

/* The delay until the next round may begin. */
static unsigned long round_delay(void)
{
	unsigned long next = READ_ONCE(round_began) + PACE;

	return max_t(long, next - jiffies, SEND_DELAY);
}

void pind_event_marks_init(struct pind_event_marks *marks)
{
	*marks = (struct pind_event_marks){
		.life = LIST_HEAD_INIT(marks->life),
		.high = LIST_HEAD_INIT(marks->high),
	};
}

/* Put a group on a list, with a reference, unless it is on it already. */
static void list_group(struct pind_group *group, struct list_head *entry, struct list_head *list)
{
	lockdep_assert_held(&event_lock);
	if (!list_empty(entry))
		return;
	pind_group_get(group);
	list_add_tail(entry, list);
}

void pind_event_group(enum pind_cmd cmd, struct pind_group *group)
{
	struct pind_event_marks *marks = &group->events;

	spin_lock(&event_lock);
	if (cmd == PIND_CMD_HIGH_NTF) {
		list_group(group, &marks->high, &highs);
		send_soon(&changes_work, round_delay());
	} else {
		marks->born |= cmd == PIND_CMD_GROUP_NEW_NTF;
		marks->died |= cmd == PIND_CMD_GROUP_DEAD_NTF;
		list_group(group, &marks->life, &lives);
		send_soon(&lives_work, SEND_DELAY);
	}
	spin_unlock(&event_lock);
}

void pind_event_rows(void)
{
	spin_lock(&event_lock);
	send_soon(&changes_work, round_delay());
	spin_unlock(&event_lock);
}

void pind_event_refusal(struct pind_account *account, struct pind_group *by,
			unsigned long wanted, unsigned long needed, unsigned long own,
			bool observed)
{
	unsigned long max = READ_ONCE(by->charge.max), others;
	struct pind_charge_sums sums;
	bool held;

	/* the refusal has emptied the stocks already, and no sum may say that there was room */
	pind_charge_exact_begin(&by->charge);
	pind_charge_read(&by->charge, &sums);
	pind_charge_exact_end(&by->charge);
	others = sums.reserved - min(sums.reserved, own);
	/* a call that fits below max was refused by max_held */
	held = needed <= max && sums.current_ + others <= max - needed &&
	       READ_ONCE(by->charge.max_held) != PIND_PAGES_UNLIMITED;
	pind_count_refusal(observed);
	if (observed) {
		atomic_long_inc(&by->charge.events_observed);
	} else {
		atomic_long_inc(&by->charge.events_max);
		atomic_long_inc(&account->group->events_refused);
		pind_watch_refused(account->group, by);
	}
	pind_refusal_note(&(struct pind_denial){
		.account = account,
		.by = by,
		.limit = held ? PIND_LIMIT_MAX_HELD : PIND_LIMIT_MAX,
		.wanted = wanted,
		.needed = needed,
		.current_ = held ? sums.held : sums.current_,
		.reserved = others,
		.max = held ? READ_ONCE(by->charge.max_held) : max,
		.observed = observed,
	});
}

u64 pind_event_lost(void)
{
	return atomic64_read(&lost);
}

static void send_group(enum pind_cmd cmd, struct pind_group *group)
{
	if (pind_announce_group(cmd, group))
		atomic64_inc(&lost);
}

/* Take the next group off the list, with its reference; *ret_marks: the events to send. */
static struct pind_group *take_life(struct pind_event_marks *ret_marks)
{
	struct pind_group *group;

	spin_lock(&event_lock);
	group = list_first_entry_or_null(&lives, struct pind_group, events.life);
	if (group) {
		list_del_init(&group->events.life);
		*ret_marks = group->events;
		group->events.born = false;
		group->events.died = false;
	}
	spin_unlock(&event_lock);
	return group;
}

static struct pind_group *take_high(void)
{
	struct pind_group *group;

	spin_lock(&event_lock);
	group = list_first_entry_or_null(&highs, struct pind_group, events.high);
	if (group)
		list_del_init(&group->events.high);
	spin_unlock(&event_lock);
	return group;
}

/* Return: whether there may be more to send. */
static bool send_some_lives(void)
{
	struct pind_event_marks marks;
	struct pind_group *group;
	unsigned int i;

	lockdep_assert_held(&send_mutex);
	for (i = 0; i < BATCH; i++) {
		group = take_life(&marks);
		if (!group)
			return false;
		if (marks.born)
			send_group(PIND_CMD_GROUP_NEW_NTF, group);
		if (marks.died)
			send_group(PIND_CMD_GROUP_DEAD_NTF, group);
		pind_group_put(group);
	}
	return true;
}

static void send_lives(struct work_struct *work)
{
	bool more;

	mutex_lock(&send_mutex);
	more = send_some_lives();
	mutex_unlock(&send_mutex);
	if (!more)
		return;
	spin_lock(&event_lock);
	send_soon(&lives_work, SEND_DELAY);
	spin_unlock(&event_lock);
}

/* Return: whether this round may have more rows. */
static bool send_some_rows(void)
{
	struct pind_refusal refusal;
	unsigned int i;

	lockdep_assert_held(&send_mutex);
	for (i = 0; i < BATCH; i++) {
		if (!pind_refusal_take_dirty(round_end, &refusal))
			return false;
		if (pind_announce_refusal(&refusal))
			atomic64_inc(&lost);
		pind_refusal_put(&refusal);
	}
	return true;
}

/* A bounded number of groups, since a group may rise above high again meanwhile. */
static void send_highs(void)
{
	struct pind_group *group;
	unsigned int i;

	lockdep_assert_held(&send_mutex);
	for (i = 0; i < BATCH; i++) {
		group = take_high();
		if (!group)
			return;
		send_group(PIND_CMD_HIGH_NTF, group);
		pind_group_put(group);
	}
}

/*
 * Events of things that may happen again and again are sent in rounds, which begin at least a
 * second apart. In a round each changed row is sent once, the one whose last refusal is the
 * oldest first.
 */
static void send_changes(struct work_struct *work)
{
	bool more;

	mutex_lock(&send_mutex);
	(void)send_some_lives();
	if (!round_end) {
		round_end = pind_refusal_last();
		WRITE_ONCE(round_began, jiffies);
		send_highs();
	}
	more = send_some_rows();
	if (!more)
		round_end = 0;
	mutex_unlock(&send_mutex);

	spin_lock(&event_lock);
	if (more)
		send_soon(&changes_work, SEND_DELAY);
	else if (pind_refusal_is_dirty() || !list_empty(&highs))
		send_soon(&changes_work, round_delay());
	spin_unlock(&event_lock);
}

void pind_event_start(void)
{
	spin_lock(&event_lock);
	stopped = false;
	send_soon(&lives_work, SEND_DELAY);
	send_soon(&changes_work, SEND_DELAY);
	spin_unlock(&event_lock);
}

void pind_event_stop(void)
{
	spin_lock(&event_lock);
	stopped = true;
	spin_unlock(&event_lock);
	cancel_delayed_work_sync(&lives_work);
	cancel_delayed_work_sync(&changes_work);
}

void pind_event_exit(void)
{
	struct pind_event_marks marks;
	struct pind_group *group;

	while ((group = take_life(&marks)))
		pind_group_put(group);
	while ((group = take_high()))
		pind_group_put(group);
}
