/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events on their way to user space. Nothing is queued: what happened is written down
 * where it belongs, in the group or in a row of refusals, and a worker tells what has
 * changed. So nothing can be pushed out by others, however much happens; and however
 * often the same happens, it is told once a second.
 */
#ifndef PIND_EVENT_H
#define PIND_EVENT_H

#include <linux/pind.h>

#include "account.h"

/** pind_event_marks_init() - of a group of which nothing is to be told yet */
void pind_event_marks_init(struct pind_event_marks *marks);

/**
 * pind_event_refusal() - count that a pin call was refused, and write it down
 * @account: who
 * @by: the group whose max refused
 * @wanted: pages asked for
 * @needed: of them not paid for already
 * @own: pages that this call itself has reserved
 * @observed: the group is in mode observe: it was admitted all the same
 *
 * Context: process, may sleep.
 */
void pind_event_refusal(struct pind_account *account, struct pind_group *by,
			unsigned long wanted, unsigned long needed, unsigned long own,
			bool observed);

/**
 * pind_event_group() - have an event about a group told
 * @cmd: PIND_CMD_HIGH_NTF, _GROUP_NEW_NTF or _GROUP_DEAD_NTF
 * Context: process.
 */
void pind_event_group(enum pind_cmd cmd, struct pind_group *group);

/** pind_event_rows() - rows of refusals are to be told. Context: process. */
void pind_event_rows(void);

/** pind_event_lost() - events that could not be sent for want of memory */
u64 pind_event_lost(void);

/** pind_event_start() - send what there is, and what comes; the family is there */
void pind_event_start(void);

/** pind_event_stop() - send no more, from now on; while the family is still there */
void pind_event_stop(void);

/** pind_event_exit() - forget all; nothing writes any more */
void pind_event_exit(void);

#endif /* PIND_EVENT_H */
