/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of a group's limits: the old ones, the new ones, and the cause. */
#ifndef PIND_CHANGE_H
#define PIND_CHANGE_H

#include "caller.h"
#include "wish.h"

struct pind_change {
	const char *path;
	struct pind_wish old; /* with a file where a rule said so, and the new one likewise */
	struct pind_wish new;
	/*
	 * "SetQuota", "UnsetQuota", "UnsetStale"; "files": they say something else now;
	 * "memory": of which a rule gives a part, and there is more or less of it;
	 * "adopted": the kernel had limits that nobody wants
	 */
	const char *through;
	const struct pind_caller *by; /* NULL: nobody asked for it */
};

#endif /* PIND_CHANGE_H */
