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

/* The account's row; else the place for a new row: a free one, or that of the oldest row. */
static struct pind_failure **find_place(const struct pind_account *account, bool *ret_found)
{
	struct pind_failure **rows = account->group->failures.row, **place = rows;
	unsigned int i;

	lockdep_assert_held(&failure_lock);
	*ret_found = false;
	for (i = 0; i < PIND_FAILURES; i++) {
		if (rows[i] && rows[i]->tgid == account->tgid &&
		    rows[i]->start_time == account->start_time &&
		    rows[i]->call_site == account->call_site) {
			*ret_found = true;
			return &rows[i];
		}
		if (*place && (!rows[i] || rows[i]->last < (*place)->last))
			place = &rows[i];
	}
	return place;
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
	struct pind_failure **place, *unused = NULL;
	bool found;

	atomic_long_inc(&account->group->events_failed);
	spin_lock(&failure_lock);
	place = find_place(account, &found);
	if (!found) {
		spin_unlock(&failure_lock);
		unused = new_row(account);
		spin_lock(&failure_lock);
		/* another thread may have added the row meanwhile */
		place = find_place(account, &found);
		if (!found && unused) {
			swap(*place, unused);
			found = true;
		}
	}
	if (found)
		grow_row(*place, wanted, got);
	spin_unlock(&failure_lock);
	kfree(unused);
}

void pind_failure_bury(struct pind_group *group)
{
	unsigned int i;

	for (i = 0; i < PIND_FAILURES; i++) {
		struct pind_failure *row;

		spin_lock(&failure_lock);
		row = group->failures.row[i];
		group->failures.row[i] = NULL;
		spin_unlock(&failure_lock);
		kfree(row);
	}
}

int pind_failure_read(struct pind_group *group, unsigned int index, struct pind_failure *row)
{
	int found = -1;

	spin_lock(&failure_lock);
	for (; found < 0 && index < PIND_FAILURES; index++) {
		if (group->failures.row[index]) {
			*row = *group->failures.row[index];
			found = index;
		}
	}
	spin_unlock(&failure_lock);
	return found;
}
