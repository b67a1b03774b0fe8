// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "file.h"
#include "policy-memory.h"

static bool has_text(const char *directory, const char *name, const char *text, size_t length)
{
	_cleanup_free_ char *kept = NULL;
	size_t n;

	return pind_file_read(directory, name, &kept, &n) == 0 && n == length &&
	       !memcmp(kept, text, length);
}

int pind_policy_memory_put(const char *directory, const char *name, const char *text,
			   size_t length)
{
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (has_text(directory, name, text, length))
		return 0;
	return pind_file_replace(directory, name, text, length, NULL);
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
