// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "standstill.h"

/* Whoever starts services has to go on: it waits for us, and pins nothing. */
#define SPARED "init.scope"

static int write_file(const char *directory, const char *name, const char *text)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -EBADF;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* The value of a line "key value" of a file, or of its only line (@key ""); -1: none. */
static int read_value(const char *directory, const char *name, const char *key)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	char line[64];

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			return atoi(line + strlen(key));
	return -1;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Takes over @path. */
static int add(struct standstill *still, char *path)
{
	char **paths;

	/* somebody else's, who also ends it */
	if (read_value(path, "cgroup.freeze", "") == 1) {
		free(path);
		return 0;
	}
	paths = reallocarray(still->paths, still->n + 1, sizeof(*paths));
	if (!paths) {
		free(path);
		return -ENOMEM;
	}
	still->paths = paths;
	still->paths[still->n++] = path;
	return 0;
}

static int find_all(struct standstill *still, const char *mount)
{
	_cleanup_closedir_ DIR *directory = opendir(mount);
	struct dirent *entry;
	char *path;
	int r = 0;

	if (!directory)
		return -errno;
	while (r >= 0 && (entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, SPARED) == 0)
			continue;
		if (asprintf(&path, "%s/%s", mount, entry->d_name) < 0)
			return -ENOMEM;
		r = add(still, path);
	}
	return r;
}

static void thaw_all(const struct standstill *still)
{
	for (size_t i = still->n; i > 0; i--)
		(void)write_file(still->paths[i - 1], "cgroup.freeze", "0");
}

/* Until the other end of the line is closed, by standstill_end() or by our death. */
static void keep(const struct standstill *still, int line)
{
	ssize_t n;
	char byte;

	do
		n = read(line, &byte, 1);
	while (n < 0 && errno == EINTR);
	thaw_all(still);
	_exit(0);
}

static int start_keeper(struct standstill *still)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	still->keeper = fork();
	r = still->keeper < 0 ? -errno : 0;
	if (still->keeper == 0) {
		(void)close(ends[1]);
		keep(still, ends[0]);
	}
	(void)close(ends[0]);
	still->line = ends[1];
	return r;
}

static int freeze_all(const struct standstill *still)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < still->n; i++) {
		r = write_file(still->paths[i], "cgroup.freeze", "1");
		/* removed meanwhile */
		if (r == -ENOENT || r == -ENODEV)
			r = 0;
	}
	return r;
}

/* Return: one that goes on, or NULL. One that was removed does not. */
static const char *find_moving(const struct standstill *still)
{
	for (size_t i = 0; i < still->n; i++)
		if (read_value(still->paths[i], "cgroup.events", "frozen ") == 0)
			return still->paths[i];
	return NULL;
}

int standstill_begin(struct standstill *still, const char *mount, unsigned int patience_ms,
		     char **ret_who)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	uint64_t end = now_ms() + patience_ms;
	const char *moving;
	int r;

	*still = (struct standstill){ .line = -EBADF, .keeper = -1 };
	/* out of what is frozen: the root is not */
	r = write_file(mount, "cgroup.procs", "0");
	r = r < 0 ? r : find_all(still, mount);
	r = r < 0 ? r : start_keeper(still);
	r = r < 0 ? r : freeze_all(still);
	while (r >= 0 && (moving = find_moving(still))) {
		if (now_ms() >= end) {
			*ret_who = strdup(moving);
			r = -ETIMEDOUT;
		}
		(void)nanosleep(&pause, NULL);
	}
	if (r < 0)
		standstill_end(still);
	return r;
}

void standstill_end(struct standstill *still)
{
	thaw_all(still);
	if (still->line >= 0)
		(void)close(still->line);
	if (still->keeper > 0)
		(void)waitpid(still->keeper, NULL, 0);
	for (size_t i = 0; i < still->n; i++)
		free(still->paths[i]);
	free(still->paths);
	*still = (struct standstill){ .line = -EBADF, .keeper = -1 };
}
