// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <pind/dbus-names.h>

#include "fail.h"
#include "json.h"
#include "metric-varlink.h"

static const char *const type_words[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_STATE] = "string",
};

/* pind_group_max_bytes: org.pind1.GroupMaxBytes. */
static char *family_name(const struct metric *metric)
{
	const char *from = metric->name + strlen("pind");
	char *name = malloc(sizeof(PIND_BUS_NAME ".") + strlen(from)), *to;
	bool begins = false;

	if (!name)
		return NULL;
	to = stpcpy(name, PIND_BUS_NAME ".");
	for (; *from; from++) {
		if (*from != '_')
			*to++ = (char)(begins ? toupper((unsigned char)*from) : *from);
		begins = *from == '_';
	}
	*to = '\0';
	return name;
}

static int write_object(FILE *stream, const cJSON *object)
{
	_cleanup_free_ char *text = cJSON_PrintUnformatted(object);

	if (!text)
		return fail_memory();
	(void)fwrite(text, 1, strlen(text) + 1, stream);
	return 0;
}

int metric_varlink_family(FILE *stream, const struct metric *metric)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	_cleanup_free_ char *name = family_name(metric);

	if (!object || !name || json_add_text(object, "name", name) < 0 ||
	    json_add_text(object, "description", metric->help) < 0 ||
	    json_add_text(object, "type", type_words[metric->type]) < 0)
		return fail_memory();
	return write_object(stream, object);
}

static int add_labels(cJSON *object, const struct metric_label *labels)
{
	cJSON *fields = NULL;
	int r = 0;

	for (; r == 0 && labels && labels->name; labels++) {
		if (strcmp(labels->name, "group") == 0) {
			r = json_add_text(object, "object", labels->value);
			continue;
		}
		if (!fields)
			fields = cJSON_AddObjectToObject(object, "fields");
		r = fields ? json_add_text(fields, labels->name, labels->value) : -1;
	}
	return r;
}

int metric_varlink_sample(FILE *stream, const struct metric *metric,
			  const struct metric_label *labels, const char *value)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	_cleanup_free_ char *name = family_name(metric);

	if (!object || !name || json_add_text(object, "name", name) < 0 ||
	    add_labels(object, labels) < 0 || !cJSON_AddRawToObject(object, "value", value))
		return fail_memory();
	return write_object(stream, object);
}
