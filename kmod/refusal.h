/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals, in rows: all those of one account by one limit of one level are one row.
 * A group keeps the rows of its own accounts, a bounded number of them, so a tenant
 * that is refused in a loop pushes out nothing but its own.
 */
#ifndef PIND_REFUSAL_H
#define PIND_REFUSAL_H

#include <linux/pind.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

struct pind_account;
struct pind_group;

/* Rows that a group keeps of its own accounts, and as many of groups below it that went. */
#define PIND_REFUSALS 16

/**
 * struct pind_refusal - one row; see PIND_A_REFUSAL_*
 * @entry: in the rows of the group that keeps it
 * @dirty: among those that are still to be told, or empty
 * @slot: its place there, from 0 on; for reading them one after the other
 * @seq, @first, @last, @count: of the refusals that it stands for
 * @group: would have paid; with pind_group_get(), as @by
 * @path_hash: of its path, which is long
 * @by: refused
 * @tgid, @start_time, @call_site: of the account
 * @uid: of the process
 * @wanted_min, @wanted_max: pages, as all the sizes
 * @wanted, @needed, @current_, @reserved, @max: of the last one
 * @taken: of the last one, before it in the same go
 * @region: the most that a go wanted
 * @go: when the last one's began, 0: it was in none
 * @limit: which of @by
 * @observed: @by is in mode observe: they were admitted all the same
 */
struct pind_refusal {
	struct list_head entry;
	struct list_head dirty;
	unsigned int slot;
	u64 seq;
	u64 first;
	u64 last;
	u64 count;
	struct pind_group *group;
	unsigned int path_hash;
	struct pind_group *by;
	pid_t tgid;
	u64 start_time;
	unsigned long call_site;
	kuid_t uid;
	unsigned long wanted_min;
	unsigned long wanted_max;
	unsigned long wanted;
	unsigned long needed;
	unsigned long current_;
	unsigned long reserved;
	unsigned long max;
	unsigned long taken;
	unsigned long region;
	unsigned long go;
	enum pind_limit limit;
	bool observed;
	char comm[TASK_COMM_LEN];
	struct pind_site site;
};

/**
 * struct pind_refusals - the rows that a group keeps
 * @rows: of its own accounts, and of groups that were below it
 * @slots: bits of the places that are taken, in the lower half by its own
 */
struct pind_refusals {
	struct list_head rows;
	u32 slots;
};

void pind_refusals_init(struct pind_refusals *refusals);

/**
 * struct pind_denial - that a pin call was refused
 * @account: whose
 * @by: the group that refused it
 * @limit: which of its limits
 * @wanted: pages asked for
 * @needed: of them not paid for already
 * @current_: what is charged to @by (or held by it)
 * @reserved: what other calls have reserved there
 * @max: the limit
 * @observed: the group is in mode observe: it was admitted all the same
 */
struct pind_denial {
	struct pind_account *account;
	struct pind_group *by;
	enum pind_limit limit;
	unsigned long wanted;
	unsigned long needed;
	unsigned long current_;
	unsigned long reserved;
	unsigned long max;
	bool observed;
};

/**
 * pind_refusal_note() - write it down, and have it told
 * Where memory for a new row runs out it is left out; the counters have it.
 * Context: process, may sleep; may run under mmap_lock.
 */
void pind_refusal_note(const struct pind_denial *denial);

/**
 * pind_refusal_bury() - @group goes: its rows go to its parent, or away without one
 * There the rows of one path by one limit become one. Nobody is refused in @group any
 * more. Context: process, under the group mutex.
 */
void pind_refusal_bury(struct pind_group *group);

/**
 * pind_refusal_read() - the first row of @group that is not below @slot
 * @refusal: a copy, with references that pind_refusal_put() drops
 * Context: process. Return: false if there is none.
 */
bool pind_refusal_read(struct pind_group *group, unsigned int slot, struct pind_refusal *refusal);
void pind_refusal_put(struct pind_refusal *refusal);

/** pind_refusal_last() - number of the newest refusal; 0: there was none yet */
u64 pind_refusal_last(void);

/**
 * pind_refusal_take_dirty() - the row that is to be told next, in the order of seq
 * @upto: none that is newer than this
 * @refusal: as from pind_refusal_read(); it is dirty no more
 * Context: process. Return: false if there is none.
 */
bool pind_refusal_take_dirty(u64 upto, struct pind_refusal *refusal);

/** pind_refusal_is_dirty() - is any row still to be told */
bool pind_refusal_is_dirty(void);

#endif /* PIND_REFUSAL_H */
