/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done to a cgroup, and to which never. */
#ifndef PIND_ACTOR_CGROUP_H
#define PIND_ACTOR_CGROUP_H

#include <sys/types.h>

#include "event.h"

/**
 * actor_cgroup_act - do to a cgroup what its event says
 * @mount: of the cgroups
 * @daemon: pid of the process that asks
 * @sentence: told what was done, or why it was not; ACTOR_SENTENCE_SIZE bytes
 *
 * Nothing is done to the root, to a cgroup that process 1, this one or the daemon is in or
 * below, nor to one whose id is another.
 *
 * Return: 0; negative errno.
 */
int actor_cgroup_act(const char *mount, pid_t daemon, const struct actor_event *event,
		     char *sentence);

/* Is @path that of the cgroup @other, or of one above it? For the tests. */
bool actor_cgroup_contains(const char *path, const char *other);

#endif /* PIND_ACTOR_CGROUP_H */
