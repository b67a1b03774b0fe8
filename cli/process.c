// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "process.h"

/* The name is field 2; behind its last ')' and a blank stands the state. */
#define FIELD_STATE	 3
#define FIELD_FLAGS	 9
#define FIELD_THREADS	 20
#define FIELD_START_TIME 22

/* PF_KTHREAD of the kernel, and the one that has this number on every machine. */
#define FLAG_KERNEL_THREAD 0x00200000
#define PID_KTHREADD	   2

const char *process_root(void)
{
	return "/proc";
}

/* What begins with field 3, NULL if there is none. */
static const char *behind_name(const char *stat)
{
	const char *p = strrchr(stat, ')');

	return p && p[1] == ' ' ? p + 2 : NULL;
}

int process_field(const char *stat, int field, uint64_t *ret)
{
	const char *p = behind_name(stat);
	uint64_t value;

	for (int i = FIELD_STATE; p && i < field; i++) {
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	if (!p || sscanf(p, "%" SCNu64, &value) != 1)
		return -EBADMSG;

	*ret = value;
	return 0;
}

/* Text of PID/stat. Return: 0 or negative errno. */
static int read_stat(const char *proc, pid_t pid, char *buffer, size_t size)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/%d/stat", proc, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buffer, size - 1);
	if (n < 0)
		return -errno;
	buffer[n] = '\0';
	return 0;
}

bool process_sees_host(const char *proc)
{
	char stat[1024];
	uint64_t flags;

	return read_stat(proc, PID_KTHREADD, stat, sizeof(stat)) == 0 &&
	       process_field(stat, FIELD_FLAGS, &flags) == 0 && (flags & FLAG_KERNEL_THREAD);
}

/* The leader stays a zombie as long as threads of it live, and counts with them. */
static bool is_dead(const char *stat)
{
	const char *state = behind_name(stat);
	uint64_t threads;

	return state && (state[0] == 'Z' || state[0] == 'X') &&
	       process_field(stat, FIELD_THREADS, &threads) == 0 && threads <= 1;
}

bool process_is_gone(const char *proc, pid_t pid, uint64_t start_time)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	char stat[1024];
	uint64_t ticks;
	int r;

	if (!process_sees_host(proc))
		return false;

	r = read_stat(proc, pid, stat, sizeof(stat));
	if (r < 0)
		return r == -ENOENT || r == -ESRCH;
	if (process_field(stat, FIELD_START_TIME, &ticks) < 0)
		return false;
	return ticks != (uint64_t)((unsigned __int128)start_time * hz / 1000000000) ||
	       is_dead(stat);
}
