/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's multicast messages as events. Pure: no socket. */
#ifndef PINCTL_KERNEL_EVENT_H
#define PINCTL_KERNEL_EVENT_H

#include <stdint.h>

#include <netlink/attr.h>

#include "source.h"

/**
 * kernel_event_read - hand the events of one message on
 * @command: PIND_CMD_*_NTF; others are skipped
 * @attributes: the message's, PIND_A_EVENT_*
 * @length: bytes of them
 * @lost: events lost since load, as last heard; a higher count is an event too
 *
 * Return: 0, what @handler stopped with, -EBADMSG for a message that is not
 * understood, or -ENOMEM.
 */
int kernel_event_read(uint8_t command, struct nlattr *attributes, int length, uint64_t *lost,
		      pind_event_handler handler, void *userdata);

#endif /* PINCTL_KERNEL_EVENT_H */
