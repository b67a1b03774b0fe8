// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>
#include <uapi/linux/pind.h>

#include "announce.h"
#include "folio.h"
#include "frame.h"
#include "group.h"
#include "lasting.h"
#include "ledger.h"
#include "owner.h"

static unsigned int lasting_rate = 1 << 20;
module_param(lasting_rate, uint, 0644);
MODULE_PARM_DESC(lasting_rate, "frames a second to look at for pins that last; 0: none");

static unsigned int lasting_age = 60;
module_param(lasting_age, uint, 0644);
MODULE_PARM_DESC(lasting_age, "seconds after which a pin that no account holds lasts");

/* Least time from the beginning of one round to that of the next. */
#define ROUND_SECONDS 10
/* Frames and folios that are looked at before other tasks may run. */
#define STEP 4096
/* So many looks must have found a folio pinned before it lasts. */
#define LOOKS 15

/*
 * The folios that are noted, by first frame. The value has the second of CLOCK_BOOTTIME at
 * which the folio was first found pinned, and in its low LOOK_BITS the number of looks since,
 * counted up to LOOKS. An entry takes 9 bytes if its neighbours are noted, too, and at most
 * 576; all of them take at most 9 bytes for each of the machine's frames. Written by the
 * thread only.
 */
static DEFINE_XARRAY(watched);
static unsigned long nr_watched;

#define LOOK_BITS 4

/* Guards the rows and their sums (told) of the last pass over all noted folios. */
static DEFINE_MUTEX(sums_mutex);

/* An owner. @sum: of the pass under way, used by the thread only. @told: of the last pass. */
struct row {
	struct pind_lasting sum;
	struct pind_lasting told;
	bool announced;
};
static DEFINE_XARRAY(rows); /* by owner + 1; changed by the thread only */
static unsigned int nr_rows;
static u64 pages_told;

/* Written by the thread, read by others. */
static struct pind_frames walk = { .next = 1 }; /* no round is under way */
static u64 rounds, walked, cpu, rest, rest_of_owners;
/* Used by the thread only. */
static struct task_struct *thread;
static unsigned long look_at;
static u64 round_began, missed;
/* Lasting folios and pages, in this pass, of owners that have no row. */
static u64 missed_folios, missed_pages;

static u64 seconds(void)
{
	return ktime_get_boottime_seconds();
}

static bool is_old(unsigned long value)
{
	return (value & (BIT(LOOK_BITS) - 1)) >= LOOKS &&
	       seconds() >= (value >> LOOK_BITS) + READ_ONCE(lasting_age);
}

/*
 * Can the pin functions have pinned the folio? A driver may keep a page of its own (of a
 * network card's ring) with thousands of references, which look like pins; but no user has
 * that page mapped or in a file, so it cannot be pinned. A large folio has a pin count of its
 * own, which plain references do not change.
 */
static bool is_of_user(struct folio *folio, u64 owner)
{
	return folio_test_large(folio) || owner || READ_ONCE(folio->mapping) ||
	       pind_folio_mapcount(folio);
}

static bool is_pinned_unheld(struct folio *folio)
{
	return !pind_folio_is_exempt(folio) && pind_folio_pincount(folio, 1) &&
	       !pind_ledger_concerns(folio) && is_of_user(folio, pind_owner_id(folio));
}

static char *path_of(struct folio *folio)
{
	struct cgroup *cgroup = pind_owner_get(folio);
	char *path;

	if (!cgroup)
		return kstrdup("", GFP_KERNEL);
	path = pind_group_path(cgroup, NULL);
	cgroup_put(cgroup);
	return path;
}

static struct row *new_row(struct folio *folio, u64 owner)
{
	struct row *row;

	if (nr_rows >= PIND_LASTING_OWNERS_MAX)
		return NULL;
	row = kzalloc(sizeof(*row), GFP_KERNEL);
	if (!row)
		return NULL;
	row->sum.owner = owner;
	row->sum.path = path_of(folio);
	if (!row->sum.path || xa_err(xa_store(&rows, owner + 1, row, GFP_KERNEL))) {
		kfree(row->sum.path);
		kfree(row);
		return NULL;
	}
	row->told = row->sum;
	nr_rows++;
	return row;
}

static void add_up(struct folio *folio, u64 since)
{
	u64 owner = pind_owner_id(folio);
	struct row *row = xa_load(&rows, owner + 1) ?: new_row(folio, owner);

	if (!row) {
		missed_folios++;
		missed_pages += folio_nr_pages(folio);
		return;
	}
	if (!row->sum.folios || since < row->sum.oldest)
		row->sum.oldest = since;
	row->sum.folios++;
	row->sum.pages += folio_nr_pages(folio);
	row->sum.pins += pind_folio_pincount(folio, 1);
}

static void drop_row(struct row *row)
{
	lockdep_assert_held(&sums_mutex);
	xa_erase(&rows, row->sum.owner + 1);
	nr_rows--;
	kfree(row->sum.path);
	kfree(row);
}

/* A pass over all noted folios has ended: publish its sums. */
static void tell_sums(void)
{
	struct row *row;
	unsigned long i;
	u64 pages = missed_pages;

	WRITE_ONCE(rest_of_owners, missed_folios);
	missed_folios = missed_pages = 0;
	mutex_lock(&sums_mutex);
	xa_for_each(&rows, i, row) {
		if (!row->sum.folios) {
			drop_row(row);
			continue;
		}
		row->told = row->sum;
		row->sum.folios = row->sum.pages = row->sum.pins = 0;
		pages += row->told.pages;
		if (row->announced || row->told.pages << PAGE_SHIFT < PIND_LASTING_MUCH)
			continue;
		row->announced = true;
		(void)pind_announce_lasting(&row->told);
	}
	WRITE_ONCE(pages_told, pages);
	mutex_unlock(&sums_mutex);
}

static void look(unsigned long pfn, unsigned long value)
{
	struct folio *folio = pind_frame_hold(pfn);

	if (!folio || folio_pfn(folio) != pfn || !is_pinned_unheld(folio)) {
		xa_erase(&watched, pfn);
		WRITE_ONCE(nr_watched, nr_watched - 1);
	} else {
		/* a value that replaces another one needs no memory, so this cannot fail */
		if ((value & (BIT(LOOK_BITS) - 1)) < LOOKS)
			xa_store(&watched, pfn, xa_mk_value(++value), GFP_KERNEL);
		if (is_old(value))
			add_up(folio, (value >> LOOK_BITS) * NSEC_PER_SEC);
	}
	if (folio)
		folio_put(folio);
}

/* Look at up to @most noted folios, from where the last call ended. Return: at how many. */
static unsigned int look_some(unsigned int most)
{
	unsigned int looks;
	void *entry;

	for (looks = 0; looks < most; looks++) {
		entry = xa_find(&watched, &look_at, ULONG_MAX, XA_PRESENT);
		if (!entry) {
			look_at = 0;
			tell_sums();
			break;
		}
		look(look_at++, xa_to_value(entry));
		if (!(looks % STEP))
			cond_resched();
	}
	return looks;
}

static void note(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);

	if (!is_pinned_unheld(folio) || xa_load(&watched, pfn))
		return;
	if (nr_watched >= PIND_LASTING_FOLIOS_MAX ||
	    xa_insert(&watched, pfn, xa_mk_value(seconds() << LOOK_BITS | 1), GFP_KERNEL))
		missed++;
	else
		WRITE_ONCE(nr_watched, nr_watched + 1);
}

static void begin_round(void)
{
	unsigned long end = 0;
	int node;

	for_each_online_node(node)
		end = max(end, node_end_pfn(node));
	round_began = seconds();
	missed = 0;
	if (end)
		pind_frames_begin(&walk, 0, end - 1);
}

static void walk_some(unsigned int most)
{
	struct folio *folio;

	if (pind_frames_ended(&walk)) {
		if (rounds && seconds() < round_began + ROUND_SECONDS)
			return;
		begin_round();
	}
	while (most && !pind_frames_ended(&walk) && !kthread_should_stop()) {
		unsigned int budget = min(most, (unsigned int)STEP), step = budget;
		u64 before = walk.looked;

		while ((folio = pind_frames_next(&walk, &budget))) {
			note(folio);
			folio_put(folio);
		}
		most -= step - budget;
		WRITE_ONCE(walked, walked + walk.looked - before);
		cond_resched();
	}
	if (pind_frames_ended(&walk)) {
		WRITE_ONCE(rounds, rounds + 1);
		WRITE_ONCE(rest, missed);
	}
}

static void forget(void)
{
	struct row *row;
	unsigned long i;

	xa_destroy(&watched);
	WRITE_ONCE(nr_watched, 0);
	look_at = 0;
	walk.next = walk.last + 1;
	xa_for_each(&rows, i, row)
		row->sum.folios = 0;
	tell_sums();
}

static int search(void *unused)
{
	unsigned int rate, looks;

	set_user_nice(current, MAX_NICE);
	while (!kthread_should_stop()) {
		rate = READ_ONCE(lasting_rate);
		if (rate) {
			/* noted folios come first, but the walk may use a quarter of the rate */
			looks = look_some(rate);
			walk_some(max(rate - looks, rate / 4));
		} else if (nr_watched || nr_rows) {
			forget();
		}
		WRITE_ONCE(cpu, current->se.sum_exec_runtime);
		schedule_timeout_interruptible(HZ);
	}
	return 0;
}

u64 pind_lasting_since(unsigned long pfn)
{
	void *entry = xa_load(&watched, pfn);
	unsigned long value = entry ? xa_to_value(entry) : 0;

	return entry && is_old(value) ? (value >> LOOK_BITS) * NSEC_PER_SEC : 0;
}

u64 pind_lasting_pages(void)
{
	return READ_ONCE(pages_told);
}

void pind_lasting_read(struct pind_lasting_search *search)
{
	*search = (struct pind_lasting_search){
		.rounds = READ_ONCE(rounds),
		.walked = READ_ONCE(walked),
		.cpu = READ_ONCE(cpu),
		.watched = READ_ONCE(nr_watched),
		.rest = READ_ONCE(rest) + READ_ONCE(rest_of_owners),
		.rate = READ_ONCE(lasting_rate),
		.age = READ_ONCE(lasting_age),
	};
}

int pind_lasting_each(u64 owner, pind_lasting_fn fn, void *userdata)
{
	struct row *row;
	unsigned long i;
	int ret = 0;

	mutex_lock(&sums_mutex);
	xa_for_each_start(&rows, i, row, owner + 1) {
		if (row->told.folios)
			ret = fn(&row->told, userdata);
		if (ret)
			break;
	}
	mutex_unlock(&sums_mutex);
	return ret;
}

int pind_lasting_start(void)
{
	thread = kthread_run(search, NULL, "pind-lasting");
	return PTR_ERR_OR_ZERO(thread);
}

void pind_lasting_stop(void)
{
	kthread_stop(thread);
	forget();
	xa_destroy(&rows);
}
