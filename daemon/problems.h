/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults in files that people write: a list of sentences, each with its place. */
#ifndef PIND_PROBLEMS_H
#define PIND_PROBLEMS_H

#include <stddef.h>

struct pind_problem {
	char *file;	   /* fit for a terminal and for the journal, as is the sentence */
	unsigned int line; /* from 1; 0: the file as a whole */
	char *sentence;
};

/* All zeros is an empty list. */
struct pind_problems {
	struct pind_problem *entries;
	size_t n;
	char *file;    /* that is added to */
	size_t n_file; /* of that file */
};

/**
 * pind_problems_file - all that is added from now on is about this file
 * @file: copied
 *
 * Return: 0 or -ENOMEM.
 */
int pind_problems_file(struct pind_problems *problems, const char *file);

/**
 * pind_problems_add - add a sentence
 * @line: of the file, or 0
 *
 * Of one file only the first 20 are kept, and one that there are more.
 *
 * Return: -EINVAL, for the caller to return; -ENOMEM.
 */
int pind_problems_add(struct pind_problems *problems, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "file:line: sentence", or without a line; to be freed. NULL: no memory. */
char *pind_problem_text(const struct pind_problem *problem);

void pind_problems_done(struct pind_problems *problems);

#endif /* PIND_PROBLEMS_H */
