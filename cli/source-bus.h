/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the source that asks the daemon: operations of struct pind_source_ops. */
#ifndef PINCTL_SOURCE_BUS_H
#define PINCTL_SOURCE_BUS_H

#include <systemd/sd-bus.h>

#include "source.h"

/* What is asked for next may need an administrator's password; root needs none. */
void source_bus_allow_password(sd_bus *bus);

/* source-bus-page.c: as pages() and others(). */
int source_bus_pages(struct pind_source *source, const struct pind_page_query *query,
		     struct pind_pages *pages);
int source_bus_others(struct pind_source *source, const struct pind_group_info *group,
		      struct pind_frames *others);

#endif /* PINCTL_SOURCE_BUS_H */
