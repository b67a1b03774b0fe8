// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-frames.h"
#include "message.h"

struct frames_job {
	struct kernel_job job;
	uint64_t first;
	uint64_t last;
	bool each;
	uint64_t others_of; /* id of a cgroup; 0: it is about frames */
	size_t answers; /* about the walk */
	struct pind_walk walk;
	struct pind_frame_row *rows; /* with strings of their own */
	size_t n;
	size_t room;
	pind_frames_handler handler;
	void *userdata;
};

/* Makes a string outlive its message; one that is not there stays so. */
static int own(const char **text)
{
	if (!*text)
		return 0;
	*text = strdup(*text);
	return *text ? 0 : -ENOMEM;
}

static void row_done(const struct pind_frame_row *row)
{
	free((char *)row->owner);
	free((char *)row->zone);
	free((char *)row->file);
	free((char *)row->holder.comm);
	free((char *)row->holder.symbol);
	free((char *)row->holder.module);
}

static int add_row(struct frames_job *frames, const struct pind_frame_row *from)
{
	struct pind_frame_row row = *from, *rows;

	if (frames->n == frames->room) {
		frames->room = frames->room ? 2 * frames->room : 64;
		rows = reallocarray(frames->rows, frames->room, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		frames->rows = rows;
	}
	/* each of them, so that none is left that is the message's */
	if ((own(&row.owner) | own(&row.zone) | own(&row.file) | own(&row.holder.comm) |
	     own(&row.holder.symbol) | own(&row.holder.module)) < 0) {
		row_done(&row);
		return -ENOMEM;
	}
	frames->rows[frames->n++] = row;
	return 0;
}

static int on_frame(const struct nlmsghdr *nlh, void *userdata)
{
	struct frames_job *frames = userdata;
	struct pind_frame_row row;
	int r = pind_message_parse_frame(nlh, &row, &frames->walk);

	if (r > 0)
		return add_row(frames, &row);
	frames->answers += r == 0;
	return r;
}

static void put_frames(struct nlmsghdr *nlh, const struct kernel_job *job)
{
	const struct frames_job *frames = (const struct frames_job *)job;

	if (frames->others_of)
		pind_message_put_others(nlh, frames->others_of);
	else
		pind_message_put_frames(nlh, frames->first, frames->last, frames->each);
}

static int frames_ask(struct kernel_job *job)
{
	struct frames_job *frames = (struct frames_job *)job;
	int r = kernel_job_ask(job, frames->others_of ? PIND_CMD_OTHERS_GET : PIND_CMD_FRAME_GET,
			       put_frames, on_frame);

	if (r < 0)
		return r;
	return frames->answers > 0 && frames->walk.next > frames->walk.last ? 0 : -EBADMSG;
}

static void frames_told(struct kernel_job *job, int r)
{
	struct frames_job *frames = (struct frames_job *)job;

	frames->handler(r, r < 0 ? NULL : &frames->walk, frames->rows, r < 0 ? 0 : frames->n,
			frames->userdata);
}

static void frames_destroy(struct kernel_job *job)
{
	struct frames_job *frames = (struct frames_job *)job;

	while (frames->n)
		row_done(&frames->rows[--frames->n]);
	free(frames->rows);
	free(frames);
}

static struct frames_job *new_job(pind_frames_handler handler, void *userdata)
{
	struct frames_job *frames = calloc(1, sizeof(*frames));

	if (!frames)
		return NULL;
	*frames = (struct frames_job){
		.job = { .ask = frames_ask, .told = frames_told, .destroy = frames_destroy },
		.handler = handler,
		.userdata = userdata,
	};
	return frames;
}

int kernel_frames_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
			uint64_t first, uint64_t last, bool each, pind_frames_handler handler,
			void *userdata)
{
	struct frames_job *frames = new_job(handler, userdata);

	if (!frames)
		return -ENOMEM;
	frames->first = first;
	frames->last = last;
	frames->each = each;
	return kernel_job_begin(jobs, kernel, event, &frames->job);
}

int kernel_others_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
			uint64_t id, pind_frames_handler handler, void *userdata)
{
	struct frames_job *frames = new_job(handler, userdata);

	if (!frames)
		return -ENOMEM;
	frames->others_of = id;
	return kernel_job_begin(jobs, kernel, event, &frames->job);
}
