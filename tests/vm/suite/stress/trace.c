// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "action.h"
#include "memory.h"
#include "trace.h"

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *map(const char *path, int flags, int protection)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	void *at;

	if (fd < 0)
		return NULL;
	if ((flags & O_CREAT) && ftruncate(fd, sizeof(struct trace)) < 0)
		at = MAP_FAILED;
	else
		at = mmap(NULL, sizeof(struct trace), protection, MAP_SHARED, fd, 0);
	(void)close(fd);
	return at == MAP_FAILED ? NULL : at;
}

struct trace *trace_create(const char *path)
{
	struct trace *trace = map(path, O_RDWR | O_CREAT | O_TRUNC, PROT_READ | PROT_WRITE);

	if (trace)
		trace->began = now();
	return trace;
}

const struct trace *trace_open(const char *path)
{
	return map(path, O_RDONLY, PROT_READ);
}

struct trace_entry *trace_begin(struct trace *trace, uint32_t actor, const struct trace_entry *step)
{
	struct trace_actor *mine = &trace->actor[actor];
	struct trace_entry *entry = &mine->entry[mine->steps % TRACE_LENGTH];

	*entry = *step;
	entry->time = now() - trace->began;
	entry->result = TRACE_UNDER_WAY;
	mine->steps++;
	return entry;
}

void trace_end(struct trace *trace, struct trace_entry *entry, int result)
{
	struct trace_count *count = &trace->count[entry->action];

	entry->result = result;
	if (result >= 0) {
		count->done++;
	} else if (result == -ENOMEM) {
		count->refused++;
	} else {
		count->failed++;
		count->last_error = -result;
	}
}

static const char *result_name(int result)
{
	if (result == TRACE_UNDER_WAY)
		return "(under way)";
	return result >= 0 ? "ok" : strerrorname_np(-result);
}

static void print_entry(const struct trace_entry *entry)
{
	(void)printf("  %8.3f s  life %u step %llu: %s slot %u other %u %s %uK+%uK detail %u: %s\n",
		     (double)entry->time / 1e9, entry->life, (unsigned long long)entry->step,
		     actions[entry->action].name, entry->slot, entry->other,
		     pieces[entry->piece].name, entry->offset >> 10, entry->length >> 10,
		     entry->detail, result_name(entry->result));
}

void trace_print(const struct trace *trace)
{
	for (uint32_t i = 0; i < trace->actors; i++) {
		const struct trace_actor *actor = &trace->actor[i];
		uint64_t step = actor->steps > TRACE_LENGTH ? actor->steps - TRACE_LENGTH : 0;

		(void)printf("actor %u, pid %d, %llu steps:\n", i, actor->pid,
			     (unsigned long long)actor->steps);
		for (; step < actor->steps; step++)
			print_entry(&actor->entry[step % TRACE_LENGTH]);
	}
}

void trace_print_counts(const struct trace *trace)
{
	(void)printf("%-12s %8s %8s %8s\n", "action", "done", "refused", "failed");
	for (unsigned int i = 0; i < n_actions; i++) {
		const struct trace_count *count = &trace->count[i];

		(void)printf("%-12s %8lu %8lu %8lu%s%s\n", actions[i].name, count->done,
			     count->refused, count->failed, count->failed ? "  last " : "",
			     count->failed ? strerrorname_np(count->last_error) : "");
	}
}
