/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages as the module builds them, from the records that pinctl reads them into. */
#ifndef PIND_TEST_MESSAGES_H
#define PIND_TEST_MESSAGES_H

#include <netlink/msg.h>

#include "model.h"

/* An empty message; nlmsg_free(). */
struct nl_msg *new_message(void);

/* Adds the fields of a record that are on the wire; a text that is NULL is "x". */
void put_record(struct nl_msg *message, const struct pind_kind *kind, const void *record);

/* Adds them as a nested attribute. */
void put_nest(struct nl_msg *message, int attribute, const struct pind_kind *kind,
	      const void *record);

/* The attributes of the message. */
struct nlattr *message_attributes(struct nl_msg *message, int *ret_length);

#endif /* PIND_TEST_MESSAGES_H */
