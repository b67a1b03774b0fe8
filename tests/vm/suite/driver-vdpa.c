// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "driver.h"

#define MAPS_MAX 64

/* A map is wherever the device sees nothing else. */
#define IOVA(place) ((uint64_t)(place) << 40)

/* The device in use, and how much is mapped at each place; 0: nothing. */
static int device = -1;
static size_t maps[MAPS_MAX];

static int tell(const struct vhost_iotlb_msg *iotlb)
{
	const struct vhost_msg_v2 message = { .type = VHOST_IOTLB_MSG_V2, .iotlb = *iotlb };

	return write(device, &message, sizeof(message)) == sizeof(message) ? 0 : -errno;
}

static long pin(const struct iovec *range, char **words)
{
	const char *word = pinner_word(words);
	struct vhost_iotlb_msg update = {
		.type = VHOST_IOTLB_UPDATE,
		.uaddr = (uintptr_t)range->iov_base,
		.size = range->iov_len,
		.perm = word ? VHOST_ACCESS_RO : VHOST_ACCESS_RW,
	};
	int place = 0, r;

	if (word && strcmp(word, "read-only"))
		return -EINVAL;
	while (place < MAPS_MAX && maps[place])
		place++;
	if (place == MAPS_MAX)
		return -EMFILE;
	update.iova = IOVA(place);
	r = tell(&update);
	if (r < 0)
		return r;
	maps[place] = range->iov_len;
	return place;
}

static long unpin(int place)
{
	struct vhost_iotlb_msg invalidate = { .type = VHOST_IOTLB_INVALIDATE };
	int r;

	if (place >= MAPS_MAX || !maps[place])
		return -EBADF;
	invalidate.iova = IOVA(place);
	invalidate.size = maps[place];
	r = tell(&invalidate);
	if (r >= 0)
		maps[place] = 0;
	return r;
}

/* As QEMU does it: the device is this process's from then on. */
static int set_up(int fd)
{
	uint64_t features = 1 << VHOST_BACKEND_F_IOTLB_MSG_V2;

	if (ioctl(fd, VHOST_SET_OWNER) < 0 || ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features) < 0)
		return -errno;
	return 0;
}

static long do_device(struct pinner *pinner, char **words)
{
	const char *path = pinner_word(words);
	int fd, r;

	if (!path || device >= 0)
		return path ? -EBUSY : -EINVAL;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = set_up(fd);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	device = fd;
	return device;
}

static long do_close(struct pinner *pinner, char **words)
{
	if (device < 0 || close(device) < 0)
		return -EBADF;
	device = -1;
	memset(maps, 0, sizeof(maps));
	return 0;
}

static const struct pinner_command commands[] = {
	{ "vdpa-close", do_close },
	{ "vdpa-device", do_device },
	{},
};

const struct driver vdpa_driver = {
	.name = "vdpa",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
