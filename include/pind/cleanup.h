/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables that are cleaned up when they leave their scope. A value that is handed on is
 * taken out of its variable by TAKE_PTR() or TAKE_FD(). sd-bus.h, sd-event.h and
 * friends bring such functions for their own types (sd_bus_unrefp, ...).
 */
#ifndef PIND_CLEANUP_H
#define PIND_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_	    _cleanup_(freep)
#define _cleanup_close_	    _cleanup_(closep)
#define _cleanup_fclose_    _cleanup_(fclosep)
#define _cleanup_closedir_  _cleanup_(closedirp)

/* The value of the pointer, which forgets it. */
#define TAKE_PTR(pointer)                            \
	({                                           \
		__typeof__(pointer) _taken = (pointer); \
		(pointer) = NULL;                    \
		_taken;                              \
	})

/* The value of the file descriptor variable, which forgets it. */
#define TAKE_FD(fd)                \
	({                         \
		int _taken = (fd); \
		(fd) = -EBADF;     \
		_taken;            \
	})

/* Defines name(), a cleanup function that calls @function on a pointer that is not NULL. */
#define DEFINE_CLEANUP(type, function, name)    \
	static inline void name(type **pointer) \
	{                                       \
		if (*pointer)                   \
			function(*pointer);     \
	}

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

/* Leaves errno as it is, so it may run between a failure and its report. */
static inline void closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}

static inline void fclosep(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static inline void closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

#endif /* PIND_CLEANUP_H */
