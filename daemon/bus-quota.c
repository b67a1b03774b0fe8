// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls that are about quotas and rules. */
#include <pind/cleanup.h>

#include "bus-internal.h"

static int set_quota_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			 sd_bus_error *error)
{
	int r = pind_bus_take_quota(bus, call, path, error);

	return r < 0 ? r : pind_bus_reply_object(call, path);
}

static int set_quota(struct pind_bus *bus, sd_bus_message *call, const char *path,
		     sd_bus_error *error)
{
	return pind_bus_authorize(bus, call, path, set_quota_now, error);
}

int pind_bus_method_set_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_future_path(userdata, call, set_quota, error);
}

static int unset_quota_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	int r = pind_bus_unset_quota(bus, path, error);

	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int unset_quota(struct pind_bus *bus, sd_bus_message *call, const char *path,
		       sd_bus_error *error)
{
	return pind_bus_authorize(bus, call, path, unset_quota_now, error);
}

int pind_bus_method_unset_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_future_path(userdata, call, unset_quota, error);
}

static int explain_quota(struct pind_bus *bus, sd_bus_message *call, const char *path,
			 sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_explanation explanation;
	struct pind_quota_request request;
	int r;

	r = pind_bus_read_quota(call, false, &request, error);
	r = r < 0 ? r
		  : bus->calls->quota_explain(bus->userdata, path, &request, &explanation, error);
	r = r < 0 ? r : sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : pind_bus_append_explanation(reply, &explanation);
	return r < 0 ? r : sd_bus_message_send(reply);
}

int pind_bus_method_explain_quota(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_future_path(userdata, call, explain_quota, error);
}

static int append_path(const char *path, void *closure)
{
	return pind_bus_append_text(closure, path);
}

static int unset_stale_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r, dry;

	r = sd_bus_message_read_basic(call, 'b', &dry);
	r = r < 0 ? r : sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : sd_bus_message_open_container(reply, 'a', "s");
	r = r < 0 ? r : pind_bus_unset_stale(bus, dry, append_path, reply, error);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

int pind_bus_method_unset_stale(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, unset_stale_now, error);
}

int pind_bus_method_list_quotas(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_answer_list(userdata, call, PIND_BUS_QUOTAS, NULL, error);
}

static int list_rules(struct pind_bus *bus, sd_bus_message *call, const char *path,
		      sd_bus_error *error)
{
	return pind_bus_answer_list(bus, call, PIND_BUS_RULES, path, error);
}

int pind_bus_method_list_rules(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *name;
	int r;

	r = sd_bus_message_read_basic(call, 's', &name);
	if (r >= 0 && !name[0])
		return list_rules(userdata, call, NULL, error);
	r = r < 0 ? r : sd_bus_message_rewind(call, true);
	return r < 0 ? r : pind_bus_with_future_path(userdata, call, list_rules, error);
}

int pind_bus_method_list_longterm(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct pind_policy_longterm *entry;
	struct pind_bus *bus = userdata;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : sd_bus_message_open_container(reply, 'a', "(sssu)");
	for (size_t i = 0; r >= 0 && (entry = bus->calls->longterm(bus->userdata, i)); i++)
		r = sd_bus_message_append(reply, "(sssu)", entry->module, entry->symbol,
					  entry->file, entry->line);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

int pind_bus_method_list_problems(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct pind_problems *problems;
	struct pind_bus *bus = userdata;
	const char *sealed = bus->calls->sealed(bus->userdata);
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	r = r < 0 ? r : sd_bus_message_open_container(reply, 'a', "(sus)");
	if (r >= 0 && sealed)
		r = sd_bus_message_append(reply, "(sus)", "", 0, sealed);
	problems = bus->calls->problems(bus->userdata);
	for (size_t i = 0; r >= 0 && i < problems->n; i++)
		r = sd_bus_message_append(reply, "(sus)", problems->entries[i].file,
					  problems->entries[i].line, problems->entries[i].sentence);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}
