// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of Varlink for metrics, one behind the other: each answer is an object of JSON. */
#include "fail.h"
#include "json.h"
#include "stream.h"
#include "varlink.h"

static int render(const void *userdata, enum metric_format format, char **ret_text,
		  size_t *ret_size)
{
	static const char two[] = "{\"name\":\"a\"}\0{\"name\":\"b\"}";

	demand(format == METRIC_SAMPLES || format == METRIC_FAMILIES);
	*ret_text = malloc(sizeof(two));
	demand(*ret_text);
	memcpy(*ret_text, two, sizeof(two));
	*ret_size = sizeof(two);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stream stream = stream_of(data, size);
	char *answers, *at;
	size_t length;

	(void)varlink_serve(stream.in, stream.out, render, NULL);
	answers = stream_answer(&stream, &length);
	for (at = answers; at < answers + length; at += strlen(at) + 1) {
		cJSON *answer = cJSON_Parse(at);

		demand(cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(answer, "parameters")));
		cJSON_Delete(answer);
	}
	/* the last one has its end, too */
	demand(at == answers + length);
	free(answers);
	fail_forget();
	return 0;
}
