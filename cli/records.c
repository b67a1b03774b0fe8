// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "records.h"

void *records_add(struct pind_records *records)
{
	size_t size = records->kind->size;
	void *record;

	if (records->n == records->room) {
		size_t room = records->room ? records->room * 2 : 16;
		char *items = reallocarray(records->items, room, size);

		if (!items)
			return NULL;
		records->items = items;
		records->room = room;
	}
	record = records->items + records->n * size;
	memset(record, 0, size);
	records->n++;
	return record;
}

void *records_at(const struct pind_records *records, size_t i)
{
	return records->items + i * records->kind->size;
}

void records_keep(struct pind_records *records,
		  bool (*keep)(const void *record, const void *userdata), const void *userdata)
{
	size_t kept = 0;

	for (size_t i = 0; i < records->n; i++) {
		void *record = records_at(records, i);

		if (!keep(record, userdata)) {
			model_clear(records->kind, record);
			continue;
		}
		if (kept != i)
			memcpy(records_at(records, kept), record, records->kind->size);
		kept++;
	}
	records->n = kept;
}

void records_done(struct pind_records *records)
{
	for (size_t i = 0; i < records->n; i++)
		model_clear(records->kind, records_at(records, i));
	free(records->items);
	*records = (struct pind_records){ .kind = records->kind };
}

struct sorting {
	const struct pind_records *records;
	const struct pind_field *field;
};

static uint64_t number_at(const struct pind_field *field, const void *place)
{
	uint64_t number;

	switch (field->type) {
	case PIND_FIELD_FLAG:
		return *(const bool *)place;
	case PIND_FIELD_U32:
	case PIND_FIELD_WORD:
		return *(const uint32_t *)place;
	default:
		number = *(const uint64_t *)place;
		return field->type == PIND_FIELD_LIMIT && number == PIND_UNLIMITED ? 0 : number;
	}
}

static int compare_by(const void *a, const void *b, void *userdata)
{
	const struct sorting *sorting = userdata;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const struct pind_field *field = sorting->field;
	const void *p = (const char *)records_at(sorting->records, i) + field->offset;
	const void *q = (const char *)records_at(sorting->records, j) + field->offset;
	uint64_t m, n;
	int r;

	if (field->type == PIND_FIELD_TEXT) {
		r = strcmp(*(char *const *)p ?: "", *(char *const *)q ?: "");
		return r ? r : i < j ? -1 : i > j;
	}
	m = number_at(field, p);
	n = number_at(field, q);
	return m != n ? (m > n ? -1 : 1) : i < j ? -1 : i > j;
}

int records_sort(struct pind_records *records, const char *key, size_t *ret_from)
{
	struct sorting sorting = { records, &records->kind->fields[model_find(records->kind, key)] };
	_cleanup_free_ size_t *from = calloc(records->n + 1, sizeof(*from));
	size_t size = records->kind->size;
	char *items = reallocarray(NULL, records->n + 1, size);

	if (!from || !items) {
		free(items);
		return -ENOMEM;
	}
	for (size_t i = 0; i < records->n; i++)
		from[i] = i;
	qsort_r(from, records->n, sizeof(*from), compare_by, &sorting);
	for (size_t i = 0; i < records->n; i++)
		memcpy(items + i * size, records_at(records, from[i]), size);
	free(records->items);
	records->items = items;
	records->room = records->n + 1;
	if (ret_from)
		memcpy(ret_from, from, records->n * sizeof(*from));
	return 0;
}

/* '/' before every other character: /a, /a/b, /a.slice. */
static int compare_groups(const void *a, const void *b)
{
	const unsigned char *p = (const unsigned char *)((const struct pind_group_info *)a)->path;
	const unsigned char *q = (const unsigned char *)((const struct pind_group_info *)b)->path;

	while (*p && *p == *q) {
		p++;
		q++;
	}
	if (*p == *q)
		return 0;
	if (*p == '\0' || *q == '\0')
		return *p ? 1 : -1;
	if (*p == '/' || *q == '/')
		return *p == '/' ? -1 : 1;
	return *p < *q ? -1 : 1;
}

void records_sort_groups(struct pind_records *groups)
{
	if (groups->n > 1)
		qsort(groups->items, groups->n, groups->kind->size, compare_groups);
}
