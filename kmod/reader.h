/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who asks by netlink, and what of it they may see and do. Numbers are open to all, as
 * those in cgroupfs are. Who a process is, is told to its own user, to those who are in
 * its cgroup or above it, and to those who may look at any process. From another network
 * namespace only groups below the root of the reader's cgroup namespace are seen.
 */
#ifndef PIND_READER_H
#define PIND_READER_H

#include <linux/cgroup.h>
#include <linux/netlink.h>
#include <linux/uidgid.h>

/**
 * struct pind_reader - who asks
 * @knows_all: may know of any process who it is (CAP_SYS_PTRACE or CAP_PERFMON)
 * @reads_exactly: may make the sums of a level exact, at others' cost (CAP_SYS_RESOURCE)
 * @uid: its user; none in a pid namespace, which shows fewer processes of a user
 * @cgroup: id of its own
 * @level: of that; 0: it is the root, or nothing is known
 * @view: the cgroup namespace that it sees groups in; NULL: all of them, from the root
 */
struct pind_reader {
	bool knows_all;
	bool reads_exactly;
	kuid_t uid;
	u64 cgroup;
	int level;
	struct cgroup_namespace *view;
};

/* Whoever may listen to events: sees numbers, and of no process who it is. */
extern const struct pind_reader pind_reader_anyone;

/**
 * pind_reader_of() - who asks, or reads on
 * @request: the message that asked
 * @net: network namespace of the socket
 * Context: process, in the system call of the one who asks.
 */
void pind_reader_of(const struct sk_buff *request, const struct net *net,
		    struct pind_reader *reader);

/**
 * pind_reader_may_know() - who a process in @cgroup is that belongs to @uid
 * Context: any.
 */
bool pind_reader_may_know(const struct pind_reader *reader, struct cgroup *cgroup, kuid_t uid);

/** pind_reader_sees() - is @cgroup below the root of what the reader sees. Context: any. */
bool pind_reader_sees(const struct pind_reader *reader, struct cgroup *cgroup);

/**
 * pind_reader_may_change() - may whoever asks change quotas and audit
 * @extack: gets a sentence when not
 * Return: 0; -EPERM.
 */
int pind_reader_may_change(const struct sk_buff *request, const struct net *net,
			   struct netlink_ext_ack *extack);

/**
 * pind_reader_is_home() - does whoever asks do so from the initial network namespace
 * @extack: gets a sentence when not
 * Return: 0; -EPERM.
 */
int pind_reader_is_home(const struct net *net, struct netlink_ext_ack *extack);

#endif /* PIND_READER_H */
