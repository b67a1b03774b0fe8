// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "account.h"
#include "failure.h"
#include "group.h"

/* Guards the rows of all groups. Held for a look at 16 rows. Process context; innermost. */
static DEFINE_SPINLOCK(failure_lock);

static enum pind_failure_kind kind_of(long got)
{
	switch (got) {
	case -EFAULT:
		return PIND_FAILURE_EFAULT;
	case -ENOMEM:
		return PIND_FAILURE_ENOMEM;
	case -EAGAIN:
		return PIND_FAILURE_EAGAIN;
	case -EOPNOTSUPP:
		return PIND_FAILURE_EOPNOTSUPP;
	default:
		return got < 0 ? PIND_FAILURE_OTHER : PIND_FAILURE_PARTIAL;
	}
}

void pind_failures_init(struct pind_failures *failures)
{
	INIT_LIST_HEAD(&failures->rows);
}

static struct pind_failure *find_row(const struct pind_account *account)
{
	struct pind_failure *row;

	lockdep_assert_held(&failure_lock);
	list_for_each_entry(row, &account->group->failures.rows, node)
		if (row->tgid == account->tgid && row->start_time == account->start_time &&
		    row->call_site == account->call_site)
			return row;
	return NULL;
}

/* Add a row; the oldest makes room. Return: the one that went, or NULL. */
static struct pind_failure *add_row(struct pind_failures *failures, struct pind_failure *added)
{
	struct pind_failure *row, *oldest = NULL;
	unsigned int nr = 0;

	lockdep_assert_held(&failure_lock);
	list_for_each_entry(row, &failures->rows, node) {
		nr++;
		if (!oldest || row->last < oldest->last)
			oldest = row;
	}
	if (nr < PIND_FAILURES) {
		list_add_tail(&added->node, &failures->rows);
		return NULL;
	}
	list_replace(&oldest->node, &added->node);
	return oldest;
}

static struct pind_failure *new_row(const struct pind_account *account)
{
	struct pind_failure *row = kzalloc(sizeof(*row), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!row)
		return NULL;
	row->tgid = account->tgid;
	row->start_time = account->start_time;
	row->call_site = account->call_site;
	row->uid = account->uid;
	strscpy(row->comm, account->comm, sizeof(row->comm));
	row->site = account->site->name;
	return row;
}

static void grow_row(struct pind_failure *row, unsigned long wanted, long got)
{
	lockdep_assert_held(&failure_lock);
	row->last = ktime_get_real_ns();
	if (!row->first)
		row->first = row->last;
	row->count[kind_of(got)]++;
	row->wanted = wanted;
	row->error = got < 0 ? -got : 0;
}

void pind_failure_note(struct pind_account *account, unsigned long wanted, long got)
{
	struct pind_failure *row, *unused = NULL;

	atomic_long_inc(&account->group->events_failed);
	spin_lock(&failure_lock);
	row = find_row(account);
	if (!row) {
		spin_unlock(&failure_lock);
		unused = new_row(account);
		spin_lock(&failure_lock);
		/* another thread may have added the row meanwhile */
		row = find_row(account);
		if (!row && unused) {
			row = unused;
			unused = add_row(&account->group->failures, row);
		}
	}
	if (row)
		grow_row(row, wanted, got);
	spin_unlock(&failure_lock);
	kfree(unused);
}

void pind_failure_bury(struct pind_group *group)
{
	struct pind_failure *row, *next;
	LIST_HEAD(rows);

	spin_lock(&failure_lock);
	list_splice_init(&group->failures.rows, &rows);
	spin_unlock(&failure_lock);
	list_for_each_entry_safe(row, next, &rows, node)
		kfree(row);
}

int pind_failure_read(struct pind_group *group, unsigned int index, struct pind_failure *row)
{
	const struct pind_failure *there;
	unsigned int i = 0;
	int found = -1;

	spin_lock(&failure_lock);
	list_for_each_entry(there, &group->failures.rows, node) {
		if (i++ == index) {
			*row = *there;
			found = index;
			break;
		}
	}
	spin_unlock(&failure_lock);
	return found;
}
