// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "driver.h"

/* A chunk that is no power of two lies anywhere in the umem. */
static int register_umem(int fd, const struct iovec *range, size_t chunk)
{
	struct xdp_umem_reg umem = {
		.addr = (uintptr_t)range->iov_base,
		.len = range->iov_len,
		.chunk_size = chunk,
		.flags = chunk & (chunk - 1) ? XDP_UMEM_UNALIGNED_CHUNK_FLAG : 0,
	};

	return setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) < 0 ? -errno : 0;
}

static long pin(const struct iovec *range, char **words)
{
	size_t chunk = PAGE;
	int fd, r;

	if (**words && pinner_size(words, &chunk) < 0)
		return -EINVAL;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = register_umem(fd, range, chunk);
	if (r < 0)
		(void)close(fd);
	return r < 0 ? r : fd;
}

/* The last socket of an umem leaves it to a worker. */
static long unpin(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

static int make_rings(int fd, const int *options, size_t count)
{
	const int entries = 64;

	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, SOL_XDP, options[i], &entries, sizeof(entries)) < 0)
			return -errno;
	return 0;
}

static int bind_to(int fd, const char *name, int owner)
{
	struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = name ? if_nametoindex(name) : 0,
		.sxdp_flags = owner < 0 ? XDP_COPY : XDP_SHARED_UMEM,
		.sxdp_shared_umem_fd = owner < 0 ? 0 : (uint32_t)owner,
	};

	if (!address.sxdp_ifindex)
		return -ENODEV;
	return bind(fd, (void *)&address, sizeof(address)) < 0 ? -errno : 0;
}

static long do_bind(struct pinner *pinner, char **words)
{
	static const int rings[] = { XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING };
	int fd, r;

	if (pinner_number(words, &fd) < 0)
		return -EINVAL;
	r = make_rings(fd, rings, sizeof(rings) / sizeof(rings[0]));
	return r < 0 ? r : bind_to(fd, pinner_word(words), -1);
}

static long do_share(struct pinner *pinner, char **words)
{
	static const int rings[] = { XDP_RX_RING };
	int owner, fd, r;

	if (pinner_number(words, &owner) < 0)
		return -EINVAL;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = make_rings(fd, rings, sizeof(rings) / sizeof(rings[0]));
	if (r >= 0)
		r = bind_to(fd, pinner_word(words), owner);
	if (r < 0)
		(void)close(fd);
	return r < 0 ? r : fd;
}

static const struct pinner_command commands[] = {
	{ "xdp-bind", do_bind },
	{ "xdp-share", do_share },
	{},
};

const struct driver xdp_driver = {
	.name = "xdp",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
