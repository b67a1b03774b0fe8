// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "kernel-audit.h"
#include "message.h"

struct audit_job {
	struct kernel_job job;
	uint64_t id;
	size_t answers;
	struct pind_audit audit;
	pind_audit_handler handler;
	void *userdata;
};

static int on_audit(const struct nlmsghdr *nlh, void *userdata)
{
	struct audit_job *audit = userdata;

	/* each tells how far it has come; the last one stays */
	audit->answers++;
	return pind_message_parse_audit(nlh, &audit->audit);
}

static void put_audit(struct nlmsghdr *nlh, const struct kernel_job *job)
{
	pind_message_put_audit(nlh, ((const struct audit_job *)job)->id);
}

static int audit_ask(struct kernel_job *job)
{
	int r = kernel_job_ask(job, PIND_CMD_AUDIT, put_audit, on_audit);

	if (r < 0)
		return r;
	return ((struct audit_job *)job)->answers > 0 ? 0 : -EBADMSG;
}

static void audit_told(struct kernel_job *job, int r)
{
	struct audit_job *audit = (struct audit_job *)job;

	audit->handler(r, r < 0 ? NULL : &audit->audit, audit->userdata);
}

static void audit_destroy(struct kernel_job *job)
{
	free(job);
}

int kernel_audit_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
		       uint64_t id, pind_audit_handler handler, void *userdata)
{
	struct audit_job *audit = calloc(1, sizeof(*audit));

	if (!audit)
		return -ENOMEM;
	*audit = (struct audit_job){
		.job = { .ask = audit_ask, .told = audit_told, .destroy = audit_destroy },
		.id = id,
		.handler = handler,
		.userdata = userdata,
	};
	return kernel_job_begin(jobs, kernel, event, &audit->job);
}
