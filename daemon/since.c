// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "file.h"
#include "since.h"

/* Another form of the file has another number. */
#define FORM 1

struct pind_since {
	char *directory;
	char *text; /* of the file, as it was written last */
	uint64_t load_id;
	uint64_t opened;
	struct pind_since_row *rows; /* that nobody has asked for */
	size_t n;
};

DEFINE_CLEANUP(struct pind_since, pind_since_free, since_freep)

static bool read_row(const char *line, struct pind_since_row *ret)
{
	struct pind_since_row row = {};
	char word[16];
	int dry_run, done;

	if (sscanf(line,
		   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %15s %d %" SCNu64 " %d %d %u",
		   &row.id, &row.since, &row.max, &row.max_held, word, &row.reaction.signal,
		   &row.reaction.grace, &dry_run, &done, &row.holds) != 10 ||
	    pind_on_exceed_read(word, &row.reaction.on_exceed) < 0)
		return false;
	row.reaction.dry_run = dry_run;
	row.done = done;
	*ret = row;
	return true;
}

static void write_row(FILE *stream, const struct pind_since_row *row)
{
	const struct pind_reaction *reaction = &row->reaction;

	(void)fprintf(stream,
		      "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s %d %" PRIu64
		      " %d %d %u\n",
		      row->id, row->since, row->max, row->max_held,
		      pind_on_exceed_name(reaction->on_exceed), reaction->signal, reaction->grace,
		      (int)reaction->dry_run, (int)row->done, row->holds);
}

/* What of it makes sense. 0 or -ENOMEM. */
static int read_text(struct pind_since *since, char *text)
{
	char *place, *line = strtok_r(text, "\n", &place);
	size_t lines = 1;
	int form;

	if (!line || sscanf(line, "%d %" SCNu64, &form, &since->load_id) != 2 || form != FORM)
		return 0;
	for (const char *at = place; at && *at; at++)
		lines += *at == '\n';
	since->rows = calloc(lines, sizeof(*since->rows));
	if (!since->rows)
		return -ENOMEM;
	while (since->n < lines && (line = strtok_r(NULL, "\n", &place)))
		since->n += read_row(line, &since->rows[since->n]);
	return 0;
}

int pind_since_open(const char *directory, uint64_t now, struct pind_since **ret)
{
	_cleanup_(since_freep) struct pind_since *since = calloc(1, sizeof(*since));
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r;

	if (!since)
		return -ENOMEM;
	since->opened = now;
	since->directory = strdup(directory);
	if (!since->directory)
		return -ENOMEM;
	r = pind_file_read(directory, PIND_SINCE_FILE, &text, &length);
	r = r == -ENOMEM ? r : r < 0 ? 0 : read_text(since, text);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(since);
	return 0;
}

struct pind_since *pind_since_free(struct pind_since *since)
{
	if (since) {
		free(since->directory);
		free(since->text);
		free(since->rows);
		free(since);
	}
	return NULL;
}

bool pind_since_take(struct pind_since *since, uint64_t load_id, uint64_t id,
		     struct pind_since_row *ret)
{
	if (load_id != since->load_id)
		since->n = 0;
	for (size_t i = 0; i < since->n; i++)
		if (since->rows[i].id == id) {
			*ret = since->rows[i];
			since->rows[i] = since->rows[--since->n];
			return true;
		}
	return false;
}

void pind_since_write(struct pind_since *since, uint64_t load_id, uint64_t now,
		      const struct pind_since_row *rows, size_t n)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		return;
	if (load_id != since->load_id || now > since->opened + PIND_SINCE_OLD_USEC)
		since->n = 0;
	since->load_id = load_id;
	(void)fprintf(stream, "%d %" PRIu64 "\n", FORM, load_id);
	for (size_t i = 0; i < n; i++)
		write_row(stream, &rows[i]);
	for (size_t i = 0; i < since->n; i++)
		write_row(stream, &since->rows[i]);
	if (fclose(stream) != 0 || (since->text && !strcmp(text, since->text)))
		return;
	if (pind_file_replace(since->directory, PIND_SINCE_FILE, text, length, NULL) < 0)
		return;
	free(since->text);
	since->text = TAKE_PTR(text);
}
