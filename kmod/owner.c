// SPDX-License-Identifier: GPL-2.0
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "compat.h"
#include "owner.h"

/* Under RCU, which keeps the cgroup in memory but not from being removed. */
static struct cgroup *owner_of(struct folio *folio)
{
	/* page_memcg_check() works for any page, slabs too, and while the page changes its use */
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

bool pind_cgroup_is_below(struct cgroup *cgroup, u64 id)
{
	/* by ids: the cgroup with @id may have been removed */
	for (; cgroup; cgroup = cgroup_parent(cgroup))
		if (cgroup_id(cgroup) == id)
			return true;
	return false;
}

bool pind_owner_is_below(struct folio *folio, u64 id)
{
	bool is_below;

	rcu_read_lock();
	is_below = pind_cgroup_is_below(owner_of(folio), id);
	rcu_read_unlock();
	return is_below;
}

/* With the inode kept. */
static bool name_of(struct inode *inode, char *name)
{
	struct dentry *alias;
	bool found = false;

	spin_lock(&inode->i_lock);
	pind_for_each_alias(alias, inode) {
		spin_lock(&alias->d_lock);
		strscpy(name, alias->d_name.name, PIND_FILE_NAME_MAX + 1);
		spin_unlock(&alias->d_lock);
		found = *name;
		break;
	}
	spin_unlock(&inode->i_lock);
	return found;
}

bool pind_owner_file(struct folio *folio, char name[PIND_FILE_NAME_MAX + 1])
{
	struct address_space *mapping;
	bool found;

	/* before an inode is freed, each of its folios is locked and let go */
	if (!folio_trylock(folio))
		return false;
	mapping = folio_mapping(folio);
	found = mapping && mapping->host && name_of(mapping->host, name);
	folio_unlock(folio);
	return found;
}
