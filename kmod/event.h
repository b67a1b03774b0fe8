/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals, and events on their way to user space. The pin path only writes
 * them down here; a worker builds and sends the messages. What it does not get
 * to send in time is counted as lost.
 */
#ifndef PIND_EVENT_H
#define PIND_EVENT_H

#include <linux/pind.h>

#include "account.h"

/* Refusals that are kept, and events that may wait to be sent. */
#define PIND_REFUSALS	256
#define PIND_EVENTS	256

/** struct pind_refusal - one refusal; see PIND_A_REFUSAL_* */
struct pind_refusal {
	u64 seq;
	u64 time;
	struct pind_group *group; /* both with pind_group_get() */
	struct pind_group *by;
	pid_t pid;
	unsigned long wanted;	/* pages, like the next four */
	unsigned long needed;
	unsigned long current_;
	unsigned long reserved; /* by other calls */
	unsigned long max;
	bool observed;
	char comm[TASK_COMM_LEN];
	struct pind_site site;
};

/**
 * pind_event_refusal() - write down that a pin call was refused
 * @account: who
 * @by: the group whose max refused
 * @wanted: pages asked for
 * @needed: of them not paid for already
 * @own: pages that this call itself has reserved
 * @observed: the group is in mode observe: it was admitted all the same
 *
 * Context: process.
 */
void pind_event_refusal(struct pind_account *account, struct pind_group *by,
			unsigned long wanted, unsigned long needed, unsigned long own,
			bool observed);

/**
 * pind_event_group() - send an event about a group soon
 * @cmd: PIND_CMD_HIGH_NTF, _GROUP_NEW_NTF or _GROUP_DEAD_NTF
 * Context: process.
 */
void pind_event_group(enum pind_cmd cmd, struct pind_group *group);

/**
 * pind_event_read_refusal() - the oldest refusal that is kept, not below @seq
 * @refusal: a copy, with references that pind_event_put_refusal() drops
 * Return: false if there is none.
 */
bool pind_event_read_refusal(u64 seq, struct pind_refusal *refusal);
void pind_event_put_refusal(struct pind_refusal *refusal);

/** pind_event_lost() - events overwritten before they were sent */
u64 pind_event_lost(void);

/** pind_event_start() - send what there is, and what comes; the family is there */
void pind_event_start(void);

/** pind_event_stop() - send no more, from now on; while the family is still there */
void pind_event_stop(void);

/** pind_event_exit() - forget all; nothing writes any more */
void pind_event_exit(void);

#endif /* PIND_EVENT_H */
