// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "json.h"
#include "sample-json.h"

/* What was not read is left out, and not told as nothing. */
static int add_records(cJSON *object, const char *key, const struct pind_records *records)
{
	cJSON *array;

	if (!records->items)
		return 0;
	array = json_records(records);
	if (!array || !cJSON_AddItemToObject(object, key, array)) {
		cJSON_Delete(array);
		return -ENOMEM;
	}
	return 0;
}

char *sample_to_json(const struct sample *sample)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (!object || json_add_number(object, "time", sample->time) < 0 ||
	    json_add_number(object, "boottime", sample->boottime) < 0 ||
	    add_records(object, "groups", &sample->groups) < 0 ||
	    add_records(object, "accounts", &sample->accounts) < 0 ||
	    add_records(object, "refusals", &sample->refusals) < 0)
		return NULL;
	return cJSON_PrintUnformatted(object);
}

static int read_records(const cJSON *object, const char *key, struct pind_records *records)
{
	const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, key), *item;
	int r = 0;

	cJSON_ArrayForEach (item, array) {
		void *record = records_add(records);

		r = record ? json_read_record(item, records->kind, record) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

int sample_from_json(const char *text, struct sample *ret)
{
	_cleanup_(json_freep) cJSON *object = cJSON_Parse(text);
	int r;

	if (!object || json_read_number(object, "time", &ret->time) < 0 ||
	    json_read_number(object, "boottime", &ret->boottime) < 0)
		return -EBADMSG;
	r = read_records(object, "groups", &ret->groups);
	r = r < 0 ? r : read_records(object, "accounts", &ret->accounts);
	return r < 0 ? r : read_records(object, "refusals", &ret->refusals);
}

int sample_print_json(const struct sample *sample)
{
	char *line = sample_to_json(sample);

	if (!line)
		return fail_memory();
	(void)puts(line);
	free(line);
	return 0;
}
