/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long-term pin calls that the kernel itself failed and no quota refused: how often, with which
 * errors, and when last; a row for each account. A group keeps a bounded number of rows, of its
 * own accounts only, so a tenant that fails in a loop pushes out only rows of its own.
 */
#ifndef PIND_FAILURE_H
#define PIND_FAILURE_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "site.h"

struct pind_account;
struct pind_group;

/* Rows that a group keeps. */
#define PIND_FAILURES 16

/* How a call failed: by one of these errors, by getting fewer pages than asked for, otherwise. */
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
 * @node: among the rows of its group
 * @tgid, @start_time, @call_site: process and call site of the account
 * @count: number of calls, by enum pind_failure_kind
 * @first, @last: times of the first and last failure, ns of CLOCK_REALTIME
 * @wanted: pages that the last call asked for
 * @error: error of the last call, positive; 0: it got too few pages
 */
struct pind_failure {
	struct list_head node;
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

/** struct pind_failures - the rows that a group keeps, PIND_FAILURES at most */
struct pind_failures {
	struct list_head rows;
};

void pind_failures_init(struct pind_failures *failures);

/**
 * pind_failure_note() - note that the kernel failed a call
 * @wanted: pages asked for
 * @got: pages pinned, fewer than @wanted; or a negative error
 *
 * If there is no memory for a new row, only the group's sum counts the failure.
 * Context: process, may sleep; may run under mmap_lock.
 */
void pind_failure_note(struct pind_account *account, unsigned long wanted, long got);

/** pind_failure_bury() - free the rows of a group that is freed. Context: process. */
void pind_failure_bury(struct pind_group *group);

/**
 * pind_failure_read() - copy the first row of @group whose index is not below @index
 * @row: the copy
 * Context: process. Return: the row's index, or -1 if there is none.
 */
int pind_failure_read(struct pind_group *group, unsigned int index, struct pind_failure *row);

#endif /* PIND_FAILURE_H */
