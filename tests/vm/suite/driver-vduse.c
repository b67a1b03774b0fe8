// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A network device in user space, with two queues that nobody serves: it only
 * answers what the kernel asks while a driver takes it or leaves it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "driver.h"

#define QUEUES	   2
#define QUEUE_SIZE 256

/* The device in use; who answers for it; and the size of what is registered. */
static int device = -1;
static pthread_t answerer;
static atomic_bool stop;
static size_t registered;

static void answer(void)
{
	struct vduse_dev_request request;
	struct vduse_dev_response response = { .result = VDUSE_REQ_RESULT_OK };

	if (read(device, &request, sizeof(request)) != sizeof(request))
		return;
	response.request_id = request.request_id;
	if (write(device, &response, sizeof(response)) < 0)
		perror("pinner: vduse");
}

static void *answer_all(void *arg)
{
	struct pollfd waiting = { .fd = device, .events = POLLIN };

	while (!stop)
		if (poll(&waiting, 1, 50) > 0)
			answer();
	return NULL;
}

/* It has to be of the size of the device's bounce buffer, which it becomes. */
static long pin(const struct iovec *range, char **words)
{
	struct vduse_iova_umem umem = { .uaddr = (uintptr_t)range->iov_base,
					.size = range->iov_len };

	if (ioctl(device, VDUSE_IOTLB_REG_UMEM, &umem) < 0)
		return -errno;
	registered = range->iov_len;
	return 0;
}

static long unpin(int number)
{
	struct vduse_iova_umem umem = { .size = registered };

	return ioctl(device, VDUSE_IOTLB_DEREG_UMEM, &umem) < 0 ? -errno : 0;
}

static int control(unsigned long request, void *argument)
{
	int fd = open("/dev/vduse/control", O_RDWR | O_CLOEXEC), r = 0;

	if (fd < 0 || ioctl(fd, request, argument) < 0)
		r = -errno;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int create(const char *name)
{
	size_t size = sizeof(struct vduse_dev_config) + sizeof(struct virtio_net_config);
	struct vduse_dev_config *config = calloc(1, size);
	int r;

	if (!config)
		return -ENOMEM;
	(void)snprintf(config->name, sizeof(config->name), "%s", name);
	config->device_id = VIRTIO_ID_NET;
	config->features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM;
	config->vq_num = QUEUES;
	config->vq_align = PAGE;
	config->config_size = sizeof(struct virtio_net_config);
	r = control(VDUSE_CREATE_DEV, config);
	free(config);
	return r;
}

static int set_bounce_size(const char *name, size_t size)
{
	char path[512];
	FILE *file;
	int r = 0;

	(void)snprintf(path, sizeof(path), "/sys/class/vduse/%s/bounce_size", name);
	file = fopen(path, "we");
	if (!file)
		return -errno;
	if (fprintf(file, "%zu", size) < 0)
		r = -EIO;
	return fclose(file) ? -errno : r;
}

static int open_device(const char *name)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "/dev/vduse/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int set_up_queues(int fd)
{
	for (uint32_t i = 0; i < QUEUES; i++) {
		struct vduse_vq_config queue = { .index = i, .max_size = QUEUE_SIZE };

		if (ioctl(fd, VDUSE_VQ_SETUP, &queue) < 0)
			return -errno;
	}
	return 0;
}

static long do_device(struct pinner *pinner, char **words)
{
	const char *name = pinner_word(words);
	size_t size;
	int fd, r;

	if (!name || device >= 0 || pinner_size(words, &size) < 0)
		return name && device >= 0 ? -EBUSY : -EINVAL;
	r = create(name);
	if (r >= 0)
		r = set_bounce_size(name, size);
	fd = r < 0 ? r : open_device(name);
	if (fd >= 0)
		r = set_up_queues(fd);
	if (fd < 0 || r < 0)
		return fd < 0 ? fd : r;
	device = fd;
	stop = false;
	return -pthread_create(&answerer, NULL, answer_all, NULL);
}

static long do_close(struct pinner *pinner, char **words)
{
	if (device < 0)
		return -EBADF;
	stop = true;
	(void)pthread_join(answerer, NULL);
	(void)close(device);
	device = -1;
	return 0;
}

static long do_destroy(struct pinner *pinner, char **words)
{
	const char *name = pinner_word(words);
	char buffer[VDUSE_NAME_MAX] = {};

	if (!name)
		return -EINVAL;
	(void)snprintf(buffer, sizeof(buffer), "%s", name);
	return control(VDUSE_DESTROY_DEV, buffer);
}

static const struct pinner_command commands[] = {
	{ "vduse-close", do_close },
	{ "vduse-destroy", do_destroy },
	{ "vduse-device", do_device },
	{},
};

const struct driver vduse_driver = {
	.name = "vduse",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
