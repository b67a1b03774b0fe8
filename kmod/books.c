// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "account.h"
#include "announce.h"
#include "audit.h"
#include "books.h"
#include "compat.h"
#include "counters.h"
#include "group.h"
#include "ledger.h"
#include "steady.h"

#define PERIOD		(10 * HZ)
/* The period while a difference is suspected. */
#define PERIOD_CLOSE	HZ
/* Only a difference in so many checks in a row is a finding. */
#define SEEN		3
/* Leaves of the ledger that a check settles; 1 MiB of base pages each. */
#define LEAVES		1024
/* Leaves that an audit settles before it looks at the clock. */
#define AUDIT_LEAVES	64
/* Pins that are in no account for so long, in ns, are steady. */
#define STEADY		(60 * NSEC_PER_SEC)
/* Most that a CPU keeps of a vmstat counter, and may be folding into it at this moment. */
#define VMSTAT_BATCH	256

/* Written by the worker only. */
static u64 checks;
static s64 difference;
static s64 suspect;
static unsigned int suspected;
static unsigned long cursor;

/* Guards @steady and @last: the worker writes them, requests read them. */
static DEFINE_SPINLOCK(steady_lock);
/* The number of pins that the kernel counts and that are in no account. */
static struct pind_steady steady;
/* The sums of the last check, for readers that may not have new ones taken; at first all 0. */
static struct pind_books last;

static atomic64_t repaired = ATOMIC64_INIT(0);

/* All pins requested and returned so far, as far as they are counted call by call. */
static u64 moved(const struct pind_counters *c)
{
	u64 moved = c->longterm_requested + c->longterm_returned;

	return pind_counters_exact() ? moved + c->requested + c->returned : moved;
}

static void take_sums(struct pind_books *books)
{
	struct pind_counters before, after;

	pind_counters_read(&before);
	pind_ledger_sums(&books->ledger_pins, &books->ledger_charge, &books->uncertain_pins);
	books->account_pins = pind_account_pins();
	pind_group_sums(books);
	pind_counters_read(&after);

	books->counted_pins = pind_counters_longterm(&after);
	books->known_pins = pind_counters_known(&after);
	books->kernel_pins = pind_counters_kernel(&after);
	books->older_pins = after.older;
	books->under_way = max(before.under_way, after.under_way) +
			   (moved(&after) - moved(&before));
	if (books->under_way)
		books->under_way += VMSTAT_BATCH * num_online_cpus();
}

static void note_sums(const struct pind_books *books)
{
	s64 unheld = books->kernel_pins - (books->ledger_pins - books->uncertain_pins);

	spin_lock(&steady_lock);
	pind_steady_note(&steady, max(unheld, 0LL), ktime_get_boottime_ns());
	last = *books;
	spin_unlock(&steady_lock);
}

static void add_findings(struct pind_books *books)
{
	u64 now = ktime_get_boottime_ns();

	spin_lock(&steady_lock);
	books->steady_pins = pind_steady_read(&steady, now > STEADY ? now - STEADY : 0,
					      &books->steady_since);
	spin_unlock(&steady_lock);
	books->difference = READ_ONCE(difference);
	books->checks = READ_ONCE(checks);
	books->repaired = atomic64_read(&repaired);
}

static void read_last(struct pind_books *books)
{
	spin_lock(&steady_lock);
	*books = last;
	spin_unlock(&steady_lock);
}

void pind_books_read(struct pind_books *books, bool anew)
{
	if (anew)
		take_sums(books);
	else
		read_last(books);
	add_findings(books);
}

s64 pind_books_difference(void)
{
	return READ_ONCE(difference);
}

static s64 further_from_0(s64 a, s64 b)
{
	return abs(a) < abs(b) ? b : a;
}

static s64 nearer_to_0(s64 a, s64 b)
{
	return abs(a) < abs(b) ? a : b;
}

/* The part of @difference, in either direction, that @allowed does not explain. */
static s64 unexplained(s64 difference, s64 allowed)
{
	if (abs(difference) <= allowed)
		return 0;
	return difference > 0 ? difference - allowed : difference + allowed;
}

/*
 * The largest difference that no call under way explains. The kernel's count includes
 * short-term pins and pins older than the module: it may be above the ledger's, never below.
 */
static s64 largest_difference(const struct pind_books *books)
{
	s64 ledger = books->ledger_pins, moving = books->under_way, found = 0;
	s64 above_kernel = ledger - books->uncertain_pins - books->kernel_pins;
	s64 unseen = books->kernel_pins - books->known_pins - books->older_pins;

	found = further_from_0(found, unexplained(ledger - books->account_pins, moving));
	found = further_from_0(found, unexplained(ledger - books->group_pins, moving));
	found = further_from_0(found, unexplained(ledger - books->counted_pins, moving));
	found = further_from_0(found, unexplained(max(above_kernel, 0LL), moving));
	/* while every call is counted, this shows pins that the hooks have not seen */
	if (pind_counters_exact())
		found = further_from_0(found, unexplained(unseen, moving));
	/* one pin may move the charge of a folio of any size */
	if (!books->under_way) {
		found = further_from_0(found, books->ledger_charge - books->group_charge);
		found = further_from_0(found, books->ledger_charge - books->current_charge);
	}
	return found;
}

/* Return: whether the verdict has changed. */
static bool judge(s64 found)
{
	bool was_open = difference;

	suspect = suspected && found ? nearer_to_0(suspect, found) : found;
	suspected = found ? suspected + 1 : 0;
	if (suspected >= SEEN)
		WRITE_ONCE(difference, suspect);
	else if (!found)
		WRITE_ONCE(difference, 0);
	return was_open != !!difference;
}

static void repair_some(void)
{
	struct pind_audit audit = {};

	if (!pind_audit_some(&cursor, LEAVES, NULL, &audit))
		cursor = 0;
	atomic64_add(audit.pins, &repaired);
	pind_leak_confirm(&audit.leaks);
}

static void check(struct work_struct *work);
static DECLARE_DELAYED_WORK(check_work, check);

static void check(struct work_struct *work)
{
	struct pind_books books;

	repair_some();
	pind_account_note_exits();
	take_sums(&books);
	note_sums(&books);
	WRITE_ONCE(checks, checks + 1);
	if (judge(largest_difference(&books))) {
		add_findings(&books);
		(void)pind_announce_books(&books);
	}
	queue_delayed_work(system_dfl_wq, &check_work,
			   suspected ? PERIOD_CLOSE : PERIOD);
}

bool pind_books_audit_some(unsigned long *cursor, const struct pind_group *group,
			   struct pind_audit *audit)
{
	u64 before = audit->pins;
	bool more = pind_audit_some(cursor, AUDIT_LEAVES, group, audit);

	atomic64_add(audit->pins - before, &repaired);
	if (!more)
		pind_leak_confirm(&audit->leaks);
	return more;
}

void pind_books_start(void)
{
	queue_delayed_work(system_dfl_wq, &check_work, PERIOD_CLOSE);
}

void pind_books_stop(void)
{
	cancel_delayed_work_sync(&check_work);
}
