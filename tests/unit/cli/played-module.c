// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of source_open_kernel(), for a pinctl of the tests: a module that has one group,
 * so that it can be seen what pinctl does where the daemon cannot be asked.
 */
#include <string.h>

#include "fail.h"
#include "source.h"

int __wrap_source_open_kernel(struct pind_source **ret);

static int play_group(struct pind_source *source, const char *name, struct pind_group_info *group)
{
	if (strcmp(name, "/played.slice") != 0)
		return fail_no_group(name);
	*group = (struct pind_group_info){ .id = 7, .pins = 3, .current = 12288 };
	group->max = group->high = PIND_UNLIMITED;
	group->mode = PIND_MODE_ENFORCE;
	for (const char *const *key =
		     (const char *const[]){ "id", "pins", "current", "max", "high", "mode", NULL };
	     *key; key++)
		model_mark(&pind_group_kind, group, *key);
	return model_set_text(&pind_group_kind, group, "path", name) < 0 ? fail_memory() : 0;
}

static int play_groups(struct pind_source *source, struct pind_records *groups)
{
	struct pind_group_info *group = records_add(groups);

	return group ? play_group(source, "/played.slice", group) : fail_memory();
}

static int play_status(struct pind_source *source, struct pind_status_info *status,
		       struct pind_records *hooks)
{
	if (model_set_text(&pind_status_kind, status, "state", PIND_STATE_HEALTHY) < 0 ||
	    model_set_text(&pind_status_kind, status, "module_version", "0.1") < 0)
		return fail_memory();
	return 0;
}

static int play_books(struct pind_source *source, struct pind_books_info *books)
{
	return 0;
}

static int play_longterm(struct pind_source *source, bool files, struct pind_records *longterm)
{
	return 0;
}

static void play_close(struct pind_source *source)
{
}

int __wrap_source_open_kernel(struct pind_source **ret)
{
	static const struct pind_source_ops ops = {
		.groups = play_groups,
		.group = play_group,
		.status = play_status,
		.books = play_books,
		.longterm = play_longterm,
		.close = play_close,
	};
	static struct pind_source source = { .ops = &ops };

	*ret = &source;
	return 0;
}
