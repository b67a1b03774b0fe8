/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the files of the reconciler share; for reconciler*.c only. */
#ifndef PIND_RECONCILER_INTERNAL_H
#define PIND_RECONCILER_INTERNAL_H

#include "reconciler.h"

struct pind_reconciler {
	struct pind_reconciler_rooms rooms;
	char *mount;
	const struct pind_reconciler_handlers *handlers;
	void *userdata;
	sd_event_source *forget; /* on when a runtime quota is of a cgroup that was removed */
};

/* Sets all limits of a group in the kernel. 0 or its negative errno. */
int pind_reconciler_give(struct pind_reconciler *rec, uint64_t id,
			 const struct pind_limits *limits);

#endif /* PIND_RECONCILER_INTERNAL_H */
