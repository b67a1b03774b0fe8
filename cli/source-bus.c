// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "agent.h"
#include "bus.h"
#include "fail.h"
#include "source-bus.h"

/* All properties of an interface into a record of that kind. */
static int get_all(sd_bus *bus, const char *object, const char *interface, const char *name,
		   const struct pind_kind *kind, void *record)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call(bus, object, "org.freedesktop.DBus.Properties",
			       "GetAll", &error, &reply, "s", interface);
	if (r < 0)
		return bus_fail(r, &error, name);
	r = bus_read_record(reply, kind, true, record);
	if (r < 0)
		return bus_fail(r, NULL, name);
	return bus_check(kind, record);
}

static int get_group(sd_bus *bus, const char *object, const char *name,
		     struct pind_group_info *group)
{
	return get_all(bus, object, PIND_GROUP_INTERFACE, name, &pind_group_kind, group);
}

/* Without the module or the cgroup: the quota that is stored for the name's path. */
static int kept_group(struct pind_source *source, const char *name, int missing,
		      struct pind_group_info *group)
{
	const char *mount = pind_cgroup_mount() ?: "/sys/fs/cgroup";
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	_cleanup_free_ char *path = NULL;
	int r;

	/* with the module the daemon looked for the cgroup of a unit */
	r = missing == PIND_EXIT_NO_GROUP ? pind_cgroup_name(mount, name, sentence, &path)
					  : pind_cgroup_path(mount, name, sentence, &path);
	return r == 0 ? bus_kept_group(bus_of(source), path, missing, group) : missing;
}

static int source_bus_group(struct pind_source *source, const char *name,
			    struct pind_group_info *group)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *object;
	int r;

	r = bus_call(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE,
			       "GetGroup", &error, &reply, "s", name);
	if (r < 0) {
		r = bus_fail(r, &error, name);
		return r == PIND_EXIT_NO_MODULE || r == PIND_EXIT_NO_GROUP
			       ? kept_group(source, name, r, group)
			       : r;
	}
	r = sd_bus_message_read(reply, "o", &object);
	if (r < 0)
		return bus_fail(r, NULL, name);
	return get_group(bus_of(source), object, name, group);
}

static int source_bus_accounts(struct pind_source *source, const char *name,
			       struct pind_records *accounts)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE,
			       "ListAccounts", &error, &reply, "s", name ? name : "");
	if (r < 0)
		return bus_fail(r, &error, name);
	return bus_read_list(reply, accounts, name);
}

static int source_bus_refusals(struct pind_source *source, struct pind_records *refusals)
{
	return bus_list(bus_of(source), "ListRefusals", refusals);
}

static int source_bus_failures(struct pind_source *source, struct pind_records *failures)
{
	return bus_list(bus_of(source), "ListFailures", failures);
}

/* A call of the Manager that answers with one a{sv}. */
static int call_for_record(sd_bus *bus, const char *method, const struct pind_kind *kind,
			   void *record)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call_manager(bus, method, &reply);
	if (r != 0)
		return r;
	r = bus_read_record(reply, kind, false, record);
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	return bus_check(kind, record);
}

static int source_bus_counters(struct pind_source *source, struct pind_counters *counters)
{
	return call_for_record(bus_of(source), "GetCounters", &pind_counters_kind, counters);
}

static int source_bus_books(struct pind_source *source, struct pind_books_info *books)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = bus_call(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE,
			       "GetBooks", &error, &reply, "");
	/* No module, or one of them is too old: that is told elsewhere. */
	if (r < 0 && (sd_bus_error_has_name(&error, PIND_ERROR_NO_MODULE) ||
		      sd_bus_error_has_name(&error, PIND_ERROR_KERNEL) ||
		      sd_bus_error_has_name(&error, SD_BUS_ERROR_ACCESS_DENIED) ||
		      sd_bus_error_has_name(&error, SD_BUS_ERROR_UNKNOWN_METHOD)))
		return 0;
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = bus_read_record(reply, &pind_books_kind, false, books);
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	return bus_check(&pind_books_kind, books);
}

static int source_bus_misuse(struct pind_source *source, struct pind_records *misuse)
{
	return bus_list(bus_of(source), "ListMisuse", misuse);
}

static int source_bus_lasting(struct pind_source *source, struct pind_records *lasting,
			      struct pind_search_info *search)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r = bus_call_manager(bus_of(source), "ListLasting", &reply);

	if (r == 0)
		r = bus_read_list(reply, lasting, NULL);
	if (r != 0)
		return r;
	r = bus_read_record(reply, &pind_search_kind, false, search);
	return r < 0 ? bus_fail(r, NULL, NULL) : bus_check(&pind_search_kind, search);
}

static int source_bus_sites(struct pind_source *source, struct pind_records *sites,
			    struct pind_survey_info *survey)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r = bus_call_manager(bus_of(source), "ListSites", &reply);

	if (r == 0)
		r = bus_read_list(reply, sites, NULL);
	if (r != 0)
		return r;
	r = bus_read_record(reply, &pind_survey_kind, false, survey);
	return r < 0 ? bus_fail(r, NULL, NULL) : bus_check(&pind_survey_kind, survey);
}

/* How long somebody may type a password. */
#define PASSWORD_USEC (120ULL * 1000 * 1000)

void source_bus_allow_password(sd_bus *bus)
{
	if (geteuid() == 0)
		return;
	(void)sd_bus_set_allow_interactive_authorization(bus, true);
	(void)sd_bus_set_method_call_timeout(bus, PASSWORD_USEC);
	agent_start();
}

static int source_bus_survey(struct pind_source *source, uint32_t seconds)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	source_bus_allow_password(bus_of(source));
	r = bus_call(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE, "SurveySites", &error,
		     NULL, "u", seconds);
	return r < 0 ? bus_fail(r, &error, NULL) : 0;
}

static int source_bus_audit(struct pind_source *source, const char *name,
			    struct pind_audit_info *audit)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	sd_bus *bus = bus_of(source);
	int r;

	source_bus_allow_password(bus_of(source));
	r = sd_bus_message_new_method_call(bus, &call, PIND_BUS_NAME, PIND_OBJECT,
					   PIND_MANAGER_INTERFACE, name ? "AuditGroup" : "Audit");
	if (r >= 0 && name)
		r = sd_bus_message_append(call, "s", name);
	if (r < 0)
		return bus_fail(r, NULL, name);
	/* It takes as long as it takes; if the daemon goes meanwhile, the bus says so. */
	r = sd_bus_call(bus, call, UINT64_MAX, &error, &reply);
	if (r < 0)
		return bus_fail(r, &error, name);
	r = bus_read_record(reply, &pind_audit_kind, false, audit);
	if (r < 0)
		return bus_fail(r, NULL, name);
	return bus_check(&pind_audit_kind, audit);
}

static int add_hook(struct pind_records *hooks, const char *name, const char *mechanism,
		    const char *state, uint64_t calls)
{
	const struct pind_field *field =
		&pind_hook_kind.fields[model_find(&pind_hook_kind, "state")];
	struct pind_hook_info *hook = records_add(hooks);
	int r;

	if (!hook)
		return -ENOMEM;
	r = model_set_text(&pind_hook_kind, hook, "name", name);
	if (r < 0)
		return r;
	r = model_set_text(&pind_hook_kind, hook, "mechanism", mechanism);
	if (r < 0)
		return r;
	hook->state = model_word_number(field, state);
	hook->calls = calls;
	model_mark(&pind_hook_kind, hook, "state");
	model_mark(&pind_hook_kind, hook, "calls");
	return 0;
}

static int get_hooks(sd_bus *bus, struct pind_records *hooks)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *name, *mechanism, *state;
	uint64_t calls;
	int r;

	r = bus_call(bus, PIND_OBJECT, "org.freedesktop.DBus.Properties", "Get", &error, &reply,
		     "ss", PIND_MANAGER_INTERFACE, "Hooks");
	if (r < 0)
		return bus_fail(r, &error, NULL);
	r = sd_bus_message_enter_container(reply, 'v', "a(ssst)");
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	r = sd_bus_message_enter_container(reply, 'a', "(ssst)");
	if (r < 0)
		return bus_fail(r, NULL, NULL);
	while ((r = sd_bus_message_read(reply, "(ssst)", &name, &mechanism, &state, &calls)) > 0) {
		r = add_hook(hooks, name, mechanism, state, calls);
		if (r < 0)
			break;
	}
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}

static int source_bus_status(struct pind_source *source, struct pind_status_info *status,
			     struct pind_records *hooks)
{
	int r;

	r = get_all(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE, NULL, &pind_status_kind,
		    status);
	return r != 0 ? r : get_hooks(bus_of(source), hooks);
}

static int source_bus_set_quota(struct pind_source *source, const char *name,
				const struct pind_quota_change *change,
				struct pind_group_info *group)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	_cleanup_free_ char *path = NULL;
	sd_bus *bus = bus_of(source);
	const char *object;
	int r;

	source_bus_allow_password(bus_of(source));
	r = sd_bus_message_new_method_call(bus, &call, PIND_BUS_NAME, PIND_OBJECT,
					   PIND_MANAGER_INTERFACE, "SetQuota");
	if (r >= 0)
		r = sd_bus_message_append(call, "s", name);
	if (r >= 0)
		r = bus_append_quota(call, change);
	if (r < 0)
		return bus_fail(r, NULL, name);

	r = sd_bus_call(bus, call, 0, &error, &reply);
	if (r < 0)
		return bus_fail(r, &error, name);
	r = sd_bus_message_read(reply, "o", &object);
	if (r < 0)
		return bus_fail(r, NULL, name);
	r = get_group(bus, object, name, group);
	/* set before its cgroup exists, or the module is there */
	if ((r == PIND_EXIT_NO_MODULE || r == PIND_EXIT_NO_GROUP) &&
	    sd_bus_path_decode(object, PIND_GROUP_PREFIX, &path) > 0)
		r = bus_kept_group(bus, path, r, group);
	return r;
}

/* What is left of a quota that was removed, where nothing but its path is known. */
static int group_without_quota(const char *name, bool absent, struct pind_group_info *group)
{
	const char *mount = pind_cgroup_mount() ?: "/sys/fs/cgroup";
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	_cleanup_free_ char *path = NULL;

	if (pind_cgroup_path(mount, name, sentence, &path) < 0)
		path = NULL;
	group->max = group->max_held = group->high = PIND_UNLIMITED;
	group->mode = PIND_MODE_ENFORCE;
	model_mark(&pind_group_kind, group, "max");
	model_mark(&pind_group_kind, group, "max_held");
	model_mark(&pind_group_kind, group, "high");
	model_mark(&pind_group_kind, group, "mode");
	if (absent)
		model_mark(&pind_group_kind, group, "present");
	if (model_set_text(&pind_group_kind, group, "path", path ?: name) < 0)
		return fail_memory();
	return 0;
}

static int source_bus_unset_quota(struct pind_source *source, const char *name,
				  struct pind_group_info *group)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	source_bus_allow_password(bus_of(source));
	r = bus_call(bus_of(source), PIND_OBJECT, PIND_MANAGER_INTERFACE,
			       "UnsetQuota", &error, NULL, "s", name);
	if (r < 0)
		return bus_fail(r, &error, name);

	r = source_bus_group(source, name, group);
	if (r == 0 ? !group->dead : r != PIND_EXIT_NO_GROUP && r != PIND_EXIT_NO_MODULE)
		return r;
	/*
	 * It is done, and nothing is left to show: it was the quota of a cgroup that
	 * does not exist (one that was removed and still pays has the max it had, which
	 * binds nobody), or there is no module that would know the cgroup.
	 */
	fail_forget();
	group_info_done(group);
	return group_without_quota(name, r != PIND_EXIT_NO_MODULE, group);
}

static int source_bus_reset_peak(struct pind_source *source, const char *name,
				 struct pind_group_info *group)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	sd_bus *bus = bus_of(source);
	const char *object;
	int r;

	source_bus_allow_password(bus_of(source));
	r = bus_call(bus, PIND_OBJECT, PIND_MANAGER_INTERFACE, "GetGroup",
			       &error, &reply, "s", name);
	if (r < 0)
		return bus_fail(r, &error, name);
	r = sd_bus_message_read(reply, "o", &object);
	if (r < 0)
		return bus_fail(r, NULL, name);
	r = bus_call(bus, object, PIND_GROUP_INTERFACE, "ResetPeak",
			       &error, NULL, "");
	if (r < 0)
		return bus_fail(r, &error, name);
	return get_group(bus, object, name, group);
}

static int source_bus_explain(struct pind_source *source, const char *name,
			      const struct pind_quota_change *change, struct pind_explanation *ret)
{
	return bus_explain(bus_of(source), name, change, ret);
}

static int source_bus_unset_stale(struct pind_source *source, bool dry,
				  void (*handler)(const char *path))
{
	source_bus_allow_password(bus_of(source));
	return bus_unset_stale(bus_of(source), dry, handler);
}

static void source_bus_close(struct pind_source *source)
{
	(void)sd_bus_flush_close_unref(bus_of(source));
	free(source);
}

static const struct pind_source_ops source_bus_ops = {
	.groups = bus_groups,
	.group = source_bus_group,
	.accounts = source_bus_accounts,
	.refusals = source_bus_refusals,
	.failures = source_bus_failures,
	.counters = source_bus_counters,
	.status = source_bus_status,
	.longterm = bus_longterm,
	.books = source_bus_books,
	.misuse = source_bus_misuse,
	.lasting = source_bus_lasting,
	.survey = source_bus_survey,
	.sites = source_bus_sites,
	.pages = source_bus_pages,
	.others = source_bus_others,
	.audit = source_bus_audit,
	.watch = bus_watch,
	.close = source_bus_close,
	.set_quota = source_bus_set_quota,
	.unset_quota = source_bus_unset_quota,
	.explain = source_bus_explain,
	.unset_stale = source_bus_unset_stale,
	.reset_peak = source_bus_reset_peak,
	.rules = bus_rules,
};

/* As container managers say it; there the host's bus and daemon are out of reach. */
static bool in_container(void)
{
	return getenv("container") || access("/run/systemd/container", F_OK) == 0 ||
	       access("/run/.containerenv", F_OK) == 0 || access("/.dockerenv", F_OK) == 0;
}

static int fail_no_bus(int r)
{
	const char *advice = "look at `systemctl status dbus`";

	if (r == -ENOMEM)
		return fail_memory();
	if (in_container())
		advice = "ask on the host, or give the container /run/dbus";
	else if (r == -ENOENT || r == -ECONNREFUSED)
		advice = "start it and the daemon with `systemctl start dbus pind`";
	if (r == -ENOENT)
		return fail_unreachable(PIND_EXIT_NO_DAEMON, advice,
					"there is no system bus here (its socket does not exist)");
	if (r == -ECONNREFUSED)
		return fail_unreachable(PIND_EXIT_NO_DAEMON, advice,
					"the system bus does not run (nobody listens on its socket)");
	return fail_unreachable(PIND_EXIT_NO_DAEMON, advice,
				"the system bus cannot be reached (%s)", strerror(-r));
}

/* The bus ended the connection before it began. */
static int fail_not_taken(int r)
{
	if (r == -ENOMEM || getpwuid(geteuid()))
		return fail_no_bus(r);
	return fail_unreachable(PIND_EXIT_NOT_ALLOWED,
				"add the user, or run pinctl as one whom the host knows",
				"the system bus takes no user who is in no user database, and user "
				"%u is not",
				(unsigned int)geteuid());
}

int source_open_bus(struct pind_source **ret)
{
	struct bus_source *source = calloc(1, sizeof(*source));
	const char *name;
	int r;

	if (!source)
		return fail_memory();
	source->source.ops = &source_bus_ops;
	r = sd_bus_open_system(&source->bus);
	if (r < 0) {
		free(source);
		return fail_no_bus(r);
	}
	/* the bus may not take the user, which shows in what the connection begins with */
	r = sd_bus_get_unique_name(source->bus, &name);
	if (r < 0) {
		source_bus_close(&source->source);
		return fail_not_taken(r);
	}
	*ret = &source->source;
	return 0;
}

int source_open_to_change(struct pind_source **ret)
{
	bus_allow_start();
	return source_open_bus(ret);
}
