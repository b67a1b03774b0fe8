/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drivers a pinner can pin its area by, one row each, so that one process
 * may hold the same memory through several. The words are those of `pinctl ps`.
 *
 * To add one: a file driver-NAME.c that defines NAME_driver, its declaration and
 * its row below, the file among `drivers` in meson.build, its commands in the
 * comment of pinner.c. What takes more than a range (a device, a container)
 * is set by a command of the driver's own, which come as the pinner's do.
 */
#ifndef PIND_SUITE_DRIVER_H
#define PIND_SUITE_DRIVER_H

#include <sys/uio.h>

#include "pinner.h"

/**
 * struct driver - one way to take long-term pins
 * @name: what `pinctl ps` calls it
 * @pin: pins a range of the area; gets the rest of the line, which is the
 *	driver's; returns a number from 0 on that the driver knows it by, or a
 *	negative errno, and then nothing is pinned
 * @unpin: gives it back, and returns when the driver has let go or will do so
 *	by itself; -EBADF if there is no such number
 * @commands: further ones, ended by an empty one, or NULL; no other driver and
 *	no part of the pinner may have one of that name
 */
struct driver {
	const char *name;
	long (*pin)(const struct iovec *range, char **words);
	long (*unpin)(int number);
	const struct pinner_command *commands;
};

extern const struct driver bpf_driver;
extern const struct driver entry_driver; /* by a module of the tests' */
extern const struct driver io_uring_driver;
extern const struct driver rdma_driver;
extern const struct driver rds_driver;
extern const struct driver ublk_driver;
extern const struct driver udmabuf_driver;
extern const struct driver v4l2_driver;
extern const struct driver vdpa_driver;
extern const struct driver vduse_driver; /* pinctl says vdpa */
extern const struct driver vfio_driver;
extern const struct driver xdp_driver;

/* driver.c: "pin DRIVER RANGE ...", "unpin DRIVER NUMBER" */
extern const struct pinner_command pinner_driver_commands[];

/** driver_find - the driver of that name, or NULL */
const struct driver *driver_find(const char *name);

/** driver_command - the command of a driver that has this name, or NULL */
const struct pinner_command *driver_command(const char *name);

#endif /* PIND_SUITE_DRIVER_H */
