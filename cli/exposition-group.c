// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "exposition-group.h"
#include "fail.h"
#include "text.h"

/* How the values of a removed cgroup's group and its successor become one sample. */
enum joining {
	JOIN_SUM,
	JOIN_LIVING, /* what is of the cgroup that is there now */
};

struct group_metric {
	const char *key;
	enum joining joining;
	struct metric metric;
};

#define GAUGE(k, j, n, u, h)                  \
	{                                     \
		k, j,                         \
		{                             \
			n, METRIC_GAUGE, u, h \
		}                             \
	}
#define COUNTER(k, n, h)                           \
	{                                          \
		k, JOIN_SUM,                       \
		{                                  \
			n, METRIC_COUNTER, NULL, h \
		}                                  \
	}

static const struct group_metric metrics[] = {
	GAUGE("current", JOIN_SUM, "pind_group_current_bytes", "bytes",
	      "Memory charged to the group and those below it."),
	GAUGE("reserved", JOIN_SUM, "pind_group_reserved_bytes", "bytes",
	      "Memory promised to pin calls under way, beside current."),
	GAUGE("held", JOIN_SUM, "pind_group_held_bytes", "bytes",
	      "Whole folios that its pins keep in place."),
	GAUGE("uncertain", JOIN_SUM, "pind_group_uncertain_bytes", "bytes",
	      "The share of current that may no longer be owed."),
	GAUGE("peak", JOIN_LIVING, "pind_group_peak_bytes", "bytes", "The most that current was."),
	GAUGE("max", JOIN_LIVING, "pind_group_max_bytes", "bytes",
	      "The quota; infinite without one."),
	GAUGE("max_held", JOIN_LIVING, "pind_group_max_held_bytes", "bytes",
	      "The quota on what is held; infinite without one."),
	GAUGE("high", JOIN_LIVING, "pind_group_high_bytes", "bytes",
	      "The mark for an event; infinite without one."),
	GAUGE("over", JOIN_LIVING, "pind_group_over", NULL, "Is the group above its quota."),
	GAUGE("pins", JOIN_SUM, "pind_group_pins", "pins", "Long-term pins that the group holds."),
	COUNTER("events_max", "pind_group_events_max",
		"Pin calls refused because of this group's own max."),
	COUNTER("events_observed", "pind_group_events_observed",
		"Pin calls that its max would have refused in mode enforce."),
	COUNTER("events_high", "pind_group_events_high", "Times that current rose above high."),
	COUNTER("events_refused", "pind_group_events_refused",
		"Pin calls of this very group that were refused."),
	COUNTER("events_failed", "pind_group_events_failed",
		"Long-term pin calls of this very group that the kernel failed."),
};

static const struct metric rest_metric = { "pind_groups_untold", METRIC_GAUGE, NULL,
					   "Paths of groups that have no samples of their own." };

/* Groups of one path, one behind the other in the records. */
struct path {
	const struct pind_group_info *first;
	size_t n;
	const struct pind_group_info *living; /* or the last one that was */
	uint64_t current;
	bool told;
};

int exposition_is_plain(const char *path, bool *ret)
{
	_cleanup_free_ char *clean = text_cleaned(path);

	if (!clean)
		return fail_memory();
	*ret = strcmp(clean, path) == 0;
	return 0;
}

static bool is_there(const void *record, const void *userdata)
{
	return model_has(&pind_group_kind, record, "id");
}

/* Behind it those with a quota stand first, and of these that which has most pinned. */
static int compare_rank(const void *a, const void *b)
{
	const struct path *p = *(struct path *const *)a, *q = *(struct path *const *)b;
	bool quota = group_has_quota(p->living);

	if (quota != group_has_quota(q->living))
		return quota ? -1 : 1;
	if (p->current != q->current)
		return p->current > q->current ? -1 : 1;
	return p < q ? -1 : p > q;
}

static size_t find_paths(const struct pind_records *groups, struct path *paths)
{
	size_t n = 0;

	for (size_t i = 0; i < groups->n; i++) {
		const struct pind_group_info *group = records_at(groups, i);

		if (n == 0 || strcmp(group->path, paths[n - 1].first->path))
			paths[n++] = (struct path){ .first = group, .living = group };
		paths[n - 1].n++;
		paths[n - 1].current += group->current;
		if (!group->dead)
			paths[n - 1].living = group;
	}
	return n;
}

static int choose(struct path *paths, size_t n, size_t most)
{
	_cleanup_free_ struct path **ranked = calloc(n + 1, sizeof(*ranked));
	size_t told = 0;
	int r = 0;

	if (!ranked)
		return fail_memory();
	for (size_t i = 0; i < n; i++)
		ranked[i] = &paths[i];
	qsort(ranked, n, sizeof(*ranked), compare_rank);
	for (size_t i = 0; r == 0 && i < n && told < most; i++) {
		r = exposition_is_plain(ranked[i]->first->path, &ranked[i]->told);
		told += ranked[i]->told;
	}
	return r;
}

static uint64_t value_of(const struct pind_field *field, const struct pind_group_info *group)
{
	const void *place = (const char *)group + field->offset;

	return field->type == PIND_FIELD_FLAG ? *(const bool *)place : *(const uint64_t *)place;
}

static int write_gauge(const struct metric_writer *writer, const struct group_metric *metric,
		       const struct pind_field *field, const struct path *path)
{
	const struct metric_label labels[] = { { "group", path->first->path }, { NULL, NULL } };
	uint64_t value = 0;

	/* an older module tells less */
	if (!model_has(&pind_group_kind, path->living, metric->key))
		return 0;
	if (metric->joining == JOIN_LIVING)
		value = value_of(field, path->living);
	for (size_t i = 0; metric->joining == JOIN_SUM && i < path->n; i++)
		value += value_of(field, &path->first[i]);
	if (field->type == PIND_FIELD_LIMIT)
		return metric_limit(writer, &metric->metric, labels, value);
	return metric_number(writer, &metric->metric, labels, value);
}

static int write_gauges(const struct metric_writer *writer, const struct group_metric *metric,
			const struct path *paths, size_t n)
{
	const struct pind_field *field =
		&pind_group_kind.fields[model_find(&pind_group_kind, metric->key)];
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (paths[i].told)
			r = write_gauge(writer, metric, field, &paths[i]);
	}
	return r;
}

static void take_sources(const struct pind_field *field, uint64_t load, const struct path *path,
			 struct metric_source *sources, size_t *n)
{
	for (size_t i = 0; i < path->n; i++)
		sources[(*n)++] = (struct metric_source){
			.load = load,
			.id = path->first[i].id,
			.now = value_of(field, &path->first[i]),
		};
}

/* @sources: has room for all groups */
static int write_counters(const struct metric_writer *writer, const struct group_metric *metric,
			  uint64_t load, const struct path *paths, size_t n,
			  struct metric_source *sources)
{
	const struct pind_field *field =
		&pind_group_kind.fields[model_find(&pind_group_kind, metric->key)];
	size_t n_sources;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		n_sources = 0;
		if (!paths[i].told)
			continue;
		take_sources(field, load, &paths[i], sources, &n_sources);
		r = metric_counter(writer, &metric->metric,
				   (const struct metric_label[]){ { "group", paths[i].first->path },
								  { NULL, NULL } },
				   sources, n_sources);
	}
	n_sources = 0;
	for (size_t i = 0; i < n; i++) {
		if (!paths[i].told)
			take_sources(field, load, &paths[i], sources, &n_sources);
	}
	if (r != 0)
		return r;
	return metric_counter(writer, &metric->metric,
			      (const struct metric_label[]){ { "group", "rest" }, { NULL, NULL } },
			      sources, n_sources);
}

static int write_untold(const struct metric_writer *writer, const struct path *paths, size_t n)
{
	uint64_t untold = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		untold += !paths[i].told;
	r = metric_begin(writer, &rest_metric);
	return r ? r : metric_number(writer, &rest_metric, NULL, untold);
}

int exposition_write_groups(const struct metric_writer *writer, uint64_t load,
			    struct pind_records *groups, size_t most)
{
	_cleanup_free_ struct metric_source *sources = NULL;
	_cleanup_free_ struct path *paths = NULL;
	size_t n;
	int r;

	records_keep(groups, is_there, NULL);
	records_sort_groups(groups);
	sources = calloc(groups->n + 1, sizeof(*sources));
	paths = calloc(groups->n + 1, sizeof(*paths));
	if (!sources || !paths)
		return fail_memory();
	n = find_paths(groups, paths);
	r = choose(paths, n, most);
	for (size_t i = 0; r == 0 && i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		r = metric_begin(writer, &metrics[i].metric);
		if (r != 0)
			break;
		if (metrics[i].metric.type == METRIC_COUNTER)
			r = write_counters(writer, &metrics[i], load, paths, n, sources);
		else
			r = write_gauges(writer, &metrics[i], paths, n);
	}
	return r ? r : write_untold(writer, paths, n);
}
