// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include <libmnl/libmnl.h>

#include <linux/pind.h>

#include "kernel-request.h"
#include "message.h"

static struct kernel_socket *socket_of(struct pind_kernel *kernel)
{
	return (struct kernel_socket *)kernel;
}

int kernel_request_find(struct pind_kernel *kernel)
{
	struct kernel_socket *k = socket_of(kernel);
	struct pind_family family;
	int r;

	r = pind_netlink_resolve(k->nl, PIND_FAMILY_NAME, PIND_MCGRP_EVENTS, &family);
	if (r < 0) {
		k->family = (struct pind_family){};
		return r;
	}
	if (family.id == k->family.id)
		return 0;
	if (family.group == 0)
		return -EBADMSG;
	r = pind_netlink_join(k->fd, family.group);
	if (r == -ENOENT || r == -EINVAL) /* it went again between the two */
		return -ENODEV;
	if (r < 0)
		return r;
	k->family = family;
	if (family.id != k->lost_of) {
		k->lost_of = family.id;
		k->lost = 0;
	}
	return 0;
}

uint16_t kernel_request_family(struct pind_kernel *kernel)
{
	return socket_of(kernel)->family.id;
}

int kernel_request_begin(struct pind_kernel *kernel, char *buffer, uint8_t command, uint16_t flags,
			 struct nlmsghdr **ret)
{
	struct kernel_socket *k = socket_of(kernel);
	int r;

	k->kernel.text[0] = '\0';
	if (k->family.id == 0) {
		r = kernel_request_find(kernel);
		if (r < 0)
			return r;
	}
	*ret = pind_message_request(buffer, k->family.id, command, PIND_FAMILY_VERSION, flags);
	return 0;
}

static int request_once(struct kernel_socket *k, struct nlmsghdr *nlh, pind_netlink_handler handler,
			void *userdata)
{
	uint64_t overtaken = pind_netlink_overtaken(k->nl);
	int r = pind_netlink_request(k->nl, nlh, handler, userdata);

	k->kernel.overtaken += pind_netlink_overtaken(k->nl) - overtaken;
	(void)snprintf(k->kernel.text, sizeof(k->kernel.text), "%s", pind_netlink_text(k->nl));
	return r;
}

int kernel_request_anew(struct pind_kernel *kernel, struct nlmsghdr *nlh)
{
	struct kernel_socket *k = socket_of(kernel);
	int r = kernel_request_find(kernel);

	if (r < 0)
		return r;
	if (nlh->nlmsg_type == k->family.id)
		return -ENOENT;
	nlh->nlmsg_type = k->family.id;
	return 0;
}

int kernel_request_send(struct pind_kernel *kernel, struct nlmsghdr *nlh,
			pind_netlink_handler handler, void *userdata)
{
	struct kernel_socket *k = socket_of(kernel);
	int r;

	r = request_once(k, nlh, handler, userdata);
	if (r != -ENOENT || k->kernel.text[0])
		return r;

	/*
	 * -ENOENT without a word: generic netlink does not know the family's
	 * number (any more), or the module does not know the object.
	 */
	r = kernel_request_anew(kernel, nlh);
	return r < 0 ? r : request_once(k, nlh, handler, userdata);
}

int kernel_request_dump(struct pind_kernel *kernel, uint8_t command, pind_netlink_handler handler,
			void *userdata)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, command, NLM_F_DUMP, &nlh);
	if (r < 0)
		return r;
	return kernel_request_send(kernel, nlh, handler, userdata);
}
