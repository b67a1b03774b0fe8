// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include <libmnl/libmnl.h>

#include <pind/cleanup.h>

#include "kernel-audit.h"
#include "message.h"
#include "netlink.h"

struct audit_job {
	atomic_int holders; /* the thread and the loop; the last one frees it */

	/* The thread's, until it has said by fd that it is done. */
	struct pind_netlink *nl;
	uint64_t id;
	size_t answers;
	int r;
	struct pind_audit audit;
	int fd;

	/* The loop's. */
	struct kernel_audits *audits;
	struct audit_job *next;
	struct pind_kernel *kernel;
	sd_event_source *source;
	pind_audit_handler handler;
	void *userdata;
};

static void job_drop(struct audit_job *job)
{
	if (atomic_fetch_sub(&job->holders, 1) > 1)
		return;
	(void)pind_netlink_free(job->nl);
	(void)close(job->fd);
	free(job);
}

static int on_audit(const struct nlmsghdr *nlh, void *userdata)
{
	struct audit_job *job = userdata;

	/* each tells how far it has come; the last one stays */
	job->answers++;
	return pind_message_parse_audit(nlh, &job->audit);
}

static int job_ask(struct audit_job *job)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct pind_family family;
	struct nlmsghdr *nlh;
	int r;

	/* the module may have been loaded anew since anybody last asked */
	r = pind_netlink_resolve(job->nl, PIND_FAMILY_NAME, NULL, &family);
	if (r < 0)
		return r;
	nlh = pind_message_request(buffer, family.id, PIND_CMD_AUDIT, PIND_FAMILY_VERSION,
				   NLM_F_DUMP);
	pind_message_put_audit(nlh, job->id);
	r = pind_netlink_request(job->nl, nlh, on_audit, job);
	if (r < 0)
		return r;
	return job->answers > 0 ? 0 : -EBADMSG;
}

static void *job_run(void *argument)
{
	struct audit_job *job = argument;

	job->r = job_ask(job);
	(void)eventfd_write(job->fd, 1);
	job_drop(job);
	return NULL;
}

/* Tells how it ended, and forgets it. */
static void job_end(struct audit_job *job, int r)
{
	struct audit_job **place = &job->audits->first;

	while (*place != job)
		place = &(*place)->next;
	*place = job->next;
	(void)sd_event_source_disable_unref(job->source);
	job->handler(r, r < 0 ? NULL : &job->audit, job->userdata);
	job_drop(job);
}

static int on_done(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct audit_job *job = userdata;

	(void)snprintf(job->kernel->text, sizeof(job->kernel->text), "%s",
		       pind_netlink_text(job->nl));
	job_end(job, job->r);
	return 0;
}

static int job_start(struct audit_job *job, sd_event *event)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r;

	r = pind_netlink_open(&job->nl);
	if (r < 0)
		return r;
	job->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (job->fd < 0)
		return -errno;
	r = sd_event_add_io(event, &job->source, job->fd, EPOLLIN, on_done, job);
	if (r < 0)
		return r;
	(void)sd_event_source_set_description(job->source, "pind-kernel-audit");
	r = pthread_attr_init(&attributes);
	if (r != 0)
		return -r;
	atomic_store(&job->holders, 2);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* the signals are blocked in it, as they are here */
	r = pthread_create(&thread, &attributes, job_run, job);
	(void)pthread_attr_destroy(&attributes);
	if (r != 0)
		atomic_store(&job->holders, 1);
	return -r;
}

int kernel_audit_begin(struct kernel_audits *audits, struct pind_kernel *kernel, sd_event *event,
		       uint64_t id, pind_audit_handler handler, void *userdata)
{
	struct audit_job *job = calloc(1, sizeof(*job));
	int r;

	if (!job)
		return -ENOMEM;
	*job = (struct audit_job){
		.holders = 1,
		.fd = -EBADF,
		.id = id,
		.audits = audits,
		.kernel = kernel,
		.handler = handler,
		.userdata = userdata,
	};
	r = job_start(job, event);
	if (r < 0) {
		(void)sd_event_source_disable_unref(job->source);
		job_drop(job);
		return r;
	}
	job->next = audits->first;
	audits->first = job;
	return 0;
}

void kernel_audit_cancel(struct kernel_audits *audits)
{
	while (audits->first)
		job_end(audits->first, -ECANCELED);
}
