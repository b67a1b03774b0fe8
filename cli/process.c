// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "process.h"

/* The name is field 2; what follows its last ')' begins with field 3. */
#define FIELD_AFTER_NAME 3
#define FIELD_START_TIME 22

int process_start_ticks(const char *stat, uint64_t *ret)
{
	const char *p = strrchr(stat, ')');
	uint64_t ticks;

	if (!p)
		return -EBADMSG;
	for (int field = FIELD_AFTER_NAME; field <= FIELD_START_TIME; field++) {
		p = strchr(p, ' ');
		if (!p)
			return -EBADMSG;
		p++;
	}
	if (sscanf(p, "%" SCNu64, &ticks) != 1)
		return -EBADMSG;

	*ret = ticks;
	return 0;
}

/* Text of /proc/PID/stat. Return: 0 or negative errno. */
static int read_stat(pid_t pid, char *buffer, size_t size)
{
	_cleanup_close_ int fd = -1;
	char path[32];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buffer, size - 1);
	if (n < 0)
		return -errno;
	buffer[n] = '\0';
	return 0;
}

bool process_is_gone(pid_t pid, uint64_t start_time)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	char stat[1024];
	uint64_t ticks;
	int r;

	/* Without /proc, or with one that hides processes, nothing is known. */
	if (access("/proc/self/stat", R_OK) < 0 || access("/proc/1", F_OK) < 0)
		return false;

	r = read_stat(pid, stat, sizeof(stat));
	if (r < 0)
		return r == -ENOENT || r == -ESRCH;
	if (process_start_ticks(stat, &ticks) < 0)
		return false;
	return ticks != (uint64_t)((unsigned __int128)start_time * hz / 1000000000);
}
