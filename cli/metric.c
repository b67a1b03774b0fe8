// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pind.h>
#include <pind/cleanup.h>

#include "fail.h"
#include "metric.h"
#include "metric-varlink.h"
#include "text.h"

static const char *const type_words[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_STATE] = "gauge",
};

static const char *const suffixes[] = {
	[METRIC_COUNTER] = "_total",
	[METRIC_GAUGE] = "",
	[METRIC_STATE] = "",
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

static void begin_text(const struct metric_writer *writer, const struct metric *metric)
{
	bool older = writer->format == METRIC_PROMETHEUS;
	/* there the family has the name of its samples */
	const char *suffix = older ? suffixes[metric->type] : "";
	FILE *stream = writer->stream;

	(void)fprintf(stream, "# TYPE %s%s %s\n", metric->name, suffix, type_words[metric->type]);
	if (metric->unit && !older)
		(void)fprintf(stream, "# UNIT %s %s\n", metric->name, metric->unit);
	(void)fprintf(stream, "# HELP %s%s ", metric->name, suffix);
	write_escaped(stream, metric->help);
	(void)fputc('\n', stream);
}

int metric_begin(const struct metric_writer *writer, const struct metric *metric)
{
	if (writer->format == METRIC_FAMILIES)
		return metric_varlink_family(writer->stream, metric);
	if (writer->format != METRIC_SAMPLES)
		begin_text(writer, metric);
	return 0;
}

/* @value: as text and JSON have it */
static int write_sample(const struct metric_writer *writer, const struct metric *metric,
			const struct metric_label *labels, const char *value)
{
	int r;

	if (writer->format == METRIC_FAMILIES)
		return 0;
	if (writer->format == METRIC_SAMPLES)
		return metric_varlink_sample(writer->stream, metric, labels, value);
	r = write_head(writer->stream, metric, labels, NULL);
	(void)fprintf(writer->stream, "%s\n", value);
	return r;
}

int metric_number(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, uint64_t number)
{
	char value[24];

	(void)snprintf(value, sizeof(value), "%" PRIu64, number);
	return write_sample(writer, metric, labels, value);
}

int metric_signed(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, int64_t number)
{
	char value[24];

	(void)snprintf(value, sizeof(value), "%" PRId64, number);
	return write_sample(writer, metric, labels, value);
}

int metric_limit(const struct metric_writer *writer, const struct metric *metric,
		 const struct metric_label *labels, uint64_t number)
{
	if (number != PIND_UNLIMITED)
		return metric_number(writer, metric, labels, number);
	/* JSON has no number for it */
	return writer->format == METRIC_SAMPLES ? 0 : write_sample(writer, metric, labels, "+Inf");
}

/* A group counts from its id, whatever sample it is told in; all else from its own sample. */
static char *source_name(const struct metric *metric, const char *series,
			 const struct metric_source *source)
{
	char *name;
	int r;

	if (source->id)
		r = asprintf(&name, "%s %" PRIx64 " %" PRIu64, metric->name, source->load,
			     source->id);
	else
		r = asprintf(&name, "%s%" PRIx64, series, source->load);
	return r < 0 ? NULL : name;
}

static int carry_source(struct carry *carry, const struct metric *metric, const char *series,
			const struct metric_source *source)
{
	_cleanup_free_ char *name = NULL;

	if (source->wavers)
		return carry_raise(carry, series, source->now);
	name = source_name(metric, series, source);
	return name ? carry_add(carry, series, name, source->now) : fail_memory();
}

static int carry_sources(struct carry *carry, const struct metric *metric, const char *series,
			 const struct metric_source *sources, size_t n, uint64_t *ret_total)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = carry_source(carry, metric, series, &sources[i]);
	return r ? r : carry_total(carry, series, ret_total);
}

int metric_counter(const struct metric_writer *writer, const struct metric *metric,
		   const struct metric_label *labels, const struct metric_source *sources, size_t n)
{
	_cleanup_free_ char *series = NULL;
	_cleanup_fclose_ FILE *stream = NULL;
	uint64_t total = 0;
	size_t size = 0;
	int r;

	stream = open_memstream(&series, &size);
	if (!stream)
		return fail_memory();
	r = write_head(stream, metric, labels, NULL);
	if (r == 0 && fflush(stream) != 0)
		r = fail_memory();
	for (size_t i = 0; r == 0 && i < n; i++)
		total += sources[i].now;
	if (r == 0 && writer->carry)
		r = carry_sources(writer->carry, metric, series, sources, n, &total);
	return r ? r : metric_number(writer, metric, labels, total);
}

int metric_states(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, const char *const *words, const char *now)
{
	_cleanup_free_ char *value = NULL;
	int r = 0;

	if (writer->format == METRIC_SAMPLES || writer->format == METRIC_FAMILIES) {
		/* they are words of ours */
		if (asprintf(&value, "\"%s\"", now) < 0)
			return fail_memory();
		return write_sample(writer, metric, labels, value);
	}
	for (; r == 0 && *words; words++) {
		r = write_head(writer->stream, metric, labels, *words);
		(void)fprintf(writer->stream, "%d\n", strcmp(*words, now) == 0);
	}
	return r;
}

void metric_end(const struct metric_writer *writer)
{
	if (writer->format == METRIC_OPENMETRICS)
		(void)fputs("# EOF\n", writer->stream);
}
