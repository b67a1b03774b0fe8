// SPDX-License-Identifier: GPL-2.0-or-later
/* By the bus: whose pages are pinned, and by whom. */
#include <errno.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "fail.h"
#include "source-bus.h"

/* One page; its holders stand inside. */
static int read_page(sd_bus_message *message, struct pind_pages *pages)
{
	struct pind_page_info *page = records_add(&pages->pages);
	size_t first = pages->holders.n;
	int r;

	if (!page)
		return -ENOMEM;
	r = bus_read_nested(message, &pind_page_kind, page, "holders", &pages->holders);
	for (; r >= 0 && first < pages->holders.n; first++)
		((struct pind_account_info *)records_at(&pages->holders, first))->page =
			pages->pages.n - 1;
	return r;
}

static int read_pages(sd_bus_message *message, struct pind_pages *pages)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "a{sv}");
	while (r >= 0 && (r = sd_bus_message_at_end(message, false)) == 0)
		r = read_page(message, pages);
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int ask_pages(struct pind_source *source, const struct pind_page_query *query,
		     uint64_t address, uint64_t length, struct pind_pages *pages)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	source_bus_allow_password(bus_of(source));
	if (query->is_frame)
		r = bus_call(bus_of(source), PIND_OBJECT,
				       PIND_MANAGER_INTERFACE, "GetPage", &error, &reply, "t",
				       query->pfn);
	else
		r = bus_call(bus_of(source), PIND_OBJECT,
				       PIND_MANAGER_INTERFACE, "ListPages", &error, &reply, "utt",
				       query->pid, address, length);
	/* any number is one: this is all that can be wrong with it */
	pages->absent = query->is_frame && sd_bus_error_has_name(&error, PIND_ERROR_INVALID_VALUE);
	if (pages->absent)
		return 0;
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = query->is_frame ? read_page(reply, pages) : read_pages(reply, pages);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}

int source_bus_pages(struct pind_source *source, const struct pind_page_query *query,
		     struct pind_pages *pages)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), done = 0;
	int r;

	do {
		uint64_t address = query->address + done, left = query->length - done;
		/* a part ends where a page does, lest that one is told of twice */
		uint64_t length = PIND_BUS_PAGES_LENGTH_MAX - address % page;

		if (length > left)
			length = left;
		r = ask_pages(source, query, address, length, pages);
		done += length;
	} while (r == 0 && done < query->length);
	for (size_t i = 0; r == 0 && i < pages->pages.n; i++)
		r = bus_check(&pind_page_kind, records_at(&pages->pages, i));
	for (size_t i = 0; r == 0 && i < pages->holders.n; i++)
		r = bus_check(&pind_account_kind, records_at(&pages->holders, i));
	return r;
}

/* One row; its holder stands inside. */
static int read_row(sd_bus_message *message, struct pind_frames *frames)
{
	struct pind_frame_info *row = records_add(&frames->rows);
	size_t first = frames->holders.n;
	int r;

	if (!row)
		return -ENOMEM;
	r = bus_read_nested(message, &pind_frame_kind, row, "holder", &frames->holders);
	if (r >= 0 && first < frames->holders.n)
		((struct pind_account_info *)records_at(&frames->holders, first))->page =
			frames->rows.n - 1;
	return r;
}

/* A walk, and its rows. */
static int read_walk(sd_bus_message *message, struct pind_frames *frames)
{
	int r;

	r = bus_read_record(message, &pind_walk_kind, false, &frames->walk);
	if (r >= 0)
		r = sd_bus_message_enter_container(message, 'a', "a{sv}");
	while (r >= 0 && (r = sd_bus_message_at_end(message, false)) == 0)
		r = read_row(message, frames);
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

int source_bus_others(struct pind_source *source, const struct pind_group_info *group,
		      struct pind_frames *others)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	sd_bus *bus = bus_of(source);
	int r;

	/* no password for it, as it is a part of what was asked for only */
	r = sd_bus_message_new_method_call(bus, &call, PIND_BUS_NAME, PIND_OBJECT,
					   PIND_MANAGER_INTERFACE, "ListOthers");
	r = r < 0 ? r : sd_bus_message_append(call, "s", group->path);
	/* as long as the ledger is large */
	r = r < 0 ? r : sd_bus_call(bus, call, UINT64_MAX, &error, &reply);
	if (r < 0)
		return bus_fail(r, &error, group->path);
	r = read_walk(reply, others);
	if (r < 0)
		return bus_fail(r, NULL, group->path);
	r = 0;
	for (size_t i = 0; r == 0 && i < others->rows.n; i++)
		r = bus_check(&pind_frame_kind, records_at(&others->rows, i));
	for (size_t i = 0; r == 0 && i < others->holders.n; i++)
		r = bus_check(&pind_account_kind, records_at(&others->holders, i));
	return r;
}
