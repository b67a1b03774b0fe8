// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl unset GROUP: remove a quota. */
#include <pind/cleanup.h>

#include "group-text.h"
#include "json.h"
#include "source.h"
#include "verb.h"

int cmd_unset(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open_to_change(&source);
	if (r == 0)
		r = source->ops->unset_quota(source, options->group, &group);
	if (r != 0)
		return r;

	return options->json ? json_print_record(&pind_group_kind, &group)
			     : group_print_quota(&group);
}
