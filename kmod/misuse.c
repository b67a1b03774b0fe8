// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "announce.h"
#include "compat.h"
#include "longterm.h"
#include "misuse.h"
#include "survey.h"

#define KINDS  PIND_MISUSE_KIND_PIN_PUT
/* Places of one kind; the last stands for all that found no room. */
#define PLACES (PIND_MISUSE_SITES + 1)

/* Wait a little, so that the worker announces all breaches of a driver in one go. */
#define TELL_DELAY (HZ / 20)

/* Values of call_site that no return address has. */
#define OTHERS	1UL /* the last place, of all that found no room */
#define UNFOUND 2UL /* the place has no address: it is known by name, or its module has gone */

/*
 * A place belongs to the CPU that sets @call_site first, which fills in the rest and then
 * sets @ready. There is no lock for that: a rule may be broken in a hardirq.
 */
struct place {
	unsigned long call_site; /* 0: free */
	atomic_long_t count;
	u64 first;
	u64 last;
	pid_t pid;
	bool ready;
	bool told; /* it has been announced; used by the worker only */
	char comm[TASK_COMM_LEN];
	struct pind_site site;
};

static struct place places[KINDS][PLACES];

/* Guards places that are read against being freed. */
static DEFINE_MUTEX(places_lock);

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
		queue_delayed_work(system_percpu_wq, &tell_work, TELL_DELAY);
	raw_spin_unlock_irqrestore(&tell_lock, flags);
}

/* The place of a call site: its own, else a free one, else the last, of the others. */
static struct place *find_place(struct place *of_kind, unsigned long call_site, bool *ret_new)
{
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

static bool has_name(const struct place *place, const struct pind_site *site)
{
	return !strcmp(place->site.symbol, site->symbol) &&
	       !strcmp(place->site.module, site->module);
}

/* Likewise by name, for a kind whose places are found by name only. One caller at a time. */
static struct place *find_named(struct place *of_kind, const struct pind_site *site, bool *ret_new)
{
	unsigned int i;

	for (i = 0; i < PIND_MISUSE_SITES; i++) {
		*ret_new = !of_kind[i].call_site;
		if (*ret_new)
			of_kind[i].call_site = UNFOUND;
		if (*ret_new || has_name(&of_kind[i], site))
			return &of_kind[i];
	}
	*ret_new = !of_kind[i].call_site;
	of_kind[i].call_site = OTHERS;
	return &of_kind[i];
}

static void count(struct place *place, bool is_new)
{
	u64 now = ktime_get_real_fast_ns();

	atomic_long_inc(&place->count);
	WRITE_ONCE(place->last, now);
	if (is_new)
		place->first = now;
}

static void set_process(struct place *place, pid_t pid, const char *comm)
{
	place->pid = pid;
	strscpy(place->comm, comm, sizeof(place->comm));
}

static void publish(struct place *place)
{
	smp_store_release(&place->ready, true);
	tell_soon();
}

void pind_misuse_at(enum pind_misuse_kind kind, unsigned long call_site)
{
	bool is_new;
	struct place *place = find_place(places[kind - 1], call_site, &is_new);

	count(place, is_new);
	if (!is_new)
		return;
	if (place->call_site != OTHERS)
		pind_site_name(&place->site, call_site);
	/* not get_task_comm(), which takes a lock */
	if (in_task() && !(current->flags & PF_KTHREAD))
		set_process(place, task_tgid_nr(current), current->comm);
	publish(place);
}

/* The name comes from the account, which took it while the module was loaded. */
void pind_misuse_of(enum pind_misuse_kind kind, const struct pind_account *account)
{
	bool is_new;
	struct place *place = find_named(places[kind - 1], &account->site->name, &is_new);

	count(place, is_new);
	if (!is_new)
		return;
	if (place->call_site != OTHERS)
		place->site = account->site->name;
	set_process(place, account->owner.tgid, account->comm);
	publish(place);
}

void pind_misuse_flags(unsigned int gup_flags, unsigned long call_site)
{
	if (gup_flags & FOLL_GET)
		pind_misuse_at(PIND_MISUSE_KIND_FOLL_GET, call_site);
	if (gup_flags & PIND_FOLL_PIN)
		pind_misuse_at(PIND_MISUSE_KIND_FOLL_PIN, call_site);
}

u64 pind_misuse_total(void)
{
	unsigned int kind, i;
	u64 sum = 0;

	mutex_lock(&places_lock);
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < PLACES; i++)
			sum += atomic_long_read(&places[kind][i].count);
	mutex_unlock(&places_lock);
	return sum;
}

/*
 * Two calls in one function, or in the same function of a module that was loaded again, are
 * shown as one place: the first of them.
 */
static bool is_same(const struct place *a, const struct place *b)
{
	return smp_load_acquire(&a->ready) && smp_load_acquire(&b->ready) && has_name(a, &b->site);
}

/*
 * Read place @n of a kind, with the counts of all places that have the same name. Return:
 * false if the place is not in use, or is shown as a part of an earlier one.
 */
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

static int read_next(int index, struct pind_misuse *misuse)
{
	lockdep_assert_held(&places_lock);
	for (; index < KINDS * PLACES; index++) {
		if (!read_place(places[index / PLACES], index % PLACES, misuse))
			continue;
		misuse->kind = index / PLACES + 1;
		return index;
	}
	return -1;
}

int pind_misuse_read(int index, struct pind_misuse *misuse)
{
	mutex_lock(&places_lock);
	index = read_next(index, misuse);
	mutex_unlock(&places_lock);
	return index;
}

/* Mark a place as announced. Return: was it, or a place of the same name, announced before? */
static bool was_told(struct place *of_kind, struct place *place)
{
	bool told = false;
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		told |= of_kind[i].told && is_same(&of_kind[i], place);
	place->told = true;
	return told;
}

static void tell(struct work_struct *work)
{
	struct pind_misuse misuse;
	int index = -1;

	mutex_lock(&places_lock);
	while ((index = read_next(index + 1, &misuse)) >= 0) {
		struct place *of_kind = places[index / PLACES];

		if (!was_told(of_kind, &of_kind[index % PLACES]))
			(void)pind_announce_misuse(&misuse);
	}
	mutex_unlock(&places_lock);
}

static void add_to(struct place *place, const struct place *more)
{
	atomic_long_add(atomic_long_read(&more->count), &place->count);
	WRITE_ONCE(place->last, max(place->last, more->last));
	place->told |= more->told;
}

static void free_place(struct place *place)
{
	place->ready = false;
	place->told = false;
	place->pid = 0;
	place->comm[0] = '\0';
	atomic_long_set(&place->count, 0);
	smp_store_release(&place->call_site, 0);
}

/*
 * If all places are taken: of the places whose module has gone, add the one that was last
 * used the longest ago to the last place, of the others, and free it for new breaches.
 */
static void make_room(struct place *of_kind)
{
	struct place *oldest = NULL, *others = &of_kind[PIND_MISUSE_SITES];
	unsigned int i;

	lockdep_assert_held(&places_lock);
	for (i = 0; i < PIND_MISUSE_SITES; i++) {
		unsigned long call = READ_ONCE(of_kind[i].call_site);

		if (!call)
			return;
		if (call == UNFOUND && (!oldest || of_kind[i].last < oldest->last))
			oldest = &of_kind[i];
	}
	if (!oldest)
		return;
	add_to(others, oldest);
	if (!cmpxchg(&others->call_site, 0, OTHERS)) {
		others->first = oldest->first;
		publish(others);
	}
	free_place(oldest);
}

/*
 * The code of a place is about to be unloaded, and no longer runs; other code may be loaded
 * at the same address later. The place keeps its name and count. A driver that is loaded and
 * unloaded again and again gets one place only.
 */
static void retire(struct place *of_kind, struct place *place)
{
	unsigned int i;

	lockdep_assert_held(&places_lock);
	for (i = 0; i < PIND_MISUSE_SITES; i++) {
		if (of_kind[i].call_site != UNFOUND || !is_same(&of_kind[i], place))
			continue;
		add_to(&of_kind[i], place);
		free_place(place);
		return;
	}
	WRITE_ONCE(place->call_site, UNFOUND);
	make_room(of_kind);
}

/* A module that has become live loses its init code; one that is unloaded loses all code. */
static int on_module(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;
	unsigned int kind, i;

	if (state != MODULE_STATE_LIVE && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	pind_site_forget();
	pind_longterm_forget();
	pind_survey_forget(module, state);
	mutex_lock(&places_lock);
	for (kind = 0; kind < KINDS; kind++) {
		for (i = 0; i < PIND_MISUSE_SITES; i++) {
			if (pind_site_goes(READ_ONCE(places[kind][i].call_site), module, state))
				retire(places[kind], &places[kind][i]);
		}
	}
	mutex_unlock(&places_lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = { .notifier_call = on_module };

void pind_misuse_start(void)
{
	unsigned long flags;

	(void)register_module_notifier(&module_notifier);
	raw_spin_lock_irqsave(&tell_lock, flags);
	stopped = false;
	raw_spin_unlock_irqrestore(&tell_lock, flags);
	tell_soon();
}

void pind_misuse_stop(void)
{
	unsigned long flags;

	(void)unregister_module_notifier(&module_notifier);
	raw_spin_lock_irqsave(&tell_lock, flags);
	stopped = true;
	raw_spin_unlock_irqrestore(&tell_lock, flags);
	cancel_delayed_work_sync(&tell_work);
}
