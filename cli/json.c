// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "json.h"
#include "text.h"

static int added(const cJSON *item)
{
	return item ? 0 : -ENOMEM;
}

int json_add_number(cJSON *object, const char *key, uint64_t number)
{
	char raw[24];

	(void)snprintf(raw, sizeof(raw), "%" PRIu64, number);
	return added(cJSON_AddRawToObject(object, key, raw));
}

static int add_signed(cJSON *object, const char *key, int64_t number)
{
	char raw[24];

	(void)snprintf(raw, sizeof(raw), "%" PRId64, number);
	return added(cJSON_AddRawToObject(object, key, raw));
}

int json_add_text(cJSON *object, const char *key, const char *text)
{
	/* as the daemon does; cJSON passes bad UTF-8, DEL and C1 on */
	_cleanup_free_ char *clean = text_cleaned(text);

	return clean ? added(cJSON_AddStringToObject(object, key, clean)) : -ENOMEM;
}

static int add_field(cJSON *object, const struct pind_field *field, const void *place)
{
	const char *text;

	switch (field->type) {
	case PIND_FIELD_U64:
		return json_add_number(object, field->key, *(const uint64_t *)place);
	case PIND_FIELD_U32:
		return json_add_number(object, field->key, *(const uint32_t *)place);
	case PIND_FIELD_S64:
		return add_signed(object, field->key, *(const int64_t *)place);
	case PIND_FIELD_LIMIT:
		if (*(const uint64_t *)place == PIND_UNLIMITED)
			return added(cJSON_AddNullToObject(object, field->key));
		return json_add_number(object, field->key, *(const uint64_t *)place);
	case PIND_FIELD_TEXT:
		text = *(char *const *)place;
		return json_add_text(object, field->key, text ? text : "");
	case PIND_FIELD_FLAG:
		return added(cJSON_AddBoolToObject(object, field->key, *(const bool *)place));
	case PIND_FIELD_WORD:
		return json_add_text(object, field->key,
				     model_word(field, *(const uint32_t *)place));
	}
	return -EINVAL;
}

int json_add_record(cJSON *object, const struct pind_kind *kind, const void *record)
{
	uint64_t seen = *(const uint64_t *)record;

	for (size_t i = 0; i < kind->n_fields; i++) {
		const struct pind_field *field = &kind->fields[i];
		int r;

		if (!(seen >> i & 1))
			continue;
		r = add_field(object, field, (const char *)record + field->offset);
		if (r < 0)
			return r;
	}
	return 0;
}

cJSON *json_record(const struct pind_kind *kind, const void *record)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (!object || json_add_record(object, kind, record) < 0)
		return NULL;
	return TAKE_PTR(object);
}

/* As a double has them; what is beyond all numbers is the last one. */
static uint64_t number_of(double value)
{
	if (value < 0)
		return (uint64_t)(value > -0x1p63 ? (int64_t)value : INT64_MIN);
	return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

static int read_text(const cJSON *item, const struct pind_field *field, void *place)
{
	if (!cJSON_IsString(item))
		return -EBADMSG;
	if (field->type == PIND_FIELD_WORD) {
		*(uint32_t *)place = model_word_number(field, item->valuestring);
		return 0;
	}
	free(*(char **)place);
	*(char **)place = strdup(item->valuestring);
	return *(char **)place ? 0 : -ENOMEM;
}

static int read_field(const cJSON *item, const struct pind_field *field, void *place)
{
	if (field->type == PIND_FIELD_TEXT || field->type == PIND_FIELD_WORD)
		return read_text(item, field, place);
	if (field->type == PIND_FIELD_FLAG) {
		*(bool *)place = cJSON_IsTrue(item);
		return cJSON_IsBool(item) ? 0 : -EBADMSG;
	}
	if (field->type == PIND_FIELD_LIMIT && cJSON_IsNull(item)) {
		*(uint64_t *)place = PIND_UNLIMITED;
		return 0;
	}
	if (!cJSON_IsNumber(item))
		return -EBADMSG;
	if (field->type == PIND_FIELD_U32)
		*(uint32_t *)place = (uint32_t)number_of(item->valuedouble);
	else
		*(uint64_t *)place = number_of(item->valuedouble);
	return 0;
}

int json_read_record(const cJSON *object, const struct pind_kind *kind, void *record)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		int i = item->string ? model_find(kind, item->string) : -1;
		int r;

		if (i < 0)
			continue;
		r = read_field(item, &kind->fields[i], model_at(&kind->fields[i], record));
		if (r < 0)
			return r;
		model_mark(kind, record, item->string);
	}
	return 0;
}

cJSON *json_records(const struct pind_records *records)
{
	_cleanup_(json_freep) cJSON *array = cJSON_CreateArray();

	if (!array)
		return NULL;
	for (size_t i = 0; i < records->n; i++) {
		cJSON *object = json_record(records->kind, records_at(records, i));

		if (!object || !cJSON_AddItemToArray(array, object)) {
			cJSON_Delete(object);
			return NULL;
		}
	}
	return TAKE_PTR(array);
}

int json_print(const cJSON *json, bool line)
{
	_cleanup_free_ char *text = NULL;

	if (json)
		text = line ? cJSON_PrintUnformatted(json) : cJSON_Print(json);
	if (!text)
		return fail_memory();
	/* A write error stays in the stream: screen_close() reports it. */
	(void)puts(text);
	return 0;
}

int json_print_record(const struct pind_kind *kind, const void *record)
{
	_cleanup_(json_freep) cJSON *object = json_record(kind, record);

	return json_print(object, false);
}

int json_print_records(const struct pind_records *records)
{
	_cleanup_(json_freep) cJSON *array = json_records(records);

	return json_print(array, false);
}
