// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pind.h>
#include <pind/cleanup.h>

#include "fail.h"
#include "metric.h"
#include "text.h"

static const char *const type_words[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
};

static const char *const suffixes[] = {
	[METRIC_COUNTER] = "_total",
	[METRIC_GAUGE] = "",
};

static void write_escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			(void)fputs("\\n", stream);
			continue;
		}
		if (*text == '\\' || *text == '"')
			(void)fputc('\\', stream);
		(void)fputc(*text, stream);
	}
}

static int write_label(FILE *stream, const char *before, const char *name, const char *value)
{
	_cleanup_free_ char *clean = text_cleaned(value);

	if (!clean)
		return fail_memory();
	(void)fprintf(stream, "%s%s=\"", before, name);
	write_escaped(stream, clean);
	(void)fputc('"', stream);
	return 0;
}

/* Name and labels, up to the value. @state: its label's value, or NULL. */
static int write_head(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		      const char *state)
{
	const char *before = "{";
	int r = 0;

	(void)fprintf(stream, "%s%s", metric->name, suffixes[metric->type]);
	for (; r == 0 && labels && labels->name; labels++) {
		r = write_label(stream, before, labels->name, labels->value);
		before = ",";
	}
	if (r == 0 && state) {
		r = write_label(stream, before, metric->name, state);
		before = ",";
	}
	(void)fputs(before[0] == ',' ? "} " : " ", stream);
	return r;
}

void metric_begin(FILE *stream, const struct metric *metric)
{
	(void)fprintf(stream, "# TYPE %s %s\n", metric->name, type_words[metric->type]);
	if (metric->unit)
		(void)fprintf(stream, "# UNIT %s %s\n", metric->name, metric->unit);
	(void)fprintf(stream, "# HELP %s ", metric->name);
	write_escaped(stream, metric->help);
	(void)fputc('\n', stream);
}

int metric_number(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  uint64_t number)
{
	int r = write_head(stream, metric, labels, NULL);

	(void)fprintf(stream, "%" PRIu64 "\n", number);
	return r;
}

int metric_signed(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  int64_t number)
{
	int r = write_head(stream, metric, labels, NULL);

	(void)fprintf(stream, "%" PRId64 "\n", number);
	return r;
}

int metric_limit(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		 uint64_t number)
{
	int r;

	if (number != PIND_UNLIMITED)
		return metric_number(stream, metric, labels, number);
	r = write_head(stream, metric, labels, NULL);
	(void)fputs("+Inf\n", stream);
	return r;
}

int metric_states(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  const char *const *words, const char *now)
{
	int r = 0;

	for (; r == 0 && *words; words++) {
		r = write_head(stream, metric, labels, *words);
		(void)fprintf(stream, "%d\n", strcmp(*words, now) == 0);
	}
	return r;
}

void metric_end(FILE *stream)
{
	(void)fputs("# EOF\n", stream);
}
