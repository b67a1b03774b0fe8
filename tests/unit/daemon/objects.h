/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects as the module puts them into its messages, each with all that its kind must have.
 * A number that a test does not choose is one that no other attribute of the object has.
 */
#ifndef PIND_TEST_OBJECTS_H
#define PIND_TEST_OBJECTS_H

#include <stdint.h>

#include <linux/netlink.h>

/* The group 7, "/a.slice". */
void put_group(struct nlmsghdr *nlh);
/* Of group 3, refused by group 4; an event does not say whose process it was. */
void put_refusal(struct nlmsghdr *nlh);
void put_refusal_event(struct nlmsghdr *nlh);
/* All but the hooks and the books, which a test adds. */
void put_info(struct nlmsghdr *nlh);
void put_hook(struct nlmsghdr *nlh, const char *name);
void put_misuse(struct nlmsghdr *nlh);
void put_account(struct nlmsghdr *nlh, uint64_t id);
/* An account within the attribute @nested. */
void put_holder(struct nlmsghdr *nlh, uint16_t nested, uint64_t id);
void put_page(struct nlmsghdr *nlh);
/* Each number the negative of its type; all of them with 0. */
void put_books(struct nlmsghdr *nlh, uint16_t without);
void put_counters(struct nlmsghdr *nlh);
void put_failure(struct nlmsghdr *nlh);
/* An owner's memory; and, of the same answer, how the search gets on. */
void put_lasting(struct nlmsghdr *nlh);
void put_search(struct nlmsghdr *nlh);
/* @owner may be NULL. */
void put_frame(struct nlmsghdr *nlh, uint64_t frame, const char *owner);
void put_walk(struct nlmsghdr *nlh, uint64_t first, uint64_t last, uint64_t next);
void put_audit(struct nlmsghdr *nlh, uint64_t folios);

#endif /* PIND_TEST_OBJECTS_H */
