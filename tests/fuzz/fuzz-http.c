// SPDX-License-Identifier: GPL-2.0-or-later
/* A request for metrics: it has one answer, which is HTTP. */
#include "fail.h"
#include "http.h"
#include "stream.h"

static int render(const void *userdata, enum metric_format format, char **ret_text,
		  size_t *ret_size)
{
	demand(format == METRIC_OPENMETRICS || format == METRIC_PROMETHEUS);
	*ret_text = strdup("# EOF\n");
	*ret_size = 6;
	return 0;
}

/* A head, and a body as long as the head says, or none. */
static void check(const char *text, size_t size)
{
	const char *length = strstr(text, "\r\nContent-Length: "), *body = strstr(text, "\r\n\r\n");
	size_t says;

	demand(!strncmp(text, "HTTP/1.1 ", 9) && length && body);
	demand(sscanf(length + 2, "Content-Length: %zu", &says) == 1);
	body += 4;
	demand(body + says == text + size || body == text + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stream stream = stream_of(data, size);
	size_t length;
	char *answer;

	demand(http_answer(stream.in, stream.out, render, NULL) == 0);
	answer = stream_answer(&stream, &length);
	demand((size == 0) == (length == 0));
	if (length)
		check(answer, length);
	free(answer);
	fail_forget();
	return 0;
}
