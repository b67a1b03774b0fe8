// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <infiniband/verbs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

#define REGIONS_MAX 64

/* The device in use, and what is registered there. */
static struct ibv_context *context;
static struct ibv_pd *domain;
static struct ibv_mr *regions[REGIONS_MAX];

static int use_device(struct ibv_device *device)
{
	struct ibv_context *opened = ibv_open_device(device);
	int r;

	if (!opened)
		return -errno;
	domain = ibv_alloc_pd(opened);
	if (!domain) {
		r = -errno;
		(void)ibv_close_device(opened);
		return r;
	}
	context = opened;
	return 0;
}

/* @name: of the device, or NULL for the first there is */
static int open_device(const char *name)
{
	struct ibv_device **list = ibv_get_device_list(NULL), **device;
	int r = 0;

	for (device = list; device && *device; device++)
		if (!name || !strcmp(ibv_get_device_name(*device), name))
			break;
	if (!device || !*device)
		r = -ENODEV;
	else
		r = use_device(*device);
	if (list)
		ibv_free_device_list(list);
	return r;
}

/* Which of verbs' words for what may be done to a region follows. */
static int take_access(char **words)
{
	int access = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE;
	const char *word = pinner_word(words);

	if (word && !strcmp(word, "on-demand"))
		access |= IBV_ACCESS_ON_DEMAND;
	else if (word && !strcmp(word, "read-only"))
		access = 0;
	else if (word)
		return -EINVAL;
	return access;
}

static long pin(const struct iovec *range, char **words)
{
	int place = 0, access = take_access(words), r = context ? 0 : open_device(NULL);

	if (access < 0 || r < 0)
		return access < 0 ? access : r;
	while (place < REGIONS_MAX && regions[place])
		place++;
	if (place == REGIONS_MAX)
		return -EMFILE;
	errno = 0;
	regions[place] = ibv_reg_mr(domain, range->iov_base, range->iov_len, access);
	return regions[place] ? place : -(errno ?: EIO);
}

static long unpin(int place)
{
	int r;

	if (place >= REGIONS_MAX || !regions[place])
		return -EBADF;
	r = ibv_dereg_mr(regions[place]);
	if (!r)
		regions[place] = NULL;
	return -r;
}

static long do_device(struct pinner *pinner, char **words)
{
	return context ? -EBUSY : open_device(pinner_word(words));
}

/* 1 if the device has memory regions on demand, else 0. */
static long do_has_on_demand(struct pinner *pinner, char **words)
{
	struct ibv_device_attr_ex attributes;
	int r = context ? 0 : open_device(NULL);

	if (r < 0)
		return r;
	r = ibv_query_device_ex(context, NULL, &attributes);
	return r ? -r : !!(attributes.odp_caps.general_caps & IBV_ODP_SUPPORT);
}

static const struct pinner_command commands[] = {
	{ "rdma-device", do_device },
	{ "rdma-has-on-demand", do_has_on_demand },
	{},
};

const struct driver rdma_driver = {
	.name = "rdma",
	.pin = pin,
	.unpin = unpin,
	.commands = commands,
};
