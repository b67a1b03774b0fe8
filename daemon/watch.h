/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sees cgroups being made that have a quota waiting, so that they get it at once:
 * those that do not exist yet, and those that are removed and made anew, as with each
 * restart of a service. For each, the directories above it are watched by inotify, as
 * far as they exist; nothing is polled.
 *
 * What remains: whoever makes the cgroup may move a process into it and pin before
 * the daemon runs. Such pins are counted and charged, but not refused; the quota
 * binds from then on. A quota on a parent that exists has no such gap.
 */
#ifndef PIND_WATCH_H
#define PIND_WATCH_H

#include <systemd/sd-event.h>

struct pind_watch;

/**
 * pind_watch_new - nothing is watched yet
 * @on_birth: called from the loop when one of the paths was made, or a directory on
 *	the way to one, or when a watched directory is seen to go. The receiver says anew
 *	what is waited for (not from within the call), and then looks what is there
 *
 * Return: 0 or a negative errno.
 */
int pind_watch_new(sd_event *event, const char *mount, void (*on_birth)(void *userdata),
		   void *userdata, struct pind_watch **ret);
struct pind_watch *pind_watch_free(struct pind_watch *watch);

/**
 * pind_watch_begin - say anew what is waited for
 *
 * Followed by pind_watch_add() for each path and pind_watch_end(). Directories that
 * are watched already, and still have to be, go on being watched without a gap.
 */
void pind_watch_begin(struct pind_watch *watch);

/**
 * pind_watch_add - wait for a path, whether there is something now or not
 *
 * What is made after this returns causes on_birth; so look after it, not before.
 *
 * Return: 0 or a negative errno.
 */
int pind_watch_add(struct pind_watch *watch, const char *path);
void pind_watch_end(struct pind_watch *watch);

#endif /* PIND_WATCH_H */
