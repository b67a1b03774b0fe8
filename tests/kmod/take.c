// SPDX-License-Identifier: GPL-2.0
#include <linux/file.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "compat.h"
#include "take.h"

/*
 * pin_user_pages_unlocked() warns about FOLL_LONGTERM, and fails, up to Linux
 * 6.2: as long as the flags were macros.
 */
#ifdef FOLL_LONGTERM
#define UNLOCKED_LONGTERM false
#else
#define UNLOCKED_LONGTERM true
#endif

static unsigned int gup_flags(const struct entry_take_call *call)
{
	return (call->flags & ENTRY_LONGTERM ? FOLL_LONGTERM : 0) |
	       (call->flags & ENTRY_WRITE ? FOLL_WRITE : 0);
}

static long take_locked(const struct entry_take_call *call, struct page **pages)
{
	long ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(call->start, call->nr, gup_flags(call), pages PIND_NO_VMAS);
	mmap_read_unlock(current->mm);
	return ret;
}

static long take_fast(const struct entry_take_call *call, struct page **pages)
{
	return pin_user_pages_fast(call->start, call->nr, gup_flags(call), pages);
}

static long take_fast_only(const struct entry_take_call *call, struct page **pages)
{
	if (!pin_user_pages_fast_only)
		return -EOPNOTSUPP;
	return pin_user_pages_fast_only(call->start, call->nr, gup_flags(call), pages);
}

static struct mm_struct *mm_of(pid_t nr)
{
	struct mm_struct *mm = NULL;
	struct task_struct *task;
	struct pid *pid;

	if (!nr)
		return get_task_mm(current);
	pid = find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (task) {
		mm = get_task_mm(task);
		put_task_struct(task);
	}
	return mm;
}

/* A long-term call must not let the lock go: older kernels warn about it. */
static long take_remote(const struct entry_take_call *call, struct page **pages)
{
	int locked = 1, *may_unlock = call->flags & ENTRY_LONGTERM ? NULL : &locked;
	struct mm_struct *mm = mm_of(call->pid);
	long ret;

	if (!mm)
		return -ESRCH;
	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, call->start, call->nr, gup_flags(call),
				    pages PIND_NO_VMAS, may_unlock);
	if (locked)
		mmap_read_unlock(mm);
	mmput(mm);
	return ret;
}

static long take_unlocked(const struct entry_take_call *call, struct page **pages)
{
	if (!UNLOCKED_LONGTERM && call->flags & ENTRY_LONGTERM)
		return -EOPNOTSUPP;
	return pin_user_pages_unlocked(call->start, call->nr, pages, gup_flags(call));
}

static long take_memfd(const struct entry_take_call *call, struct page **pages)
{
	struct folio **folios = (struct folio **)pages;
	struct file *memfd;
	pgoff_t offset;
	long ret, i;

	if (!memfd_pin_folios)
		return -EOPNOTSUPP;
	memfd = fget(call->memfd);
	if (!memfd)
		return -EBADF;
	ret = memfd_pin_folios(memfd, call->start,
			       call->start + ((loff_t)call->nr << PAGE_SHIFT) - 1,
			       folios, call->nr, &offset);
	fput(memfd);
	for (i = 0; i < ret; i++)
		pages[i] = &folios[i]->page;
	return ret;
}

typedef long (*take_t)(const struct entry_take_call *call, struct page **pages);

static const take_t functions[] = {
	[ENTRY_PIN_USER_PAGES] = take_locked,
	[ENTRY_PIN_USER_PAGES_FAST] = take_fast,
	[ENTRY_PIN_USER_PAGES_FAST_ONLY] = take_fast_only,
	[ENTRY_PIN_USER_PAGES_REMOTE] = take_remote,
	[ENTRY_PIN_USER_PAGES_UNLOCKED] = take_unlocked,
	[ENTRY_MEMFD_PIN_FOLIOS] = take_memfd,
};

static long add_pins(struct hold *hold, unsigned int nr)
{
	struct page **pages;
	unsigned int i;
	int ret;

	if (!folio_add_pins)
		return -EOPNOTSUPP;
	if (!hold->nr)
		return -ENODATA;
	if (nr > ENTRY_PINS_MAX - hold->nr)
		return -E2BIG;
	pages = kvmalloc_array(hold->nr + nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = folio_add_pins(page_folio(hold->pages[0]), nr);
	if (ret) {
		kvfree(pages);
		return ret;
	}
	memcpy(pages, hold->pages, hold->nr * sizeof(*pages));
	for (i = 0; i < nr; i++)
		pages[hold->nr + i] = hold->pages[0];
	kvfree(hold->pages);
	hold->pages = pages;
	hold->nr += nr;
	return nr;
}

long take(struct hold *hold, const struct entry_take_call *call)
{
	struct page **pages;
	long ret;

	if (call->function >= ENTRY_TAKE_NR || !call->nr || call->nr > ENTRY_PINS_MAX)
		return -EINVAL;
	if (call->function == ENTRY_FOLIO_ADD_PINS)
		return add_pins(hold, call->nr);
	if (hold->nr)
		return -EBUSY;
	pages = kvcalloc(call->nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = functions[call->function](call, pages);
	if (ret <= 0) {
		kvfree(pages);
		return ret;
	}
	hold->pages = pages;
	hold->nr = ret;
	return ret;
}
