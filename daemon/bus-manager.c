// SPDX-License-Identifier: GPL-2.0-or-later
/* org.pind1.Manager, as docs/dbus/org.pind1.Manager.xml has it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus-internal.h"
#include "clock.h"

/* For so long users other than root get the books as they were read last. */
#define BOOKS_USEC 1000000

static int get_version(sd_bus *connection, const char *object, const char *interface,
		       const char *property, sd_bus_message *reply, void *userdata,
		       sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", PIND_VERSION);
}

/* Properties that are known without the module. */
static int get_status(sd_bus *connection, const char *object, const char *interface,
		      const char *property, sd_bus_message *reply, void *userdata,
		      sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	struct pind_status status;

	bus->calls->status(bus->userdata, &status);
	if (!strcmp(property, "State"))
		return sd_bus_message_append(reply, "s", status.state);
	if (!strcmp(property, "Reason"))
		return pind_bus_append_text(reply, status.reason);
	if (!strcmp(property, "ModuleVersion"))
		return pind_bus_append_text(reply, status.module_version);
	if (!strcmp(property, "LoadId"))
		return sd_bus_message_append(reply, "t", status.load_id);
	if (!strcmp(property, "EventsLost"))
		return sd_bus_message_append(reply, "t", status.events_lost);
	return sd_bus_message_append(reply, "t", status.resyncs);
}

/* Properties that are read from the module at the moment of the call. */
static int get_info(sd_bus *connection, const char *object, const char *interface,
		    const char *property, sd_bus_message *reply, void *userdata,
		    sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const struct pind_info *info = bus->calls->info(bus->userdata);

	if (!strcmp(property, "Loaded"))
		return sd_bus_message_append(reply, "t", info->loaded);
	if (!strcmp(property, "TotalRam"))
		return sd_bus_message_append(reply, "t", info->total_ram);
	if (!strcmp(property, "PageSize"))
		return sd_bus_message_append(reply, "u", info->page_size);
	if (!strcmp(property, "Groups"))
		return sd_bus_message_append(reply, "t", info->groups);
	if (!strcmp(property, "Accounts"))
		return sd_bus_message_append(reply, "t", info->accounts);
	if (!strcmp(property, "Folios"))
		return sd_bus_message_append(reply, "t", info->folios);
	if (!strcmp(property, "LedgerBytes"))
		return sd_bus_message_append(reply, "t", info->ledger_bytes);
	if (!strcmp(property, "Misuse"))
		return sd_bus_message_append(reply, "t", info->misuse);
	if (!strcmp(property, "Lasting"))
		return sd_bus_message_append(reply, "t", info->lasting);
	if (!strcmp(property, "Waiting"))
		return sd_bus_message_append(reply, "t", info->waiting);
	return sd_bus_message_append(reply, "x", (int64_t)info->books);
}

static const char *hook_state(uint32_t state)
{
	switch (state) {
	case PIND_HOOK_STATE_ATTACHED:
		return "attached";
	case PIND_HOOK_STATE_ABSENT:
		return "absent";
	default:
		return "lost";
	}
}

static int get_hooks(sd_bus *connection, const char *object, const char *interface,
		     const char *property, sd_bus_message *reply, void *userdata,
		     sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const struct pind_info *info = bus->calls->info(bus->userdata);
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ssst)");
	for (size_t i = 0; r >= 0 && i < info->n_hooks; i++) {
		const struct pind_hook *hook = &info->hooks[i];

		r = sd_bus_message_append(reply, "(ssst)", hook->name, hook->mechanism,
					  hook_state(hook->state), hook->calls);
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_longterm(sd_bus *connection, const char *object, const char *interface,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const struct pind_info *info = bus->calls->info(bus->userdata);
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ss)");
	for (size_t i = 0; r >= 0 && i < info->n_longterm; i++)
		r = sd_bus_message_append(reply, "(ss)", info->longterm[i].module,
					  info->longterm[i].symbol);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_group(struct pind_bus *bus, sd_bus_message *call, const char *path,
		     sd_bus_error *error)
{
	struct pind_group *group;
	int r;

	r = bus->calls->group_find(bus->userdata, path, &group, error);
	if (r < 0)
		return r;
	if (r == 0)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
					 "there is no cgroup '%s'", path);
	return pind_bus_reply_object(call, path);
}

static int method_get_group(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_with_path(userdata, call, get_group, error);
}

/* Each handler of a call that access.h has an action for goes on once it may. */

/* An answer with the breaches of the rules. */
struct misuse_answer {
	sd_bus_message *reply;
	bool who; /* is the one who asks told whose process ran? */
};

static int append_misuse(const struct pind_misuse *misuse, void *closure)
{
	const struct misuse_answer *answer = closure;
	struct pind_misuse shown = *misuse;

	if (!answer->who) {
		shown.pid = 0;
		shown.comm = "";
	}
	return pind_bus_append_misuse(answer->reply, &shown);
}

static int append_page(const struct pind_page *page, const char *const *paths, void *closure)
{
	return pind_bus_append_page(closure, page, paths);
}

/* A reply with an open array of dictionaries. */
static int list_begin(sd_bus_message *call, sd_bus_message **ret_reply)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	if (r < 0)
		return r;
	r = sd_bus_message_open_container(reply, 'a', "a{sv}");
	if (r < 0)
		return r;
	*ret_reply = TAKE_PTR(reply);
	return 0;
}

static int list_send(sd_bus_message *reply)
{
	int r;

	r = sd_bus_message_close_container(reply);
	if (r < 0)
		return r;
	return sd_bus_message_send(reply);
}

static int method_list_groups(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_answer_list(userdata, call, PIND_BUS_GROUPS, NULL, error);
}

static int list_accounts_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			     sd_bus_error *error)
{
	return pind_bus_answer_list(bus, call, PIND_BUS_ACCOUNTS, path, error);
}

static int list_accounts(struct pind_bus *bus, sd_bus_message *call, const char *path,
			 sd_bus_error *error)
{
	return pind_bus_authorize(bus, call, path, list_accounts_now, error);
}

static int method_list_accounts(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *name;
	int r;

	r = sd_bus_message_read_basic(call, 's', &name);
	if (r < 0)
		return r;
	if (!name[0])
		return list_accounts(userdata, call, NULL, error);
	r = sd_bus_message_rewind(call, true);
	return r < 0 ? r : pind_bus_with_path(userdata, call, list_accounts, error);
}

static int list_refusals_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			     sd_bus_error *error)
{
	return pind_bus_answer_list(bus, call, PIND_BUS_REFUSALS, path, error);
}

static int method_list_refusals(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_refusals_now, error);
}

static int list_failures_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			     sd_bus_error *error)
{
	return pind_bus_answer_list(bus, call, PIND_BUS_FAILURES, path, error);
}

static int method_list_failures(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_failures_now, error);
}

static int list_misuse_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			   sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct misuse_answer answer;
	int r;

	r = list_begin(call, &reply);
	if (r < 0)
		return r;
	answer = (struct misuse_answer){ reply, bus->grant == PIND_GRANT_ALL };
	r = bus->calls->misuse(bus->userdata, append_misuse, &answer, error);
	if (r < 0)
		return r;
	return list_send(reply);
}

static int method_list_misuse(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_misuse_now, error);
}

static int append_lasting(const struct pind_lasting *lasting, void *reply)
{
	return pind_bus_append_lasting(reply, lasting);
}

static int list_lasting_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			    sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_search search = {};
	int r;

	r = list_begin(call, &reply);
	r = r < 0 ? r : bus->calls->lasting(bus->userdata, append_lasting, &search, reply, error);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	r = r < 0 ? r : pind_bus_append_search(reply, &search);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int method_list_lasting(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_lasting_now, error);
}

static int append_site(const struct pind_site *site, void *reply)
{
	return pind_bus_append_site(reply, site);
}

static int method_list_sites(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_survey survey = {};
	struct pind_bus *bus = userdata;
	int r;

	r = list_begin(call, &reply);
	r = r < 0 ? r : bus->calls->sites(bus->userdata, append_site, &survey, reply, error);
	r = r < 0 ? r : sd_bus_message_close_container(reply);
	r = r < 0 ? r : pind_bus_append_survey(reply, &survey);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int survey_sites_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			    sd_bus_error *error)
{
	uint32_t seconds;
	int r;

	r = sd_bus_message_read_basic(call, 'u', &seconds);
	if (r < 0)
		return r;
	if (seconds > PIND_SURVEY_SECONDS)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "seconds is %" PRIu32 ", but has to be 0 to %d", seconds,
					 PIND_SURVEY_SECONDS);
	r = bus->calls->survey(bus->userdata, seconds, error);
	return r < 0 ? r : sd_bus_reply_method_return(call, NULL);
}

static int method_survey_sites(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, survey_sites_now, error);
}

static int list_pages_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			  sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_page_query query = {};
	int r;

	r = sd_bus_message_read(call, "utt", &query.pid, &query.address, &query.length);
	if (r < 0)
		return r;
	if (query.length == 0 || query.length > PIND_BUS_PAGES_LENGTH_MAX)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "length is %" PRIu64 ", but has to be 1 to %" PRIu64 " bytes",
					 query.length, PIND_BUS_PAGES_LENGTH_MAX);
	if (query.address + query.length < query.address)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "from address %#" PRIx64 " on there are less than %" PRIu64
					 " bytes",
					 query.address, query.length);
	r = list_begin(call, &reply);
	if (r < 0)
		return r;
	r = bus->calls->pages(bus->userdata, &query, append_page, reply, error);
	if (r < 0)
		return r;
	return list_send(reply);
}

static int method_list_pages(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, list_pages_now, error);
}

static int get_page_now(struct pind_bus *bus, sd_bus_message *call, const char *path,
			sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_page_query query = { .is_frame = true };
	int r;

	r = sd_bus_message_read_basic(call, 't', &query.pfn);
	if (r < 0)
		return r;
	r = sd_bus_message_new_method_return(call, &reply);
	if (r < 0)
		return r;
	r = bus->calls->pages(bus->userdata, &query, append_page, reply, error);
	if (r < 0)
		return r;
	return sd_bus_message_send(reply);
}

static int method_get_page(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return pind_bus_authorize(userdata, call, NULL, get_page_now, error);
}

static int method_get_counters(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_counters counters;
	struct pind_bus *bus = userdata;
	int r;

	r = bus->calls->counters(bus->userdata, &counters, error);
	if (r < 0)
		return r;
	r = sd_bus_message_new_method_return(call, &reply);
	if (r < 0)
		return r;
	r = pind_bus_append_counters(reply, &counters);
	if (r < 0)
		return r;
	return sd_bus_message_send(reply);
}

/* For the books the module walks over all accounts and groups: not at every call of a user. */
static int read_books(struct pind_bus *bus, struct pind_books *ret, sd_bus_error *error)
{
	uint64_t now = pind_clock_now();
	int r;

	if (pind_queue_turn(bus->queue).uid == 0 || !bus->books_read ||
	    now >= bus->books_read + BOOKS_USEC) {
		bus->books_read = 0;
		r = bus->calls->books(bus->userdata, &bus->books, error);
		if (r < 0)
			return r;
		bus->books_read = now;
	}
	*ret = bus->books;
	return 0;
}

static int method_get_books(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct pind_bus *bus = userdata;
	struct pind_books books;
	int r;

	r = read_books(bus, &books, error);
	if (r < 0)
		return r;
	r = sd_bus_message_new_method_return(call, &reply);
	if (r < 0)
		return r;
	r = pind_bus_append_books(reply, &books);
	if (r < 0)
		return r;
	return sd_bus_message_send(reply);
}

/*
 * Methods are "unprivileged" for sd-bus, which would ask for CAP_SYS_ADMIN else: who may
 * call what is the matter of access.c.
 */
#define FREE	 SD_BUS_VTABLE_UNPRIVILEGED
#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGING SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, CONSTANT),
	SD_BUS_PROPERTY("State", "s", get_status, 0, CHANGING),
	SD_BUS_PROPERTY("Reason", "s", get_status, 0, CHANGING),
	SD_BUS_PROPERTY("ModuleVersion", "s", get_status, 0, CHANGING),
	SD_BUS_PROPERTY("LoadId", "t", get_status, 0, CHANGING),
	SD_BUS_PROPERTY("Loaded", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("TotalRam", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("PageSize", "u", get_info, 0, 0),
	SD_BUS_PROPERTY("Groups", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("Accounts", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("Folios", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("LedgerBytes", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("Books", "x", get_info, 0, 0),
	SD_BUS_PROPERTY("Misuse", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("Lasting", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("Waiting", "t", get_info, 0, 0),
	SD_BUS_PROPERTY("EventsLost", "t", get_status, 0, 0),
	SD_BUS_PROPERTY("Resyncs", "t", get_status, 0, 0),
	SD_BUS_PROPERTY("Hooks", "a(ssst)", get_hooks, 0, 0),
	SD_BUS_PROPERTY("Longterm", "a(ss)", get_longterm, 0, 0),
	SD_BUS_METHOD_WITH_ARGS("GetGroup", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", group),
				method_get_group, FREE),
	SD_BUS_METHOD_WITH_ARGS("SetQuota", SD_BUS_ARGS("s", name, "a{sv}", quota),
				SD_BUS_RESULT("o", group), pind_bus_method_set_quota, FREE),
	SD_BUS_METHOD_WITH_ARGS("UnsetQuota", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
				pind_bus_method_unset_quota, FREE),
	SD_BUS_METHOD_WITH_ARGS("ExplainQuota", SD_BUS_ARGS("s", name, "a{sv}", quota),
				SD_BUS_RESULT("a{sv}", answer), pind_bus_method_explain_quota,
				FREE),
	SD_BUS_METHOD_WITH_ARGS("UnsetStale", SD_BUS_ARGS("b", dry_run), SD_BUS_RESULT("as", paths),
				pind_bus_method_unset_stale, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListGroups", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", groups),
				method_list_groups, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListQuotas", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", quotas),
				pind_bus_method_list_quotas, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListRules", SD_BUS_ARGS("s", name), SD_BUS_RESULT("aa{sv}", rules),
				pind_bus_method_list_rules, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListLongterm", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(sssu)", longterm),
				pind_bus_method_list_longterm, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListProblems", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(sus)", problems),
				pind_bus_method_list_problems, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListAccounts", SD_BUS_ARGS("s", name),
				SD_BUS_RESULT("aa{sv}", accounts), method_list_accounts, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListRefusals", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", refusals),
				method_list_refusals, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListFailures", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", failures),
				method_list_failures, FREE),
	SD_BUS_METHOD_WITH_ARGS("GetCounters", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", counters),
				method_get_counters, FREE),
	SD_BUS_METHOD_WITH_ARGS("GetBooks", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", books),
				method_get_books, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListMisuse", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", misuse),
				method_list_misuse, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListLasting", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("aa{sv}", lasting, "a{sv}", search),
				method_list_lasting, FREE),
	SD_BUS_METHOD_WITH_ARGS("SurveySites", SD_BUS_ARGS("u", seconds), SD_BUS_NO_RESULT,
				method_survey_sites, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListSites", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("aa{sv}", sites, "a{sv}", survey),
				method_list_sites, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListPages", SD_BUS_ARGS("u", pid, "t", address, "t", length),
				SD_BUS_RESULT("aa{sv}", pages), method_list_pages, FREE),
	SD_BUS_METHOD_WITH_ARGS("GetPage", SD_BUS_ARGS("t", pfn), SD_BUS_RESULT("a{sv}", page),
				method_get_page, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListFrames", SD_BUS_ARGS("t", first, "t", last, "b", each),
				SD_BUS_RESULT("a{sv}", walk, "aa{sv}", frames),
				pind_bus_method_list_frames, FREE),
	SD_BUS_METHOD_WITH_ARGS("ListOthers", SD_BUS_ARGS("s", name),
				SD_BUS_RESULT("a{sv}", walk, "aa{sv}", others),
				pind_bus_method_list_others, FREE),
	SD_BUS_METHOD_WITH_ARGS("Audit", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", result),
				pind_bus_method_audit, FREE),
	SD_BUS_METHOD_WITH_ARGS("AuditGroup", SD_BUS_ARGS("s", name),
				SD_BUS_RESULT("a{sv}", result), pind_bus_method_audit_group, FREE),
	SD_BUS_SIGNAL_WITH_ARGS("Refused", SD_BUS_ARGS("a{sv}", refusal), 0),
	SD_BUS_SIGNAL_WITH_ARGS("High", SD_BUS_ARGS("o", group, "s", path, "t", current, "t", high),
				0),
	SD_BUS_SIGNAL_WITH_ARGS("BooksDiffer", SD_BUS_ARGS("a{sv}", books), 0),
	SD_BUS_SIGNAL_WITH_ARGS("MisuseSeen", SD_BUS_ARGS("a{sv}", misuse), 0),
	SD_BUS_SIGNAL_WITH_ARGS("QuotaChanged", SD_BUS_ARGS("a{sv}", change), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Exceeded", SD_BUS_ARGS("a{sv}", event), 0),
	SD_BUS_VTABLE_END,
};

int pind_bus_add_manager(struct pind_bus *bus)
{
	return sd_bus_add_object_vtable(bus->bus, NULL, PIND_OBJECT, PIND_MANAGER_INTERFACE,
					manager_vtable, bus);
}
