/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing OpenMetrics text 1.0: families of metrics, and their samples. Only types
 * that Prometheus' older text format has as well: what reads that one, as the node
 * exporter's textfile collector, drops a whole file for one it does not know. (A
 * counter it takes for untyped, as its name there would end in _total.)
 */
#ifndef PINCTL_METRIC_H
#define PINCTL_METRIC_H

#include <stdint.h>
#include <stdio.h>

enum metric_type {
	METRIC_COUNTER, /* never falls while the module stays; its samples end in _total */
	METRIC_GAUGE,
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

/* The lines before a family's samples. */
void metric_begin(FILE *stream, const struct metric *metric);

/**
 * metric_number - one sample
 * @labels: or NULL
 *
 * Return: 0, or an exit status with its sentence kept. So do the others.
 */
int metric_number(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  uint64_t number);
int metric_signed(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  int64_t number);
/* PIND_UNLIMITED is infinite. */
int metric_limit(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		 uint64_t number);

/* A state: a sample for each of the words up to NULL, 1 if it is so now, labelled by it. */
int metric_states(FILE *stream, const struct metric *metric, const struct metric_label *labels,
		  const char *const *words, const char *now);

/* The last line. */
void metric_end(FILE *stream);

#endif /* PINCTL_METRIC_H */
