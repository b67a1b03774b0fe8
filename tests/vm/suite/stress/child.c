// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"

/* Milliseconds that a child lives, at most. */
#define LIFE_MAX 400

enum { HOLD, WRITE, RELEASE, REGISTER, MOVE, WAYS };

/* It has the pages of its parent, and copies of those that are pinned. */
static void live(struct actor *actor, const struct choice *choice)
{
	uint32_t detail = choice->detail / WAYS;

	switch (choice->detail % WAYS) {
	case WRITE:
		(void)memory_advise(&choice->range, MADV_POPULATE_WRITE);
		break;
	case RELEASE:
		(void)holder_unregister(&actor->slots[choice->slot]);
		break;
	case REGISTER:
		(void)holder_register(&actor->slots[choice->slot], &choice->range, 1);
		break;
	case MOVE:
		(void)child_move(actor->scene, detail);
		break;
	}
	(void)usleep(detail % LIFE_MAX * 1000);
	_exit(0);
}

int child_start(const struct actor *actor, const struct choice *choice)
{
	struct actor copy = *actor;
	pid_t child = fork();

	if (child == 0)
		live(&copy, choice);
	/* Memory that is short here is none of pind's affair. */
	return child < 0 ? -EAGAIN : 0;
}

int child_move(const struct scene *scene, uint32_t number)
{
	char path[PATH_MAX];
	int fd, r = 0;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs",
		       scene->groups[number % scene->n_groups]);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "0", 1) < 0)
		r = -errno;
	(void)close(fd);
	return r;
}
