// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "json.h"
#include "varlink.h"

#define SERVICE "org.varlink.service"
#define METRICS "io.systemd.Metrics"

static const char service_interface[] =
	"interface " SERVICE "\n\n"
	"method GetInfo() -> (vendor: string, product: string, version: string, url: string, "
	"interfaces: []string)\n\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n\n"
	"error InterfaceNotFound (interface: string)\n\n"
	"error MethodNotFound (method: string)\n\n"
	"error MethodNotImplemented (method: string)\n\n"
	"error InvalidParameter (parameter: string)\n\n"
	"error PermissionDenied ()\n\n"
	"error ExpectedMore ()\n";

static const char metrics_interface[] =
	"# Numbers of a service\n"
	"interface " METRICS "\n\n"
	"type MetricFamilyType (counter, gauge, string)\n\n"
	"# Samples, a reply for each; needs 'more'\n"
	"method List() -> (name: string, value: any, object: ?string, fields: ?object)\n\n"
	"# Families, a reply for each; needs 'more'\n"
	"method Describe() -> (name: string, description: string, type: MetricFamilyType)\n\n"
	"error NoSuchMetric ()\n";

struct connection {
	int in, out;
	char buffer[VARLINK_CALL_MAX];
	size_t size; /* of what was read */
	varlink_render render;
	const void *userdata;
};

static int send_text(struct connection *connection, const char *text, size_t size)
{
	while (size > 0) {
		struct pollfd wait = { .fd = connection->out, .events = POLLOUT };
		ssize_t n;

		if (poll(&wait, 1, VARLINK_SECONDS * 1000) <= 0)
			return fail(PIND_EXIT_FAILED, "the answer is not taken");
		n = write(connection->out, text, size);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return fail(PIND_EXIT_FAILED, "the answer cannot be sent: %s",
				    strerror(errno));
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* One reply: its parameters as JSON, with what follows them. */
static int reply(struct connection *connection, const char *parameters, const char *rest)
{
	_cleanup_free_ char *text = NULL;
	int length = asprintf(&text, "{\"parameters\":%s%s}", parameters, rest);

	return length < 0 ? fail_memory() : send_text(connection, text, (size_t)length + 1);
}

/* @key: of the error's only parameter, or NULL. */
static int reply_error(struct connection *connection, const char *error, const char *key,
		       const char *value)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	_cleanup_free_ char *rest = NULL, *text = NULL;

	if (!object || (key && json_add_text(object, key, value) < 0) ||
	    asprintf(&rest, ",\"error\":\"%s\"", error) < 0)
		return fail_memory();
	text = cJSON_PrintUnformatted(object);
	return text ? reply(connection, text, rest) : fail_memory();
}

static int reply_text(struct connection *connection, const char *key, const char *value)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	_cleanup_free_ char *text = NULL;

	/* not json_add_text(): there are newlines in it */
	if (!object || !cJSON_AddStringToObject(object, key, value))
		return fail_memory();
	text = cJSON_PrintUnformatted(object);
	return text ? reply(connection, text, "") : fail_memory();
}

static int get_info(struct connection *connection, const cJSON *call)
{
	return reply(connection,
		     "{\"vendor\":\"The pind developers\",\"product\":\"pind\","
		     "\"version\":\"" PIND_VERSION "\",\"url\":\"\","
		     "\"interfaces\":[\"" METRICS "\",\"" SERVICE "\"]}",
		     "");
}

static int get_description(struct connection *connection, const cJSON *call)
{
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(call, "parameters"), "interface");

	if (!cJSON_IsString(name))
		return reply_error(connection, SERVICE ".InvalidParameter", "parameter",
				   "interface");
	if (strcmp(name->valuestring, METRICS) == 0)
		return reply_text(connection, "description", metrics_interface);
	if (strcmp(name->valuestring, SERVICE) == 0)
		return reply_text(connection, "description", service_interface);
	return reply_error(connection, SERVICE ".InterfaceNotFound", "interface",
			   name->valuestring);
}

/* A reply for each of them; all but the last say that there are more. */
static int reply_all(struct connection *connection, enum metric_format format)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r;

	r = connection->render(connection->userdata, format, &text, &size);
	if (r != 0) {
		(void)reply_error(connection, METRICS ".NoSuchMetric", NULL, NULL);
		return r;
	}
	for (const char *at = text; r == 0 && at < text + size; at += strlen(at) + 1)
		r = reply(connection, at,
			  at + strlen(at) + 1 < text + size ? ",\"continues\":true" : "");
	return r;
}

static int list(struct connection *connection, const cJSON *call)
{
	return reply_all(connection, METRIC_SAMPLES);
}

static int describe(struct connection *connection, const cJSON *call)
{
	return reply_all(connection, METRIC_FAMILIES);
}

static const struct {
	const char *name;
	int (*run)(struct connection *connection, const cJSON *call);
	bool more;
} methods[] = {
	{ SERVICE ".GetInfo", get_info, false },
	{ SERVICE ".GetInterfaceDescription", get_description, false },
	{ METRICS ".List", list, true },
	{ METRICS ".Describe", describe, true },
};

static int answer(struct connection *connection, const char *text)
{
	_cleanup_(json_freep) cJSON *call = cJSON_Parse(text);
	const cJSON *method = cJSON_GetObjectItemCaseSensitive(call, "method");

	if (!cJSON_IsString(method))
		return fail(PIND_EXIT_FAILED, "the input is no call of Varlink");
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].name, method->valuestring) != 0)
			continue;
		if (methods[i].more &&
		    !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call, "more")))
			return reply_error(connection, SERVICE ".ExpectedMore", NULL, NULL);
		return methods[i].run(connection, call);
	}
	return reply_error(connection, SERVICE ".MethodNotFound", "method", method->valuestring);
}

/* Calls that are here as a whole. */
static int answer_calls(struct connection *connection)
{
	char *end;
	int r = 0;

	while (r == 0 && (end = memchr(connection->buffer, '\0', connection->size))) {
		size_t size = (size_t)(end - connection->buffer) + 1;

		r = answer(connection, connection->buffer);
		connection->size -= size;
		memmove(connection->buffer, end + 1, connection->size);
	}
	return r;
}

static int serve(struct connection *connection)
{
	for (;;) {
		struct pollfd wait = { .fd = connection->in, .events = POLLIN };
		ssize_t n;
		int r;

		if (connection->size == sizeof(connection->buffer))
			return fail(PIND_EXIT_FAILED, "a call is longer than %d bytes",
				    VARLINK_CALL_MAX);
		if (poll(&wait, 1, VARLINK_SECONDS * 1000) <= 0)
			return 0;
		n = read(connection->in, connection->buffer + connection->size,
			 sizeof(connection->buffer) - connection->size);
		if (n <= 0)
			return 0;
		connection->size += (size_t)n;
		r = answer_calls(connection);
		if (r != 0)
			return r;
	}
}

int varlink_serve(int in, int out, varlink_render render, const void *userdata)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int r;

	if (!connection)
		return fail_memory();
	connection->in = in;
	connection->out = out;
	connection->render = render;
	connection->userdata = userdata;
	r = serve(connection);
	free(connection);
	return r;
}
