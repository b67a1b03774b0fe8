/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long-term pin calls that the kernel failed, and no quota refused: how often, with which
 * errors, and when last; a row for each account. A group keeps the rows of its own accounts, a
 * bounded number of them, so a tenant that fails in a loop pushes out nothing but its own.
 */
#ifndef PIND_FAILURE_H
#define PIND_FAILURE_H

#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

struct pind_account;
struct pind_group;

/* Rows that a group keeps. */
#define PIND_FAILURES 16

/* How a call failed: with one of these errors, with fewer pages than asked for, else. */
enum pind_failure_kind {
	PIND_FAILURE_EFAULT,
	PIND_FAILURE_ENOMEM,
	PIND_FAILURE_EAGAIN,
	PIND_FAILURE_EOPNOTSUPP,
	PIND_FAILURE_PARTIAL,
	PIND_FAILURE_OTHER,
	PIND_FAILURE_KINDS
};

/**
 * struct pind_failure - one row; see PIND_A_FAILURE_*
 * @tgid, @start_time, @call_site: of the account
 * @count: calls, by enum pind_failure_kind
 * @first, @last: when, ns of CLOCK_REALTIME
 * @wanted: pages that the last one asked for
 * @error: of the last one, positive; 0: it got too few pages
 */
struct pind_failure {
	pid_t tgid;
	u64 start_time;
	unsigned long call_site;
	kuid_t uid;
	u64 count[PIND_FAILURE_KINDS];
	u64 first;
	u64 last;
	unsigned long wanted;
	int error;
	char comm[TASK_COMM_LEN];
	struct pind_site site;
};

/** struct pind_failures - the rows that a group keeps; a place that is free is NULL */
struct pind_failures {
	struct pind_failure *row[PIND_FAILURES];
};

/**
 * pind_failure_note() - the kernel failed a call
 * @wanted: pages asked for
 * @got: pages, fewer than that, or a negative error
 *
 * Where memory for a new row runs out only the group's sum has it.
 * Context: process, may sleep; may run under mmap_lock.
 */
void pind_failure_note(struct pind_account *account, unsigned long wanted, long got);

/** pind_failure_bury() - @group goes, and its rows. Context: process. */
void pind_failure_bury(struct pind_group *group);

/**
 * pind_failure_read() - the first row of @group that is not below @index
 * @row: a copy
 * Context: process. Return: its index, or -1 if there is none.
 */
int pind_failure_read(struct pind_group *group, unsigned int index, struct pind_failure *row);

#endif /* PIND_FAILURE_H */
