// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "policy-file.h"
#include "policy-memory.h"

/* Hidden, so it is no file of rules itself. */
#define TEMPORARY ".new"

static int open_directory(const char *directory)
{
	int fd;

	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool has_text(int directory, const char *name, const char *text, size_t length)
{
	_cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *buffer = malloc(length + 1);
	ssize_t n;

	if (fd < 0 || !buffer)
		return false;
	n = pind_policy_file_read_all(fd, buffer, length + 1);
	return n == (ssize_t)length && !memcmp(buffer, text, length);
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int pind_policy_memory_put(const char *directory, const char *name, const char *text,
			   size_t length)
{
	_cleanup_close_ int fd = open_directory(directory), file = -EBADF;
	int r;

	if (fd < 0)
		return fd;
	if (has_text(fd, name, text, length))
		return 0;
	file = openat(fd, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return -errno;
	r = write_all(file, text, length);
	if (r == 0 && renameat(fd, TEMPORARY, fd, name) < 0)
		r = -errno;
	if (r == 0)
		return fsync(fd) < 0 ? -errno : 0;
	(void)unlinkat(fd, TEMPORARY, 0);
	return r;
}

void pind_policy_memory_prune(const char *directory,
			      bool (*stays)(const char *name, void *userdata), void *userdata)
{
	_cleanup_closedir_ DIR *stream = opendir(directory);
	const struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    !stays(entry->d_name, userdata))
			(void)unlinkat(dirfd(stream), entry->d_name, 0);
}
