// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's multicast events, and its own coming and going, which generic
 * netlink's controller tells.
 */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "kernel.h"
#include "kernel-event.h"

struct watcher {
	struct kernel_source *kernel;
	struct nl_sock *socket; /* of its own: events do not mix with answers */
	int family;		/* 0 while the module is not loaded */
	uint64_t lost;		/* since load, as last heard */
	pind_event_handler handler;
	void *userdata;
	int result;
};

DEFINE_CLEANUP(struct nl_sock, nl_socket_free, nl_sockp)

static void report(struct watcher *watcher, const struct pind_event *event)
{
	if (watcher->result == 0)
		watcher->result = watcher->handler(event, watcher->userdata);
}

static void on_event(struct watcher *watcher, struct genlmsghdr *header)
{
	int r;

	if (watcher->result != 0)
		return;
	r = kernel_event_read(header->cmd, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
			      &watcher->lost, watcher->handler, watcher->userdata);
	/* A bad message is skipped; the next one may be good. */
	if (r > 0)
		watcher->result = r;
}

/* Subscribes to the events of the family as it is numbered now. */
static int join(struct watcher *watcher)
{
	int group;

	/* Asked through the other socket, lest an event comes between the answer. */
	watcher->family = genl_ctrl_resolve(watcher->kernel->socket, PIND_FAMILY_NAME);
	group = genl_ctrl_resolve_grp(watcher->kernel->socket, PIND_FAMILY_NAME, PIND_MCGRP_EVENTS);
	if (watcher->family < 0 || group < 0)
		return watcher->family < 0 ? watcher->family : group;
	return nl_socket_add_membership(watcher->socket, group);
}

static void on_controller(struct watcher *watcher, struct genlmsghdr *header)
{
	struct nlattr *table[CTRL_ATTR_MAX + 1];

	if (nla_parse(table, CTRL_ATTR_MAX, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
		      NULL) < 0 ||
	    !table[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(table[CTRL_ATTR_FAMILY_NAME], PIND_FAMILY_NAME) != 0)
		return;

	if (header->cmd == CTRL_CMD_DELFAMILY && watcher->family > 0) {
		watcher->family = 0;
		report(watcher, &(struct pind_event){ .type = PIND_EVENT_MODULE_GONE });
	} else if (header->cmd == CTRL_CMD_NEWFAMILY && watcher->family <= 0) {
		if (join(watcher) < 0) {
			watcher->family = 0;
			return;
		}
		watcher->lost = 0;
		report(watcher, &(struct pind_event){ .type = PIND_EVENT_MODULE_BACK });
	}
}

static int on_message(struct nl_msg *message, void *userdata)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct watcher *watcher = userdata;

	if (nlmsg_get_src(message)->nl_pid != 0 || header->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return NL_SKIP;
	if (header->nlmsg_type == GENL_ID_CTRL)
		on_controller(watcher, genlmsg_hdr(header));
	else if (watcher->family > 0 && header->nlmsg_type == watcher->family)
		on_event(watcher, genlmsg_hdr(header));
	return watcher->result == 0 ? NL_OK : NL_STOP;
}

static int subscribe(struct watcher *watcher)
{
	int group, r;

	nl_socket_disable_seq_check(watcher->socket);
	r = nl_socket_modify_cb(watcher->socket, NL_CB_VALID, NL_CB_CUSTOM, on_message, watcher);
	if (r < 0)
		return r;
	group = genl_ctrl_resolve_grp(watcher->kernel->socket, "nlctrl", "notify");
	if (group < 0)
		return group;
	r = nl_socket_add_membership(watcher->socket, group);
	return r < 0 ? r : join(watcher);
}

/* Events that were lost before are no news. */
static int read_lost(struct watcher *watcher)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	struct pind_source *source = &watcher->kernel->source;
	int r = source->ops->status(source, &status, &hooks);

	watcher->lost = status.events_lost;
	return r;
}

int kernel_watch(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
		 void *userdata)
{
	_cleanup_(nl_sockp) struct nl_sock *socket = NULL;
	struct watcher watcher = { .kernel = (struct kernel_source *)source,
				   .handler = handler,
				   .userdata = userdata };
	int r;

	r = kernel_connect(&socket, &watcher.family);
	if (r != 0)
		return r;
	watcher.socket = socket;
	r = subscribe(&watcher);
	if (r < 0)
		return fail(PIND_EXIT_FAILED, "the kernel module's events cannot be had: %s",
			    nl_geterror(r));
	r = read_lost(&watcher);
	if (r == 0)
		r = ready();
	if (r != 0)
		return r;

	while (watcher.result == 0) {
		r = nl_recvmsgs_default(socket);
		/* libnl's word for ENOBUFS: the socket overflowed, we do not know by how many. */
		if (r == -NLE_NOMEM)
			report(&watcher, &(struct pind_event){ .type = PIND_EVENT_LOST });
		else if (r < 0 && r != -NLE_INTR && r != -NLE_AGAIN)
			return fail(PIND_EXIT_FAILED, "the kernel module's events ended: %s",
				    nl_geterror(r));
	}
	return watcher.result;
}
