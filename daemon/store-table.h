/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For store*.c: quotas sorted by path, each as it stands in a file: one object of JSON, on a
 * line of its own. What a later version wrote beside what this one knows is carried along.
 */
#ifndef PIND_STORE_TABLE_H
#define PIND_STORE_TABLE_H

#include <cjson/cJSON.h>

#include "store.h"

struct store_entry {
	struct pind_quota quota; /* its path belongs to the entry */
	cJSON *unknown;		 /* an object with the keys of others, or NULL */
	char *text;		 /* as it stands in the file, or NULL: not made yet */
};

struct store_table {
	struct store_entry *entries;
	size_t n, room;
};

void store_table_done(struct store_table *table);
void store_entry_done(struct store_entry *entry);

/* Where the path is, or where it would be. */
size_t store_table_position(const struct store_table *table, const char *path, bool *ret_found);

/* Makes room at @at and moves the entry there. 0 or -ENOMEM: it stays the caller's. */
int store_table_insert(struct store_table *table, size_t at, const struct store_entry *entry);

/* Moves the entry at @at out: it is the caller's now. */
struct store_entry store_table_take(struct store_table *table, size_t at);

/**
 * store_entry_read - a quota from an object of JSON
 * @item: keys that are not known are moved out of it
 * @ret_wrong: with -EINVAL, what is wrong, as the end of a sentence
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int store_entry_read(cJSON *item, struct store_entry *ret, const char **ret_wrong);

/*
 * Has each number in what is not known printed as exactly as it was read, which cJSON would
 * not do. 0 or -ENOMEM.
 */
int store_exact(cJSON *item);

/* The entry's text, without a newline; NULL without memory. */
const char *store_entry_text(struct store_entry *entry);

#endif /* PIND_STORE_TABLE_H */
