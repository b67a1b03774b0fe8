/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of FOLL_PIN (docs/PINNING.md), and who broke them where. Only what is
 * certain is written down here. It changes nothing: the kernel does what it would
 * do without us.
 *
 * A fixed table: it is written where an unpin may run, with interrupts off.
 */
#ifndef PIND_MISUSE_H
#define PIND_MISUSE_H

#include <linux/pind.h>
#include <linux/sched.h>

#include "account.h"
#include "site.h"

/* Places that are kept for each kind; what comes then is only counted. */
#define PIND_MISUSE_SITES 64

/** struct pind_misuse - one rule broken at one place; see PIND_A_MISUSE_* */
struct pind_misuse {
	enum pind_misuse_kind kind;
	struct pind_site site; /* symbol "": all that found no room */
	u64 count;
	u64 first;
	u64 last;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * pind_misuse_at() - write down that a rule was broken
 * @call_site: return address of the call that broke it
 * Context: any.
 */
void pind_misuse_at(enum pind_misuse_kind kind, unsigned long call_site);

/**
 * pind_misuse_of() - likewise, found later, of what @account pinned
 * @kind: one that pind_misuse_at() is not called for
 * Context: process; one at a time.
 */
void pind_misuse_of(enum pind_misuse_kind kind, const struct pind_account *account);

/** pind_misuse_flags() - a pin call with FOLL_* flags that are not a caller's. Context: any. */
void pind_misuse_flags(unsigned int gup_flags, unsigned long call_site);

/** pind_misuse_total() - of all kinds, since load. Context: process, may sleep. */
u64 pind_misuse_total(void);

/**
 * pind_misuse_read() - the first entry that is in use, not below @index
 * Context: process, may sleep. Return: its index, to go on behind it; or -1 if there is none.
 */
int pind_misuse_read(int index, struct pind_misuse *misuse);

/** pind_misuse_start() - tell what is new; the netlink family is there */
void pind_misuse_start(void);

/** pind_misuse_stop() - tell no more, from now on; while the family is still there */
void pind_misuse_stop(void);

#endif /* PIND_MISUSE_H */
