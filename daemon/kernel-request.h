/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module, by the socket that there is for them. */
#ifndef PIND_KERNEL_REQUEST_H
#define PIND_KERNEL_REQUEST_H

#include <linux/netlink.h>

#include "kernel.h"
#include "netlink.h"

/* What a kernel whose module is asked by netlink begins with. */
struct kernel_socket {
	struct pind_kernel kernel;
	struct pind_netlink *nl;   /* requests */
	int fd;			   /* multicast of the module ("events"), while it is there */
	struct pind_family family; /* id 0: the module is not there */
	uint16_t lost_of;	   /* the family that the next one is about */
	uint64_t lost;		   /* events lost, as the module last said */
};

/* Looks the family up anew and joins its events. -ENODEV: it is not there. */
int kernel_request_find(struct pind_kernel *kernel);

/**
 * kernel_request_family - the number of the module's family, as far as it is known; else 0
 *
 * It is not looked up: a look-up waits for the lock of generic netlink, which others keep for
 * as long as a process that hangs.
 */
uint16_t kernel_request_family(struct pind_kernel *kernel);

/**
 * kernel_request_begin - set one up; a module that came just now is found here
 * @buffer: at least PIND_REQUEST_SIZE bytes, of which *ret is the beginning
 * @flags: as of pind_message_request()
 *
 * Return: 0; -ENODEV: the module is not there; or another negative errno.
 */
int kernel_request_begin(struct pind_kernel *kernel, char *buffer, uint8_t command,
			 uint16_t flags, struct nlmsghdr **ret);

/**
 * kernel_request_send - send it, to a module that was loaded anew if need be
 *
 * Return: as pind_netlink_request(), whose sentence is kept for the caller's caller.
 */
int kernel_request_send(struct pind_kernel *kernel, struct nlmsghdr *nlh,
			pind_netlink_handler handler, void *userdata);

/**
 * kernel_request_anew - a request found no family of its number: is there another now
 * @nlh: the request, which gets the new number
 *
 * Return: 0; -ENODEV: the module is not there; -ENOENT: the number is right; or another
 * negative errno.
 */
int kernel_request_anew(struct pind_kernel *kernel, struct nlmsghdr *nlh);

/* A request for all of something, without attributes. As kernel_request_send(). */
int kernel_request_dump(struct pind_kernel *kernel, uint8_t command, pind_netlink_handler handler,
			void *userdata);

#endif /* PIND_KERNEL_REQUEST_H */
