// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "driver.h"

#define MAPS_MAX    64
#define DEVICES_MAX 4
#define DEVICES	    "/sys/bus/pci/devices/"

/* Where a device sees the area: its addresses have 28 bits. */
#define AREA_FOR_DEVICES ((uint64_t)16 << 20)

/* The container in use, whose area it maps, and what makes it one that can map. */
static int container = -1;
static const struct pinner *owner;
static struct {
	int group;
	int device;
} devices[DEVICES_MAX];
static int device_nr;

/* What was mapped. */
static struct iovec maps[MAPS_MAX];

static int open_group(const char *address)
{
	char path[64], target[256], *number;
	ssize_t length;
	int group;

	(void)snprintf(path, sizeof(path), DEVICES "%.16s/iommu_group", address);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return -errno;
	target[length] = '\0';
	number = strrchr(target, '/');
	if (!number)
		return -ENODEV;
	(void)snprintf(path, sizeof(path), "/dev/vfio/%.16s", number + 1);
	group = open(path, O_RDWR | O_CLOEXEC);
	return group < 0 ? -errno : group;
}

/* The first group decides what kind of container it is. */
static int add_device(const char *address)
{
	int group, device;

	if (device_nr == DEVICES_MAX)
		return -EMFILE;
	group = open_group(address);
	if (group < 0)
		return group;
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0 ||
	    (!device_nr && ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0) ||
	    (device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address)) < 0) {
		int r = -errno;

		(void)close(group);
		return r;
	}
	devices[device_nr].group = group;
	devices[device_nr++].device = device;
	return 0;
}

static uint64_t device_address(const void *address)
{
	return AREA_FOR_DEVICES + ((const char *)address - owner->area);
}

static long pin(const struct iovec *range, char **words)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)range->iov_base,
		.size = range->iov_len,
	};
	int place = 0;

	if (!owner)
		return -ENODEV;
	map.iova = device_address(range->iov_base);
	while (place < MAPS_MAX && maps[place].iov_len)
		place++;
	if (place == MAPS_MAX)
		return -EMFILE;
	if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map) < 0)
		return -errno;
	maps[place] = *range;
	return place;
}

/* Returns how many bytes of it were mapped. */
static long unmap(const struct iovec *range)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.size = range->iov_len,
	};

	if (!owner)
		return -ENODEV;
	unmap.iova = device_address(range->iov_base);
	if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap) < 0)
		return -errno;
	return (long)unmap.size;
}

static long unpin(int place)
{
	long r;

	if (place >= MAPS_MAX || !maps[place].iov_len)
		return -EBADF;
	r = unmap(&maps[place]);
	if (r < 0)
		return r;
	r = (size_t)r == maps[place].iov_len ? 0 : -ENXIO;
	maps[place] = (struct iovec){};
	return r;
}

static long do_container(struct pinner *pinner, char **words)
{
	owner = pinner;
	container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	return container < 0 ? -errno : container;
}

static long do_adopt(struct pinner *pinner, char **words)
{
	owner = pinner;
	return pinner_number(words, &container);
}

static long do_device(struct pinner *pinner, char **words)
{
	const char *address = pinner_word(words);

	return address ? add_device(address) : -EINVAL;
}

static long do_unmap(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r = pinner_range(pinner, words, &range);

	return r < 0 ? r : unmap(&range);
}

/* The last one first, as its place is free then. */
static long do_drop(struct pinner *pinner, char **words)
{
	if (!device_nr)
		return -ENODEV;
	device_nr--;
	(void)close(devices[device_nr].device);
	(void)close(devices[device_nr].group);
	return device_nr;
}

static const struct pinner_command commands[] = {
	{ "vfio-adopt", do_adopt },
	{ "vfio-container", do_container },
	{ "vfio-device", do_device },
	{ "vfio-drop", do_drop },
	{ "vfio-unmap", do_unmap },
	{},
};

const struct driver vfio_driver = {
	.name = "vfio",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
