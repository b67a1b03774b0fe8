/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may keep pins whose process is gone: each process that has a file of the
 * kind in which they live (driver-file.h). The kernel does not tell which of such
 * files it is, so there may be more than the one.
 *
 * pinctl looks by itself, with the rights of whoever runs it.
 */
#ifndef PINCTL_KEEPER_H
#define PINCTL_KEEPER_H

#include "driver-file.h"
#include "records.h"

enum keepers_state {
	KEEPERS_NOT_LOOKED,
	KEEPERS_LOOKED,	   /* all processes; perhaps nobody has one */
	KEEPERS_FORBIDDEN, /* some process may not be looked into */
	KEEPERS_ELSEWHERE, /* /proc is not the host's, see process_sees_host() */
	KEEPERS_NO_FILE,   /* what the driver's file looks like is not known */
};

struct keepers {
	enum keepers_state state;
	struct pind_records found; /* of pind_keeper_kind, only if KEEPERS_LOOKED */
};

/*
 * A search, which remembers what it found for each driver. Start with
 * KEEPER_SEARCH(process_root()), end with keeper_search_done().
 */
struct keeper_search {
	const char *proc;
	struct keepers of[DRIVER_FILES + 1]; /* the last: of drivers in no row */
};

#define KEEPER_SEARCH(p) ((struct keeper_search){ .proc = (p) })

/**
 * keeper_search - look for those of a driver, once
 * @driver: its word, see pind/driver.h
 * @ret: lives as long as the search
 *
 * A process counts by its descriptors, else by those of its threads that have a
 * table of their own, else by what it has mapped: a mapping keeps the file, too.
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int keeper_search(struct keeper_search *search, const char *driver, const struct keepers **ret);

/* Adds those of one row. Return: 0, -EACCES if a process may not be looked into,
 * -ENOMEM, or another negative errno. */
int keeper_find(const char *proc, const struct driver_file *file, struct pind_records *found);

void keeper_search_done(struct keeper_search *search);

#endif /* PINCTL_KEEPER_H */
