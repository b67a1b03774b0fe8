/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For store*.c: what stands in a text of quotas. */
#ifndef PIND_STORE_LOAD_H
#define PIND_STORE_LOAD_H

#include "store-table.h"

#define STORE_VERSION 1

/* What was read. All zeros is nothing. */
struct store_content {
	struct store_table table;
	cJSON *unknown;	     /* keys of others at the top, or NULL */
	uint64_t generation; /* of the file: that of changes to it is the same */
	size_t skipped;	     /* quotas that made no sense */
	char *why;	     /* what is wrong, first of all; NULL: nothing */
	uint64_t newer;	     /* a later version, which nobody here understands; else 0 */
};

void store_content_done(struct store_content *content);

/*
 * Texts have a NUL behind their @length bytes, as pind_file_read() gives them.
 */

/**
 * store_load_file - read a whole file of quotas
 * @ret: what made sense, also where something did not; empty if it is of a later version
 *
 * Return: 0 or -ENOMEM.
 */
int store_load_file(const char *text, size_t length, struct store_content *ret);

/**
 * store_load_changes - make the changes that a file of them has
 * @content: that they are made to, if they are of a generation from @first to @last
 * @ret_length: how much of the text counts: all of it, but for a line at its end that was not
 *	written to the end, or 0 if it does not belong there
 *
 * Return: 0 or -ENOMEM.
 */
int store_load_changes(const char *text, size_t length, uint64_t first, uint64_t last,
		       struct store_content *content, size_t *ret_length);

/* The lines of such a file, each with a newline; NULL without memory. To be freed. */
char *store_changes_head(uint64_t generation);
char *store_changes_removal(const char *path);

#endif /* PIND_STORE_LOAD_H */
