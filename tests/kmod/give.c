// SPDX-License-Identifier: GPL-2.0
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "give.h"

typedef void (*give_t)(const struct hold *hold, bool dirty);

/*
 * struct job - an unpin on its way to where it is to be done
 * @elsewhere: it came out in another context than it was sent to
 */
struct job {
	struct hold *hold;
	give_t function;
	bool dirty;
	bool elsewhere;
	struct work_struct work;
	struct tasklet_struct tasklet;
	struct irq_work irq_work;
};

static void give_page(const struct hold *hold, bool dirty)
{
	unsigned long i;

	for (i = 0; i < hold->nr; i++)
		unpin_user_page(hold->pages[i]);
}

static void give_pages(const struct hold *hold, bool dirty)
{
	unpin_user_pages(hold->pages, hold->nr);
}

static void give_dirty_lock(const struct hold *hold, bool dirty)
{
	unpin_user_pages_dirty_lock(hold->pages, hold->nr, dirty);
}

/* From entry @first on, frames that stand side by side. */
static unsigned long range(const struct hold *hold, unsigned long first)
{
	unsigned long pfn = page_to_pfn(hold->pages[first]), n = 1;

	while (first + n < hold->nr && page_to_pfn(hold->pages[first + n]) == pfn + n)
		n++;
	return n;
}

static void give_range(const struct hold *hold, bool dirty)
{
	unsigned long i, n;

	for (i = 0; i < hold->nr; i += n) {
		n = range(hold, i);
		unpin_user_page_range_dirty_lock(hold->pages[i], n, dirty);
	}
}

/* From entry @first on, pages of one folio. */
static unsigned long run(const struct hold *hold, unsigned long first)
{
	struct folio *folio = page_folio(hold->pages[first]);
	unsigned long n = 1;

	while (first + n < hold->nr && page_folio(hold->pages[first + n]) == folio)
		n++;
	return n;
}

static void give_user_folio(const struct hold *hold, bool dirty)
{
	unsigned long i, n;

	for (i = 0; i < hold->nr; i += n) {
		n = run(hold, i);
		unpin_user_folio(page_folio(hold->pages[i]), n);
	}
}

static void give_folio(const struct hold *hold, bool dirty)
{
	unsigned long i;

	for (i = 0; i < hold->nr; i++)
		unpin_folio(page_folio(hold->pages[i]));
}

static void give_folios(const struct hold *hold, bool dirty)
{
	struct folio **folios = (struct folio **)hold->pages;
	unsigned long i;

	for (i = 0; i < hold->nr; i++)
		folios[i] = page_folio(hold->pages[i]);
	/* one that is NULL is skipped, and it may be the only one */
	unpin_folios((struct folio *[]){ NULL }, 1);
	unpin_folios((struct folio *[]){ NULL, folios[0], NULL }, 3);
	unpin_folios(folios + 1, hold->nr - 1);
}

static give_t function_of(unsigned int function)
{
	switch (function) {
	case ENTRY_UNPIN_USER_PAGE:
		return give_page;
	case ENTRY_UNPIN_USER_PAGES:
		return give_pages;
	case ENTRY_UNPIN_USER_PAGES_DIRTY_LOCK:
		return give_dirty_lock;
	case ENTRY_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK:
		return give_range;
	case ENTRY_UNPIN_USER_FOLIO:
		return unpin_user_folio ? give_user_folio : NULL;
	case ENTRY_UNPIN_FOLIO:
		return unpin_folio ? give_folio : NULL;
	case ENTRY_UNPIN_FOLIOS:
		return unpin_folios ? give_folios : NULL;
	default:
		return NULL;
	}
}

static void finish(struct job *job, bool here)
{
	if (here)
		job->function(job->hold, job->dirty);
	job->elsewhere = !here;
}

static void in_worker(struct work_struct *work)
{
	finish(container_of(work, struct job, work), current->flags & PF_WQ_WORKER);
}

static void in_softirq_now(struct tasklet_struct *tasklet)
{
	finish(container_of(tasklet, struct job, tasklet), in_serving_softirq());
}

static void in_hardirq_now(struct irq_work *work)
{
	finish(container_of(work, struct job, irq_work), in_hardirq() && irqs_disabled());
}

static void send(struct job *job, unsigned int context)
{
	switch (context) {
	case ENTRY_PROCESS:
		finish(job, true);
		break;
	case ENTRY_WORKER:
		INIT_WORK_ONSTACK(&job->work, in_worker);
		schedule_work(&job->work);
		flush_work(&job->work);
		destroy_work_on_stack(&job->work);
		break;
	case ENTRY_SOFTIRQ:
		tasklet_setup(&job->tasklet, in_softirq_now);
		tasklet_schedule(&job->tasklet);
		tasklet_kill(&job->tasklet); /* waits until it has run */
		break;
	case ENTRY_HARDIRQ:
		job->irq_work = IRQ_WORK_INIT_HARD(in_hardirq_now);
		irq_work_queue(&job->irq_work);
		irq_work_sync(&job->irq_work);
		break;
	}
}

int give(struct hold *hold, const struct entry_give_call *call)
{
	struct job job = {
		.hold = hold,
		.function = function_of(call->function),
		.dirty = call->dirty,
	};

	if (call->function >= ENTRY_GIVE_NR || call->context >= ENTRY_CONTEXT_NR)
		return -EINVAL;
	if (call->dirty && call->context > ENTRY_WORKER)
		return -EINVAL;
	if (!job.function)
		return -EOPNOTSUPP;
	if (!hold->nr)
		return -ENODATA;
	send(&job, call->context);
	if (job.elsewhere)
		return -EXDEV;
	kvfree(hold->pages);
	*hold = (struct hold){};
	return 0;
}
