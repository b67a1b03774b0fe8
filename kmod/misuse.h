/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Breaches of the rules of FOLL_PIN (docs/PINNING.md): which rule, at which place in the
 * kernel, and how often. Only breaches that are certain are noted. Noting one changes
 * nothing for the caller: the kernel does what it would do without us.
 *
 * The table has a fixed size, because it is written where an unpin may run, with interrupts
 * off.
 */
#ifndef PIND_MISUSE_H
#define PIND_MISUSE_H

#include <linux/pind.h>
#include <linux/sched.h>

#include "account.h"
#include "site.h"

/* Places that are kept for each kind of breach; breaches at further places are only counted. */
#define PIND_MISUSE_SITES 64

/** struct pind_misuse - one rule broken at one place; see PIND_A_MISUSE_* */
struct pind_misuse {
	enum pind_misuse_kind kind;
	struct pind_site site; /* symbol "": all places that found no room in the table */
	u64 count;
	u64 first;
	u64 last;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * pind_misuse_at() - note that a rule was broken
 * @call_site: return address of the call that broke it
 * Context: any.
 */
void pind_misuse_at(enum pind_misuse_kind kind, unsigned long call_site);

/**
 * pind_misuse_of() - note a breach that was found later, on pins of @account
 * @kind: one that pind_misuse_at() is never called with
 * Context: process; one caller at a time.
 */
void pind_misuse_of(enum pind_misuse_kind kind, const struct pind_account *account);

/** pind_misuse_flags() - note FOLL_* flags that a pin's caller must not pass. Context: any. */
void pind_misuse_flags(unsigned int gup_flags, unsigned long call_site);

/** pind_misuse_total() - breaches of all kinds since load. Context: process, may sleep. */
u64 pind_misuse_total(void);

/**
 * pind_misuse_read() - read the first entry in use from @index on
 * Context: process, may sleep. Return: the entry's index; or -1 if there is none.
 */
int pind_misuse_read(int index, struct pind_misuse *misuse);

/** pind_misuse_start() - begin to announce new places; the netlink family is registered */
void pind_misuse_start(void);

/** pind_misuse_stop() - announce nothing more; called while the family is still registered */
void pind_misuse_stop(void);

#endif /* PIND_MISUSE_H */
