// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "file.h"

/* Of a file that is being written: one name for all, so that each name is short enough. */
#define TEMPORARY "/.new"

/* A million quotas; what is bigger was not written by us. */
#define SIZE_MAX_READ (256 * 1024 * 1024)
#define DAMAGED_MAX   1000

static char *path_of(const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

int pind_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_length)
{
	_cleanup_free_ char *path = path_of(directory, name), *text = NULL;
	_cleanup_fclose_ FILE *file = path ? fopen(path, "re") : NULL;
	struct stat st;
	size_t length;

	if (!path)
		return -ENOMEM;
	if (!file || fstat(fileno(file), &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > SIZE_MAX_READ)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	length = fread(text, 1, (size_t)st.st_size, file);
	if (ferror(file))
		return -EIO;
	text[length] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

int pind_file_keep(const char *directory, const char *name, char **ret_kept)
{
	_cleanup_free_ char *path = path_of(directory, name);

	if (!path)
		return -ENOMEM;
	for (int i = 1; i <= DAMAGED_MAX; i++) {
		_cleanup_free_ char *kept = NULL;

		if (asprintf(&kept, "%s.damaged-%d", path, i) < 0)
			return -ENOMEM;
		if (link(path, kept) == 0) {
			*ret_kept = TAKE_PTR(kept);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EMFILE;
}

static int directory_sync(const char *directory)
{
	_cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int write_all(int fd, const char *text, size_t left)
{
	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		left -= (size_t)written;
	}
	return 0;
}

static int write_new(const char *path, const char *text, size_t length)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
				      0644);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, text, length);
	return r < 0 ? r : fsync(fd) < 0 ? -errno : 0;
}

int pind_file_replace(const char *directory, const char *name, const char *text, size_t length,
		      const char *backup)
{
	_cleanup_free_ char *path = path_of(directory, name), *temporary = NULL, *old = NULL;
	int r;

	if (!path || asprintf(&temporary, "%s" TEMPORARY, directory) < 0)
		return -ENOMEM;
	r = write_new(temporary, text, length);
	if (r >= 0 && backup) {
		/* while there is no backup the file itself is good */
		old = path_of(directory, backup);
		if (old && (unlink(old) == 0 || errno == ENOENT))
			(void)!link(path, old);
	}
	if (r >= 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);
		return r;
	}
	/*
	 * The new file is in place, so the change is made; a failure here would
	 * only mean that a power cut may still undo it.
	 */
	(void)directory_sync(directory);
	return 0;
}

int pind_file_append(const char *directory, const char *name, size_t length, const char *text)
{
	_cleanup_free_ char *path = path_of(directory, name);
	_cleanup_close_ int fd = -EBADF;
	struct stat st;
	int r;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < (off_t)length)
		return -ESTALE;
	if (st.st_size > (off_t)length && ftruncate(fd, (off_t)length) < 0)
		return -errno;
	r = write_all(fd, text, strlen(text));
	if (r >= 0 && fdatasync(fd) < 0)
		r = -errno;
	if (r < 0) {
		/* nothing half-written stays */
		if (ftruncate(fd, (off_t)length) < 0)
			return -errno;
		return r;
	}
	return length ? 0 : directory_sync(directory);
}

int pind_file_move(const char *directory, const char *from, const char *to)
{
	_cleanup_free_ char *old = path_of(directory, from), *new = to ? path_of(directory, to) : NULL;

	if (!old || (to && !new))
		return -ENOMEM;
	if ((to ? rename(old, new) : unlink(old)) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}
