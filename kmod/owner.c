// SPDX-License-Identifier: GPL-2.0
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>

#include "owner.h"

/* Under RCU, which keeps it in memory but not from being removed. */
static struct cgroup *owner_of(struct folio *folio)
{
	/* what may be asked of any page, slabs too; the memory may change hands meanwhile */
	struct mem_cgroup *memcg = page_memcg_check(&folio->page);
	struct cgroup *cgroup = memcg ? memcg->css.cgroup : NULL;

	return cgroup && cgroup->root == &cgrp_dfl_root ? cgroup : NULL;
}

struct cgroup *pind_owner_get(struct folio *folio)
{
	struct cgroup *cgroup;

	rcu_read_lock();
	cgroup = owner_of(folio);
	if (cgroup && !cgroup_tryget(cgroup))
		cgroup = NULL;
	rcu_read_unlock();
	return cgroup;
}

u64 pind_owner_id(struct folio *folio)
{
	struct cgroup *cgroup;
	u64 id;

	rcu_read_lock();
	cgroup = owner_of(folio);
	id = cgroup ? cgroup_id(cgroup) : 0;
	rcu_read_unlock();
	return id;
}
