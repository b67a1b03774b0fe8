/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An account: the holder of pins. It is one process in one group, pinning by one call site,
 * which is the return address of the pin call, in a driver.
 */
#ifndef PIND_ACCOUNT_H
#define PIND_ACCOUNT_H

#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "group.h"
#include "holding.h"
#include "site.h"

/**
 * struct pind_go - a go: pin calls that follow one another, such as the pieces of a region
 * @begun: jiffies when it began, never 0; 0: there was none yet
 * @last: jiffies of its last call
 * @base: pages that the account's pins covered when the go began
 * @covered: pages that they covered when its last call began. If they cover fewer when the
 *	next call begins, something was unpinned, and a new go begins.
 *
 * Used in messages only: threads that pin by one call site at once make one go, or several.
 */
struct pind_go {
	unsigned long begun;
	unsigned long last;
	long base;
	long covered;
};

/**
 * struct pind_account - one account
 * @owner: the facts that an unpin is compared with; first, see struct pind_owner
 * @node: in the table, by group, process and call site; RCU
 * @group: the group that pays; the account is a member of it
 * @start_time: start of the process, ns of CLOCK_BOOTTIME
 * @call_site: return address of the call of the pin function
 * @tgid: process, in the initial pid namespace
 * @id: number in the index, 1 to PIND_SLOT_ID_MAX
 * @uid: real user of the process when the account was opened
 * @refs: folios that the account holds, and calls under way, plus 1 for the table
 * @pins: pins that the account holds
 * @covered: pages that its pins cover
 * @since: when it last began to hold pins, ns of CLOCK_BOOTTIME, to a tick
 * @exited: when its process was first seen to be gone, likewise; 0: not yet
 * @go: the current or last go, see PIND_A_REFUSAL_TAKEN; looked at with a reference only
 * @rcu: frees the account, since look-ups take no lock
 * @comm: name of the process
 * @site: @call_site, with its name and a reference
 */
struct pind_account {
	struct pind_owner owner;
	struct rhash_head node;
	/* the key, without a hole in it */
	struct_group(key,
		struct pind_group *group;
		u64 start_time;
		unsigned long call_site;
		long tgid;
	);
	u32 id;
	kuid_t uid;
	struct pind_idle_node refs;
	atomic_long_t pins;
	atomic_long_t covered;
	u64 since;
	u64 exited;
	union {
		struct pind_go go;
		struct rcu_head rcu;
	};
	char comm[TASK_COMM_LEN];
	const struct pind_named_site *site;
};

/**
 * pind_account_open() - the account for a pin of @mm by @call_site, made if need be
 * @mm: the memory that is pinned; the caller keeps it
 *
 * The account is that of the calling process if the memory is its own; if another process
 * or a kernel worker pins, that of the memory's owner.
 *
 * Context: process, may sleep. Return: with a reference, or an ERR_PTR: -ENOMEM.
 */
struct pind_account *pind_account_open(struct mm_struct *mm, unsigned long call_site);

/**
 * pind_account_open_recent() - likewise, only if that account is at hand and is to pay
 * For memory of current's own. Context: process. Return: with a reference, or NULL.
 */
struct pind_account *pind_account_open_recent(unsigned long call_site);

/** struct pind_person - a process's user and name, to be shown to readers */
struct pind_person {
	kuid_t uid;
	char comm[TASK_COMM_LEN];
};

/**
 * pind_account_open_as() - the account of a given process, made if need be
 * @group: its group; the caller's membership in it is handed over, also on failure
 * @person: user and name for an account that is made
 * Context: process, may sleep. Return: as pind_account_open().
 */
struct pind_account *pind_account_open_as(struct pind_group *group, long tgid, u64 start_time,
					  unsigned long call_site,
					  const struct pind_person *person);

/** pind_account_set_since() - note an earlier time at which it began to hold. Context: any. */
static inline void pind_account_set_since(struct pind_account *account, u64 since)
{
	if (since < READ_ONCE(account->since))
		WRITE_ONCE(account->since, since);
}

/** pind_account_idle() - only the table has a reference now. Context: any, under RCU. */
void pind_account_idle(struct pind_account *account);

/** pind_account_put_many() - drop @refs references. Context: any. */
static inline void pind_account_put_many(struct pind_account *account, u32 refs)
{
	/* RCU: as soon as only the table's reference is left, the reaper may free the account */
	rcu_read_lock_sched();
	if (atomic_long_sub_return(refs, &account->refs.refs) == 1)
		pind_account_idle(account);
	rcu_read_unlock_sched();
}

/** pind_account_put() - drop a reference. Context: any. */
static inline void pind_account_put(struct pind_account *account)
{
	pind_account_put_many(account, 1);
}

#define PIND_ACCOUNT_ROW_SHIFT 12
#define PIND_ACCOUNT_ROW       (1U << PIND_ACCOUNT_ROW_SHIFT)
extern struct pind_account **pind_account_rows[];

/**
 * pind_account_by_id() - the account with a number, as a slot of the ledger names it
 * Context: any, under RCU or with a reference. Return: the account, or NULL if there is none.
 */
static inline struct pind_account *pind_account_by_id(u32 id)
{
	struct pind_account **row = READ_ONCE(pind_account_rows[id >> PIND_ACCOUNT_ROW_SHIFT]);

	return row ? READ_ONCE(row[id & (PIND_ACCOUNT_ROW - 1)]) : NULL;
}

/**
 * pind_account_record() - add pins that the ledger has recorded for the account
 * @folios: folios that it did not hold before; each has a reference to the account
 * Context: any.
 */
static inline void pind_account_record(struct pind_account *account, u32 pins, u32 covered,
				       u32 folios)
{
	if (folios)
		atomic_long_add(folios, &account->refs.refs);
	/* the clock is that of the last tick, which may lie before the process' start */
	if (atomic_long_add_return(pins, &account->pins) == pins)
		WRITE_ONCE(account->since, max_t(u64, ktime_get_coarse_boottime(),
						 account->start_time));
	atomic_long_add(covered, &account->covered);
}

/**
 * pind_account_release() - subtract pins that the ledger has taken from the account
 * @covered: pages that they covered; 0 if @folios is 0
 * @folios: references to drop: folios that it no longer holds, and others of the caller's
 * Context: any.
 */
static inline void pind_account_release(struct pind_account *account, u32 pins, u32 covered,
					u32 folios)
{
	atomic_long_sub(pins, &account->pins);
	if (!folios)
		return;
	atomic_long_sub(covered, &account->covered);
	pind_account_put_many(account, folios);
}

/** pind_account_go() - note that a call of PIND_GO_PAGES or more begins. Context: process. */
void pind_account_go(struct pind_account *account);

/**
 * pind_account_taken() - the pages that the earlier calls of a call's go have covered
 * @pages: pages that the call asked for
 * @ret_go: when the go began; 0: the call belongs to none
 * Context: process. Return: pages.
 */
unsigned long pind_account_taken(const struct pind_account *account, unsigned long pages,
				 unsigned long *ret_go);

/**
 * pind_account_next() - the account with the lowest id not below @id
 * Context: under rcu_read_lock(). Return: the account, or NULL if there is none.
 */
struct pind_account *pind_account_next(u32 id);

unsigned int pind_account_generation(void);
unsigned long pind_account_count(void);

/** pind_account_init() - to be called before an account is opened. Return: 0; -ENOMEM. */
int pind_account_init(void);

/** pind_account_pins() - pins of all accounts together. Context: process, yields. */
s64 pind_account_pins(void);

/**
 * pind_account_note_exits() - note accounts that hold pins and whose process is gone
 * Each call looks at a few thousand accounts and goes on where the last one stopped.
 * Context: process, yields; one caller at a time.
 */
void pind_account_note_exits(void);

/**
 * pind_account_reap() - free accounts that hold nothing
 * Looks at the accounts that fell idle since the last call. Context: process, yields.
 */
void pind_account_reap(void);

/** pind_account_exit() - free all accounts; the ledger is gone, and no hook runs */
void pind_account_exit(void);

#endif /* PIND_ACCOUNT_H */
