/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module that the test plays for the real kernel body: it stands in the place of sendto(2),
 * recvmsg(2) and the sockets of events, which meson.build wraps. It answers each request with
 * the objects of objects.h, and keeps the request.
 */
#ifndef PIND_TEST_PLAYED_MODULE_H
#define PIND_TEST_PLAYED_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

#define FIRST_FAMILY 77

struct played_module {
	uint16_t family;	 /* its number; 0: it is not loaded */
	int refusal;		 /* errno that its requests are answered with, or 0 */
	const char *sentence;	 /* with it, or NULL */
	uint8_t refused_command; /* only this one is refused; 0: all */
	bool says_nothing;	 /* the answers have no object */
	bool stops_early;	 /* a walk over frames does */
	size_t n_requests;	 /* kept */
};

extern struct played_module module;

/* Loaded, and nothing was asked. Whoever asked before has closed its sockets. */
void module_start(void);

/* The request that was sent last, but @back; it has to be this command. */
const struct nlmsghdr *module_sent(uint8_t command, size_t back);

/* An attribute of a message, of which there need be none; its value, of which there must be. */
const struct nlattr *module_attribute(const struct nlmsghdr *nlh, uint16_t type);
uint64_t module_number(const struct nlmsghdr *nlh, uint16_t type);
const char *module_text(const struct nlmsghdr *nlh, uint16_t type);

/* Tells what is told unasked: an event with the object that @put makes; and what nlctrl tells. */
void module_tell(uint16_t family, uint8_t command, uint16_t nested,
		 void (*put)(struct nlmsghdr *nlh), uint64_t lost);
void module_tell_family(uint8_t command, const char *name);

/* The sockets of events are no longer needed. */
void module_stop(void);

#endif /* PIND_TEST_PLAYED_MODULE_H */
