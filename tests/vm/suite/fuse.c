// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuse FILE: a file system of one file, which takes the place of FILE and is as long as anybody
 * reads; each read of it is direct I/O, by which the kernel pins the reader's pages until we
 * answer. Prints "ok" when it is there, and ends, and it with it, at the end of stdin.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH (1 << 20) /* of one answer at most, and what is said of the file */

/* Beyond what is read at once there is the header of the request. */
static char request[LENGTH + 4096] __attribute__((aligned(8)));
static char zeros[LENGTH];

static int answer(int fd, int error, const void *data, size_t length)
{
	static char message[sizeof(struct fuse_out_header) + LENGTH];
	const struct fuse_in_header *in = (const struct fuse_in_header *)request;
	const struct fuse_out_header out = {
		.len = (uint32_t)(sizeof(out) + length), .error = -error, .unique = in->unique,
	};

	memcpy(message, &out, sizeof(out));
	if (length)
		memcpy(message + sizeof(out), data, length);
	/* -ENOENT: whoever asked was interrupted */
	return write(fd, message, out.len) < 0 && errno != ENOENT ? -errno : 0;
}

static int serve(int fd)
{
	const struct fuse_in_header *in = (const struct fuse_in_header *)request;
	const struct fuse_read_in *wanted = (const struct fuse_read_in *)(in + 1);
	const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = LENGTH,
	};
	const struct fuse_open_out opened = { .open_flags = FOPEN_DIRECT_IO };
	const struct fuse_attr_out attr = {
		.attr_valid = 1000,
		.attr = { .ino = 1, .size = LENGTH, .mode = S_IFREG | 0444, .nlink = 1 },
	};

	switch (in->opcode) {
	case FUSE_INIT:
		return answer(fd, 0, &init, sizeof(init));
	case FUSE_GETATTR:
		return answer(fd, 0, &attr, sizeof(attr));
	case FUSE_OPEN:
		return answer(fd, 0, &opened, sizeof(opened));
	case FUSE_READ:
		return answer(fd, 0, zeros, wanted->size < LENGTH ? wanted->size : LENGTH);
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		return answer(fd, 0, NULL, 0);
	case FUSE_FORGET: /* wants no answer */
	case FUSE_INTERRUPT:
		return 0;
	}
	return answer(fd, ENOSYS, NULL, 0);
}

static int mount_over(const char *path, int fd)
{
	char options[128];

	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=100444,user_id=0,group_id=0", fd);
	return mount("pindtest", path, "fuse", MS_NODEV | MS_NOSUID, options) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC), r;
	struct pollfd polled[] = { { STDIN_FILENO, POLLIN, 0 }, { fd, POLLIN, 0 } };

	if (argc != 2 || fd < 0 || mount_over(argv[1], fd) < 0) {
		(void)printf("error %s\n", strerrorname_np(errno));
		return 1;
	}
	(void)puts("ok mounted");
	(void)fflush(stdout);
	for (r = 0; r >= 0;) {
		if (poll(polled, 2, -1) < 0 || polled[0].revents)
			break;
		if (polled[1].revents)
			r = read(fd, request, sizeof(request)) < 0 ? -errno : serve(fd);
	}
	(void)umount2(argv[1], MNT_DETACH);
	return r < 0 && r != -ENODEV;
}
