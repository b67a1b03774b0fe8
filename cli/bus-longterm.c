// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose pins are accounted as long-term ones: in the module, and by which file. */
#include <errno.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"

static int set_name(struct pind_longterm_info *entry, const char *key, const char *name)
{
	return name[0] ? model_set_text(&pind_longterm_kind, entry, key, name) : 0;
}

static int add(struct pind_records *records, const char *module, const char *symbol,
	       const char *file, uint32_t line)
{
	struct pind_longterm_info *entry = records_add(records);
	int r;

	if (!entry)
		return -ENOMEM;
	r = set_name(entry, "module", module);
	r = r < 0 ? r : set_name(entry, "symbol", symbol);
	if (r < 0 || !file)
		return r;
	entry->line = line;
	model_mark(&pind_longterm_kind, entry, "line");
	return model_set_text(&pind_longterm_kind, entry, "file", file);
}

static int of_files(sd_bus *bus, struct pind_records *records)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *module, *symbol, *file;
	uint32_t line;
	int r;

	r = bus_call_manager(bus, "ListLongterm", &reply);
	if (r != 0)
		return r;
	r = sd_bus_message_enter_container(reply, 'a', "(sssu)");
	while (r >= 0 &&
	       (r = sd_bus_message_read(reply, "(sssu)", &module, &symbol, &file, &line)) > 0)
		r = add(records, module, symbol, file, line);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}

int bus_longterm(struct pind_source *source, bool files, struct pind_records *records)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *module, *symbol;
	int r;

	if (files)
		return of_files(bus_of(source), records);
	r = bus_call(bus_of(source), PIND_OBJECT, "org.freedesktop.DBus.Properties", "Get", &error,
		     &reply, "ss", PIND_MANAGER_INTERFACE, "Longterm");
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = sd_bus_message_enter_container(reply, 'v', "a(ss)");
	r = r < 0 ? r : sd_bus_message_enter_container(reply, 'a', "(ss)");
	while (r >= 0 && (r = sd_bus_message_read(reply, "(ss)", &module, &symbol)) > 0)
		r = add(records, module, symbol, NULL, 0);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}
