// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "sample.h"
#include "when.h"

#define AGAIN_NS (UINT64_C(10) * 1000 * 1000 * 1000)

void sample_done(struct sample *sample)
{
	records_done(&sample->groups);
	records_done(&sample->accounts);
	records_done(&sample->refusals);
}

static bool is_group_below(const void *record, const void *userdata)
{
	return path_is_below(((const struct pind_group_info *)record)->path, userdata);
}

static bool is_account_below(const void *record, const void *userdata)
{
	return path_is_below(((const struct pind_account_info *)record)->path, userdata);
}

static bool is_refusal_below(const void *record, const void *userdata)
{
	const struct pind_refusal_info *refusal = record;

	return path_is_below(refusal->path, userdata) || path_is_below(refusal->by, userdata);
}

void sample_keep(struct sample *sample, const char *path)
{
	records_keep(&sample->groups, is_group_below, path);
	records_keep(&sample->accounts, is_account_below, path);
	records_keep(&sample->refusals, is_refusal_below, path);
}

/* The group may be gone later: then there is nothing below it. */
static int find_path(struct sampler *sampler)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	int r;

	if (!sampler->name || sampler->path)
		return 0;
	r = sampler->source->ops->group(sampler->source, sampler->name, &group);
	if (r == 0)
		sampler->path = TAKE_PTR(group.path);
	return r;
}

static int ask(struct sampler *sampler, unsigned int what, struct sample *ret)
{
	struct pind_source *source = sampler->source;
	int r = find_path(sampler);

	if (r == 0 && what & SAMPLE_GROUPS)
		r = source->ops->groups(source, &ret->groups);
	if (r == 0 && what & SAMPLE_ACCOUNTS)
		r = source->ops->accounts(source, NULL, &ret->accounts);
	if (r == 0 && what & SAMPLE_REFUSALS)
		r = source->ops->refusals(source, &ret->refusals);
	if (r == 0 && sampler->path)
		sample_keep(ret, sampler->path);
	return r;
}

static void close_source(struct sampler *sampler)
{
	source_closep(&sampler->source);
	sampler->source = NULL;
}

static int ask_opened(struct sampler *sampler, bool kernel, unsigned int what, struct sample *ret)
{
	int r = sampler->source ? 0 : source_open(kernel, &sampler->source);

	if (r == 0)
		r = ask(sampler, what, ret);
	if (r != 0)
		close_source(sampler);
	return r;
}

/* As pinctl.c does it for the verbs that look once. */
static int ask_module(struct sampler *sampler, int failure, unsigned int what, struct sample *ret)
{
	_cleanup_free_ char *sentence = strdup(fail_text());
	char *fact = strdup(fail_unreachable_fact());

	free(sampler->fact);
	sampler->fact = fact;
	if (!sentence || !fact)
		return fail_memory();
	sample_done(ret);
	sampler->again = when_now(CLOCK_MONOTONIC) + AGAIN_NS;
	if (ask_opened(sampler, true, what, ret) == 0) {
		fail_forget();
		return 0;
	}
	free(sampler->fact);
	sampler->fact = NULL;
	return fail(failure, "%s; nor can the kernel module be read: %s", sentence, fail_text());
}

int sampler_read(struct sampler *sampler, unsigned int what, struct sample *ret)
{
	int r;

	ret->time = when_now(CLOCK_REALTIME);
	ret->boottime = when_now(CLOCK_BOOTTIME);
	ret->what = what;
	if (sampler->kernel)
		return ask_opened(sampler, true, what, ret);
	if (sampler->fact && sampler->source && when_now(CLOCK_MONOTONIC) < sampler->again)
		return ask_opened(sampler, true, what, ret);
	if (sampler->fact)
		close_source(sampler);
	r = ask_opened(sampler, false, what, ret);
	if (r != 0 && fail_unreachable_fact())
		return ask_module(sampler, r, what, ret);
	free(sampler->fact);
	sampler->fact = NULL;
	return r;
}

void sampler_done(struct sampler *sampler)
{
	close_source(sampler);
	free(sampler->path);
	free(sampler->fact);
	sampler->path = sampler->fact = NULL;
}
