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

#include <stdbool.h>

#include <systemd/sd-event.h>

struct pind_watch;

struct pind_watch_calls {
	/* Is there a path that is waited for at this one, or below it? */
	bool (*is_waited)(const char *path, void *userdata);
	/*
	 * What is waited for at or below the path ("" is everything) may have come to be,
	 * or its directory was seen to go. The receiver adds those anew, and then looks
	 * what is there; not from within this call.
	 */
	void (*birth)(const char *path, void *userdata);
};

/**
 * pind_watch_new - nothing is watched yet
 *
 * Return: 0 or a negative errno.
 */
int pind_watch_new(sd_event *event, const char *mount, const struct pind_watch_calls *calls,
		   void *userdata, struct pind_watch **ret);
struct pind_watch *pind_watch_free(struct pind_watch *watch);

/* What follows is a new look: directories that were looked at before are so again. */
void pind_watch_begin(struct pind_watch *watch);

/**
 * pind_watch_add - wait for a path, whether there is something now or not
 *
 * What is made after this returns causes a birth; so look after it, not before. It is
 * waited for as long as is_waited() says so. Directories that are watched already, and
 * still have to be, go on being watched without a gap.
 *
 * Return: 1 if the directory it would lie in is there, 0 if not, or a negative errno.
 */
int pind_watch_add(struct pind_watch *watch, const char *path);

/* It is not waited for any more: directories above it need not be watched for it. */
void pind_watch_drop(struct pind_watch *watch, const char *path);

#endif /* PIND_WATCH_H */
