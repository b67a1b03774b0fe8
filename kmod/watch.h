/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/pind/events and /proc/pind/events.local: by these a program learns that a quota has
 * refused calls in its own cgroup, without D-Bus or netlink. A read shows two counts of the
 * cgroup that the opener was in: "max", refusals by a limit of this cgroup, and "fail", pin
 * calls of this cgroup that a quota refused; events includes all cgroups below it, events.local
 * does not. To write the number of an eventfd has that eventfd signalled at each change.
 *
 * An eventfd is used instead of poll() of the file itself: a poller would sleep on a wait
 * queue of the module, and proc lets a module be unloaded while its files are open.
 */
#ifndef PIND_WATCH_H
#define PIND_WATCH_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct pind_group;

/* Most eventfds of one cgroup: a refusal has those of each level signalled. */
#define PIND_WATCHES_MAX 64

/**
 * struct pind_watches - the watches of one group: open files that have an eventfd
 * @max: pin calls that this group, or one below it, refused because of its limit
 * @fail: pin calls of this group, or of one below it, that were refused
 * @lock: guards @files, @nr and which files are due; process context only, held for a look
 *	at PIND_WATCHES_MAX files at most, and never while an eventfd is signalled
 * @files: the open files, each with an eventfd of its own
 * @nr: how many files there are
 * @work: signals the eventfds that are due; queued under @lock, only while there are files
 */
struct pind_watches {
	atomic_long_t max;
	atomic_long_t fail;
	spinlock_t lock;
	struct list_head files;
	unsigned int nr;
	struct work_struct work;
};

void pind_watches_init(struct pind_watches *watches);

/**
 * pind_watch_refused() - a pin call of @group was refused by @by: @group or a group above it
 * Counts the refusal in "fail" from @group upwards and in "max" from @by upwards, and has the
 * eventfds of each level signalled after its counts have changed. A worker signals them,
 * since that runs callbacks of the waiters. Allocates nothing and waits for nothing.
 * Context: process; may run under mmap_lock.
 */
void pind_watch_refused(struct pind_group *group, struct pind_group *by);

/** pind_watch_init() - make the files. Return: 0 or -ENOMEM. */
int pind_watch_init(void);

/** pind_watch_exit() - remove the files, and signal each eventfd a last time */
void pind_watch_exit(void);

#endif /* PIND_WATCH_H */
