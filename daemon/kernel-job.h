/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the real kernel that take long: an audit, a walk over frames. The module works
 * one off within the calls that read its answer, so each has a thread and a socket of its own,
 * and the loop goes on.
 */
#ifndef PIND_KERNEL_JOB_H
#define PIND_KERNEL_JOB_H

#include <stdatomic.h>

#include "kernel.h"
#include "netlink.h"

/* The jobs under way of one kernel; all zero is none. */
struct kernel_jobs {
	struct kernel_job *first;
};

/* The head of each job's own struct; from calloc(). */
struct kernel_job {
	/* In the thread: asks @nl, and returns how it ended. */
	int (*ask)(struct kernel_job *job);
	/* From the loop, once. Not if the job could not be begun. */
	void (*told)(struct kernel_job *job, int r);
	/* The last word: frees the job. */
	void (*destroy)(struct kernel_job *job);

	uint16_t family;    /* that the loop knew when it began; 0: none */
	atomic_int holders; /* the thread and the loop; the last one frees it */
	/* The thread's, until it has said by fd that it is done. */
	struct pind_netlink *nl;
	int r;
	int fd;
	/* The loop's. */
	struct kernel_jobs *jobs;
	struct kernel_job *next;
	struct pind_kernel *kernel;
	sd_event_source *source;
};

/**
 * kernel_job_begin - begin one, whose functions are set
 * @kernel: whose text is set when it is told
 *
 * Return: 0; or a negative errno, and the job is freed.
 */
int kernel_job_begin(struct kernel_jobs *jobs, struct pind_kernel *kernel, sd_event *event,
		     struct kernel_job *job);

/**
 * kernel_job_ask - in the thread: send a dump request and read the whole answer
 * @put: puts what is asked into the request
 *
 * Return: as pind_netlink_request().
 */
int kernel_job_ask(struct kernel_job *job, uint8_t command,
		   void (*put)(struct nlmsghdr *nlh, const struct kernel_job *job),
		   pind_netlink_handler handler);

/* Ends with all of them: they are told -ECANCELED, the threads are left to end. */
void kernel_jobs_cancel(struct kernel_jobs *jobs);

#endif /* PIND_KERNEL_JOB_H */
