// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "process-limits.h"
#include "process.h"

#define CAP_IPC_LOCK_BIT 14

#define NSEC_PER_SEC UINT64_C(1000000000)

/* The whole of PID/NAME, or its beginning; *@ret_size without the NUL behind it. */
static int read_whole(const char *proc, pid_t pid, const char *name, char **ret, size_t *ret_size)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t room = 65536;

	(void)snprintf(path, sizeof(path), "%s/%d/%s", proc, (int)pid, name);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	text = calloc(1, room);
	if (!text)
		return -ENOMEM;
	*ret_size = fread(text, 1, room - 1, file);
	if (ferror(file))
		return -EIO;
	*ret = TAKE_PTR(text);
	return 0;
}

/* What stands behind "KEY" at a line's beginning, NULL if there is no such line. */
static const char *line_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, n) == 0)
			return p + n;
	}
	return NULL;
}

static uint64_t kilobytes(const char *status, const char *key)
{
	const char *value = line_of(status, key);
	uint64_t number;

	return value && sscanf(value, "%" SCNu64, &number) == 1 ? number * 1024 : 0;
}

/* A capability counts where the kernel asks for it: in the first user namespace. */
static bool in_our_user_namespace(const char *proc, pid_t pid)
{
	char path[PATH_MAX], theirs[64] = "", ours[64] = "";

	(void)snprintf(path, sizeof(path), "%s/%d/ns/user", proc, (int)pid);
	if (readlink(path, theirs, sizeof(theirs) - 1) < 0)
		return true;
	(void)snprintf(path, sizeof(path), "%s/1/ns/user", proc);
	if (readlink(path, ours, sizeof(ours) - 1) < 0) {
		(void)snprintf(path, sizeof(path), "%s/self/ns/user", proc);
		if (readlink(path, ours, sizeof(ours) - 1) < 0)
			return true;
	}
	return strcmp(theirs, ours) == 0;
}

static int read_status(const char *proc, struct process_limits *limits)
{
	_cleanup_free_ char *text = NULL;
	uint64_t capabilities = 0;
	const char *value;
	size_t size;
	int r;

	r = read_whole(proc, limits->pid, "status", &text, &size);
	if (r < 0)
		return r;
	limits->mlocked = kilobytes(text, "VmLck:");
	limits->pinned = kilobytes(text, "VmPin:");
	value = line_of(text, "Uid:");
	if (value)
		limits->uid = (uid_t)strtoul(value, NULL, 10);
	value = line_of(text, "CapEff:");
	if (value)
		capabilities = strtoull(value, NULL, 16);
	limits->ignores_memlock =
		capabilities >> CAP_IPC_LOCK_BIT & 1 && in_our_user_namespace(proc, limits->pid);
	value = line_of(text, "Name:");
	if (value) {
		value += strspn(value, " \t");
		limits->comm = strndup(value, strcspn(value, "\n"));
	}
	return 0;
}

static uint64_t read_limit(const char **text)
{
	uint64_t number = PIND_UNLIMITED;
	int n = 0;

	*text += strspn(*text, " ");
	if (sscanf(*text, "%" SCNu64 "%n", &number, &n) == 1)
		*text += n;
	else
		*text += strcspn(*text, " ");
	return number;
}

static void read_memlock(const char *proc, struct process_limits *limits)
{
	_cleanup_free_ char *text = NULL;
	const char *value = NULL;
	size_t size;

	limits->memlock = limits->memlock_hard = PIND_UNLIMITED;
	if (read_whole(proc, limits->pid, "limits", &text, &size) == 0)
		value = line_of(text, "Max locked memory");
	if (!value)
		return;
	limits->memlock = read_limit(&value);
	limits->memlock_hard = read_limit(&value);
}

static void read_command(const char *proc, struct process_limits *limits)
{
	char *text = NULL;
	size_t size = 0;

	if (read_whole(proc, limits->pid, "cmdline", &text, &size) < 0)
		return;
	if (size == 0) {
		free(text);
		return;
	}
	for (size_t i = 0; i + 1 < size; i++) {
		if (text[i] == '\0')
			text[i] = ' ';
	}
	limits->command = text;
}

static void read_cgroup(const char *proc, struct process_limits *limits)
{
	_cleanup_free_ char *text = NULL;
	const char *path = NULL;
	size_t size;

	if (read_whole(proc, limits->pid, "cgroup", &text, &size) == 0)
		path = line_of(text, "0::");
	if (path)
		limits->path = strndup(path, strcspn(path, "\n"));
}

static void read_start(const char *proc, struct process_limits *limits)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK), ticks;
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (read_whole(proc, limits->pid, "stat", &text, &size) == 0 &&
	    process_field(text, 22, &ticks) == 0)
		limits->started = (uint64_t)((unsigned __int128)ticks * NSEC_PER_SEC / hz);
}

static void count_mappings(const char *proc, struct process_limits *limits)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX];
	int c;

	(void)snprintf(path, sizeof(path), "%s/%d/maps", proc, (int)limits->pid);
	file = fopen(path, "re");
	while (file && (c = getc_unlocked(file)) != EOF)
		limits->mappings += c == '\n';
}

static void look_for_vfio(const char *proc, struct process_limits *limits)
{
	char path[PATH_MAX], target[64];
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%s/%d/fd", proc, (int)limits->pid);
	dir = opendir(path);
	while (dir && !limits->has_vfio && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		limits->has_vfio = strcmp(target, "/dev/vfio/vfio") == 0;
	}
}

int process_limits_read(const char *proc, pid_t pid, struct process_limits *ret)
{
	int r;

	*ret = (struct process_limits){ .pid = pid };
	r = read_status(proc, ret);
	if (r < 0)
		return r;
	read_memlock(proc, ret);
	read_command(proc, ret);
	read_cgroup(proc, ret);
	read_start(proc, ret);
	return 0;
}

void process_limits_read_use(const char *proc, struct process_limits *limits)
{
	count_mappings(proc, limits);
	look_for_vfio(proc, limits);
}

int process_limits_info(const char *proc, pid_t pid, struct pind_process_info *ret)
{
	struct process_limits limits;
	int r = process_limits_read(proc, pid, &limits);

	if (r == 0) {
		*ret = (struct pind_process_info){ .command = TAKE_PTR(limits.command),
						   .memlock = limits.memlock,
						   .memlock_hard = limits.memlock_hard,
						   .mlocked = limits.mlocked };
		if (ret->command)
			model_mark(&pind_process_kind, ret, "command");
		model_mark(&pind_process_kind, ret, "memlock");
		model_mark(&pind_process_kind, ret, "memlock_hard");
		model_mark(&pind_process_kind, ret, "mlocked");
	}
	process_limits_done(&limits);
	return r;
}

void process_limits_done(struct process_limits *limits)
{
	free(limits->comm);
	free(limits->command);
	free(limits->path);
	*limits = (struct process_limits){ 0 };
}

uint64_t process_limits_number(const char *path, uint64_t otherwise)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	uint64_t number;

	return file && fscanf(file, "%" SCNu64, &number) == 1 ? number : otherwise;
}

uint64_t process_limits_of_user(const char *proc, uid_t uid)
{
	_cleanup_closedir_ DIR *dir = opendir(proc);
	struct dirent *entry;
	uint64_t sum = 0;

	while (dir && (entry = readdir(dir))) {
		struct process_limits limits = { .pid = (pid_t)strtol(entry->d_name, NULL, 10) };

		if (isdigit((unsigned char)entry->d_name[0]) && read_status(proc, &limits) == 0 &&
		    limits.uid == uid)
			sum += limits.mlocked + limits.pinned;
		process_limits_done(&limits);
	}
	return sum;
}
