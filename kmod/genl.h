/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: include/uapi/linux/pind.h, docs/netlink/pind.yaml. */
#ifndef PIND_GENL_H
#define PIND_GENL_H

#include "books.h"
#include "event.h"
#include "misuse.h"

int pind_genl_init(void);

/** pind_genl_exit() - no request is answered any more, none is under way */
void pind_genl_exit(void);

/* Multicast an event. Context: process. Return: 0, also if nobody listens; -ENOMEM. */
int pind_genl_send_refusal(const struct pind_refusal *refusal);
int pind_genl_send_group(enum pind_cmd cmd, struct pind_group *group);
int pind_genl_send_books(const struct pind_books *books);
int pind_genl_send_misuse(const struct pind_misuse *misuse);

#endif /* PIND_GENL_H */
