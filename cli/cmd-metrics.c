// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl metrics: all numbers as text for a collector; on stdout, in a file, by HTTP or Varlink. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "exposition.h"
#include "fail.h"
#include "http.h"
#include "new-file.h"
#include "varlink.h"
#include "verb.h"

/* More series than that nobody wants of one machine. */
#define GROUPS_MAX 100000

static int parse_format(const char *word, enum metric_format *ret)
{
	static const char *const words[] = {
		[METRIC_OPENMETRICS] = "openmetrics",
		[METRIC_PROMETHEUS] = "prometheus",
	};

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0) {
			*ret = (enum metric_format)i;
			return 0;
		}
	}
	return word ? fail(PIND_EXIT_USAGE,
			   "\"%s\" is no format of metrics: it is openmetrics or prometheus", word)
		    : 0;
}

static int parse_groups(const char *text, size_t *ret)
{
	char *end;

	*ret = EXPOSITION_GROUPS;
	if (!text)
		return 0;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || *ret > GROUPS_MAX)
		return fail(PIND_EXIT_USAGE, "\"%s\" is no number of groups from 0 to %d", text,
			    GROUPS_MAX);
	return 0;
}

/* What was told is written down before it is: a counter would fall else. */
static int write_text(const struct pind_options *options, enum metric_format format, size_t groups,
		      FILE *stream)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_(carry_freep) struct carry *carry = NULL;
	int r = 0;

	if (options->state)
		r = carry_open(options->state, &carry);
	r = r ? r : source_open(options->kernel, &source);
	r = r ? r
	      : exposition_write(source, &(struct metric_writer){ stream, format, carry }, groups);
	return r || !carry ? r : carry_save(carry);
}

static int render(const void *userdata, enum metric_format format, char **ret_text,
		  size_t *ret_size)
{
	const struct pind_options *options = userdata;
	_cleanup_free_ char *text = NULL;
	size_t size = 0, groups;
	FILE *stream;
	int r;

	r = parse_groups(options->groups, &groups);
	if (r != 0)
		return r;
	stream = open_memstream(&text, &size);
	if (!stream)
		return fail_memory();
	r = write_text(options, format, groups, stream);
	if (fclose(stream) != 0 && r == 0)
		r = fail_memory();
	if (r == 0) {
		*ret_text = TAKE_PTR(text);
		*ret_size = size;
	}
	return r;
}

/* Whoever reads the file finds all of the old one or all of the new one. */
static int write_file(const char *path, const char *text, size_t size)
{
	_cleanup_free_ char *new = NULL;
	FILE *file;
	bool bad;

	if (asprintf(&new, "%s.new", path) < 0)
		return fail_memory();
	file = new_file_open(new);
	bad = !file;
	if (file) {
		bad = fwrite(text, 1, size, file) != size;
		bad |= fclose(file) != 0;
	}
	if (bad || rename(new, path) < 0)
		return fail(PIND_EXIT_FAILED, "%s cannot be written: %s", path, strerror(errno));
	return 0;
}

static int answer_file(const struct pind_options *options, enum metric_format format)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = render(options, format, &text, &size);

	if (r == 0)
		return write_file(options->file, text, size);
	/* old numbers are not to be taken for new ones */
	(void)unlink(options->file);
	return r;
}

int cmd_metrics(const struct pind_options *options)
{
	enum metric_format format = METRIC_OPENMETRICS;
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r;

	r = parse_format(options->format, &format);
	if (r != 0)
		return r;
	if ((options->http || options->varlink) && (options->file || options->format))
		return fail(PIND_EXIT_USAGE,
			    "--%s goes with no --file and no --format: who asks says which",
			    options->http ? "http" : "varlink");
	if (options->http && options->varlink)
		return fail(PIND_EXIT_USAGE, "--http and --varlink exclude each other");
	if (options->http)
		return http_answer(STDIN_FILENO, STDOUT_FILENO, render, options);
	if (options->varlink)
		return varlink_serve(STDIN_FILENO, STDOUT_FILENO, render, options);
	if (options->file)
		return answer_file(options, format);
	r = render(options, format, &text, &size);
	if (r == 0)
		(void)fwrite(text, 1, size, stdout);
	return r;
}
