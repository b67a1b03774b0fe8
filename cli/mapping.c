// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "mapping.h"

/* An entry of PID/pagemap. */
#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_FRAME   ((UINT64_C(1) << 55) - 1)

/* So many entries are read at once. */
#define ENTRIES 8192

static int open_file(const char *proc, pid_t pid, const char *name)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%d/%s", proc, (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ESRCH : errno == EACCES ? -EPERM : -errno;
}

/* "7f10-7f20 rw-p 00000000 fd:01 9    /a file": one begins. Return: 1, 0 if none does. */
static int read_head(const char *line, struct pind_records *records)
{
	uint64_t start, end;
	char access[8];
	struct pind_mapping_info *mapping;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %n", &start, &end, access, &at) < 3 ||
	    at == 0)
		return 0;
	mapping = records_add(records);
	if (!mapping || model_set_text(&pind_mapping_kind, mapping, "access", access) < 0 ||
	    model_set_text(&pind_mapping_kind, mapping, "file", line + at) < 0)
		return -ENOMEM;
	mapping->start = start;
	mapping->end = end;
	for (const char *const *key = (const char *const[]){ "start", "end", "present", "pinned",
							     "unheld", NULL };
	     *key; key++)
		model_mark(&pind_mapping_kind, mapping, *key);
	return 1;
}

/* Has it any memory? What is reserved only may be huge, and is not looked through. */
static void read_use(const char *line, struct pind_records *records)
{
	struct pind_mapping_info *mapping = records_at(records, records->n - 1);
	uint64_t size;

	if (sscanf(line, "Rss: %" SCNu64, &size) == 1 ||
	    sscanf(line, "Shared_Hugetlb: %" SCNu64, &size) == 1 ||
	    sscanf(line, "Private_Hugetlb: %" SCNu64, &size) == 1)
		mapping->used |= size > 0;
}

static int read_list(const char *proc, pid_t pid, struct pind_records *records)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	int fd = open_file(proc, pid, "smaps"), r = 0;
	size_t room = 0;

	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		(void)close(fd);
		return -ENOMEM;
	}
	while (r >= 0 && getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		r = read_head(line, records);
		if (r == 0 && records->n > 0)
			read_use(line, records);
	}
	return r < 0 ? r : ferror(file) ? -errno : 0;
}

static int add_frame(struct mappings *mappings, uint32_t mapping, uint64_t frame)
{
	struct mapping_run *last = mappings->n > 0 ? &mappings->runs[mappings->n - 1] : NULL;

	if (last && last->mapping == mapping && last->first + last->n == frame &&
	    last->n < MAPPING_RUN_MOST) {
		last->n++;
		return 0;
	}
	if (!mappings->runs || mappings->n == mappings->room) {
		size_t room = mappings->room ? mappings->room * 2 : 256;
		struct mapping_run *runs = reallocarray(mappings->runs, room, sizeof(*runs));

		if (!runs)
			return -ENOMEM;
		mappings->runs = runs;
		mappings->room = room;
	}
	mappings->runs[mappings->n++] = (struct mapping_run){ frame, 1, mapping };
	return 0;
}

/* What /proc does not tell whom it may not know is frame 0. */
static int read_frames(int fd, struct mappings *mappings, uint32_t i)
{
	struct pind_mapping_info *mapping = records_at(&mappings->records, i);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), entries[ENTRIES];
	uint64_t at = mapping->start / page, left = mapping->end / page - at;

	while (left > 0) {
		size_t size = (left < ENTRIES ? left : ENTRIES) * sizeof(entries[0]);
		ssize_t n = pread(fd, entries, size, (off_t)(at * sizeof(entries[0])));

		if (n < 0)
			return errno == EACCES ? -EPERM : -errno;
		if ((size_t)n < sizeof(entries[0]))
			break;
		n /= (ssize_t)sizeof(entries[0]);
		for (ssize_t j = 0; j < n; j++) {
			uint64_t frame = entries[j] & ENTRY_FRAME;
			int r;

			if (!(entries[j] & ENTRY_PRESENT))
				continue;
			r = frame ? add_frame(mappings, i, frame) : -EPERM;
			if (r < 0)
				return r;
			mapping->present += page;
		}
		at += (uint64_t)n;
		left -= (uint64_t)n;
	}
	return 0;
}

static int compare_runs(const void *a, const void *b)
{
	const struct mapping_run *p = a, *q = b;

	return p->first < q->first ? -1 : p->first > q->first;
}

int mappings_read(const char *proc, pid_t pid, struct mappings *ret)
{
	_cleanup_close_ int fd = -EBADF;
	int r;

	*ret = (struct mappings){ .records = RECORDS(pind_mapping_kind) };
	r = read_list(proc, pid, &ret->records);
	if (r < 0)
		return r;
	fd = open_file(proc, pid, "pagemap");
	if (fd < 0)
		return fd;
	for (size_t i = 0; r == 0 && i < ret->records.n; i++) {
		if (((struct pind_mapping_info *)records_at(&ret->records, i))->used)
			r = read_frames(fd, ret, (uint32_t)i);
	}
	if (r == 0 && ret->n > 1)
		qsort(ret->runs, ret->n, sizeof(ret->runs[0]), compare_runs);
	return r;
}

void mappings_done(struct mappings *mappings)
{
	records_done(&mappings->records);
	free(mappings->runs);
	mappings->runs = NULL;
	mappings->n = mappings->room = 0;
}

size_t mapping_run_find(const struct mappings *mappings, uint64_t frame)
{
	uint64_t from = frame < MAPPING_RUN_MOST ? 0 : frame - MAPPING_RUN_MOST + 1;
	size_t low = 0, high = mappings->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mappings->runs[middle].first < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
