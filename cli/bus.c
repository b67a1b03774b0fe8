// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"

/* Longer than any property's name; a longer one is none of ours. */
#define BUS_KEY_MAX 64

void bus_key(const char *property, char *buffer)
{
	for (const char *p = property; *p; p++) {
		if (isupper((unsigned char)*p) && p != property)
			*buffer++ = '_';
		*buffer++ = (char)tolower((unsigned char)*p);
	}
	*buffer = '\0';
}

static const struct pind_field *find_field(const struct pind_kind *kind, const char *name,
					   bool property)
{
	char key[2 * BUS_KEY_MAX + 1];
	int i;

	if (property) {
		if (strlen(name) > BUS_KEY_MAX)
			return NULL;
		bus_key(name, key);
		name = key;
	}
	i = model_find(kind, name);
	return i < 0 ? NULL : &kind->fields[i];
}

static int read_text(sd_bus_message *message, char **place)
{
	const char *text;
	char *copy;
	int r;

	r = sd_bus_message_read(message, "v", "s", &text);
	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static int read_value(sd_bus_message *message, const struct pind_field *field, void *place)
{
	const char *word;
	int flag, r;

	switch (field->type) {
	case PIND_FIELD_U64:
	case PIND_FIELD_LIMIT:
		return sd_bus_message_read(message, "v", "t", place);
	case PIND_FIELD_S64:
		return sd_bus_message_read(message, "v", "x", place);
	case PIND_FIELD_U32:
		return sd_bus_message_read(message, "v", "u", place);
	case PIND_FIELD_TEXT:
		return read_text(message, place);
	case PIND_FIELD_FLAG:
		r = sd_bus_message_read(message, "v", "b", &flag);
		if (r >= 0)
			*(bool *)place = flag;
		return r;
	case PIND_FIELD_WORD:
		r = sd_bus_message_read(message, "v", "s", &word);
		if (r >= 0)
			*(uint32_t *)place = model_word_number(field, word);
		return r;
	}
	return -EBADMSG;
}

/* A list of its own among the entries, or one record. */
static int read_list(sd_bus_message *message, struct pind_records *records)
{
	const char *type;
	void *record;
	int r;

	r = sd_bus_message_peek_type(message, NULL, &type);
	if (r < 0)
		return r;
	if (strcmp(type, "a{sv}") != 0) {
		r = sd_bus_message_enter_container(message, 'v', "aa{sv}");
		r = r < 0 ? r : bus_read_records(message, records);
	} else {
		r = sd_bus_message_enter_container(message, 'v', type);
		if (r < 0)
			return r;
		record = records_add(records);
		r = record ? bus_read_record(message, records->kind, false, record) : -ENOMEM;
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* @nested: the key of a list or a record, or NULL */
static int read_entries(sd_bus_message *message, const struct pind_kind *kind, bool properties,
			void *record, const char *nested, struct pind_records *records)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		const struct pind_field *field;
		const char *name;

		r = sd_bus_message_read_basic(message, 's', &name);
		if (r < 0)
			return r;
		field = find_field(kind, name, properties);
		if (nested && strcmp(name, nested) == 0) {
			r = read_list(message, records);
		} else if (field) {
			r = read_value(message, field, model_at(field, record));
			if (r >= 0)
				*(uint64_t *)record |= UINT64_C(1) << (field - kind->fields);
		} else {
			r = sd_bus_message_skip(message, "v");
		}
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(message);
	return r < 0 ? r : 0;
}

int bus_read_record(sd_bus_message *message, const struct pind_kind *kind, bool properties,
		    void *record)
{
	return read_entries(message, kind, properties, record, NULL, NULL);
}

int bus_read_nested(sd_bus_message *message, const struct pind_kind *kind, void *record,
		    const char *nested, struct pind_records *records)
{
	return read_entries(message, kind, false, record, nested, records);
}

int bus_read_records(sd_bus_message *message, struct pind_records *records)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "a{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_at_end(message, false)) == 0) {
		void *record = records_add(records);

		if (!record)
			return -ENOMEM;
		r = bus_read_record(message, records->kind, false, record);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(message);
	return r < 0 ? r : 0;
}

/* Nobody owns the name, it could not be started, or it went away meanwhile. */
static bool means_no_daemon(const char *name)
{
	static const char *const names[] = {
		"org.freedesktop.DBus.Error.ServiceUnknown",
		"org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.Disconnected",
		/* systemd's of an alias whose unit is masked */
		"org.freedesktop.DBus.Error.FileExists",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	/* The bus could not start it, by itself or by systemd. */
	return strncmp(name, "org.freedesktop.DBus.Error.Spawn.", 33) == 0 ||
	       strncmp(name, "org.freedesktop.systemd1.", 25) == 0;
}

/* The daemon's own sentence without what would stand twice. */
static int fail_message(enum pind_exit status, const sd_bus_error *error)
{
	_cleanup_free_ char *text = strdup(error->message ? error->message : error->name);
	size_t n;

	if (!text)
		return fail_memory();
	n = strlen(text);
	while (n > 0 && (text[n - 1] == '.' || text[n - 1] == '\n'))
		text[--n] = '\0';
	return fail(status, "%s", text);
}

/* Did the bus itself say no, which tells nothing that helps? The daemon's sentence does. */
static bool is_of_bus(const sd_bus_error *error)
{
	return !error->message || strncmp(error->message, "Rejected send message", 21) == 0 ||
	       strcmp(error->message, "Access denied") == 0;
}

int bus_fail(int r, const sd_bus_error *error, const char *name)
{
	static const struct {
		const char *name;
		enum pind_exit status;
	} own[] = {
		{ PIND_ERROR_NO_MODULE, PIND_EXIT_NO_MODULE },
		{ PIND_ERROR_NO_SUCH_GROUP, PIND_EXIT_NO_GROUP },
		{ PIND_ERROR_GROUP_REMOVED, PIND_EXIT_FAILED },
		{ PIND_ERROR_INVALID_VALUE, PIND_EXIT_USAGE },
		{ PIND_ERROR_KERNEL, PIND_EXIT_FAILED },
		{ PIND_ERROR_STORE, PIND_EXIT_FAILED },
	};

	if (r == -ENOMEM)
		return fail_memory();
	/* The bus itself went away: sd-bus makes errors of its own of these. */
	if (r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE)
		return fail_unreachable(PIND_EXIT_NO_DAEMON,
					"look at `systemctl status dbus pind`, and try again",
					"the system bus ended the connection");
	/* NoReply is ETIMEDOUT, too; in sd-bus a call that lasts too long is no NoReply */
	if (error && error->message && strcmp(error->name, SD_BUS_ERROR_NO_REPLY) == 0 &&
	    strstr(error->message, "disconnected"))
		return fail_unreachable(PIND_EXIT_NO_DAEMON,
					"look at `systemctl status pind`, and try again",
					"the daemon pind ended before it answered");
	if (r == -ETIMEDOUT)
		return fail_unreachable(PIND_EXIT_NO_DAEMON, "look at `systemctl status pind`",
					"the daemon pind runs, but does not answer in time");
	if (!error || !error->name)
		return fail(PIND_EXIT_FAILED,
			    "the daemon pind gave an answer that is not understood "
			    "(%s): are pinctl and pind of the same version?",
			    strerror(-r));

	if (means_no_daemon(error->name))
		return fail_no_daemon();
	if (strcmp(error->name, SD_BUS_ERROR_ACCESS_DENIED) == 0 ||
	    strcmp(error->name, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED) == 0)
		return is_of_bus(error) ? fail_not_allowed(name)
					: fail_message(PIND_EXIT_NOT_ALLOWED, error);
	if (name && strcmp(error->name, SD_BUS_ERROR_UNKNOWN_OBJECT) == 0)
		return fail_no_group(name);
	if (strcmp(error->name, SD_BUS_ERROR_UNKNOWN_METHOD) == 0)
		return fail(PIND_EXIT_FAILED,
			    "the daemon pind is older than pinctl and cannot do this: restart it "
			    "with `systemctl restart pind`");
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(error->name, own[i].name) == 0)
			return fail_message(own[i].status, error);
	}
	return fail_message(PIND_EXIT_FAILED, error);
}

int bus_check(const struct pind_kind *kind, const void *record)
{
	const char *key = model_missing(kind, record);

	if (!key)
		return 0;
	return fail(PIND_EXIT_FAILED,
		    "the daemon pind left \"%s\" out of a %s: are pinctl and pind of the same "
		    "version?",
		    key, kind->noun);
}

static bool may_start;

void bus_allow_start(void)
{
	may_start = true;
}

int bus_call(sd_bus *bus, const char *object, const char *interface, const char *method,
	     sd_bus_error *ret_error, sd_bus_message **ret_reply, const char *types, ...)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	va_list args;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, PIND_BUS_NAME, object, interface, method);
	if (r < 0)
		return r;
	va_start(args, types);
	r = sd_bus_message_appendv(call, types, args);
	va_end(args);
	if (r >= 0)
		r = sd_bus_message_set_auto_start(call, may_start);
	return r < 0 ? r : sd_bus_call(bus, call, 0, ret_error, ret_reply);
}

int bus_call_manager(sd_bus *bus, const char *method, sd_bus_message **ret)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = bus_call(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, method, &error, ret, "");
	return r < 0 ? bus_fail(r, &error, NULL) : 0;
}

int bus_read_list(sd_bus_message *reply, struct pind_records *records, const char *name)
{
	int r = bus_read_records(reply, records);

	if (r < 0)
		return bus_fail(r, NULL, name);
	for (size_t i = 0; i < records->n; i++) {
		model_add_usual(records->kind, records_at(records, i));
		r = bus_check(records->kind, records_at(records, i));
		if (r != 0)
			return r;
	}
	return 0;
}

int bus_list(sd_bus *bus, const char *method, struct pind_records *records)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r = bus_call_manager(bus, method, &reply);

	return r != 0 ? r : bus_read_list(reply, records, NULL);
}
