// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "group-text.h"
#include "text.h"

int group_print_quota(const struct pind_group_info *group)
{
	_cleanup_free_ char *path = text_cleaned(group->path);
	char max[SIZE_FORMAT_MAX], high[SIZE_FORMAT_MAX], size[SIZE_FORMAT_MAX];
	char max_held[SIZE_FORMAT_MAX + 16] = "";

	if (!path)
		return fail_memory();
	if (!group_has_quota(group)) {
		(void)printf("%s: no quota%s\n", path,
			     group_payer_text(group_charges_owner(group)));
		return 0;
	}
	if (group_has_max_held(group))
		(void)snprintf(max_held, sizeof(max_held), ", max held %s",
			       size_format(group->max_held, size));
	(void)printf("%s: max %s%s, high %s, mode %s%s%s%s\n", path,
		     group->max == PIND_UNLIMITED ? "none" : size_format(group->max, max), max_held,
		     group->high == PIND_UNLIMITED ? "none" : size_format(group->high, high),
		     model_mode(group->mode), group_payer_text(group_charges_owner(group)),
		     group->runtime ? ", until the cgroup goes or the machine restarts" : ", kept",
		     model_has(&pind_group_kind, group, "enforced") ?
			     "; enforced as soon as the kernel module is loaded" :
		     model_has(&pind_group_kind, group, "present") && !group->present ?
			     "; it binds the cgroup from its first pin" :
			     "");
	return 0;
}
