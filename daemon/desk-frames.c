// SPDX-License-Identifier: GPL-2.0-or-later
/* Who pins: in a range of frames, or memory of a group from outside of it. */
#include <errno.h>
#include <stdlib.h>

#include <pind/cleanup.h>

#include "desk.h"

/* A walk over frames, or over the ledger, and who waits for it. */
struct frames {
	struct pind_desk *desk;
	pind_bus_frames_done done;
	void *closure;
};

static void on_frames_done(int r, const struct pind_walk *walk, const struct pind_frame_row *rows,
			   size_t n, void *userdata)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_free_ struct frames *frames = userdata;
	_cleanup_free_ const char **paths = calloc(n + 1, sizeof(*paths));

	pind_mirror_tick(frames->desk->mirror);
	if (r >= 0 && !paths)
		r = -ENOMEM;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct pind_group *group = pind_mirror_group_of(frames->desk->mirror,
								rows[i].holder.group_id);

		paths[i] = group ? group->info.path : "";
	}
	if (r < 0)
		(void)pind_desk_answer_error(frames->desk, r, &error);
	frames->done(r < 0 ? NULL : walk, rows, paths, r < 0 ? 0 : n, &error, frames->closure);
}

int pind_desk_frames(void *userdata, uint64_t first, uint64_t last, bool each,
		     pind_bus_frames_done done, void *closure, sd_bus_error *error)
{
	_cleanup_free_ struct frames *frames = calloc(1, sizeof(*frames));
	struct pind_desk *desk = userdata;
	int r;

	if (!frames)
		return -ENOMEM;
	*frames = (struct frames){ desk, done, closure };
	r = desk->kernel->ops->frames(desk->kernel, first, last, each, on_frames_done, frames);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, NULL, error);
	TAKE_PTR(frames);
	return 0;
}

int pind_desk_others(void *userdata, const char *path, pind_bus_frames_done done, void *closure,
		     sd_bus_error *error)
{
	_cleanup_free_ struct frames *frames = calloc(1, sizeof(*frames));
	struct pind_desk *desk = userdata;
	struct pind_group *group;
	int r;

	if (!frames)
		return -ENOMEM;
	*frames = (struct frames){ desk, done, closure };
	r = pind_desk_group_find(desk, path, &group, error);
	if (r < 0)
		return r;
	if (r == 0)
		return pind_desk_kernel_error(desk, -ENOENT, path, error);
	r = desk->kernel->ops->others(desk->kernel, group->info.id, on_frames_done, frames);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, path, error);
	TAKE_PTR(frames);
	return 0;
}
