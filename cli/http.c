// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "http.h"

enum status {
	STATUS_OK = 200,
	STATUS_BAD_REQUEST = 400,
	STATUS_NOT_FOUND = 404,
	STATUS_BAD_METHOD = 405,
	STATUS_TIMEOUT = 408,
	STATUS_TOO_LONG = 431,
	STATUS_UNAVAILABLE = 503,
	STATUS_BAD_VERSION = 505,
};

static const struct {
	enum status status;
	const char *phrase;
	const char *sentence; /* of the answer's body */
} phrases[] = {
	{ STATUS_OK, "OK", NULL },
	{ STATUS_BAD_REQUEST, "Bad Request", "this is no HTTP request with a Host" },
	{ STATUS_NOT_FOUND, "Not Found", "there is only /metrics here" },
	{ STATUS_BAD_METHOD, "Method Not Allowed", "metrics can only be read: GET or HEAD" },
	{ STATUS_TIMEOUT, "Request Timeout", "the request did not come in time" },
	{ STATUS_TOO_LONG, "Request Header Fields Too Large", "the request is too long" },
	{ STATUS_UNAVAILABLE, "Service Unavailable", NULL },
	{ STATUS_BAD_VERSION, "HTTP Version Not Supported", "only HTTP/1.0 and 1.1 are spoken" },
};

static const char *const content_types[] = {
	[METRIC_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
	[METRIC_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
};

struct request {
	char head[HTTP_HEAD_MAX + 1];
	size_t size;
	bool body; /* is one wanted in the answer */
	enum metric_format format;
};

static long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Return: is the descriptor ready before @end? */
static bool await(int fd, short events, long end)
{
	struct pollfd wait = { .fd = fd, .events = events };
	long left = end - now_ms();

	return left > 0 && poll(&wait, 1, (int)left) > 0;
}

static bool is_whole(const struct request *request)
{
	return strstr(request->head, "\r\n\r\n") || strstr(request->head, "\n\n");
}

/* Return: 0 without a request, else STATUS_OK or what to answer. */
static int read_head(int fd, struct request *request)
{
	long end = now_ms() + HTTP_SECONDS * 1000;
	ssize_t n;

	while (!is_whole(request)) {
		if (request->size == HTTP_HEAD_MAX)
			return STATUS_TOO_LONG;
		if (!await(fd, POLLIN, end))
			return STATUS_TIMEOUT;
		n = read(fd, request->head + request->size, HTTP_HEAD_MAX - request->size);
		if (n <= 0)
			return request->size ? STATUS_BAD_REQUEST : 0;
		request->size += (size_t)n;
		request->head[request->size] = '\0';
		if (strlen(request->head) != request->size)
			return STATUS_BAD_REQUEST; /* a 0 in it */
	}
	return STATUS_OK;
}

/* The value of a header, in place; NULL if it is not there. */
static char *header(char *lines, const char *name)
{
	size_t length = strlen(name);

	for (char *line = lines; line && *line; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		if (!strncasecmp(line, name, length) && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " \t");
	}
	return NULL;
}

/* Of one of a list's: what stands behind "q=", in thousandths; 1000 without. */
static int weight(const char *parameters, size_t length)
{
	_cleanup_free_ char *text = strndup(parameters, length);
	const char *q = text ? strstr(text, "q=") : NULL;
	double value = q ? strtod(q + 2, NULL) : 1;

	return value > 0 && value <= 1 ? (int)(value * 1000) : 0;
}

enum metric_format http_format(const char *accept)
{
	static const char open[] = "application/openmetrics-text";
	int weights[] = { 0, 0 };

	while (accept && *accept && *accept != '\r' && *accept != '\n') {
		size_t length = strcspn(accept, ",\r\n");
		bool is_open =
			length >= sizeof(open) - 1 && !strncasecmp(accept, open, sizeof(open) - 1);
		int *best = &weights[is_open ? METRIC_OPENMETRICS : METRIC_PROMETHEUS];
		int q = weight(accept, length);

		/* what is neither of the two is not to be had */
		if ((is_open || !strncasecmp(accept, "text/", 5) || !strncmp(accept, "*/*", 3)) &&
		    q > *best)
			*best = q;
		accept += length;
		accept += strspn(accept, ", \t");
	}
	return weights[METRIC_OPENMETRICS] &&
			       weights[METRIC_OPENMETRICS] >= weights[METRIC_PROMETHEUS]
		       ? METRIC_OPENMETRICS
		       : METRIC_PROMETHEUS;
}

/* Return: STATUS_OK or what to answer. */
static enum status understand(struct request *request)
{
	char *lines = strchr(request->head, '\n'), *method, *target, *version, *rest;

	*lines++ = '\0';
	method = strtok_r(request->head, " \r", &rest);
	target = strtok_r(NULL, " \r", &rest);
	version = strtok_r(NULL, " \r", &rest);
	if (!version || strncmp(version, "HTTP/", 5) || strtok_r(NULL, " \r", &rest))
		return STATUS_BAD_REQUEST;
	if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0"))
		return STATUS_BAD_VERSION;
	if (!strcmp(version, "HTTP/1.1") && !header(lines, "Host"))
		return STATUS_BAD_REQUEST;
	request->body = strcmp(method, "HEAD") != 0;
	if (request->body && strcmp(method, "GET"))
		return STATUS_BAD_METHOD;
	target[strcspn(target, "?")] = '\0';
	if (strcmp(target, "/metrics"))
		return STATUS_NOT_FOUND;
	request->format = http_format(header(lines, "Accept"));
	return STATUS_OK;
}

/* Who does not take it in time has it cut. */
static void send_all(int fd, const char *text, size_t size, long end)
{
	while (size > 0 && await(fd, POLLOUT, end)) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
}

/* What was not read of the request would have the kernel throw the answer away. */
static void linger(int in, int out, long end)
{
	char rest[4096];

	(void)shutdown(out, SHUT_WR);
	for (int i = 0; i < 256 && await(in, POLLIN, end); i++) {
		if (read(in, rest, sizeof(rest)) <= 0)
			return;
	}
}

static int send_answer(int in, int out, const struct request *request, enum status status,
		       const char *text, size_t size)
{
	_cleanup_free_ char *head = NULL;
	long end = now_ms() + HTTP_SECONDS * 1000;
	size_t i = 0;
	int length;

	while (phrases[i].status != status)
		i++;
	length = asprintf(&head,
			  "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
			  "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
			  status, phrases[i].phrase,
			  status == STATUS_OK ? content_types[request->format]
					      : "text/plain; charset=utf-8",
			  size, status == STATUS_BAD_METHOD ? "Allow: GET, HEAD\r\n" : "");
	if (length < 0)
		return fail_memory();
	(void)fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
	send_all(out, head, (size_t)length, end);
	if (request->body)
		send_all(out, text, size, end);
	linger(in, out, now_ms() + 1000);
	return 0;
}

static int send_sentence(int in, int out, const struct request *request, enum status status,
			 const char *sentence)
{
	_cleanup_free_ char *text = NULL;
	int length;

	for (size_t i = 0; !sentence && i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			sentence = phrases[i].sentence;
	length = asprintf(&text, "%s\n", sentence);
	if (length < 0)
		return fail_memory();
	return send_answer(in, out, request, status, text, (size_t)length);
}

int http_answer(int in, int out, http_render render, const void *userdata)
{
	struct request request = { .body = true };
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r;

	r = read_head(in, &request);
	if (r == 0)
		return 0;
	if (r == STATUS_OK)
		r = (int)understand(&request);
	if (r != STATUS_OK)
		return send_sentence(in, out, &request, (enum status)r, NULL);
	r = render(userdata, request.format, &text, &size);
	if (r == 0)
		return send_answer(in, out, &request, STATUS_OK, text, size);
	(void)send_sentence(in, out, &request, STATUS_UNAVAILABLE, fail_text());
	return r;
}
