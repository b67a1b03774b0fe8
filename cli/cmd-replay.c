// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl replay: what it was, of what pinctl record kept. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "count.h"
#include "event-text.h"
#include "fail.h"
#include "record-file.h"
#include "sample-json.h"
#include "text.h"
#include "top-rows.h"
#include "verb.h"
#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

/* So long before the time that was asked for a record is worth a word. */
#define GAP_NS (300 * NSEC_PER_SEC)

/* Of what is shown. */
struct replay {
	const struct pind_options *options;
	struct top_order order;
	struct history history;
	uint64_t since, until; /* of all between them; else since is 0, and until the time */
	uint64_t oldest, newest; /* of all records, shown or not; 0: there is none */
	char *path;	       /* of the group, or NULL */
	bool one;	       /* the last one before until only */
	size_t n;	       /* shown */
	bool met;	       /* something of the group stands in what is shown */
};

static int parse(const struct pind_options *options, struct replay *replay)
{
	int r;

	replay->options = options;
	replay->order = (struct top_order){ .all = true, .tree = options->tree };
	replay->until = UINT64_MAX;
	replay->one = !options->since && !options->until;
	if (options->at && !replay->one)
		return fail(
			PIND_EXIT_USAGE,
			"--at is one time, --since and --until are many: give one or the others");
	r = count_parse_past("--at", options->at, &replay->until);
	if (r == 0)
		r = count_parse_past("--since", options->since, &replay->since);
	if (r == 0)
		r = count_parse_past("--until", options->until, &replay->until);
	if (r == 0 && replay->since > replay->until)
		r = fail(PIND_EXIT_USAGE, "--since %s is after --until %s: give the earlier time to "
					  "--since",
			 options->since, options->until);
	if (r == 0)
		r = top_parse_view(options->by, &replay->order.view);
	if (r == 0)
		r = top_parse_sort(options->sort, &replay->order);
	return r;
}

/* What is recorded is told by path: the group need not exist any more. */
static int find_path(struct replay *replay)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	const char *name = replay->options->group;
	int r;

	if (!name)
		return 0;
	if (name[0] == '/' && strncmp(name, "/sys/fs/cgroup", 14) != 0) {
		size_t n = strlen(name);

		replay->path = strndup(name, n > 1 && name[n - 1] == '/' ? n - 1 : n);
		return replay->path ? 0 : fail_memory();
	}
	r = source_open(replay->options->kernel, &source);
	if (r == 0)
		r = source->ops->group(source, name, &group);
	if (r == 0)
		replay->path = TAKE_PTR(group.path);
	return r;
}

static int print_refusals(const struct sample *sample)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sample->refusals.n; i++)
		r = event_print(&(struct pind_event){
			.type = PIND_EVENT_REFUSED,
			.refusal = records_at(&sample->refusals, i),
		});
	return r;
}

static int print_rows(struct replay *replay, struct sample *sample)
{
	struct top_rows rows;
	int r = top_rows_make(sample, &replay->order, &replay->history, &rows);

	if (r == 0 && replay->n++ > 0)
		(void)putchar('\n');
	if (r == 0)
		r = top_print(&rows, sample->time);
	top_rows_done(&rows);
	return r == 0 ? print_refusals(sample) : r;
}

static int show(struct replay *replay, const struct record *record)
{
	_cleanup_free_ char *body = strndup(record->json, record->length);
	struct sample sample = SAMPLE();
	int r;

	if (!body)
		return fail_memory();
	if (replay->options->json && !replay->path) {
		sample_print_json(record->time, record->boottime, body, record->length);
		return 0;
	}
	sample.time = record->time;
	sample.boottime = record->boottime;
	r = sample_from_json(body, &sample);
	if (r < 0)
		r = fail(PIND_EXIT_FAILED, "a record is whole, and yet not to be understood: it "
					   "may be of a newer pinctl");
	if (r == 0 && replay->path) {
		sample_keep(&sample, replay->path);
		replay->met |= sample.groups.n + sample.accounts.n + sample.refusals.n > 0;
	}
	if (r == 0 && replay->options->json) {
		free(body);
		body = sample_to_json(&sample);
		if (body)
			sample_print_json(record->time, record->boottime, body, strlen(body));
		else
			r = fail_memory();
	} else if (r == 0) {
		r = print_rows(replay, &sample);
	}
	sample_done(&sample);
	return r;
}

/* The next one that is whole; its length is 0 at the end. */
static int read_next(struct replay *replay, struct record_reader *reader, struct record *record)
{
	int r = record_read(reader, record);

	if (r != 0 || record->length == 0)
		return r;
	if (!replay->oldest || record->time < replay->oldest)
		replay->oldest = record->time;
	if (record->time > replay->newest)
		replay->newest = record->time;
	return 0;
}

static int fail_nothing(const struct replay *replay)
{
	char oldest[WHEN_MAX], newest[WHEN_MAX];

	if (!replay->oldest)
		return fail(PIND_EXIT_FAILED,
			    "nothing was recorded in %s yet: look again when `pinctl record` has "
			    "written something",
			    replay->options->directory ?: RECORD_FOLDER);
	return fail(PIND_EXIT_FAILED,
		    "nothing was recorded %s: there are records from %s to %s",
		    replay->one ? "until then" : "in that time", when_date(replay->oldest, oldest),
		    when_date(replay->newest, newest));
}

/* The last one until then, which is kept while others are read. */
static int show_one(struct replay *replay, struct record_reader *reader)
{
	_cleanup_free_ char *body = NULL;
	struct record record, found = { 0 };
	char date[WHEN_MAX];
	int r;

	while ((r = read_next(replay, reader, &record)) == 0 && record.length > 0) {
		if (record.time > replay->until || record.time < found.time)
			continue;
		/* what is the same as the one before is so only if that was taken */
		free(body);
		body = strndup(record.json, record.length);
		if (!body)
			return fail_memory();
		found = record;
		found.json = body;
	}
	if (r != 0)
		return r;
	if (!found.json)
		return fail_nothing(replay);
	if (replay->options->at && replay->until - found.time > GAP_NS)
		(void)fprintf(stderr, "pinctl: nothing was recorded between %s and then\n",
			      when_date(found.time, date));
	return show(replay, &found);
}

static int show_all(struct replay *replay, struct record_reader *reader)
{
	struct record record;
	bool any = false;
	int r;

	while ((r = read_next(replay, reader, &record)) == 0 && record.length > 0) {
		if (record.time < replay->since || record.time > replay->until)
			continue;
		any = true;
		r = show(replay, &record);
		if (r != 0)
			return r;
	}
	return r != 0 || any ? r : fail_nothing(replay);
}

/* It may be misspelt, or had no pins and no quota; its row would be missing either way. */
static void say_nothing_of(const char *path)
{
	_cleanup_free_ char *clean = text_cleaned(path);

	(void)fprintf(stderr, "pinctl: nothing of %s was recorded then\n", clean ?: "it");
}

int cmd_replay(const struct pind_options *options)
{
	struct replay replay = { 0 };
	struct record_reader reader;
	int r;

	r = parse(options, &replay);
	if (r == 0)
		r = find_path(&replay);
	if (r != 0)
		return r;
	r = record_reader_open(options->directory ?: RECORD_FOLDER, &reader);
	if (r == 0)
		r = replay.one ? show_one(&replay, &reader) : show_all(&replay, &reader);
	if (r == 0 && replay.path && !replay.met)
		say_nothing_of(replay.path);
	if (reader.damaged > 0)
		(void)fprintf(stderr, "pinctl: %zu record%s not whole, and passed over\n",
			      reader.damaged, reader.damaged == 1 ? " is" : "s are");
	record_reader_close(&reader);
	history_done(&replay.history);
	free(replay.path);
	return r;
}
