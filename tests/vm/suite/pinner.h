/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the program pinner share; pinner.c tells what it is. */
#ifndef PIND_SUITE_PINNER_H
#define PIND_SUITE_PINNER_H

#include <stddef.h>
#include <sys/uio.h>

#define PAGE		  ((size_t)4096)
#define PINNER_RANGES_MAX 1024

#define PINNER_MORE	  64

/**
 * struct pinner - the process
 * @area: the memory to pin from
 * @size: bytes of it
 * @ranges: of the command
 * @more: what a command answers behind its number: empty, or a blank and words
 */
struct pinner {
	char *area;
	size_t size;
	struct iovec ranges[PINNER_RANGES_MAX];
	char more[PINNER_MORE];
};

/**
 * struct pinner_command - one word that a line may begin with
 * @name: the word
 * @run: gets what follows it, to be eaten by pinner_word() and its like; returns
 *	the number to answer with, or a negative errno
 */
struct pinner_command {
	const char *name;
	long (*run)(struct pinner *pinner, char **words);
};

/* Each ends with an empty one. */
extern const struct pinner_command pinner_cost_commands[];
extern const struct pinner_command pinner_get_commands[];
extern const struct pinner_command pinner_lay_commands[];
extern const struct pinner_command pinner_memory_commands[];
extern const struct pinner_command pinner_process_commands[];
extern const struct pinner_command pinner_ring_commands[];

/** pinner_word - the next word, or NULL */
char *pinner_word(char **words);

/** pinner_number - the next word as a number; 0, or -EINVAL */
int pinner_number(char **words, int *ret_number);

/** pinner_size - the next word as a size; 0, or -EINVAL */
int pinner_size(char **words, size_t *ret_size);

/** pinner_range - the next word as a range; 0, -EINVAL, or -ERANGE if it is not in the area */
int pinner_range(const struct pinner *pinner, char **words, struct iovec *ret_range);

/**
 * pinner_ranges - all words that are left, as ranges, into @pinner->ranges
 *
 * Return: how many, or -EINVAL, -ERANGE, -E2BIG.
 */
int pinner_ranges(struct pinner *pinner, char **words);

/** pinner_run - run a line; returns what a command returns, -ENOSYS if there is none such */
long pinner_run(struct pinner *pinner, char *line);

#endif /* PIND_SUITE_PINNER_H */
