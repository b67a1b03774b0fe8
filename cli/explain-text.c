// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "explain-text.h"
#include "fail.h"
#include "group-text.h"
#include "reaction-text.h"
#include "text.h"

bool explain_is_bound_above(const struct pind_explanation *e)
{
	return e->effective_by[0] && strcmp(e->effective_by, e->path) != 0;
}

int explain_print_bounds(const struct pind_explanation *e)
{
	_cleanup_free_ char *by = text_cleaned(e->effective_by);
	char buffer[PIND_REACTION_TEXT_SIZE];
	const char *reaction = reaction_text(buffer, e->on_exceed, e->grace, e->dry_run, e->signal);
	char size[SIZE_FORMAT_MAX];

	if (!by)
		return fail_memory();
	if (!e->present)
		(void)printf("  there is no such cgroup yet: it is in force from the first pin\n");
	if (explain_is_bound_above(e))
		(void)printf("  %s binds it first, with max %s\n", by,
			     size_format(e->effective_max, size));
	if (e->over)
		(void)printf("  it is over that already, with %s pinned: what is pinned stays%s\n",
			     size_format(e->current, size),
			     strcmp(e->mode, "enforce") ? "" : ", and each further pin is refused");
	if (reaction)
		(void)printf("  if it stays over that: %s%s\n", reaction,
			     strcmp(e->mode, "enforce") ? ", but nothing while the mode is observe"
							: "");
	return 0;
}

/* @verb: what stands between the path and its limits. An exit status. */
static int print_limits(const struct pind_explanation *e, const char *verb)
{
	_cleanup_free_ char *path = text_cleaned(e->path);
	char max[SIZE_FORMAT_MAX], max_held[SIZE_FORMAT_MAX], high[SIZE_FORMAT_MAX];

	if (!path)
		return fail_memory();
	(void)printf("%s%s: max %s", path, verb,
		     e->max == PIND_UNLIMITED ? "none" : size_format(e->max, max));
	if (e->max_held != PIND_UNLIMITED)
		(void)printf(", max held %s", size_format(e->max_held, max_held));
	(void)printf(", high %s, mode %s%s, ",
		     e->high == PIND_UNLIMITED ? "none" : size_format(e->high, high), e->mode,
		     group_payer_text(e->charge && !strcmp(e->charge, "owner")));
	return 0;
}

int explain_print_plan(const struct pind_explanation *e)
{
	int r = print_limits(e, " would have");

	if (r != 0)
		return r;
	(void)printf("%s\n", strcmp(e->source, "runtime") ?
				     "kept" :
				     "until the cgroup goes or the machine restarts");
	return explain_print_bounds(e);
}

int explain_print_rule(const struct pind_explanation *e)
{
	_cleanup_free_ char *file = text_cleaned(e->file);
	int r = file ? print_limits(e, "") : fail_memory();

	if (r == 0)
		(void)printf("by %s, line %u%s\n", file, e->line,
			     e->present ? "" : "; it binds the cgroup from its first pin");
	return r;
}
