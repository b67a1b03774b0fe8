/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink: a socket for requests, which waits for the answer, and one
 * for multicast, which does not. Knows nothing of pind's messages.
 */
#ifndef PIND_NETLINK_H
#define PIND_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/* How long the kernel may take to answer, after it has taken the request. */
#define PIND_NETLINK_TIMEOUT_SECONDS 20

/* A dump that is overtaken so often is handed out as it is. */
#define PIND_NETLINK_DUMPS_MAX 6

/* Given each message of an answer. Negative errno stops, and is returned. */
typedef int (*pind_netlink_handler)(const struct nlmsghdr *nlh, void *userdata);

struct pind_netlink;

/**
 * pind_netlink_open - a socket for requests
 *
 * Return: 0, or a negative errno: -EPROTONOSUPPORT and -EAFNOSUPPORT where the
 * kernel or the unit's RestrictAddressFamilies= has no netlink.
 */
int pind_netlink_open(struct pind_netlink **ret);
struct pind_netlink *pind_netlink_free(struct pind_netlink *nl);

/**
 * pind_netlink_request - send a request, and wait until it is acknowledged
 * @nlh: has NLM_F_ACK set; its sequence number is set here. A dump is handed out
 *	when it is complete; one that was overtaken (NLM_F_DUMP_INTR) is asked for
 *	again, PIND_NETLINK_DUMPS_MAX times in all
 * @handler: gets each message of the answer; may be NULL
 *
 * Return: 0; 1 if a dump was overtaken each time and the last was handed out;
 * -ETIMEDOUT; what @handler returned; or the kernel's errno, see
 * pind_netlink_text().
 */
int pind_netlink_request(struct pind_netlink *nl, struct nlmsghdr *nlh,
			 pind_netlink_handler handler, void *userdata);

/**
 * pind_netlink_dump_begin - ask for a dump that is read in pieces
 * @nlh: of PIND_REQUEST_SIZE bytes at most
 *
 * Until it is all read the socket is good for nothing else, and the module cannot be
 * unloaded.
 *
 * Return: 0 or a negative errno.
 */
int pind_netlink_dump_begin(struct pind_netlink *nl, struct nlmsghdr *nlh);

/**
 * pind_netlink_dump_read - read a piece, of 32 KiB at most
 *
 * One that was overtaken is asked for again, as by pind_netlink_request().
 *
 * Return: 1 if there is more; 0 if it is all read; or as pind_netlink_request().
 */
int pind_netlink_dump_read(struct pind_netlink *nl);

/**
 * pind_netlink_dump_take - hand out what was read, once it is all read
 * @most: so many messages at once
 *
 * Return: 1 if there is more; 0 at the end; or what @handler returned.
 */
int pind_netlink_dump_take(struct pind_netlink *nl, pind_netlink_handler handler, void *userdata,
			   size_t most);

/* The kernel's sentence (extended acknowledgement) on the last request, or "". */
const char *pind_netlink_text(const struct pind_netlink *nl);

/* How many dumps were asked for again. */
uint64_t pind_netlink_overtaken(const struct pind_netlink *nl);

/* The facts of generic netlink about a family. */
struct pind_family {
	uint16_t id;
	uint32_t group; /* number of the multicast group; 0 if there is none */
};

/**
 * pind_netlink_resolve - find a generic netlink family
 * @group: its multicast group, or NULL
 *
 * Return: 0, -ENODEV if there is no such family, or as pind_netlink_request().
 */
int pind_netlink_resolve(struct pind_netlink *nl, const char *family, const char *group,
			 struct pind_family *ret);

/**
 * pind_netlink_family_name - whose coming or going a message of nlctrl tells
 *
 * Return: the name, in the message; NULL if there is none.
 */
const char *pind_netlink_family_name(const struct nlmsghdr *nlh);

/**
 * pind_netlink_listen - a non-blocking socket for multicast
 *
 * Return: its file descriptor, or a negative errno.
 */
int pind_netlink_listen(void);
int pind_netlink_join(int fd, uint32_t group);

/**
 * pind_netlink_receive - read what waits on the socket of pind_netlink_listen()
 *
 * One datagram; each message in it goes to @handler, whose failures are the
 * handler's own matter. A datagram that does not come from the kernel is dropped.
 *
 * Return: 1; 0 if nothing waits; -ENOBUFS if messages were lost; or another
 * negative errno.
 */
int pind_netlink_receive(int fd, pind_netlink_handler handler, void *userdata);

#endif /* PIND_NETLINK_H */
