// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl reset-peak GROUP: let peak begin anew at current. */
#include <stdio.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "json.h"
#include "source.h"
#include "text.h"
#include "verb.h"

static int print_peak(const struct pind_group_info *group)
{
	_cleanup_free_ char *path = text_cleaned(group->path);
	char peak[SIZE_FORMAT_MAX];

	if (!path)
		return fail_memory();
	(void)printf("%s: peak is now %s\n", path, size_format(group->peak, peak));
	return 0;
}

int cmd_reset_peak(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	int r;

	r = source_open_to_change(&source);
	if (r == 0)
		r = source->ops->reset_peak(source, options->group, &group);
	if (r != 0)
		return r;
	return options->json ? json_print_record(&pind_group_kind, &group) : print_peak(&group);
}
