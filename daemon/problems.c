// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "problems.h"
#include "text.h"

/* Of one file: who sees so many corrects them and looks again. */
#define PROBLEMS_PER_FILE 20

int pind_problems_file(struct pind_problems *problems, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(problems->file);
	problems->file = copy;
	problems->n_file = 0;
	return 0;
}

static int problems_append(struct pind_problems *problems, unsigned int line, const char *sentence)
{
	struct pind_problem *entries, *entry;

	entries = reallocarray(problems->entries, problems->n + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	problems->entries = entries;
	entry = &entries[problems->n];
	*entry = (struct pind_problem){ .line = line };
	entry->file = strdup(problems->file);
	/* a clean text is never longer */
	entry->sentence = strdup(sentence);
	if (!entry->file || !entry->sentence) {
		free(entry->file);
		free(entry->sentence);
		return -ENOMEM;
	}
	(void)pind_text_clean(entry->sentence, strlen(sentence) + 1, sentence);
	(void)pind_text_clean(entry->file, strlen(problems->file) + 1, problems->file);
	problems->n++;
	problems->n_file++;
	return -EINVAL;
}

int pind_problems_add(struct pind_problems *problems, unsigned int line, const char *format, ...)
{
	_cleanup_free_ char *sentence = NULL;
	va_list arguments;
	int r;

	if (problems->n_file > PROBLEMS_PER_FILE)
		return -EINVAL;
	if (problems->n_file == PROBLEMS_PER_FILE)
		return problems_append(problems, line, "there is more that is wrong");
	va_start(arguments, format);
	r = vasprintf(&sentence, format, arguments);
	va_end(arguments);
	if (r < 0) {
		sentence = NULL;
		return -ENOMEM;
	}
	return problems_append(problems, line, sentence);
}

char *pind_problem_text(const struct pind_problem *problem)
{
	char *text;
	int r;

	r = problem->line ? asprintf(&text, "%s:%u: %s", problem->file, problem->line,
				     problem->sentence)
			  : asprintf(&text, "%s: %s", problem->file, problem->sentence);
	return r < 0 ? NULL : text;
}

void pind_problems_done(struct pind_problems *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		free(problems->entries[i].file);
		free(problems->entries[i].sentence);
	}
	free(problems->entries);
	free(problems->file);
	*problems = (struct pind_problems){};
}
