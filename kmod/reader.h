/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader: the sender of a netlink request, with the rights that it has here. Numbers are open
 * to every reader, as those in cgroupfs are. The identity of a process (pid, name, user, call
 * site) is shown to readers of the same user, to those in the process's cgroup or one above
 * it, and to those who may look at any process. A reader in another network namespace sees
 * only groups below the root of its cgroup namespace.
 */
#ifndef PIND_READER_H
#define PIND_READER_H

#include <linux/cgroup.h>
#include <linux/netlink.h>
#include <linux/uidgid.h>

/**
 * struct pind_reader - the rights of a reader
 * @knows_all: it may know the identity of any process (CAP_SYS_PTRACE or CAP_PERFMON)
 * @may_walk: it may have the sums of the books taken anew (CAP_SYS_RESOURCE)
 * @uid: its user; none if another user opened its socket, or if it is in a pid namespace,
 *	which shows fewer processes of a user
 * @cgroup: id of its cgroup
 * @level: level of that cgroup; 0: the root, or another user opened its socket
 * @view: the cgroup namespace whose groups it sees; NULL: it sees all, from the root
 */
struct pind_reader {
	bool knows_all;
	bool may_walk;
	kuid_t uid;
	u64 cgroup;
	int level;
	struct cgroup_namespace *view;
};

/* Any listener to events: sees numbers, and the identity of no process. */
extern const struct pind_reader pind_reader_anyone;

/**
 * pind_reader_of() - the reader that sent a request, or that reads on in a dump
 * @request: the message of the request
 * @net: network namespace of the socket
 * Context: process, in a system call of the reader.
 */
void pind_reader_of(const struct sk_buff *request, const struct net *net,
		    struct pind_reader *reader);

/**
 * pind_reader_may_know() - may a reader know the identity of a process of @uid in @cgroup
 * Context: any.
 */
bool pind_reader_may_know(const struct pind_reader *reader, struct cgroup *cgroup, kuid_t uid);

/** pind_reader_sees() - is @cgroup in the reader's view. Context: any. */
bool pind_reader_sees(const struct pind_reader *reader, struct cgroup *cgroup);

/**
 * pind_reader_may_change() - may the sender of a request change quotas and audit
 * @extack: gets a sentence if not
 * Return: 0; -EPERM.
 */
int pind_reader_may_change(const struct sk_buff *request, const struct net *net,
			   struct netlink_ext_ack *extack);

/**
 * pind_reader_is_home() - was a request sent from the initial network namespace
 * @extack: gets a sentence if not
 * Return: 0; -EPERM.
 */
int pind_reader_is_home(const struct net *net, struct netlink_ext_ack *extack);

#endif /* PIND_READER_H */
