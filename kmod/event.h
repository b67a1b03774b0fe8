/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events on their way to user space. No event is queued: a change is noted in the group or in
 * the row of refusals that it concerns, and a worker sends an event for each of them that has
 * changed. So no tenant's events can push out those of another; and a thing that happens
 * again and again is sent once a second.
 */
#ifndef PIND_EVENT_H
#define PIND_EVENT_H

#include <linux/pind.h>

#include "account.h"

/** pind_event_marks_init() - initialise a new group's marks: no event is to be sent yet */
void pind_event_marks_init(struct pind_event_marks *marks);

/**
 * pind_event_refusal() - count a refused pin call, and note it for an event
 * @account: the account whose call was refused
 * @by: the group whose max or max_held refused it
 * @wanted: pages asked for
 * @needed: how many of them are not paid for already
 * @own: pages that this call itself has reserved
 * @observed: @by is in mode observe: the call was admitted all the same
 *
 * Context: process, may sleep.
 */
void pind_event_refusal(struct pind_account *account, struct pind_group *by,
			unsigned long wanted, unsigned long needed, unsigned long own,
			bool observed);

/**
 * pind_event_group() - have an event about a group sent
 * @cmd: PIND_CMD_HIGH_NTF, _GROUP_NEW_NTF or _GROUP_DEAD_NTF
 * Context: process.
 */
void pind_event_group(enum pind_cmd cmd, struct pind_group *group);

/** pind_event_rows() - have events for changed rows of refusals sent. Context: process. */
void pind_event_rows(void);

/** pind_event_lost() - events that could not be sent for want of memory */
u64 pind_event_lost(void);

/** pind_event_start() - begin to send; the netlink family is registered */
void pind_event_start(void);

/** pind_event_stop() - stop sending; the netlink family is still registered */
void pind_event_stop(void);

/** pind_event_exit() - drop all marks; nothing notes events any more */
void pind_event_exit(void);

#endif /* PIND_EVENT_H */
