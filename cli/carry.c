// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "carry.h"
#include "fail.h"
#include "new-file.h"

/*
 * The file: a line for each series, "series TOTAL AGE NAME", and for each source that
 * counts, "source NOW 0 NAME".
 *
 * So many tellings a series is remembered that none counted in: groups come and go at
 * their tenants' will, and each has only a few series at a time (exposition.c).
 */
#define AGE_MAX 100

struct row {
	uint64_t value;
	unsigned int age; /* tellings since it was last seen */
	char name[];
};

struct carry {
	char *path;
	int lock;
	void *series; /* trees of rows by name, see tsearch(3) */
	void *sources;
};

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* The row of that name, made if need be; NULL if out of memory. */
static struct row *row_of(void **tree, const char *name)
{
	size_t size = strlen(name) + 1;
	struct row *row = malloc(sizeof(*row) + size), **found;

	if (!row)
		return NULL;
	*row = (struct row){ 0 };
	memcpy(row->name, name, size);
	found = tsearch(row, tree, compare_rows);
	if (!found || *found != row)
		free(row);
	return found ? *found : NULL;
}

/* A line of the file; what is none is left out. */
static int take_line(struct carry *carry, char *line)
{
	bool series = !strncmp(line, "series ", 7), source = !strncmp(line, "source ", 7);
	unsigned int age;
	struct row *row;
	uint64_t value;
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if ((!series && !source) || sscanf(line + 7, "%" SCNu64 " %u %n", &value, &age, &at) != 2 ||
	    !at)
		return 0;
	row = row_of(series ? &carry->series : &carry->sources, line + 7 + at);
	if (!row)
		return fail_memory();
	row->value = value;
	row->age = age + 1;
	return 0;
}

static int take_file(struct carry *carry)
{
	_cleanup_fclose_ FILE *file = fopen(carry->path, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int r = 0;

	if (!file && errno == ENOENT)
		return 0;
	while (r == 0 && file && getline(&line, &room, file) >= 0)
		r = take_line(carry, line);
	if (r == 0 && (!file || ferror(file)))
		return fail(PIND_EXIT_FAILED,
			    "the counters of the last report cannot be read from %s: %s",
			    carry->path, strerror(errno));
	/* a slip of the pen would cost the file */
	if (r == 0 && ftell(file) > 0 && !carry->series && !carry->sources)
		return fail(PIND_EXIT_FAILED,
			    "%s is no file of --state, and is left alone: give another one",
			    carry->path);
	return r;
}

/* The lock is a file beside it: the file itself is another one after each telling. */
static int take_lock(struct carry *carry)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s.lock", carry->path) < 0)
		return fail_memory();
	carry->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (carry->lock < 0 || flock(carry->lock, LOCK_EX) < 0)
		return fail(PIND_EXIT_FAILED, "%s cannot be locked: %s", path, strerror(errno));
	return 0;
}

int carry_open(const char *path, struct carry **ret)
{
	_cleanup_(carry_freep) struct carry *carry = calloc(1, sizeof(*carry));
	int r;

	if (!carry)
		return fail_memory();
	carry->lock = -EBADF;
	carry->path = strdup(path);
	if (!carry->path)
		return fail_memory();
	r = take_lock(carry);
	r = r ? r : take_file(carry);
	if (r == 0)
		*ret = TAKE_PTR(carry);
	return r;
}

int carry_add(struct carry *carry, const char *series, const char *source, uint64_t now)
{
	struct row *to = row_of(&carry->series, series), *from = row_of(&carry->sources, source);

	if (!to || !from)
		return fail_memory();
	to->value += now >= from->value ? now - from->value : now;
	from->value = now;
	from->age = 0;
	return 0;
}

int carry_raise(struct carry *carry, const char *series, uint64_t now)
{
	struct row *row = row_of(&carry->series, series);

	if (!row)
		return fail_memory();
	row->value = now > row->value ? now : row->value;
	return 0;
}

int carry_total(struct carry *carry, const char *series, uint64_t *ret)
{
	struct row *row = row_of(&carry->series, series);

	if (!row)
		return fail_memory();
	row->age = 0;
	*ret = row->value;
	return 0;
}

struct writing {
	FILE *file;
	const char *word;
	unsigned int age_max;
};

static void write_row(const void *node, VISIT visit, void *userdata)
{
	const struct row *row = *(struct row *const *)node;
	const struct writing *writing = userdata;

	/* each once; what never counted anything needs no remembering */
	if ((visit == postorder || visit == leaf) && row->value && row->age <= writing->age_max)
		(void)fprintf(writing->file, "%s %" PRIu64 " %u %s\n", writing->word, row->value,
			      row->age, row->name);
}

int carry_save(struct carry *carry)
{
	_cleanup_free_ char *path = NULL;
	FILE *file;
	bool bad;

	if (asprintf(&path, "%s.new", carry->path) < 0)
		return fail_memory();
	file = new_file_open(path);
	bad = !file;
	if (file) {
		twalk_r(carry->series, write_row, &(struct writing){ file, "series", AGE_MAX });
		twalk_r(carry->sources, write_row, &(struct writing){ file, "source", 0 });
		bad = ferror(file);
		bad |= fclose(file) != 0;
	}
	/* it has to outlive us, not the machine: nothing waits for the disk */
	if (bad || rename(path, carry->path) < 0)
		return fail(PIND_EXIT_FAILED, "the counters cannot be written to %s: %s", path,
			    strerror(errno));
	return 0;
}

void carry_free(struct carry *carry)
{
	tdestroy(carry->series, free);
	tdestroy(carry->sources, free);
	closep(&carry->lock);
	free(carry->path);
	free(carry);
}
