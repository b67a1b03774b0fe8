// SPDX-License-Identifier: GPL-2.0
#include <linux/eventfd.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "counters.h"
#include "group.h"
#include "watch.h"

/* Set when the files are removed, as the module is unloaded. */
static bool leaving;

/**
 * struct watch - an open file
 * @group: the opener's group, by pind_group_get()
 * @local: the file is events.local
 * @entry: among the group's files, once there is an eventfd
 * @eventfd: the eventfd, or NULL; written once, under the lock of the group's watches
 * @due: the eventfd is to be signalled; under the same lock
 */
struct watch {
	struct pind_group *group;
	bool local;
	struct list_head entry;
	struct eventfd_ctx *eventfd;
	bool due;
};

/* Take a watch that is due. It is not freed before remove_watch() has waited for the worker. */
static struct watch *take_due(struct pind_watches *watches)
{
	struct watch *watch, *found = NULL;

	spin_lock(&watches->lock);
	list_for_each_entry(watch, &watches->files, entry) {
		if (watch->due) {
			found = watch;
			break;
		}
	}
	if (found) {
		found->due = false;
		/* to the end, so that every watch has its turn even if refusals never stop */
		list_move_tail(&found->entry, &watches->files);
	}
	spin_unlock(&watches->lock);
	return found;
}

/* A signal runs the callbacks of the eventfd's waiters, maybe for long: no lock is held. */
static void signal_due(struct work_struct *work)
{
	struct pind_watches *watches = container_of(work, struct pind_watches, work);
	struct watch *watch;
	unsigned int i;

	/* bounded, so that flush_work() ends: the work is queued anew for later refusals */
	for (i = 0; i < PIND_WATCHES_MAX && (watch = take_due(watches)); i++) {
		pind_eventfd_signal(watch->eventfd);
		cond_resched();
	}
}

void pind_watches_init(struct pind_watches *watches)
{
	spin_lock_init(&watches->lock);
	INIT_LIST_HEAD(&watches->files);
	INIT_WORK(&watches->work, signal_due);
}

static void signal_watches(struct pind_watches *watches, bool local)
{
	struct watch *watch;
	bool any = false;

	/* pairs with add_watch(): a watch that is not seen here reads the new counts */
	smp_mb();
	if (!READ_ONCE(watches->nr))
		return;
	spin_lock(&watches->lock);
	list_for_each_entry(watch, &watches->files, entry)
		if (local || !watch->local)
			watch->due = any = true;
	/* under the lock: after the last remove_watch() nothing is queued */
	if (any)
		queue_work(system_dfl_wq, &watches->work);
	spin_unlock(&watches->lock);
}

void pind_watch_refused(struct pind_group *group, struct pind_group *by)
{
	struct pind_charge *level;
	bool reached = false;

	for (level = &group->charge; level; level = level->parent) {
		struct pind_group *at = pind_group_of(level);

		reached |= at == by;
		atomic_long_inc(&at->watches.fail);
		if (reached)
			atomic_long_inc(&at->watches.max);
		signal_watches(&at->watches, at == group || at == by);
	}
}

static int show_events(struct seq_file *file, void *unused)
{
	const struct watch *watch = file->private;
	struct pind_group *group = watch->group;

	if (watch->local)
		seq_printf(file, "max %ld\nfail %ld\n", atomic_long_read(&group->charge.events_max),
			   atomic_long_read(&group->events_refused));
	else
		seq_printf(file, "max %ld\nfail %ld\n", atomic_long_read(&group->watches.max),
			   atomic_long_read(&group->watches.fail));
	return 0;
}

static int open_events(struct inode *inode, struct file *file)
{
	struct watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	struct pind_group *group;
	int ret;

	if (!watch)
		return -ENOMEM;
	group = pind_group_join(current);
	if (IS_ERR(group)) {
		ret = PTR_ERR(group);
		goto err_free;
	}
	/* a reference to the memory only: an open file must not keep a removed cgroup's group */
	watch->group = pind_group_get(group);
	pind_group_leave(group);
	watch->local = pde_data(inode);
	INIT_LIST_HEAD(&watch->entry);
	ret = single_open(file, show_events, watch);
	if (ret)
		goto err_put;
	return 0;

err_put:
	pind_group_put(watch->group);
err_free:
	kfree(watch);
	return ret;
}

static bool is_watched_by(const struct pind_watches *watches, const struct eventfd_ctx *eventfd)
{
	const struct watch *watch;

	lockdep_assert_held(&watches->lock);
	list_for_each_entry(watch, &watches->files, entry)
		if (watch->eventfd == eventfd)
			return true;
	return false;
}

static int add_watch(struct watch *watch, struct eventfd_ctx *eventfd)
{
	struct pind_watches *watches = &watch->group->watches;
	int ret = 0;

	spin_lock(&watches->lock);
	if (watch->eventfd) {
		ret = -EBUSY;
	} else if (is_watched_by(watches, eventfd)) {
		ret = -EEXIST;
	} else if (watches->nr >= PIND_WATCHES_MAX) {
		ret = -EUSERS;
	} else {
		watch->eventfd = eventfd;
		list_add_tail(&watch->entry, &watches->files);
		WRITE_ONCE(watches->nr, watches->nr + 1);
	}
	spin_unlock(&watches->lock);
	smp_mb(); /* see signal_watches() */
	return ret;
}

static ssize_t write_events(struct file *file, const char __user *buffer, size_t count,
			    loff_t *offset)
{
	struct watch *watch = ((struct seq_file *)file->private_data)->private;
	struct eventfd_ctx *eventfd;
	int fd, ret;

	ret = kstrtoint_from_user(buffer, count, 10, &fd);
	if (ret)
		return ret;
	eventfd = eventfd_ctx_fdget(fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	ret = add_watch(watch, eventfd);
	if (ret) {
		eventfd_ctx_put(eventfd);
		return ret;
	}
	return count;
}

static void remove_watch(struct watch *watch)
{
	struct pind_watches *watches = &watch->group->watches;

	if (!watch->eventfd)
		return;
	spin_lock(&watches->lock);
	list_del(&watch->entry);
	WRITE_ONCE(watches->nr, watches->nr - 1);
	spin_unlock(&watches->lock);
	flush_work(&watches->work); /* the worker may be signalling this eventfd */
	/* the module is unloaded while the file is open: reads fail from now on */
	if (READ_ONCE(leaving))
		pind_eventfd_signal(watch->eventfd);
	eventfd_ctx_put(watch->eventfd);
}

static int release_events(struct inode *inode, struct file *file)
{
	struct watch *watch = ((struct seq_file *)file->private_data)->private;

	remove_watch(watch);
	pind_group_put(watch->group);
	kfree(watch);
	return single_release(inode, file);
}

static const struct proc_ops events_ops = {
	.proc_open = open_events,
	.proc_read = seq_read,
	.proc_write = write_events,
	.proc_lseek = seq_lseek,
	.proc_release = release_events,
};

/* Open to every user, as such files of cgroupfs are. */
int pind_watch_init(void)
{
	if (!proc_create_data("events", 0666, pind_proc_dir, &events_ops, NULL))
		return -ENOMEM;
	if (!proc_create_data("events.local", 0666, pind_proc_dir, &events_ops, (void *)1)) {
		remove_proc_entry("events", pind_proc_dir);
		return -ENOMEM;
	}
	return 0;
}

void pind_watch_exit(void)
{
	WRITE_ONCE(leaving, true);
	remove_proc_entry("events", pind_proc_dir);
	remove_proc_entry("events.local", pind_proc_dir);
}
