// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "driver-file.h"

/* BPF_MAP_TYPE_TASK_STORAGE: the only kind of map that can have user memory in it. */
#define TASK_STORAGE 29

const struct driver_file driver_files[DRIVER_FILES] = {
	{ .driver = "io_uring", .prefixes = { "anon_inode:[io_uring]" }, .key = "UserBufs:" },
	{ .driver = "vfio", .prefixes = { "/dev/vfio/", "anon_inode:[vfio" } },
	/* A device that is bound to it keeps it. */
	{ .driver = "iommufd",
	  .prefixes = { "/dev/iommu", "/dev/vfio/devices/", "anon_inode:[vfio" } },
	{ .driver = "rdma", .prefixes = { "/dev/infiniband/uverbs" } },
	{ .driver = "xdp", .prefixes = { "socket:[" }, .protocol = "XDP" },
	{ .driver = "rds", .prefixes = { "socket:[" }, .protocol = "RDS" },
	{ .driver = "udmabuf", .prefixes = { "/dmabuf:" } },
	{ .driver = "vdpa", .prefixes = { "/dev/vhost-vdpa-" } },
	{ .driver = "vduse", .prefixes = { "/dev/vduse/" } },
	{ .driver = "kvm-sev", .prefixes = { "anon_inode:kvm-vm" } },
	{ .driver = "v4l2", .prefixes = { "/dev/video", "/dev/vbi", "/dev/swradio" } },
	{ .driver = "bpf",
	  .prefixes = { "anon_inode:bpf-map" },
	  .key = "map_type:",
	  .value = TASK_STORAGE },
	{ .driver = "ublk", .prefixes = { "/dev/ublkc" }, .device = "/dev/ublkc" },
};

const struct driver_file *driver_file_find(const char *driver)
{
	for (size_t i = 0; i < DRIVER_FILES; i++) {
		if (!strcmp(driver_files[i].driver, driver))
			return &driver_files[i];
	}
	return NULL;
}
