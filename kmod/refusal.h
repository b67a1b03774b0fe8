/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals, in rows: all refusals of one account by one limit of one group are one row. A
 * group keeps a bounded number of rows, of its own accounts, so a tenant that is refused in a
 * loop pushes out only rows of its own. A freed group's rows are inherited by its parent.
 */
#ifndef PIND_REFUSAL_H
#define PIND_REFUSAL_H

#include <linux/pind.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

struct pind_account;
struct pind_group;

/* Most rows that a group keeps of its own accounts, and most that it inherits. */
#define PIND_REFUSALS 16

/**
 * struct pind_refusal - one row; see PIND_A_REFUSAL_*
 * @entry: in the rows of the group that keeps it
 * @dirty: among the rows whose event is still to be sent; or empty
 * @slot: its place among the group's rows, from 0 on, by which readers go through them
 * @seq, @first, @last, @count: newest number, times, and number of its refusals
 * @group: the group that would have paid, by pind_group_get(), as is @by
 * @path_hash: hash of the path of @group
 * @by: the group that refused
 * @tgid, @start_time, @call_site: process and call site of the account
 * @uid: user of the process
 * @wanted_min, @wanted_max: least and most that a call asked for, in pages, as all sizes here
 * @wanted, @needed, @current_, @reserved, @max: as in struct pind_denial, of the last refusal
 * @taken: pages that the last refusal's go had taken before it
 * @region: the most that one go wanted
 * @go: when the last refusal's go began; 0: it was in none
 * @limit: which limit of @by refused
 * @observed: @by was in mode observe: the calls were admitted all the same
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
 * @rows: the rows, own and inherited
 * @slots: one bit for each place in use: the lower half for own rows, the upper for inherited
 */
struct pind_refusals {
	struct list_head rows;
	u32 slots;
};

void pind_refusals_init(struct pind_refusals *refusals);

/**
 * struct pind_denial - one refusal of a pin call
 * @account: the account whose call was refused
 * @by: the group that refused it
 * @limit: which of the group's limits refused
 * @wanted: pages asked for
 * @needed: how many of them are not paid for already
 * @current_: pages charged to @by; if max_held refused, pages held by it
 * @reserved: pages that other calls have reserved there
 * @max: value of the limit
 * @observed: @by is in mode observe: the call was admitted all the same
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
 * pind_refusal_note() - note a refusal in its row, and have an event sent
 * If there is no memory for a new row, only the counters have the refusal.
 * Context: process, may sleep; may run under mmap_lock.
 */
void pind_refusal_note(const struct pind_denial *denial);

/**
 * pind_refusal_bury() - give the rows of a group that is freed to its parent, if it has one
 * There, rows of the same path and the same limit are merged. No call is refused in @group
 * any more. Context: process, under the group mutex.
 */
void pind_refusal_bury(struct pind_group *group);

/**
 * pind_refusal_read() - copy the first row of @group whose place is not below @slot
 * @refusal: the copy, with references that pind_refusal_put() drops
 * Context: process. Return: false if there is none.
 */
bool pind_refusal_read(struct pind_group *group, unsigned int slot, struct pind_refusal *refusal);
void pind_refusal_put(struct pind_refusal *refusal);

/** pind_refusal_last() - number of the newest refusal; 0: there was none yet */
u64 pind_refusal_last(void);

/**
 * pind_refusal_take_dirty() - take the next row whose event is to be sent, in the order of seq
 * @upto: take no row whose seq is above this
 * @refusal: a copy as from pind_refusal_read(); the row is no longer dirty
 * Context: process. Return: false if there is none.
 */
bool pind_refusal_take_dirty(u64 upto, struct pind_refusal *refusal);

/** pind_refusal_is_dirty() - is there a row whose event is still to be sent */
bool pind_refusal_is_dirty(void);

#endif /* PIND_REFUSAL_H */
