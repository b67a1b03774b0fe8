// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "sample-json.h"

static const struct {
	const char *key;
	unsigned int what;
	size_t offset;
} parts[] = {
	{ "groups", SAMPLE_GROUPS, offsetof(struct sample, groups) },
	{ "accounts", SAMPLE_ACCOUNTS, offsetof(struct sample, accounts) },
	{ "refusals", SAMPLE_REFUSALS, offsetof(struct sample, refusals) },
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

char *sample_to_json(const struct sample *sample)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();

	if (!object)
		return NULL;
	for (size_t i = 0; i < N_PARTS; i++) {
		cJSON *array;

		if (!(sample->what & parts[i].what))
			continue;
		array = json_records((const void *)((const char *)sample + parts[i].offset));
		if (!array || !cJSON_AddItemToObject(object, parts[i].key, array)) {
			cJSON_Delete(array);
			return NULL;
		}
	}
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

int sample_from_json(const char *body, struct sample *ret)
{
	_cleanup_(json_freep) cJSON *object = cJSON_Parse(body);
	int r = cJSON_IsObject(object) ? 0 : -EBADMSG;

	for (size_t i = 0; r == 0 && i < N_PARTS; i++) {
		r = read_records(object, parts[i].key, (void *)((char *)ret + parts[i].offset));
		if (cJSON_HasObjectItem(object, parts[i].key))
			ret->what |= parts[i].what;
	}
	return r;
}

void sample_print_json(uint64_t time, uint64_t boottime, const char *body, size_t length)
{
	(void)printf("{\"time\":%" PRIu64 ",\"boottime\":%" PRIu64 "%s%.*s\n", time, boottime,
		     length > 2 ? "," : "", (int)length - 1, body + 1);
}
