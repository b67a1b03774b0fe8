// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owner.h"

/* In the child: go to the other cgroup, own the memory, and wait to be killed. */
static void be_pinned(const struct memory *memory, const char *cgroup, int ready)
{
	int procs = open(cgroup, O_WRONLY | O_CLOEXEC);

	if (procs < 0 || write(procs, "0", 1) != 1)
		_exit(1);
	memset(memory->area, 2, memory->size);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

pid_t owner_begin(const struct memory *memory, const char *directory)
{
	char path[4096], byte;
	int ready[2];
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	if (pipe(ready) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		be_pinned(memory, path, ready[1]);
	(void)close(ready[1]);
	if (child > 0 && read(ready[0], &byte, 1) != 1) {
		(void)waitpid(child, NULL, 0);
		child = -ECHILD;
	}
	(void)close(ready[0]);
	return child;
}
