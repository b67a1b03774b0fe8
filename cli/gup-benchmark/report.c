// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "json.h"
#include "report.h"

static const char *const ways[] = {
	[INSTRUCTIONS_BY_PERF] = "perf",
	[INSTRUCTIONS_BY_CLOCK] = "clock",
};

static void text_run(FILE *out, const struct options *options, const struct runs *runs,
		     const struct run *run)
{
	(void)fprintf(out, "%s: Time: get:%" PRIu64 " put:%" PRIu64 " us",
		      options_operation_name(options->operation),
		      (uint64_t)(run->run.get_ns / 1000), (uint64_t)(run->run.put_ns / 1000));
	if (run->run.size != options->size)
		(void)fprintf(out, ", truncated (size: %" PRIu64 ")", (uint64_t)run->run.size);
	(void)fprintf(out, ", pages:%" PRIu64 " calls:%" PRIu64 " unpinned:%" PRIu64,
		      (uint64_t)run->run.pages, (uint64_t)run->run.calls,
		      (uint64_t)run->run.unpinned);
	if (runs->by == INSTRUCTIONS_BY_PERF)
		(void)fprintf(out, " instructions:%" PRIu64, run->instructions);
	if (runs->by == INSTRUCTIONS_BY_CLOCK)
		(void)fprintf(out, " instructions: get:%" PRIu64 " put:%" PRIu64,
			      (uint64_t)run->run.get_ns, (uint64_t)run->run.put_ns);
	if (options->threads > 1)
		(void)fprintf(out, " thread:%u", run->thread);
	(void)fputc('\n', out);
}

static void text_counters(FILE *out, const char *file, const struct counters *counters)
{
	(void)fprintf(out, "%s:", file);
	for (size_t i = 0; i < counters->n; i++)
		if (counters->values[i])
			(void)fprintf(out, " %s %+lld", counters->names[i], counters->values[i]);
	(void)fputc('\n', out);
}

void report_text(FILE *out, const struct options *options, const struct runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		text_run(out, options, runs, &runs->runs[i]);
	if (runs->by == INSTRUCTIONS_UNKNOWN)
		(void)fputs("instructions: not counted, this machine has no counter for them\n",
			    out);
	text_counters(out, COUNTERS_KERNEL, &runs->kernel);
	if (runs->pind.present)
		text_counters(out, COUNTERS_PIND, &runs->pind);
	else
		(void)fputs("pind: not loaded\n", out);
}

static bool is_longterm(const struct options *options)
{
	return options->operation == PIND_BENCH_PIN_LONGTERM ||
	       options->operation == PIND_BENCH_PIN_MEMFD || options->flags & PIND_BENCH_LONGTERM;
}

static int json_text_or_null(cJSON *object, const char *name, const char *text)
{
	if (text)
		return json_add_text(object, name, text);
	return cJSON_AddNullToObject(object, name) ? 0 : -ENOMEM;
}

static int json_options(cJSON *object, const struct options *options)
{
	static const char *const thp[] = {
		[OPTIONS_THP_AS_IS] = "as-is",
		[OPTIONS_THP_ON] = "on",
		[OPTIONS_THP_OFF] = "off",
	};

	if (json_add_text(object, "operation", options_operation_name(options->operation)) < 0 ||
	    json_add_number(object, "size", options->size) < 0 ||
	    json_add_number(object, "pages_per_call", options->pages_per_call) < 0 ||
	    json_add_number(object, "repeats", options->repeats) < 0 ||
	    json_add_number(object, "threads", options->threads) < 0 ||
	    json_add_number(object, "hold_ms", options->hold_ms) < 0 ||
	    !cJSON_AddBoolToObject(object, "write", (options->flags & PIND_BENCH_WRITE) != 0) ||
	    !cJSON_AddBoolToObject(object, "force", (options->flags & PIND_BENCH_FORCE) != 0) ||
	    !cJSON_AddBoolToObject(object, "nofault", (options->flags & PIND_BENCH_NOFAULT) != 0) ||
	    !cJSON_AddBoolToObject(object, "longterm", is_longterm(options)) ||
	    !cJSON_AddBoolToObject(object, "prefault", options->prefault) ||
	    !cJSON_AddBoolToObject(object, "shared", options->shared) ||
	    json_add_number(object, "hugetlb", options->hugetlb) < 0 ||
	    json_add_text(object, "thp", thp[options->thp]) < 0)
		return -ENOMEM;
	if (json_text_or_null(object, "unpin", options_unpin_name(options)) < 0)
		return -ENOMEM;
	return json_text_or_null(object, "file", options->file);
}

static int json_run(cJSON *array, const struct runs *runs, const struct run *run)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(array, object)) {
		cJSON_Delete(object);
		return -ENOMEM;
	}
	if (json_add_number(object, "thread", run->thread) < 0 ||
	    json_add_number(object, "size", run->run.size) < 0 ||
	    json_add_number(object, "pages", run->run.pages) < 0 ||
	    json_add_number(object, "calls", run->run.calls) < 0 ||
	    json_add_number(object, "unpinned", run->run.unpinned) < 0 ||
	    json_add_number(object, "get_ns", run->run.get_ns) < 0 ||
	    json_add_number(object, "put_ns", run->run.put_ns) < 0)
		return -ENOMEM;
	if (runs->by != INSTRUCTIONS_UNKNOWN &&
	    json_add_number(object, "instructions", run->instructions) < 0)
		return -ENOMEM;
	return run->error ? json_add_text(object, "error", strerrorname_np(run->error)) : 0;
}

static int json_counters(cJSON *object, const char *key, const struct counters *counters)
{
	cJSON *moved;
	char number[24];

	if (!counters->present)
		return cJSON_AddNullToObject(object, key) ? 0 : -ENOMEM;
	moved = cJSON_AddObjectToObject(object, key);
	for (size_t i = 0; i < counters->n; i++) {
		(void)snprintf(number, sizeof(number), "%lld", counters->values[i]);
		if (!cJSON_AddRawToObject(moved, counters->names[i], number))
			return -ENOMEM;
	}
	return moved ? 0 : -ENOMEM;
}

static int json_fill(cJSON *object, const struct options *options, const struct runs *runs)
{
	cJSON *array;

	if (json_options(object, options) < 0)
		return -ENOMEM;
	if (!(ways[runs->by] ? cJSON_AddStringToObject(object, "instructions_by", ways[runs->by])
			     : cJSON_AddNullToObject(object, "instructions_by")))
		return -ENOMEM;
	array = cJSON_AddArrayToObject(object, "runs");
	if (!array)
		return -ENOMEM;
	for (size_t i = 0; i < runs->n; i++)
		if (json_run(array, runs, &runs->runs[i]) < 0)
			return -ENOMEM;
	if (json_counters(object, "vmstat", &runs->kernel) < 0)
		return -ENOMEM;
	return json_counters(object, "pind", &runs->pind);
}

cJSON *report_json(const struct options *options, const struct runs *runs)
{
	cJSON *object = cJSON_CreateObject();

	if (object && json_fill(object, options, runs) < 0) {
		cJSON_Delete(object);
		return NULL;
	}
	return object;
}

/* What the words of the error do not say. */
static const char *reason(const struct options *options, const struct runs *runs, int error)
{
	for (size_t i = 0; error == ENOMEM && i < runs->pind.n; i++)
		if (!strcmp(runs->pind.names[i], "nr_pind_refused") && runs->pind.values[i] > 0)
			return "; `pinctl refusals` tells which quota refused";
	if (error == EINVAL && options->operation == PIND_BENCH_PIN_MEMFD)
		return "; -M pins what is in memory: a file must be tmpfs's or hugetlbfs's";
	if (error == EOPNOTSUPP)
		return options->operation == PIND_BENCH_PIN_MEMFD
			       ? "; this kernel has no memfd_pin_folios()"
			       : "; this kernel has no unpin_user_folio(): --unpin range goes";
	if (error != EFAULT)
		return "";
	if (options->flags & PIND_BENCH_NOFAULT)
		return "; with -F nofault only what is mapped already is got";
	if (options->file && options->shared && options->flags & PIND_BENCH_WRITE &&
	    is_longterm(options))
		return "; newer kernels pin a file of most file systems for long only to read it "
		       "(-W)";
	return "";
}

int report_interruption(const struct options *options, const struct runs *runs)
{
	size_t whole = 0;

	for (size_t i = 0; i < runs->n; i++)
		whole += !runs->runs[i].error;
	return fail(PIND_EXIT_FAILED, "interrupted after %zu of %" PRIu64 " runs", whole,
		    (uint64_t)options->repeats * options->threads);
}

int report_failure(const struct options *options, const struct runs *runs, const struct run *run)
{
	return fail(PIND_EXIT_FAILED, "%s stopped after %" PRIu64 " of %" PRIu64 " pages: %s%s",
		    options_operation_name(options->operation), (uint64_t)run->run.pages,
		    options->size / (uint64_t)sysconf(_SC_PAGESIZE), strerror(run->error),
		    reason(options, runs, run->error));
}

int report_unpinned(const struct options *options, const struct runs *runs)
{
	const struct run *run;

	for (size_t i = 0; i < runs->n; i++) {
		run = &runs->runs[i];
		if (options->operation < PIND_BENCH_PIN_FAST || !run->run.unpinned)
			continue;
		return fail(PIND_EXIT_FAILED,
			    "%s got %" PRIu64 " pages, and %" PRIu64
			    " of them are not pinned: this is a fault of the kernel",
			    options_operation_name(options->operation), (uint64_t)run->run.pages,
			    (uint64_t)run->run.unpinned);
	}
	return 0;
}
