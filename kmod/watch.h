/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/pind/events and /proc/pind/events.local: for a program in its own cgroup, which
 * needs neither D-Bus nor netlink to hear that a quota refused it. Reading shows the two
 * counts of the cgroup that the opener was in: "max", this cgroup's limit said no, and
 * "fail", a pin call of this cgroup failed; in events with all below it, in events.local
 * without. Writing the number of an eventfd has it signalled at each change.
 *
 * An eventfd and no poll() of the file itself: whoever waits there would sleep on a wait
 * queue of ours, and proc lets a module go while files of it are open.
 */
#ifndef PIND_WATCH_H
#define PIND_WATCH_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct pind_group;

/* Eventfds that a cgroup may have: a refusal has those of each level signalled. */
#define PIND_WATCHES_MAX 64

/**
 * struct pind_watches - in each group
 * @max: pin calls that this group, or one below it, refused because of its limit
 * @fail: pin calls of this group, or of one below it, that were refused
 * @lock: guards @files, @nr and what is due; process context only, held for a look at
 *	PIND_WATCHES_MAX files at most, and never while an eventfd is signalled
 * @files: open files that have an eventfd, each another one
 * @nr: how many
 * @work: signals those that are due; queued under @lock, only while there are files
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
 * pind_watch_refused() - a pin call of @group was refused by @by, itself or one above it
 * Counts it at each level from either of them on, and has who watches there signalled:
 * after the counts of the level itself have moved, by a worker, as whoever waits for an
 * eventfd has callbacks run. Allocates nothing and waits for nobody.
 * Context: process; may run under mmap_lock.
 */
void pind_watch_refused(struct pind_group *group, struct pind_group *by);

/** pind_watch_init() - make the files. Return: 0 or -ENOMEM. */
int pind_watch_init(void);

/** pind_watch_exit() - take them away; who watches is signalled a last time */
void pind_watch_exit(void);

#endif /* PIND_WATCH_H */
