// SPDX-License-Identifier: GPL-2.0-or-later
/* By itself, so that a test has a hierarchy of its own: a build chroot has none. */
#include <stddef.h>
#include <sys/statfs.h>

#include <linux/magic.h>

#include <pind/cgroup.h>

const char *pind_cgroup_mount(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (statfs(mounts[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return mounts[i];
	return NULL;
}
