// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl record: keeps what it was, for pinctl replay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "count.h"
#include "fail.h"
#include "record-file.h"
#include "sample-json.h"
#include "screen.h"
#include "verb.h"
#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)
#define DELAY_USUAL  30.0
#define LIMIT_USUAL  (UINT64_C(256) << 20)

static int parse_limit(const char *text, uint64_t *ret)
{
	const char *problem = "is no number of bytes";
	struct pind_size size;

	*ret = LIMIT_USUAL;
	if (!text)
		return 0;
	if (size_parse(text, &size, &problem) < 0 || size.percent || size.unlimited)
		return fail(PIND_EXIT_USAGE, "the limit \"%s\" %s: write 64M, 1G, or plain bytes",
			    text, problem);
	*ret = size_bytes(&size, 0);
	return *ret >= RECORD_LIMIT_LEAST
		       ? 0
		       : fail(PIND_EXIT_USAGE, "the limit %s is too small: 1M is the least", text);
}

static bool is_interesting(const void *record, const void *userdata)
{
	return group_is_interesting(record);
}

static bool is_new(const void *record, const void *userdata)
{
	return ((const struct pind_refusal_info *)record)->last > *(const uint64_t *)userdata;
}

/* One record: what there is now, and what was refused since @before. */
static int record_once(struct sampler *sampler, struct record_writer *writer, uint64_t *before)
{
	struct sample sample = SAMPLE();
	_cleanup_free_ char *body = NULL;
	int r;

	r = sampler_read(sampler, SAMPLE_GROUPS | SAMPLE_ACCOUNTS | SAMPLE_REFUSALS, &sample);
	if (r == 0) {
		records_keep(&sample.groups, is_interesting, NULL);
		records_sort_groups(&sample.groups);
		records_keep(&sample.refusals, is_new, before);
		*before = sample.time;
		body = sample_to_json(&sample);
		r = body ? record_write(writer, &(struct record){ .time = sample.time,
								  .boottime = sample.boottime,
								  .json = body,
								  .length = strlen(body) })
			 : fail_memory();
	}
	sample_done(&sample);
	return r;
}

/* Whoever is to be asked may come: that there is nothing to be read ends nothing. */
static bool is_to_be_waited_for(int status)
{
	return status == PIND_EXIT_NO_DAEMON || status == PIND_EXIT_NO_MODULE;
}

static int record_all(struct sampler *sampler, struct record_writer *writer, double delay,
		      unsigned long count)
{
	uint64_t due = when_now(CLOCK_MONOTONIC);
	uint64_t span = (uint64_t)(delay * (double)NSEC_PER_SEC);
	uint64_t before = when_now(CLOCK_REALTIME) - span;
	bool told = false;

	for (unsigned long i = 0; !count || i < count; i++) {
		struct timespec until = { .tv_sec = (time_t)(due / NSEC_PER_SEC),
					  .tv_nsec = (long)(due % NSEC_PER_SEC) };
		int r;

		if (i > 0)
			(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		r = record_once(sampler, writer, &before);
		if (r != 0 && !is_to_be_waited_for(r))
			return r;
		/* once, and not each time */
		if (r != 0 && !told)
			fail_say();
		told = r != 0;
		fail_forget();
		due += span;
		/* what took longer than that is not caught up with */
		if (due < when_now(CLOCK_MONOTONIC))
			due = when_now(CLOCK_MONOTONIC);
	}
	return 0;
}

int cmd_record(const struct pind_options *options)
{
	struct sampler sampler = { .kernel = options->kernel };
	struct record_writer writer;
	double delay = DELAY_USUAL;
	unsigned long count = 0;
	uint64_t limit;
	int r;

	r = count_parse_delay(options->delay, &delay);
	if (r == 0)
		r = count_parse(options->count, &count);
	if (r == 0)
		r = parse_limit(options->limit, &limit);
	if (r != 0)
		return r;
	r = record_writer_open(options->directory ?: RECORD_FOLDER, limit, &writer);
	if (r == 0)
		r = record_all(&sampler, &writer, delay, count);
	record_writer_close(&writer);
	sampler_done(&sampler);
	return r;
}
