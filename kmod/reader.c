// SPDX-License-Identifier: GPL-2.0
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "reader.h"

const struct pind_reader pind_reader_anyone = {
	.uid = INVALID_UID,
};

/*
 * Is the process of the user who opened the socket? A set-user-ID program reads and writes
 * whatever socket it is given as its input or output, and the giver gets the answer. So all rights
 * of a reader are those that the opener and the process have both; netlink_capable() asks the
 * opener of less, and does not suit the dump that another process reads on.
 */
static bool is_of_opener(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;

	return socket && socket->file && uid_eq(socket->file->f_cred->euid, current_euid());
}

void pind_reader_of(const struct sk_buff *request, const struct net *net,
		    struct pind_reader *reader)
{
	const struct sock *sk = NETLINK_CB(request).sk;
	bool own = is_of_opener(sk);

	*reader = (struct pind_reader){
		/* perf_event_open() lets CAP_PERFMON look at any process as well */
		.knows_all = sk_capable(sk, CAP_SYS_PTRACE) || sk_capable(sk, CAP_PERFMON),
		.may_walk = sk_capable(sk, CAP_SYS_RESOURCE),
		.uid = own && task_active_pid_ns(current) == &init_pid_ns ? current_euid() :
									    INVALID_UID,
		.view = net_eq(net, &init_net) ? NULL : current->nsproxy->cgroup_ns,
	};
	if (!own)
		return;
	/* the id, since the cgroup itself may be left and removed while a dump goes on */
	rcu_read_lock();
	reader->cgroup = cgroup_id(task_dfl_cgroup(current));
	reader->level = task_dfl_cgroup(current)->level;
	rcu_read_unlock();
}

bool pind_reader_may_know(const struct pind_reader *reader, struct cgroup *cgroup, kuid_t uid)
{
	struct cgroup *above;

	if (reader->knows_all || (uid_valid(uid) && uid_eq(uid, reader->uid)))
		return true;
	/* all cgroups are below the root: being in the root gives a reader no right over others */
	above = reader->level ? cgroup_ancestor(cgroup, reader->level) : NULL;
	return above && cgroup_id(above) == reader->cgroup;
}

bool pind_reader_sees(const struct pind_reader *reader, struct cgroup *cgroup)
{
	bool sees;

	if (!reader->view)
		return true;
	rcu_read_lock();
	sees = cgroup_is_descendant(cgroup, reader->view->root_cset->dfl_cgrp);
	rcu_read_unlock();
	return sees;
}

int pind_reader_is_home(const struct net *net, struct netlink_ext_ack *extack)
{
	if (net_eq(net, &init_net))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "from this network namespace only info-get and group-get are answered");
	return -EPERM;
}

int pind_reader_may_change(const struct sk_buff *request, const struct net *net,
			   struct netlink_ext_ack *extack)
{
	int ret = pind_reader_is_home(net, extack);

	if (ret)
		return ret;
	if (netlink_capable(request, CAP_NET_ADMIN) && netlink_capable(request, CAP_SYS_RESOURCE))
		return 0;
	NL_SET_ERR_MSG(extack, "this needs CAP_NET_ADMIN and CAP_SYS_RESOURCE, both in the initial "
			       "user namespace");
	return -EPERM;
}
