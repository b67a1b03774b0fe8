// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl why PID|GROUP: which limit refused a pin, or is the likeliest to have. */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "process.h"
#include "source.h"
#include "verb.h"
#include "when.h"
#include "why-text.h"

#define MAX_ENTRIES "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"

/* Of a group so many processes are looked at; more tell nothing more. */
#define PROCESSES_MAX 1000

/* So far may a time of day be off that is made of a time since the boot. */
#define CLOCK_SLACK_NS UINT64_C(10000000000)

/* What is asked about. */
struct target {
	pid_t pid;	  /* 0: a group */
	const char *path; /* of the group, or of the process's; NULL: not known */
	uint64_t started; /* the process that has the number now, ns of CLOCK_REALTIME; 0: none */
};

static int exit_status(enum why_cause cause)
{
	switch (cause) {
	case WHY_QUOTA:
		return PIND_EXIT_WHY_QUOTA;
	case WHY_MEMLOCK:
		return PIND_EXIT_WHY_MEMLOCK;
	case WHY_FAILED:
	case WHY_MAPPINGS:
	case WHY_ENTRIES:
	case WHY_MEMORY:
		return PIND_EXIT_WHY_KERNEL;
	case WHY_UNKNOWN:
		break;
	}
	return PIND_EXIT_WHY_UNKNOWN;
}

/* Who may not know the process of a row has it by its group. */
static bool is_target(uint32_t pid, const char *path, uint64_t last, const struct target *target)
{
	/* what was before it began was another process's */
	if (last + CLOCK_SLACK_NS < target->started)
		return false;
	if (target->pid && pid)
		return pid == (uint32_t)target->pid;
	if (target->pid)
		return target->path && strcmp(path, target->path) == 0;
	return path_is_below(path, target->path);
}

static bool is_of(const struct pind_refusal_info *refusal, const struct target *target)
{
	if (refusal->mode == PIND_MODE_OBSERVE)
		return false;
	return is_target(refusal->pid, refusal->path, refusal->last, target);
}

static const struct pind_refusal_info *last_refusal(const struct pind_records *refusals,
						    const struct target *target)
{
	const struct pind_refusal_info *last = NULL;

	for (size_t i = 0; i < refusals->n; i++) {
		const struct pind_refusal_info *refusal = records_at(refusals, i);

		if (is_of(refusal, target) && (!last || last->last <= refusal->last))
			last = refusal;
	}
	return last;
}

static const struct pind_failure_info *last_failure(const struct pind_records *failures,
						    const struct target *target)
{
	const struct pind_failure_info *last = NULL;

	for (size_t i = 0; i < failures->n; i++) {
		const struct pind_failure_info *failure = records_at(failures, i);

		if (is_target(failure->pid, failure->path, failure->last, target) &&
		    (!last || last->last <= failure->last))
			last = failure;
	}
	return last;
}

static uint64_t rings_of(const struct pind_records *accounts, uid_t uid)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < accounts->n; i++) {
		const struct pind_account_info *account = records_at(accounts, i);
		const char *driver = account->driver ?: "";

		if (model_has(&pind_account_kind, account, "uid") && account->uid == uid &&
		    (strcmp(driver, "io_uring") == 0 || strcmp(driver, "xdp") == 0))
			sum += account->covered;
	}
	return sum;
}

static pid_t pids[PROCESSES_MAX];
static size_t n_pids;

static int take_pids(const char *path, const struct stat *st, int type, struct FTW *where)
{
	_cleanup_fclose_ FILE *file = NULL;
	int pid;

	if (type != FTW_F || strcmp(path + where->base, "cgroup.procs") != 0)
		return 0;
	file = fopen(path, "re");
	while (file && n_pids < PROCESSES_MAX && fscanf(file, "%d", &pid) == 1)
		pids[n_pids++] = pid;
	return n_pids == PROCESSES_MAX;
}

/* The processes of the group, of which the one that is nearest to a limit is told of. */
static void find_process(const struct target *target, const struct pind_records *accounts,
			 struct why *why)
{
	const char *mount = pind_cgroup_mount();
	char path[PATH_MAX];

	if (!mount)
		return;
	(void)snprintf(path, sizeof(path), "%s%s", mount, target->path);
	(void)nftw(path, take_pids, 16, FTW_PHYS);
	for (size_t i = 0; i < n_pids; i++) {
		struct why other = *why;

		if (process_limits_read(process_root(), pids[i], &other.process) < 0) {
			process_limits_done(&other.process);
			continue;
		}
		process_limits_read_use(process_root(), &other.process);
		other.user_rings = rings_of(accounts, other.process.uid);
		if (!why->process.pid || why_judge(&other) > why_judge(why) ||
		    (why_judge(&other) == why_judge(why) &&
		     why_memlock_left(&other) < why_memlock_left(why))) {
			process_limits_done(&why->process);
			*why = other;
		} else {
			process_limits_done(&other.process);
		}
	}
}

static int fail_no_process(const char *pid)
{
	return fail(PIND_EXIT_NO_GROUP,
		    "there is no process %s, and nothing that a quota refused it or the kernel "
		    "failed: look at one that runs, or at its group",
		    pid);
}

static int read_process(const struct pind_options *options, struct target *target, struct why *why)
{
	const char *text = options->group;
	unsigned long number;
	int r;

	if (text[strspn(text, "0123456789")])
		return 0;
	number = strtoul(text, NULL, 10);
	if (number == 0 || number > INT32_MAX)
		return fail_no_process(text);
	target->pid = (pid_t)number;
	r = process_limits_read(process_root(), target->pid, &why->process);
	if (r < 0 && r != -ESRCH)
		return fail(PIND_EXIT_NOT_ALLOWED,
			    "process %s may not be looked at (%s): run pinctl as root", text,
			    strerror(-r));
	/* Of one that is gone, what it was refused may still be known. */
	if (r < 0)
		process_limits_done(&why->process);
	else
		process_limits_read_use(process_root(), &why->process);
	target->path = why->process.path;
	if (why->process.started)
		target->started = when_of_boottime(why->process.started);
	return 0;
}

/* What was refused may pass since somebody raised the quota: then it is the reason no more. */
static void look_at_limit(struct pind_source *source, struct why *why)
{
	_cleanup_(group_info_done) struct pind_group_info by = { 0 };

	if (source->ops->group(source, why->refusal->by, &by) == 0)
		why_take_limit(why, &by);
	else
		fail_forget();
}

/* Since when refusals and failures are known. */
static int read_since(struct pind_source *source, uint64_t *ret)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	int r = source->ops->status(source, &status, &hooks);

	*ret = status.loaded ? when_of_boottime(status.loaded) : 0;
	return r;
}

static int collect(struct pind_source *source, const struct pind_options *options,
		   struct pind_records *refusals, struct pind_records *failures,
		   struct pind_group_info *group, char **memory_path, struct target *target,
		   struct why *why)
{
	_cleanup_(records_done) struct pind_records accounts = RECORDS(pind_account_kind);
	const char *mount = pind_cgroup_mount();
	char file[PATH_MAX];
	int r;

	r = read_process(options, target, why);
	if (r == 0 && !target->pid)
		r = source->ops->group(source, options->group, group);
	if (r == 0)
		r = source->ops->refusals(source, refusals);
	if (r == 0)
		r = source->ops->failures(source, failures);
	if (r == 0)
		r = source->ops->accounts(source, NULL, &accounts);
	if (r == 0)
		r = read_since(source, &why->since);
	if (r != 0)
		return r;
	(void)snprintf(file, sizeof(file), "%s/sys/vm/max_map_count", process_root());
	why->max_mappings = process_limits_number(file, 0);
	why->max_entries = process_limits_number(MAX_ENTRIES, WHY_ENTRIES_USUAL);
	if (!target->pid) {
		target->path = group->path;
		find_process(target, &accounts, why);
	}
	why->refusal = last_refusal(refusals, target);
	if (why->refusal) {
		why->region = why_region(why->refusal, refusals);
		look_at_limit(source, why);
	}
	why->failure = last_failure(failures, target);
	if (target->pid && !why->process.pid && !why->refusal && !why->failure)
		return fail_no_process(options->group);
	why->user_rings = rings_of(&accounts, why->process.uid);
	if (why->process.pid)
		why->user_locked = process_limits_of_user(process_root(), why->process.uid);
	if (!target->path && why->refusal)
		target->path = why->refusal->path;
	if (!target->path && why->failure)
		target->path = why->failure->path;
	if (!mount || !target->path ||
	    group_memory_nearest(mount, target->path, &why->memory, memory_path) < 0)
		why->memory = (struct group_memory){ .max = PIND_UNLIMITED };
	why->memory_path = *memory_path;
	return 0;
}

int cmd_why(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	_cleanup_(records_done) struct pind_records failures = RECORDS(pind_failure_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_free_ char *memory_path = NULL;
	struct why why = { 0 };
	struct target target = { 0 };
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = collect(source, options, &refusals, &failures, &group, &memory_path, &target,
			    &why);
	if (r == 0)
		r = options->json ? why_print_json(&why, target.path)
				  : why_print(&why, target.path);
	if (r == 0)
		r = exit_status(why_judge(&why));
	process_limits_done(&why.process);
	return r;
}
