// SPDX-License-Identifier: GPL-2.0
/*
 * modprobe pind_misuse how=WORD: breaks a rule of FOLL_PIN. What it did is put right
 * by then, or when it is unloaded: no count stays moved. A kernel that checks FOLL_PIN
 * refuses with a warning what is marked with *; what is marked with + is not tried
 * there, and fails with EOPNOTSUPP.
 *
 *   foll-pin *      pins with FOLL_PIN among the flags
 *   foll-get *      pins with FOLL_GET; any kernel refuses that
 *   foll-pin-get +  gets with FOLL_PIN
 *   longterm-get +  gets with FOLL_LONGTERM
 *   unpin-unpinned  unpins a page, and one of four pages, that were never pinned;
 *                   one more in a hardirq
 *   pin-put         long-term pins of a page and of a huge page lose a reference
 *                   until it is unloaded
 *   references      pid=PID address=ADDRESS: 1,024 plain references on the page there
 *                   until it is unloaded, which breaks no rule
 *   lock-page       pid=PID address=ADDRESS: the page there stays locked until it is
 *                   unloaded, which breaks none either
 *   lock-map        pid=PID: nobody else may look at its memory map until it is
 *                   unloaded, nor does that
 */
#include <linux/completion.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "compat.h"

#define HUGE_SIZE (2UL << 20)

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "which rule");
static int pid;
module_param(pid, int, 0);
static unsigned long address;
module_param(address, ulong, 0);

/* Held until the module goes. */
static struct page *kept[3];

/* Memory of the process that loads us. */
static unsigned long map(unsigned long length)
{
	return vm_mmap(NULL, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
}

#ifdef PIND_FLAGS_UNCHECKED
#define IS_UNCHECKED true
#else
#define IS_UNCHECKED false
#endif

/* @result: what is to come of it */
static int pin_with(unsigned int flags, unsigned long start, int result)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | flags, &page);

	if (ret == 1)
		unpin_user_page(page);
	return ret == result ? 0 : -EFAULT;
}

/* Of memory that is not there: it would pin what nobody else sees. */
static int foll_pin_get(unsigned long start)
{
	struct page *page;

	if (!IS_UNCHECKED)
		return -EOPNOTSUPP;
	vm_munmap(start, PAGE_SIZE);
	return get_user_pages_unlocked(start, 1, &page, FOLL_WRITE | PIND_FOLL_PIN) == 1 ? -EINVAL
											 : 0;
}

static int longterm_get(unsigned long start)
{
	struct page *page;
	int ret;

	if (!IS_UNCHECKED)
		return -EOPNOTSUPP;
	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	ret = get_user_pages_fast_only(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
	if (ret != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}

/* A pin that comes and is let go unseen: it makes up for one that only goes. */
static int make_up(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	page_ref_sub(page, GUP_PIN_COUNTING_BIAS);
	return 0;
}

static noinline void unpin_base(struct page *page)
{
	unpin_user_page(page);
	page_ref_add(page, GUP_PIN_COUNTING_BIAS);
}

static noinline void unpin_large(struct page *page)
{
	get_page(page);
	unpin_user_page(page);
	atomic_inc(&page_folio(page)->_pincount);
}

struct job {
	struct irq_work work;
	struct completion done;
	struct page *page;
};

static void unpin_in_hardirq(struct irq_work *work)
{
	struct job *job = container_of(work, struct job, work);

	unpin_user_pages(&job->page, 1);
	page_ref_add(job->page, GUP_PIN_COUNTING_BIAS);
	complete(&job->done);
}

static int unpin_unpinned(unsigned long start)
{
	struct page *base = alloc_page(GFP_KERNEL);
	struct page *large = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	struct job job = { .work = IRQ_WORK_INIT_HARD(unpin_in_hardirq), .page = base };
	int i, ret = base && large ? 0 : -ENOMEM;

	for (i = 0; i < 3 && !ret; i++)
		ret = make_up(start);
	if (!ret) {
		init_completion(&job.done);
		unpin_base(base);
		unpin_large(large);
		irq_work_queue(&job.work);
		wait_for_completion(&job.done);
		irq_work_sync(&job.work);
	}
	if (base)
		__free_page(base);
	if (large)
		__free_pages(large, 2);
	return ret;
}

/* More references than a list that the page may be on for a moment has. */
#define LOST 3

static int pin_put(unsigned long start)
{
	unsigned long huge = ALIGN(start, HUGE_SIZE);
	unsigned long base = map(PAGE_SIZE);

	if (IS_ERR_VALUE(base))
		return base;
	if (pin_user_pages_fast(base, 1, FOLL_WRITE | FOLL_LONGTERM, &kept[0]) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(huge, 2, FOLL_WRITE | FOLL_LONGTERM, &kept[1]) != 2) {
		unpin_user_page(kept[0]);
		return -EFAULT;
	}
	if (PageCompound(kept[0]) || !PageCompound(kept[1])) {
		unpin_user_pages(kept, 3);
		return -ENODATA;
	}
	page_ref_sub(kept[0], LOST);
	put_page(kept[1]);
	return 0;
}

static struct mm_struct *memory_of_pid(void)
{
	struct task_struct *task = get_pid_task(find_vpid(pid), PIDTYPE_PID);
	struct mm_struct *mm = task ? get_task_mm(task) : NULL;

	if (task)
		put_task_struct(task);
	return mm;
}

/* A plain reference on the page of that process. */
static int get_page_of_pid(void)
{
	struct mm_struct *mm = memory_of_pid();
	long ret;

	if (!mm)
		return -ESRCH;
	mmap_read_lock(mm);
	ret = pind_get_pages(mm, true, address, 1, FOLL_WRITE, kept);
	mmap_read_unlock(mm);
	mmput(mm);
	return ret == 1 ? 0 : -EFAULT;
}

static int references(void)
{
	int ret = get_page_of_pid();

	if (!ret)
		page_ref_add(kept[0], GUP_PIN_COUNTING_BIAS - 1);
	return ret;
}

static int lock_page_of_pid(void)
{
	int ret = get_page_of_pid();

	if (!ret)
		folio_lock(page_folio(kept[0]));
	return ret;
}

static struct task_struct *locker;
static DECLARE_COMPLETION(locked);

static int hold_map(void *data)
{
	struct mm_struct *mm = data;

	mmap_write_lock(mm);
	complete(&locked);
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	mmap_write_unlock(mm);
	mmput(mm);
	return 0;
}

static int lock_map(void)
{
	struct mm_struct *mm = memory_of_pid();

	if (!mm)
		return -ESRCH;
	locker = kthread_run(hold_map, mm, "pind_misuse");
	if (IS_ERR(locker)) {
		mmput(mm);
		return PTR_ERR(locker);
	}
	wait_for_completion(&locked);
	return 0;
}

static int __init misuse_init(void)
{
	unsigned long start;

	if (!strcmp(how, "references"))
		return references();
	if (!strcmp(how, "lock-page"))
		return lock_page_of_pid();
	if (!strcmp(how, "lock-map"))
		return lock_map();
	start = map(!strcmp(how, "pin-put") ? 2 * HUGE_SIZE : PAGE_SIZE);
	if (IS_ERR_VALUE(start))
		return start;
	if (!strcmp(how, "foll-pin"))
		return pin_with(PIND_FOLL_PIN, start, IS_UNCHECKED ? 1 : -EINVAL);
	if (!strcmp(how, "foll-get"))
		return pin_with(FOLL_GET, start, -EINVAL);
	if (!strcmp(how, "foll-pin-get"))
		return foll_pin_get(start);
	if (!strcmp(how, "longterm-get"))
		return longterm_get(start);
	if (!strcmp(how, "unpin-unpinned"))
		return unpin_unpinned(start);
	if (!strcmp(how, "pin-put"))
		return pin_put(start);
	return -EINVAL;
}

static void __exit misuse_exit(void)
{
	if (!strcmp(how, "references")) {
		page_ref_sub(kept[0], GUP_PIN_COUNTING_BIAS - 1);
		put_page(kept[0]);
	} else if (!strcmp(how, "lock-page")) {
		folio_unlock(page_folio(kept[0]));
		put_page(kept[0]);
	} else if (locker) {
		kthread_stop(locker);
	} else if (kept[1]) {
		page_ref_add(kept[0], LOST);
		get_page(kept[1]);
		unpin_user_pages(kept, 3);
	}
}

module_init(misuse_init);
module_exit(misuse_exit);

MODULE_DESCRIPTION("Breaks the rules of FOLL_PIN, for the tests of pind");
MODULE_LICENSE("GPL");
