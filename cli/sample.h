/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is known at one moment, for the verbs that look again and again: of the
 * daemon, or of the module while the daemon cannot be asked.
 */
#ifndef PINCTL_SAMPLE_H
#define PINCTL_SAMPLE_H

#include "records.h"
#include "source.h"

enum {
	SAMPLE_GROUPS = 1 << 0,
	SAMPLE_ACCOUNTS = 1 << 1,
	SAMPLE_REFUSALS = 1 << 2,
};

struct sample {
	unsigned int what; /* SAMPLE_* that were read */
	uint64_t time;	   /* ns of CLOCK_REALTIME */
	uint64_t boottime; /* ns of CLOCK_BOOTTIME, as the accounts have it */
	struct pind_records groups;
	struct pind_records accounts;
	struct pind_records refusals;
};

#define SAMPLE()                                                  \
	((struct sample){ .groups = RECORDS(pind_group_kind),     \
			  .accounts = RECORDS(pind_account_kind), \
			  .refusals = RECORDS(pind_refusal_kind) })

void sample_done(struct sample *sample);

/* Only records of a group and those below it, or of refusals by it. */
void sample_keep(struct sample *sample, const char *path);

/* The source to ask: daemon or module. */
struct sampler {
	bool kernel;	  /* the module, as the user wants it */
	const char *name; /* of the group that it is about, and those below it; NULL: of all */
	char *path;	  /* its path, once it was found */
	char *fact;	  /* why it is the module, unasked; or NULL */
	struct pind_source *source;
	uint64_t again; /* when the daemon is asked again, ns of CLOCK_MONOTONIC */
};

/**
 * sampler_read - look now
 * @what: SAMPLE_*
 * @ret: SAMPLE(); to be ended by sample_done(), also after a failure
 *
 * Where the daemon cannot be asked it is the module that answers, until the daemon can be
 * asked again, which is tried every 10 s.
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int sampler_read(struct sampler *sampler, unsigned int what, struct sample *ret);

void sampler_done(struct sampler *sampler);

#endif /* PINCTL_SAMPLE_H */
