// SPDX-License-Identifier: GPL-2.0
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "fill.h"
#include "folio.h"
#include "frame.h"
#include "ledger.h"
#include "owner.h"
#include "page.h"

/* Most holders of a folio that an answer has; for further ones, only their number. */
#define HOLDERS_TOLD 16

/* Far longer than any holder of the mmap lock keeps it that does not sleep meanwhile. */
#define PATIENCE (2 * HZ)

/*
 * @ret_certain: the folio certainly has a pin of one of them. Return: how many holders there
 * are in all; or -EMSGSIZE.
 */
static int fill_holders(struct sk_buff *skb, const struct pind_reader *reader,
			struct folio *folio, bool *ret_certain)
{
	struct pind_pinner pinners[HOLDERS_TOLD];
	struct nlattr *nest;
	unsigned int i, total;
	bool uncertain;
	int ret = 0;

	rcu_read_lock();
	total = pind_ledger_pinners(folio, pinners, HOLDERS_TOLD, &uncertain);
	*ret_certain = total && !uncertain;
	for (i = 0; i < min_t(unsigned int, total, HOLDERS_TOLD) && !ret; i++) {
		nest = nla_nest_start(skb, PIND_A_PAGE_HOLDER);
		ret = nest ? pind_fill_pinner(skb, reader, &pinners[i]) : -EMSGSIZE;
		if (!ret)
			nla_nest_end(skb, nest);
	}
	rcu_read_unlock();
	return ret ?: total;
}

/* @refs: the folio's references, without our own */
static enum pind_pinned pinned_of(struct folio *folio, long refs, bool certain)
{
	if (pind_folio_is_exempt(folio))
		return PIND_PINNED_NO;
	if (folio_test_large(folio))
		return pind_folio_pincount(folio, 1) ? PIND_PINNED_YES : PIND_PINNED_NO;
	/* as folio_maybe_dma_pinned() */
	if (refs < GUP_PIN_COUNTING_BIAS)
		return PIND_PINNED_NO;
	/* mappings may be as many references as the pins written down, which may have gone */
	return certain && pind_folio_pincount(folio, 1) ? PIND_PINNED_YES : PIND_PINNED_MAYBE;
}

static int fill_counts(struct sk_buff *skb, struct folio *folio, bool certain)
{
	long refs = pind_folio_refs(folio) - 1;

	if (!folio_test_large(folio) &&
	    pind_fill_u64(skb, PIND_A_PAGE_MAPCOUNT, pind_folio_mapcount(folio)))
		return -EMSGSIZE;
	if (pind_fill_u64(skb, PIND_A_PAGE_PINCOUNT,
			  pind_folio_is_exempt(folio) ? 0 : pind_folio_pincount(folio, 1)) ||
	    pind_fill_u64(skb, PIND_A_PAGE_REFCOUNT, refs) ||
	    pind_fill_u64(skb, PIND_A_PAGE_ROOM, pind_folio_room(folio, refs)) ||
	    nla_put_u32(skb, PIND_A_PAGE_PINNED, pinned_of(folio, refs, certain)))
		return -EMSGSIZE;
	return 0;
}

static int fill_owner(struct sk_buff *skb, struct folio *folio)
{
	char file[PIND_FILE_NAME_MAX + 1];

	if (pind_fill_owner(skb, PIND_A_PAGE_OWNER_ID, PIND_A_PAGE_OWNER_PATH,
			    pind_owner_id(folio)))
		return -EMSGSIZE;
	return pind_owner_file(folio, file) ? nla_put_string(skb, PIND_A_PAGE_FILE, file) : 0;
}

/* The caller has a reference on the page, which is left out of the answer. */
static int fill_page(struct sk_buff *skb, const struct pind_reader *reader, struct page *page)
{
	struct folio *folio = page_folio(page);
	bool certain;
	int holders;

	if (pind_fill_u64(skb, PIND_A_PAGE_PFN, page_to_pfn(page)) ||
	    pind_fill_u64(skb, PIND_A_PAGE_FOLIO_PFN, folio_pfn(folio)) ||
	    pind_fill_u64(skb, PIND_A_PAGE_FOLIO_SIZE, folio_size(folio)))
		return -EMSGSIZE;
	holders = fill_holders(skb, reader, folio, &certain);
	if (holders < 0)
		return holders;
	return fill_counts(skb, folio, certain) ?:
		       pind_fill_u64(skb, PIND_A_PAGE_HOLDERS_TOTAL, holders) ?:
		       fill_owner(skb, folio);
}

int pind_page_fill_frame(struct sk_buff *skb, const struct pind_reader *reader, unsigned long pfn)
{
	struct folio *folio = pind_frame_hold(pfn);
	int ret;

	if (!folio)
		return -ENXIO;
	ret = fill_page(skb, reader, pfn_to_page(pfn));
	folio_put(folio);
	return ret;
}

/* The memory of a process, for mmdrop(); or NULL. */
static struct mm_struct *memory_of(u32 pid)
{
	struct task_struct *task;
	struct mm_struct *mm;

	rcu_read_lock();
	task = get_pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	rcu_read_unlock();
	if (!task)
		return NULL;
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return NULL;
	mmgrab(mm);
	mmput(mm);
	return mm;
}

int pind_page_range_begin(struct pind_page_range *range, struct nlattr **attrs,
			  struct netlink_ext_ack *extack)
{
	u64 address, length;

	if (attrs[PIND_A_PAGE_PFN] || !attrs[PIND_A_PAGE_PID] || !attrs[PIND_A_PAGE_ADDRESS] ||
	    !attrs[PIND_A_PAGE_LENGTH]) {
		NL_SET_ERR_MSG(extack, "a dump takes pid, address and length, and no pfn");
		return -EINVAL;
	}
	address = nla_get_u64(attrs[PIND_A_PAGE_ADDRESS]);
	length = nla_get_u64(attrs[PIND_A_PAGE_LENGTH]);
	if (!length || length > PIND_PAGE_LENGTH_MAX || address + length < address) {
		NL_SET_ERR_MSG(extack, "length must be 1 to 1 GiB and end below 2^64");
		return -ERANGE;
	}
	range->mm = memory_of(nla_get_u32(attrs[PIND_A_PAGE_PID]));
	if (!range->mm) {
		NL_SET_ERR_MSG(extack, "no process with memory has this pid");
		return -ESRCH;
	}
	range->next = address & PAGE_MASK;
	range->end = min_t(u64, address + length, TASK_SIZE_MAX);
	range->patience = PATIENCE;
	return 0;
}

void pind_page_range_end(struct pind_page_range *range)
{
	if (range->mm)
		mmdrop(range->mm);
}

/*
 * Not mmap_read_lock(): a holder of the lock may sleep as long as user space likes (a driver
 * that pins memory of a file system in user space), and the daemon must not wait for that.
 */
int pind_page_range_lock(struct pind_page_range *range)
{
	while (!mmap_read_trylock(range->mm)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!range->patience)
			return -EBUSY;
		range->patience--;
		schedule_timeout_killable(1);
	}
	return 0;
}

/* FOLL_FORCE, for a read: the page is found even if the process itself may not read it. */
int pind_page_fill_next(struct sk_buff *skb, const struct pind_reader *reader,
			const struct pind_page_range *range)
{
	struct vm_area_struct *vma = vma_lookup(range->mm, range->next);
	unsigned int flags = FOLL_NOFAULT | FOLL_FORCE;
	struct page *page;
	long got;
	int ret;

	/* some kernels fault hugetlbfs pages in despite FOLL_NOFAULT; FOLL_DUMP allocates none */
	if (vma && is_vm_hugetlb_page(vma))
		flags |= FOLL_DUMP;
	got = pind_get_pages(range->mm, true, range->next, 1, flags, &page);
	if (got != 1)
		return 0;
	ret = pind_fill_u64(skb, PIND_A_PAGE_ADDRESS, range->next) ?: fill_page(skb, reader, page);
	put_page(page);
	return ret ?: 1;
}
