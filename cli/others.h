/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of a group that accounts of other groups pin, as `pinctl show` tells it. */
#ifndef PINCTL_OTHERS_H
#define PINCTL_OTHERS_H

#include <cjson/cJSON.h>

#include "source.h"

/**
 * others_read - ask who they are
 * @others: of no use unless the answer is true; others_done() in the end, in any case
 *
 * Return: false where that cannot be told: by a source that is older, or to the caller.
 */
bool others_read(struct pind_source *source, const struct pind_group_info *group,
		 struct pind_frames *others);

/* A table of those who pin most of the group's memory, @most of them; nothing where there are
 * none. Return: an exit status. */
int others_print(struct pind_frames *others, const char *path, size_t most);

/* Puts all of them into an object, the one who pins most first. Return: 0 or -ENOMEM. */
int others_add_json(cJSON *object, struct pind_frames *others);

void others_done(struct pind_frames *others);

#define OTHERS_NONE ((struct pind_frames){ .rows = RECORDS(pind_frame_kind), \
					   .holders = RECORDS(pind_account_kind) })

#endif /* PINCTL_OTHERS_H */
