/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a driver's pins live in, as /proc/PID/fd shows it: the file whose last
 * holder gives them back. One table, for `pinctl ps --orphans`.
 */
#ifndef PINCTL_DRIVER_FILE_H
#define PINCTL_DRIVER_FILE_H

#include <stddef.h>
#include <stdint.h>

#define DRIVER_FILE_PREFIXES 4

struct driver_file {
	const char *driver; /* as pind_driver_name() has it */
	/* How the link in /proc/PID/fd may begin; NULL-terminated. */
	const char *prefixes[DRIVER_FILE_PREFIXES];
	const char *protocol; /* of a socket, as its xattr has it; else NULL */
	/* A line of fdinfo that tells whether this file can hold pins, or NULL, and
	 * the number behind it then; 0: any but 0. */
	const char *key;
	uint64_t value;
	/* How the device begins that keeps the pins without any process, or NULL. */
	const char *device;
};

/* The table, a row a driver. */
#define DRIVER_FILES 13
extern const struct driver_file driver_files[DRIVER_FILES];

/* Row of a driver; NULL if the word is in none. */
const struct driver_file *driver_file_find(const char *driver);

#endif /* PINCTL_DRIVER_FILE_H */
