/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing metrics as text: families, and their samples; as OpenMetrics 1.0, or in the
 * format of Prometheus that is older, which the node exporter's textfile collector reads.
 * Only types that both have.
 */
#ifndef PINCTL_METRIC_H
#define PINCTL_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "carry.h"

enum metric_format {
	METRIC_OPENMETRICS,
	METRIC_PROMETHEUS,
	/* of Varlink: see metric-varlink.h */
	METRIC_SAMPLES,
	METRIC_FAMILIES,
};

enum metric_type {
	METRIC_COUNTER, /* its samples end in _total; never falls, if it is carried on */
	METRIC_GAUGE,
	METRIC_STATE, /* of metric_states() */
};

struct metric {
	const char *name; /* with the unit at its end, without _total */
	enum metric_type type;
	const char *unit; /* or NULL */
	const char *help;
};

/* One label; a NULL name ends a list of them. */
struct metric_label {
	const char *name;
	const char *value; /* whatever: it is cleaned and escaped */
};

/* The source of a counter; see carry.h. */
struct metric_source {
	uint64_t load; /* of the module; 0: it is the daemon that counts */
	uint64_t id;   /* of the group; 0: of none */
	bool wavers;   /* only a boot resets it, but it may seem to fall for an instant */
	uint64_t now;
};

struct metric_writer {
	FILE *stream;
	enum metric_format format;
	struct carry *carry; /* NULL: counters are told as they are */
};

/**
 * metric_begin - a family: what comes before its samples
 *
 * Return: 0, or an exit status with its sentence kept. So do the others.
 */
int metric_begin(const struct metric_writer *writer, const struct metric *metric);

/**
 * metric_number - one sample of a gauge
 * @labels: or NULL
 */
int metric_number(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, uint64_t number);
int metric_signed(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, int64_t number);
/* PIND_UNLIMITED is infinite. */
int metric_limit(const struct metric_writer *writer, const struct metric *metric,
		 const struct metric_label *labels, uint64_t number);

/* One sample of a counter: the sum of its sources, carried on. A group is a source once for
 * each family, in whichever sample. */
int metric_counter(const struct metric_writer *writer, const struct metric *metric,
		   const struct metric_label *labels, const struct metric_source *sources,
		   size_t n);

/* A state: a sample for each of the words up to NULL, 1 if it is so now, labelled by it. */
int metric_states(const struct metric_writer *writer, const struct metric *metric,
		  const struct metric_label *labels, const char *const *words, const char *now);

/* The last line, where the format has one. */
void metric_end(const struct metric_writer *writer);

#endif /* PINCTL_METRIC_H */
