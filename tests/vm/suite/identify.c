// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * identify DEVICE COUNT: asks an NVMe controller so often what it is, by a command that the
 * kernel passes through: the controller writes the answer into a page of ours.
 */
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define IDENTIFY	  0x06 /* opcode */
#define IDENTIFY_CONTROLLER 1  /* in cdw10 */

int main(int argc, char **argv)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct nvme_admin_cmd command = {
		.opcode = IDENTIFY,
		.addr = (uintptr_t)page,
		.data_len = sizeof(page),
		.cdw10 = IDENTIFY_CONTROLLER,
	};
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	int fd;

	if (count < 1) {
		(void)fprintf(stderr, "usage: identify DEVICE COUNT\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	for (; count; count--)
		if (ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command)) {
			perror("identify: the controller does not answer");
			return 1;
		}
	return 0;
}
