// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl unset GROUP, or --stale: remove a quota, or those that are kept for nothing. */
#include <stdio.h>
#include <stdlib.h>

#include <pind/cleanup.h>

#include "explain-text.h"
#include "fail.h"
#include "group-text.h"
#include "json.h"
#include "source.h"
#include "table.h"
#include "text.h"
#include "verb.h"

static size_t printed;

static void print_path(const char *path)
{
	_cleanup_free_ char *clean = text_cleaned(path);

	printed++;
	if (clean)
		(void)printf("%s\n", clean);
}

/* What holds now that the quota is gone: it may be what a file says. */
static int print_left(struct pind_source *source, const struct pind_options *options,
		      const struct pind_group_info *group)
{
	_cleanup_(explanation_done) struct pind_explanation left = { 0 };
	const struct pind_quota_change nothing = { 0 };

	if (source->ops->explain(source, options->group, &nothing, &left) == 0 && left.file)
		return explain_print_rule(&left);
	/* the quota is gone, whatever keeps the rest from being known */
	fail_forget();
	return group_print_quota(group);
}

static int unset_stale(struct pind_source *source, bool dry_run)
{
	static const struct table_look usual;
	int r = source->ops->unset_stale(source, dry_run, print_path);

	if (r == 0 && printed == 0)
		(void)table_say_empty(&usual, "No quota is kept for a container, pod or the like "
					      "that is gone.");
	return r;
}

int cmd_unset(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	if (!options->group == !options->stale)
		return fail(PIND_EXIT_USAGE,
			    "unset needs a group, or --stale instead of one: `pinctl unset GROUP`");
	if (options->stale && options->json)
		return fail(PIND_EXIT_USAGE, "--stale does not go with --json");
	if (options->dry_run && !options->stale)
		return fail(PIND_EXIT_USAGE, "unset takes --dry-run with --stale only");
	r = source_open_to_change(&source);
	if (r == 0 && options->stale)
		return unset_stale(source, options->dry_run);
	if (r == 0)
		r = source->ops->unset_quota(source, options->group, &group);
	if (r != 0)
		return r;

	return options->json ? json_print_record(&pind_group_kind, &group)
			     : print_left(source, options, &group);
}
