// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include <pind/cleanup.h>

#include "fuse.h"
#include "process-limits.h"

const char *fuse_root(void)
{
	return "/sys/fs/fuse/connections";
}

void fuse_print(const char *root)
{
	_cleanup_closedir_ DIR *dir = opendir(root);
	const char *title = "\nFUSE servers with requests to answer; direct I/O stays pinned until they "
			    "do, or its requests are ended by\n";
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[PATH_MAX];
		uint64_t waiting;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/waiting", root, entry->d_name);
		waiting = process_limits_number(path, 0);
		if (!waiting)
			continue;
		(void)fputs(title, stdout);
		title = "";
		(void)printf("  echo 1 >%s/%s/abort    # %" PRIu64 " waiting; mounted as 0:%s in "
			     "/proc/PID/mountinfo\n",
			     root, entry->d_name, waiting, entry->d_name);
	}
}
