// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>

#include "compat.h"
#include "owner.h"
#include "payer.h"

/*
 * The folio of a call's first page, faulted in if it is not there; with a reference, or NULL. If
 * the call only reads a private mapping of a file, the pin may yet get a copy.
 */
static struct folio *first_folio(const struct pind_call *call)
{
	struct folio *folio;
	struct page *page;

	if (call->folio) {
		folio_get(call->folio);
		return call->folio;
	}
	if (call->memfd) {
		folio = filemap_get_folio(call->memfd->f_mapping, call->start >> PAGE_SHIFT);
		return IS_ERR(folio) ? NULL : folio;
	}
	if (pind_get_pages(call->mm, call->locked, call->start, 1,
			   call->flags & (FOLL_WRITE | FOLL_FORCE), &page) != 1)
		return NULL;
	return page_folio(page);
}

/* The cgroup that owns a call's memory, with a reference, if it is to pay; or NULL. */
static struct cgroup *owner_of(const struct pind_call *call, const struct pind_group *pinner)
{
	struct folio *folio = first_folio(call);
	struct cgroup *owner;

	if (!folio)
		return NULL;
	owner = pind_owner_get(folio);
	put_page(&folio->page); /* not folio_put(): the folio may be a device's memory */
	/* one above would let the pinner off its own limits; one that is gone has none */
	if (owner && (pind_cgroup_is_dead(owner) || cgroup_is_descendant(pinner->cgroup, owner))) {
		cgroup_put(owner);
		owner = NULL;
	}
	return owner;
}

static struct pind_account *open_in(struct cgroup *cgroup, const struct pind_account *pinner)
{
	struct pind_group *group = pind_group_join_cgroup(cgroup);
	struct pind_person person = { .uid = pinner->uid };

	if (IS_ERR(group))
		return ERR_CAST(group);
	memcpy(person.comm, pinner->comm, sizeof(person.comm));
	return pind_account_open_as(group, pinner->tgid, pinner->start_time, pinner->call_site,
				    &person);
}

struct pind_account *pind_payer_open(const struct pind_call *call, unsigned long call_site)
{
	struct pind_account *pinner = pind_account_open(call->mm, call_site), *payer;
	struct cgroup *owner;

	if (IS_ERR(pinner) || likely(!READ_ONCE(pinner->group->charge_owner)))
		return pinner;
	owner = owner_of(call, pinner->group);
	if (!owner)
		return pinner;
	payer = open_in(owner, pinner);
	cgroup_put(owner);
	pind_account_put(pinner);
	return payer;
}
