// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include <libmnl/libmnl.h>

#include <pind/cleanup.h>

#include "kernel-job.h"
#include "kernel-request.h"
#include "message.h"

static void job_drop(struct kernel_job *job)
{
	if (atomic_fetch_sub(&job->holders, 1) > 1)
		return;
	(void)pind_netlink_free(job->nl);
	(void)close(job->fd);
	job->destroy(job);
}

static int ask_family(struct kernel_job *job, uint16_t family, uint8_t command,
		      void (*put)(struct nlmsghdr *nlh, const struct kernel_job *job),
		      pind_netlink_handler handler)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = pind_message_request(buffer, family, command, PIND_FAMILY_VERSION,
						    NLM_F_DUMP);

	put(nlh, job);
	return pind_netlink_request(job->nl, nlh, handler, job);
}

int kernel_job_ask(struct kernel_job *job, uint8_t command,
		   void (*put)(struct nlmsghdr *nlh, const struct kernel_job *job),
		   pind_netlink_handler handler)
{
	struct pind_family family;
	int r = job->family ? ask_family(job, job->family, command, put, handler) : -ENOENT;

	if (r != -ENOENT || pind_netlink_text(job->nl)[0])
		return r;
	/* the module may have been loaded anew since the loop last asked */
	r = pind_netlink_resolve(job->nl, PIND_FAMILY_NAME, NULL, &family);
	return r < 0 ? r : ask_family(job, family.id, command, put, handler);
}

static void *job_run(void *argument)
{
	struct kernel_job *job = argument;

	job->r = job->ask(job);
	(void)eventfd_write(job->fd, 1);
	job_drop(job);
	return NULL;
}

/* Tells how it ended, and forgets it. */
static void job_end(struct kernel_job *job, int r)
{
	struct kernel_job **place = &job->jobs->first;

	while (*place != job)
		place = &(*place)->next;
	*place = job->next;
	(void)sd_event_source_disable_unref(job->source);
	job->told(job, r);
	job_drop(job);
}

static int on_done(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct kernel_job *job = userdata;

	(void)snprintf(job->kernel->text, sizeof(job->kernel->text), "%s",
		       pind_netlink_text(job->nl));
	job_end(job, job->r);
	return 0;
}

static int job_start(struct kernel_job *job, sd_event *event)
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
	(void)sd_event_source_set_description(job->source, "pind-kernel-job");
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

int kernel_job_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
		     struct kernel_job *job)
{
	int r;

	job->holders = 1;
	job->fd = -EBADF;
	job->jobs = jobs;
	job->kernel = kernel;
	job->family = kernel_request_family(kernel);
	r = job_start(job, event);
	if (r < 0) {
		(void)sd_event_source_disable_unref(job->source);
		job_drop(job);
		return r;
	}
	job->next = jobs->first;
	jobs->first = job;
	return 0;
}

void kernel_jobs_cancel(struct kernel_jobs *jobs)
{
	while (jobs->first)
		job_end(jobs->first, -ECANCELED);
}
