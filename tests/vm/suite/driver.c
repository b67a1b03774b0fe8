// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "driver.h"

static const struct driver *const drivers[] = {
	&bpf_driver,	 &entry_driver, &io_uring_driver, &rdma_driver,	 &rds_driver,  &ublk_driver,
	&udmabuf_driver, &v4l2_driver,	&vdpa_driver,	  &vduse_driver, &vfio_driver, &xdp_driver,
};

const struct driver *driver_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	return NULL;
}

static long do_pin(struct pinner *pinner, char **words)
{
	const struct driver *driver = driver_find(pinner_word(words));
	struct iovec range;
	int r;

	if (!driver)
		return -ENODEV;
	r = pinner_range(pinner, words, &range);
	return r < 0 ? r : driver->pin(&range, words);
}

static long do_unpin(struct pinner *pinner, char **words)
{
	const struct driver *driver = driver_find(pinner_word(words));
	int number, r;

	if (!driver)
		return -ENODEV;
	r = pinner_number(words, &number);
	return r < 0 ? r : driver->unpin(number);
}

const struct pinner_command *driver_command(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		for (const struct pinner_command *command = drivers[i]->commands;
		     command && command->name; command++)
			if (!strcmp(command->name, name))
				return command;
	return NULL;
}

const struct pinner_command pinner_driver_commands[] = {
	{ "pin", do_pin },
	{ "unpin", do_unpin },
	{},
};
