/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many records of one kind of the model: added, thinned out, sorted. */
#ifndef PINCTL_RECORDS_H
#define PINCTL_RECORDS_H

#include "model.h"

/* Many records of one kind. Start with RECORDS(kind), end with records_done(). */
struct pind_records {
	const struct pind_kind *kind;
	size_t n;
	size_t room;
	char *items;
};

#define RECORDS(k) ((struct pind_records){ .kind = &(k) })

/* A new record at the end, all zero; NULL if out of memory. Earlier pointers
 * into the records are void after it. */
void *records_add(struct pind_records *records);
void *records_at(const struct pind_records *records, size_t i);
/* Removes the records that keep() does not want; the order stays. */
void records_keep(struct pind_records *records,
		  bool (*keep)(const void *record, const void *userdata), const void *userdata);
void records_done(struct pind_records *records);

/**
 * records_sort - sort by one field: numbers from the largest, texts from A, what is
 *	alike as it was; no limit stands behind every limit
 * @ret_from: if not NULL, where each record came from
 *
 * Return: 0 or -ENOMEM.
 */
int records_sort(struct pind_records *records, const char *key, size_t *ret_from);

/* Sorts groups by path, a group right before those below it. */
void records_sort_groups(struct pind_records *groups);

#endif /* PINCTL_RECORDS_H */
