// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wanted for a group, whose word it is, and what binds it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "desk.h"

/* A group of the line up to the root bounds those below it, unless it only observes. */
static void bound(struct pind_explanation *e, const char *path, const struct pind_limits *limits,
		  uint64_t used)
{
	uint64_t left;

	if (limits->max == PIND_UNLIMITED || limits->mode == PIND_MODE_OBSERVE)
		return;
	left = used < limits->max ? limits->max - used : 0;
	if (limits->max < e->effective_max) {
		e->effective_max = limits->max;
		(void)snprintf(e->effective_by, sizeof(e->effective_by), "%s", path);
	}
	if (left < e->left) {
		e->left = left;
		(void)snprintf(e->left_by, sizeof(e->left_by), "%s", path);
	}
}

/* One level; @self: the group that is asked about. */
static int take_level(struct pind_desk *desk, struct pind_explanation *e, const char *path,
		      bool self, sd_bus_error *error)
{
	struct pind_limits limits = e->limits;
	struct pind_group *group = NULL;
	int r = 0;

	if (pind_mirror_present(desk->mirror)) {
		r = pind_desk_group_find(desk, path, &group, error);
		r = r > 0 ? pind_mirror_read(desk->mirror, group) : r;
	}
	if (r < 0)
		return r;
	/* what is not there will have what is wanted, and uses nothing */
	if (!self)
		limits = group ? pind_limits_of(&group->info)
			       : pind_wanted_find(desk->wanted, path, 0).limits;
	if (self && group) {
		e->current = group->info.current;
		e->reserved = group->info.reserved;
		e->held = group->info.held;
		e->over = e->current > limits.max || e->held > limits.max_held;
	}
	bound(e, path, &limits, group ? group->info.current + group->info.reserved : 0);
	return 0;
}

static size_t depth_of(const char *path)
{
	size_t depth = 0;

	for (const char *at = path; path[1] && at; at = strchr(at + 1, '/'))
		depth++;
	return depth;
}

int pind_desk_explain(void *userdata, const char *path, const struct pind_quota_request *request,
		      struct pind_explanation *ret, sd_bus_error *error)
{
	const struct pind_group_change *change = &request->change;
	_cleanup_free_ char *at = strdup(path);
	struct pind_desk *desk = userdata;
	struct pind_wish wish;
	struct pind_plan plan;
	enum pind_step step;
	int r;

	if (!at)
		return -ENOMEM;
	r = pind_reconciler_plan(desk->reconciler, path, request, &plan, &step);
	if (r < 0)
		return pind_desk_change_error(desk, r, step, path, error);
	wish = pind_wanted_find(desk->wanted, path, plan.id);
	*ret = (struct pind_explanation){ .path = path,
					  .present = plan.id != 0,
					  .source = wish.source,
					  .file = wish.file,
					  .line = wish.line,
					  .limits = plan.new,
					  .reaction = plan.reaction,
					  .effective_max = PIND_UNLIMITED,
					  .left = PIND_UNLIMITED };
	if (change->set_max || change->set_max_held || change->set_high || change->set_mode ||
	    request->set_reaction || request->kind != PIND_QUOTA_BY_NAME) {
		ret->source = plan.runtime ? PIND_SOURCE_RUNTIME : PIND_SOURCE_KEPT;
		ret->file = NULL;
	}
	/* anyone may ask, about a path of two thousand levels: each is one for all rules */
	for (size_t depth = depth_of(path), self = depth;; depth--) {
		char *slash = strrchr(at, '/');

		if (depth == self || depth <= PIND_GROUP_DEPTH)
			r = take_level(desk, ret, at, depth == self, error);
		if (r < 0 || !at[1])
			return r;
		slash[slash == at] = '\0';
	}
}
