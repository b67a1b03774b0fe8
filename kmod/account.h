/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds pins: a cgroup, a process, and the place in the kernel that pinned. */
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
 * struct pind_go - calls that pin one after the other, such as the pieces of a region
 * @begun: jiffies when it began, never 0; 0: there was none yet
 * @last: jiffies of its last call
 * @base: pages that the account's pins covered when it began
 * @covered: likewise when its last call began: if they are fewer, it was unpinned
 *
 * Only for words: threads that pin at one call site at once make one go, or several.
 */
struct pind_go {
	unsigned long begun;
	unsigned long last;
	long base;
	long covered;
};

/**
 * struct pind_account - one such
 * @owner: what an unpin is compared with; first, see there
 * @node: in the table, by group, process and call site; RCU
 * @group: that pays; we are a member of it
 * @start_time: start of the process, ns of CLOCK_BOOTTIME
 * @call_site: return address of the call of the pin function
 * @tgid: process, in the initial pid namespace
 * @id: number in the index, 1 to PIND_SLOT_ID_MAX
 * @uid: its real user when the account was opened
 * @refs: folios it is a holder of, and calls under way, plus 1 for the table
 * @pins: references it holds
 * @covered: pages they cover
 * @since: when it last began to hold pins, ns of CLOCK_BOOTTIME, to a tick
 * @exited: when its process was first seen to be gone, likewise; 0: not yet
 * @go: what it pins in one go; see PIND_A_REFUSAL_TAKEN
 * @comm: name of the process
 * @site: @call_site, with its name and a reference
 * @rcu: look-ups take no lock
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
	struct pind_go go;
	char comm[TASK_COMM_LEN];
	const struct pind_named_site *site;
	struct rcu_head rcu;
};

/**
 * pind_account_open() - the account of whoever has @mm pinned at @call_site
 * @mm: whose memory; the caller keeps it
 *
 * It is the task that calls, where that is its own memory; else (a pin from
 * another process or a kernel worker) the owner of the memory.
 *
 * Context: process, may sleep. Return: with a reference, or an ERR_PTR: -ENOMEM.
 */
struct pind_account *pind_account_open(struct mm_struct *mm, unsigned long call_site);

/** struct pind_person - who a process is, to those who look */
struct pind_person {
	kuid_t uid;
	char comm[TASK_COMM_LEN];
};

/**
 * pind_account_open_as() - the account of a process that is told, made if need be
 * @group: as a member of it, which goes over in any case
 * @person: for an account that is made
 * Context: process, may sleep. Return: as pind_account_open().
 */
struct pind_account *pind_account_open_as(struct pind_group *group, long tgid, u64 start_time,
					  unsigned long call_site,
					  const struct pind_person *person);

/** pind_account_set_since() - it began to hold pins earlier than we saw. Context: any. */
static inline void pind_account_set_since(struct pind_account *account, u64 since)
{
	if (since < READ_ONCE(account->since))
		WRITE_ONCE(account->since, since);
}

/** pind_account_idle() - only the table has a reference. Context: any, under RCU. */
void pind_account_idle(struct pind_account *account);

/** pind_account_put_many() - drop @refs references. Context: any. */
static inline void pind_account_put_many(struct pind_account *account, u32 refs)
{
	/* RCU, since the next one to look may be the reaper */
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
 * pind_account_by_id() - one that holds a folio
 * Context: any, under RCU or with a reference. Return: or NULL, if there is none.
 */
static inline struct pind_account *pind_account_by_id(u32 id)
{
	struct pind_account **row = READ_ONCE(pind_account_rows[id >> PIND_ACCOUNT_ROW_SHIFT]);

	return row ? READ_ONCE(row[id & (PIND_ACCOUNT_ROW - 1)]) : NULL;
}

/**
 * pind_account_record() - the ledger wrote down pins for it
 * @folios: that it became a holder of; each keeps a reference
 * Context: any.
 */
static inline void pind_account_record(struct pind_account *account, u32 pins, u32 covered,
				       u32 folios)
{
	if (folios)
		atomic_long_add(folios, &account->refs.refs);
	/* a tick may have begun before the process did */
	if (atomic_long_add_return(pins, &account->pins) == pins)
		WRITE_ONCE(account->since, max_t(u64, ktime_get_coarse_boottime(),
						 account->start_time));
	atomic_long_add(covered, &account->covered);
}

/**
 * pind_account_release() - the ledger took pins from it
 * @covered: pages that they covered
 * @folios: that it no longer holds, or other references that go; if 0 @covered is, too
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

/** pind_account_go() - a call of PIND_GO_PAGES or more begins. Context: process. */
void pind_account_go(struct pind_account *account);

/**
 * pind_account_taken() - what the go that a call belongs to has taken before it
 * @pages: that the call asked for
 * @ret_go: when the go began; 0: the call belongs to none
 * Context: process. Return: pages.
 */
unsigned long pind_account_taken(const struct pind_account *account, unsigned long pages,
				 unsigned long *ret_go);

/**
 * pind_account_next() - the account with the lowest id not below @id
 * Context: under rcu_read_lock(). Return: or NULL at the end.
 */
struct pind_account *pind_account_next(u32 id);

unsigned int pind_account_generation(void);
unsigned long pind_account_count(void);

/** pind_account_init() - before an account is opened. Return: 0; -ENOMEM. */
int pind_account_init(void);

/** pind_account_pins() - pins of all accounts together. Context: process, yields. */
s64 pind_account_pins(void);

/**
 * pind_account_note_exits() - note accounts that hold pins and whose process is gone
 * Looks at a few thousand, where it left off. Context: process, yields; one at a time.
 */
void pind_account_note_exits(void);

/**
 * pind_account_reap() - free accounts that hold nothing
 * Looks at those that fell idle since it last did. Context: process, yields.
 */
void pind_account_reap(void);

/** pind_account_exit() - forget all; the ledger is gone, no hook runs */
void pind_account_exit(void);

#endif /* PIND_ACCOUNT_H */
