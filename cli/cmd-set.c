// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl set GROUP --max SIZE ...: set or change a quota. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "explain-text.h"
#include "fail.h"
#include "group-text.h"
#include "json.h"
#include "source.h"
#include "text.h"
#include "verb.h"

/* Reads the size of an option that may be left out. */
static int read_size(const char *option, const char *text, struct pind_size *ret)
{
	const char *problem;

	if (!text || size_parse(text, ret, &problem) == 0)
		return 0;
	return fail(PIND_EXIT_USAGE, "the size \"%s\" of %s %s: write %s", text, option, problem,
		    SIZE_FORMS);
}

static int check_mode(const char *mode)
{
	if (!mode || strcmp(mode, "observe") == 0 || strcmp(mode, "enforce") == 0)
		return 0;
	return fail(PIND_EXIT_USAGE, "the mode \"%s\" does not exist: write observe or enforce",
		    mode);
}

/* What is to be done to the group; *@ret_given: something is said of it. */
static int read_reaction(const struct pind_options *options, struct pind_reaction *ret,
			 bool *ret_given)
{
	struct pind_reaction reaction = { .grace = PIND_GRACE_DEFAULT,
					  .dry_run = options->only_tell };

	*ret_given = options->on_exceed;
	if (!options->on_exceed && (options->grace || options->signal || options->only_tell))
		return fail(PIND_EXIT_USAGE, "--grace, --signal and --only-tell say more of "
					     "--on-exceed: give that, too");
	if (!options->on_exceed)
		return 0;
	if (pind_on_exceed_read(options->on_exceed, &reaction.on_exceed) < 0)
		return fail(
			PIND_EXIT_USAGE,
			"the act \"%s\" of --on-exceed does not exist: write " PIND_ON_EXCEED_WORDS,
			options->on_exceed);
	if (options->grace && pind_grace_read(options->grace, &reaction.grace) < 0)
		return fail(PIND_EXIT_USAGE,
			    "the span \"%s\" of --grace is none: write " PIND_GRACE_FORMS,
			    options->grace);
	if (options->signal && reaction.on_exceed != PIND_ON_EXCEED_SIGNAL)
		return fail(PIND_EXIT_USAGE, "--signal goes with --on-exceed signal");
	if (options->signal && pind_signal_read(options->signal, &reaction.signal) < 0)
		return fail(
			PIND_EXIT_USAGE,
			"the signal \"%s\" has no name that is known: write SIGTERM, SIGUSR1, ...",
			options->signal);
	*ret = reaction;
	return 0;
}

/* The machine's memory, asked for only if a percentage refers to it. */
static int read_total_ram(struct pind_source *source, uint64_t *ret)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	int r = source->ops->status(source, &status, &hooks);

	if (r != 0)
		return r;
	if (status.total_ram == 0)
		return fail_no_module();
	*ret = status.total_ram;
	return 0;
}

/* Who pins in a group that would be over, and so would be refused more. */
static int print_refused(struct pind_source *source, const char *path)
{
	_cleanup_(records_done) struct pind_records accounts = RECORDS(pind_account_kind);
	char size[SIZE_FORMAT_MAX];
	int r = source->ops->accounts(source, path, &accounts);

	for (size_t i = 0; r == 0 && i < accounts.n; i++) {
		const struct pind_account_info *account = records_at(&accounts, i);
		_cleanup_free_ char *comm = text_cleaned(account->comm ?: "");

		if (!comm)
			return fail_memory();
		(void)printf("  would be refused more: %s[%u] by %s, which holds %s\n", comm,
			     account->pid, account->driver ?: "?",
			     size_format(account->covered, size));
	}
	return r;
}

static int print_dry_run(struct pind_source *source, const struct pind_options *options,
			 const struct pind_explanation *plan)
{
	int r;

	if (options->json)
		return json_print_record(&pind_explanation_kind, plan);
	r = explain_print_plan(plan);
	if (r == 0 && plan->over && strcmp(plan->mode, "enforce") == 0)
		r = print_refused(source, plan->path);
	return r;
}

static int change_quota(struct pind_source *source, const struct pind_options *options,
			const struct pind_quota_change *change)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(explanation_done) struct pind_explanation plan = { 0 };
	int explained = source->ops->explain(source, options->group, change, &plan);
	int r;

	if (options->dry_run)
		return explained ? explained : print_dry_run(source, options, &plan);
	/* what keeps it from being explained keeps it from being set, or is no matter */
	fail_forget();
	r = source->ops->set_quota(source, options->group, change, &group);
	if (r != 0)
		return r;
	if (options->json)
		return json_print_record(&pind_group_kind, &group);
	r = group_print_quota(&group);
	return r == 0 && explained == 0 ? explain_print_bounds(&plan) : r;
}

static int set_quota(struct pind_source *source, const struct pind_options *options,
		     const struct pind_size *max, const struct pind_size *max_held,
		     const struct pind_size *high, const struct pind_reaction *reaction)
{
	uint64_t total_ram = 0, max_bytes, max_held_bytes, high_bytes;
	int r;

	if (max->percent || max_held->percent || high->percent) {
		r = read_total_ram(source, &total_ram);
		if (r != 0)
			return r;
	}
	max_bytes = size_bytes(max, total_ram);
	max_held_bytes = size_bytes(max_held, total_ram);
	high_bytes = size_bytes(high, total_ram);
	return change_quota(source, options,
			    &(struct pind_quota_change){
				    .max = options->max ? &max_bytes : NULL,
				    .max_held = options->max_held ? &max_held_bytes : NULL,
				    .high = options->high ? &high_bytes : NULL,
				    .mode = options->mode,
				    .reaction = reaction,
				    .runtime = options->runtime,
				    .kept = options->kept,
			    });
}

int cmd_set(const struct pind_options *options)
{
	struct pind_size max = { .scale = 1 }, max_held = { .scale = 1 }, high = { .scale = 1 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_reaction reaction = {};
	bool reacts;
	int r;

	if (!options->max && !options->max_held && !options->high && !options->mode &&
	    !options->on_exceed)
		return fail(PIND_EXIT_USAGE,
			    "nothing to set for \"%s\": give --max SIZE, --max-held SIZE, "
			    "--high SIZE, --mode MODE or --on-exceed ACT",
			    options->group);
	r = read_size("--max", options->max, &max);
	if (r == 0)
		r = read_size("--max-held", options->max_held, &max_held);
	if (r == 0)
		r = read_size("--high", options->high, &high);
	if (r == 0)
		r = check_mode(options->mode);
	if (r == 0)
		r = read_reaction(options, &reaction, &reacts);
	if (r == 0)
		r = source_open_to_change(&source);
	return r == 0 ? set_quota(source, options, &max, &max_held, &high,
				  reacts ? &reaction : NULL)
		      : r;
}
