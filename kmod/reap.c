// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "account.h"
#include "compat.h"
#include "group.h"
#include "leaf.h"
#include "reap.h"

/* Long enough that a process that pins again and again keeps its account meanwhile. */
#define REAP_DELAY (HZ / 10)

/* The tracepoint cgroup_rmdir. The kernel does not export its tracepoints by name. */
static struct tracepoint *rmdir_tracepoint;
static bool stopped;

static void reap(struct work_struct *work)
{
	pind_leaf_reap();
	pind_account_reap();
	pind_group_reap();
}
static DECLARE_DELAYED_WORK(reap_work, reap);

void pind_reap_soon(void)
{
	/* if the work is still pending below, reap() must see the object that was just listed */
	smp_mb();
	if (!READ_ONCE(stopped) && !delayed_work_pending(&reap_work))
		queue_delayed_work(system_dfl_wq, &reap_work, REAP_DELAY);
}

/* Called with interrupts off and the cgroup mutex held. */
static void on_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	pind_group_note_removed(cgroup);
}

static void match_tracepoint(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "cgroup_rmdir"))
		rmdir_tracepoint = tp;
}

int pind_reap_init(void)
{
	for_each_kernel_tracepoint(match_tracepoint, NULL);
	if (!rmdir_tracepoint)
		return -ENOENT;
	return tracepoint_probe_register(rmdir_tracepoint, on_rmdir, NULL);
}

void pind_reap_exit(void)
{
	tracepoint_probe_unregister(rmdir_tracepoint, on_rmdir, NULL);
	tracepoint_synchronize_unregister();
	WRITE_ONCE(stopped, true);
	cancel_delayed_work_sync(&reap_work);
}
