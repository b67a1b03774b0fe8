// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "driver.h"

#define FILES_MAX 64

/* What is registered with a device, by its descriptor. */
static struct {
	enum v4l2_buf_type type; /* 0: nothing */
	struct iovec range;
	unsigned int count;
} used[FILES_MAX];

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

/* Small pictures: what they show does not matter. */
static int set_format(int fd, enum v4l2_buf_type type)
{
	struct v4l2_format format = {
		.type = type,
		.fmt.pix = {
			.width = 320,
			.height = 180,
			.pixelformat = V4L2_PIX_FMT_YUYV,
			.field = V4L2_FIELD_ANY,
		},
	};

	return call(fd, VIDIOC_S_FMT, &format);
}

static int request_buffers(int fd, enum v4l2_buf_type type, unsigned int count)
{
	struct v4l2_requestbuffers request = {
		.count = count,
		.type = type,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return call(fd, VIDIOC_REQBUFS, &request);
}

/* The buffer with this index is that part of the range. */
static int queue_buffer(int fd, unsigned int index)
{
	size_t length = used[fd].range.iov_len / used[fd].count;
	struct v4l2_buffer buffer = {
		.index = index,
		.type = used[fd].type,
		.memory = V4L2_MEMORY_USERPTR,
		.m.userptr = (unsigned long)used[fd].range.iov_base + index * length,
		.length = (__u32)length,
		.bytesused = (__u32)length,
		.field = V4L2_FIELD_NONE,
	};

	return call(fd, VIDIOC_QBUF, &buffer);
}

static int register_buffers(int fd)
{
	int r = set_format(fd, used[fd].type);

	if (r >= 0)
		r = request_buffers(fd, used[fd].type, used[fd].count);
	for (unsigned int i = 0; r >= 0 && i < used[fd].count; i++)
		r = queue_buffer(fd, i);
	return r;
}

static enum v4l2_buf_type type_of(int fd)
{
	struct v4l2_capability capability;

	if (call(fd, VIDIOC_QUERYCAP, &capability) < 0)
		return 0;
	if (capability.device_caps & V4L2_CAP_VIDEO_CAPTURE)
		return V4L2_BUF_TYPE_VIDEO_CAPTURE;
	return capability.device_caps & V4L2_CAP_VIDEO_OUTPUT ? V4L2_BUF_TYPE_VIDEO_OUTPUT : 0;
}

static long pin(const struct iovec *range, char **words)
{
	const char *path = pinner_word(words);
	int count = 1, fd, r;

	if (**words && (pinner_number(words, &count) < 0 || !count))
		return -EINVAL;
	fd = open(path ?: "/dev/video0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fd >= FILES_MAX) {
		(void)close(fd);
		return -EMFILE;
	}
	used[fd].type = type_of(fd);
	used[fd].range = *range;
	used[fd].count = (unsigned int)count;
	r = used[fd].type ? register_buffers(fd) : -ENOTTY;
	if (r < 0) {
		used[fd].type = 0;
		(void)close(fd);
	}
	return r < 0 ? r : fd;
}

/* Asking for none gives the buffers back; the device is closed then. */
static long unpin(int fd)
{
	int r;

	if (fd >= FILES_MAX || !used[fd].type)
		return -EBADF;
	r = request_buffers(fd, used[fd].type, 0);
	used[fd].type = 0;
	(void)close(fd);
	return r;
}

static int take_stream(char **words)
{
	int fd;

	if (pinner_number(words, &fd) < 0)
		return -EINVAL;
	return fd < FILES_MAX && used[fd].type ? fd : -EBADF;
}

/* Each buffer goes back with the same memory when it has been filled or shown. */
static long do_stream(struct pinner *pinner, char **words)
{
	int fd = take_stream(words), frames, r;

	if (fd < 0 || pinner_number(words, &frames) < 0)
		return fd < 0 ? fd : -EINVAL;
	r = call(fd, VIDIOC_STREAMON, &used[fd].type);
	for (int i = 0; r >= 0 && i < frames; i++) {
		struct v4l2_buffer buffer = {
			.type = used[fd].type,
			.memory = V4L2_MEMORY_USERPTR,
		};

		r = call(fd, VIDIOC_DQBUF, &buffer);
		if (r >= 0)
			r = queue_buffer(fd, buffer.index);
	}
	return r < 0 ? r : frames;
}

static long do_stop(struct pinner *pinner, char **words)
{
	int fd = take_stream(words);

	return fd < 0 ? fd : call(fd, VIDIOC_STREAMOFF, &used[fd].type);
}

/* Buffer 0 is in another place from now on. */
static long do_move(struct pinner *pinner, char **words)
{
	int fd = take_stream(words), r;
	struct iovec range;

	if (fd < 0)
		return fd;
	r = pinner_range(pinner, words, &range);
	if (r < 0 || used[fd].count != 1)
		return r < 0 ? r : -EINVAL;
	used[fd].range = range;
	return queue_buffer(fd, 0);
}

static const struct pinner_command commands[] = {
	{ "v4l2-move", do_move },
	{ "v4l2-stop", do_stop },
	{ "v4l2-stream", do_stream },
	{},
};

const struct driver v4l2_driver = {
	.name = "v4l2",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
