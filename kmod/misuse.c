// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "genl.h"
#include "misuse.h"

#define KINDS  PIND_MISUSE_PIN_PUT
/* of a kind; the last one is for all that found no room */
#define PLACES (PIND_MISUSE_SITES + 1)
#define OTHERS 1UL /* its call site: no return address is that */

/* So that a worker tells of all that a driver does at once. */
#define TELL_DELAY (HZ / 20)

/*
 * A place is taken by whoever sets @call_site first; he fills in the rest and then
 * sets @ready. No lock: a rule may be broken in a hardirq.
 */
struct place {
	unsigned long call_site; /* 0: free */
	atomic_long_t count;
	u64 first;
	u64 last;
	pid_t pid;
	bool ready;
	bool told; /* by the worker, to itself */
	char comm[TASK_COMM_LEN];
	struct pind_site site;
};

static struct place places[KINDS][PLACES];

/* Guards @stopped, so that pind_misuse_stop() is final. Raw: taken in hardirqs. */
static DEFINE_RAW_SPINLOCK(tell_lock);
static bool stopped = true;

static void tell(struct work_struct *work);
static DECLARE_DELAYED_WORK(tell_work, tell);

static void tell_soon(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tell_lock, flags);
	if (!stopped)
		queue_delayed_work(system_wq, &tell_work, TELL_DELAY);
	raw_spin_unlock_irqrestore(&tell_lock, flags);
}

/* The place of a call site, or a free one; else the one for the others. */
static struct place *find_place(enum pind_misuse_kind kind, unsigned long call_site, bool *ret_new)
{
	struct place *of_kind = places[kind - 1];
	unsigned long there;
	unsigned int i;

	for (i = 0; i < PIND_MISUSE_SITES; i++) {
		there = cmpxchg(&of_kind[i].call_site, 0, call_site);
		*ret_new = !there;
		if (!there || there == call_site)
			return &of_kind[i];
	}
	*ret_new = !cmpxchg(&of_kind[i].call_site, 0, OTHERS);
	return &of_kind[i];
}

static void set_process(struct place *place, const struct pind_account *account)
{
	if (account) {
		place->pid = account->tgid;
		strscpy(place->comm, account->comm, sizeof(place->comm));
	} else if (in_task() && !(current->flags & PF_KTHREAD)) {
		place->pid = task_tgid_nr(current);
		/* not get_task_comm(), which takes a lock */
		strscpy(place->comm, current->comm, sizeof(place->comm));
	}
}

static void write_down(enum pind_misuse_kind kind, unsigned long call_site,
		       const struct pind_account *account)
{
	bool is_new;
	struct place *place = find_place(kind, call_site, &is_new);
	u64 now = ktime_get_real_fast_ns();

	atomic_long_inc(&place->count);
	WRITE_ONCE(place->last, now);
	if (!is_new)
		return;
	place->first = now;
	set_process(place, account);
	/* the account has the name from when its module was there */
	if (place->call_site == OTHERS)
		place->site = (struct pind_site){};
	else if (account)
		place->site = account->site;
	else
		pind_site_name(&place->site, call_site);
	smp_store_release(&place->ready, true);
	tell_soon();
}

void pind_misuse_at(enum pind_misuse_kind kind, unsigned long call_site)
{
	write_down(kind, call_site, NULL);
}

void pind_misuse_of(enum pind_misuse_kind kind, const struct pind_account *account)
{
	write_down(kind, account->call_site, account);
}

void pind_misuse_flags(unsigned int gup_flags, unsigned long call_site)
{
	if (gup_flags & FOLL_GET)
		pind_misuse_at(PIND_MISUSE_FOLL_GET, call_site);
	if (gup_flags & PIND_FOLL_PIN)
		pind_misuse_at(PIND_MISUSE_FOLL_PIN, call_site);
}

u64 pind_misuse_total(void)
{
	unsigned int kind, i;
	u64 sum = 0;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < PLACES; i++)
			sum += atomic_long_read(&places[kind][i].count);
	return sum;
}

/* Two calls in one function: to the reader they are one place, the first of them. */
static bool is_same(const struct place *a, const struct place *b)
{
	return smp_load_acquire(&a->ready) && smp_load_acquire(&b->ready) &&
	       !strcmp(a->site.symbol, b->site.symbol) && !strcmp(a->site.module, b->site.module);
}

/* Of a kind, from place @n on. Return: is it a place to tell of. */
static bool read_place(const struct place *of_kind, unsigned int n, struct pind_misuse *misuse)
{
	const struct place *place = &of_kind[n];
	unsigned int i;

	if (!smp_load_acquire(&place->ready))
		return false;
	*misuse = (struct pind_misuse){
		.site = place->site,
		.first = place->first,
		.pid = place->pid,
	};
	strscpy(misuse->comm, place->comm, sizeof(misuse->comm));
	for (i = 0; i < PLACES; i++) {
		if (!is_same(&of_kind[i], place))
			continue;
		if (i < n)
			return false;
		misuse->count += atomic_long_read(&of_kind[i].count);
		misuse->last = max(misuse->last, READ_ONCE(of_kind[i].last));
	}
	return true;
}

int pind_misuse_read(int index, struct pind_misuse *misuse)
{
	for (; index < KINDS * PLACES; index++) {
		if (!read_place(places[index / PLACES], index % PLACES, misuse))
			continue;
		misuse->kind = index / PLACES + 1;
		return index;
	}
	return -1;
}

static void tell(struct work_struct *work)
{
	struct pind_misuse misuse;
	int index = -1;

	while ((index = pind_misuse_read(index + 1, &misuse)) >= 0) {
		struct place *place = &places[index / PLACES][index % PLACES];

		if (place->told)
			continue;
		place->told = true;
		(void)pind_genl_send_misuse(&misuse);
	}
}

void pind_misuse_start(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tell_lock, flags);
	stopped = false;
	raw_spin_unlock_irqrestore(&tell_lock, flags);
	tell_soon();
}

void pind_misuse_stop(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tell_lock, flags);
	stopped = true;
	raw_spin_unlock_irqrestore(&tell_lock, flags);
	cancel_delayed_work_sync(&tell_work);
}
