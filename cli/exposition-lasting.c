// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "exposition-group.h"
#include "exposition-lasting.h"
#include "fail.h"
#include "when.h"

static const struct metric size_metric = {
	"pind_lasting_owner_bytes", METRIC_GAUGE, "bytes",
	"Memory of the group that stays pinned though no account holds it."
};
static const struct metric oldest_metric = {
	"pind_lasting_owner_oldest_seconds", METRIC_GAUGE, "seconds",
	"How long the oldest of it has been seen pinned; 0: there is none."
};

/* A removed cgroup and its successor are one. */
struct owner {
	const char *path;
	uint64_t size;
	uint64_t oldest; /* UINT64_MAX: nothing */
};

/* Paths begin with a slash: no cgroup is named so. */
struct owners {
	struct owner none; /* memory of no cgroup */
	struct owner rest;
	struct owner *told;
	size_t n;
};

static void add(struct owner *owner, uint64_t size, uint64_t oldest)
{
	owner->size += size;
	if (oldest < owner->oldest)
		owner->oldest = oldest;
}

/* Behind it that which has most stands first. */
static int compare_size(const void *a, const void *b)
{
	const struct owner *p = a, *q = b;

	if (p->size != q->size)
		return p->size > q->size ? -1 : 1;
	return strcmp(p->path, q->path);
}

/* @lasting: sorted by owner */
static void join(const struct pind_records *lasting, struct owners *owners)
{
	for (size_t i = 0; i < lasting->n; i++) {
		const struct pind_lasting_info *info = records_at(lasting, i);
		struct owner *last = owners->n ? &owners->told[owners->n - 1] : NULL;

		if (!info->owner[0])
			last = &owners->none;
		else if (!last || strcmp(last->path, info->owner) != 0) {
			last = &owners->told[owners->n++];
			*last = (struct owner){ info->owner, 0, UINT64_MAX };
		}
		add(last, info->size, info->oldest);
	}
}

/* Those that get no sample of their own go into the rest. */
static int bound(struct owners *owners, size_t most)
{
	size_t told = 0;
	bool plain;
	int r = 0;

	qsort(owners->told, owners->n, sizeof(*owners->told), compare_size);
	for (size_t i = 0; r == 0 && i < owners->n; i++) {
		struct owner *owner = &owners->told[i];

		r = exposition_is_plain(owner->path, &plain);
		if (r == 0 && plain && told < most)
			owners->told[told++] = *owner;
		else
			add(&owners->rest, owner->size, owner->oldest);
	}
	owners->n = told;
	return r;
}

static int write_owner(const struct metric_writer *writer, const struct metric *metric,
		       const struct owner *owner, uint64_t now)
{
	const struct metric_label labels[] = { { "group", owner->path }, { NULL, NULL } };
	uint64_t age = owner->oldest < now ? (now - owner->oldest) / 1000000000 : 0;

	return metric_number(writer, metric, labels, metric == &size_metric ? owner->size : age);
}

static int write_owners(const struct metric_writer *writer, const struct metric *metric,
			const struct owners *owners, uint64_t now)
{
	int r = metric_begin(writer, metric);

	for (size_t i = 0; r == 0 && i < owners->n; i++)
		r = write_owner(writer, metric, &owners->told[i], now);
	r = r ? r : write_owner(writer, metric, &owners->none, now);
	return r ? r : write_owner(writer, metric, &owners->rest, now);
}

int exposition_write_lasting(const struct metric_writer *writer, struct pind_records *lasting,
			     size_t most)
{
	_cleanup_free_ struct owner *told = calloc(lasting->n + 1, sizeof(*told));
	struct owners owners = { { "none", 0, UINT64_MAX }, { "rest", 0, UINT64_MAX }, told, 0 };
	uint64_t now = when_now(CLOCK_BOOTTIME);
	int r;

	if (!told || records_sort(lasting, "owner", NULL) < 0)
		return fail_memory();
	join(lasting, &owners);
	r = bound(&owners, most);
	r = r ? r : write_owners(writer, &size_metric, &owners, now);
	return r ? r : write_owners(writer, &oldest_metric, &owners, now);
}
