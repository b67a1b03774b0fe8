// SPDX-License-Identifier: GPL-2.0-or-later
/* The strings of the fake kernel: each method makes happen what the module would see. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fake-kernel.h"

static int no_cgroup(sd_bus_error *error, const char *path)
{
	return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "no cgroup %s", path);
}

static int done(sd_bus_message *call)
{
	return sd_bus_reply_method_return(call, NULL);
}

static int method_load(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	fake_reset(k, true);
	k->handlers->arrived(k->userdata);
	return done(call);
}

static int method_unload(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	fake_reset(k, false);
	k->handlers->left(k->userdata);
	return done(call);
}

/* The daemon is not told: it has to see by itself. */
static int method_vanish(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	fake_reset(userdata, false);
	return done(call);
}

static int method_reload_silently(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	fake_reset(userdata, true);
	return done(call);
}

static int method_born(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_group_info *group;
	const char *path;
	int silently;
	int r;

	r = sd_bus_message_read(call, "sb", &path, &silently);
	if (r < 0)
		return r;
	group = fake_group(k, path);
	if (!group)
		return no_cgroup(error, path);
	if (!silently)
		k->handlers->group_new(group, k->userdata);
	return done(call);
}

static struct pind_group_info *find(struct fake_kernel *k, const char *path, bool dead)
{
	for (size_t i = 0; i < k->n_groups; i++)
		if (!strcmp(k->groups[i].path, path) && !k->groups[i].dead == !dead)
			return &k->groups[i];
	return NULL;
}

static int method_died(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_group_info *group;
	const char *path;
	uint64_t current;
	int r;

	r = sd_bus_message_read(call, "st", &path, &current);
	if (r < 0)
		return r;
	group = find(k, path, false);
	if (!group)
		return no_cgroup(error, path);
	group->dead = 1;
	group->current = current;
	group->pins = current / FAKE_PAGE;
	k->handlers->group_dead(group, k->userdata);
	if (current == 0)
		fake_group_remove(k, group);
	return done(call);
}

/* So many cgroups are born and gone, one after the other. */
static int method_churn(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info group = { .max = PIND_UNLIMITED,
					 .max_held = PIND_UNLIMITED,
					 .high = PIND_UNLIMITED,
					 .mode = PIND_MODE_ENFORCE,
					 .charge = PIND_PAYER_PINNER };
	struct fake_kernel *k = userdata;
	char path[64];
	uint32_t n;
	int r;

	r = sd_bus_message_read(call, "u", &n);
	if (r < 0)
		return r;
	group.path = path;
	for (uint32_t i = 0; i < n; i++) {
		/* no cgroup has such a number */
		group.id = UINT64_MAX / 2 + k->churned++;
		group.dead = 0;
		(void)snprintf(path, sizeof(path), "/churn%u.slice", i);
		k->handlers->group_new(&group, k->userdata);
		group.dead = 1;
		k->handlers->group_dead(&group, k->userdata);
	}
	return done(call);
}

/* The last pin of a dead group goes. */
static int method_gone(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_group_info *group;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	group = find(k, path, true);
	if (!group)
		return no_cgroup(error, path);
	group->current = 0;
	group->pins = 0;
	k->handlers->group_dead(group, k->userdata);
	fake_group_remove(k, group);
	return done(call);
}

/* It goes, and nobody is told. */
static int method_forget(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info *group;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	group = find(userdata, path, false);
	if (!group)
		return no_cgroup(error, path);
	fake_group_remove(userdata, group);
	return done(call);
}

static int method_use(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info *group;
	const char *path;
	uint64_t current, peak, pins;
	int r;

	r = sd_bus_message_read(call, "sttt", &path, &current, &peak, &pins);
	if (r < 0)
		return r;
	group = fake_group(userdata, path);
	if (!group)
		return no_cgroup(error, path);
	group->current = current;
	group->peak = peak;
	group->pins = pins;
	group->events_max = 1;
	group->events_observed = 2;
	group->events_high = 3;
	group->events_refused = 4;
	group->events_failed = 5;
	return done(call);
}

/* Another client sets a quota, or a test asks what the kernel has. */
static int method_set(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info *group;
	const char *path;
	uint64_t max, high;
	uint32_t mode;
	int r;

	r = sd_bus_message_read(call, "sttu", &path, &max, &high, &mode);
	if (r < 0)
		return r;
	group = fake_group(userdata, path);
	if (!group)
		return no_cgroup(error, path);
	group->max = max;
	group->high = high;
	group->mode = mode;
	return done(call);
}

/* Somebody has set it past the daemon. */
static int method_charge(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info *group;
	const char *path;
	uint32_t charge;
	int r;

	r = sd_bus_message_read(call, "su", &path, &charge);
	if (r < 0)
		return r;
	group = fake_group(userdata, path);
	if (!group)
		return no_cgroup(error, path);
	group->charge = charge;
	return done(call);
}

/* Of a cgroup that was not met, what it would get. */
static int method_get(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_group_info *group, *met;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	met = find(userdata, path, false);
	group = met ?: fake_group(userdata, path);
	if (!group)
		return no_cgroup(error, path);
	r = sd_bus_reply_method_return(call, "ttu", group->max, group->high, group->mode);
	if (!met)
		fake_group_remove(userdata, group);
	return r;
}

static int method_account(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct fake_account *entry = &k->accounts[k->n_accounts];
	const char *path, *comm, *symbol, *module;
	struct pind_group_info *group;
	uint32_t pid;
	int r;

	r = sd_bus_message_read(call, "susss", &path, &pid, &comm, &symbol, &module);
	if (r < 0)
		return r;
	group = fake_group(k, path);
	if (!group)
		return no_cgroup(error, path);
	*entry = (struct fake_account){ .account = { .id = ++k->n_accounts,
						     .group_id = group->id,
						     .pid = pid,
						     .start_time = 123,
						     .pins = 2,
						     .covered = 8192,
						     .since = 456,
						     .exited = pid == 7 ? 789 : 0 } };
	(void)snprintf(entry->texts[0], sizeof(entry->texts[0]), "%s", comm);
	(void)snprintf(entry->texts[1], sizeof(entry->texts[1]), "%s", symbol);
	(void)snprintf(entry->texts[2], sizeof(entry->texts[2]), "%s", module);
	return done(call);
}

static int method_refuse(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_refusal *refusal;
	const char *path, *by_path;
	const void *bytes;
	char comm[64];
	size_t length;
	int silently;
	int r;

	r = sd_bus_message_read(call, "ss", &path, &by_path);
	r = r < 0 ? r : sd_bus_message_read_array(call, 'y', &bytes, &length);
	r = r < 0 ? r : sd_bus_message_read(call, "b", &silently);
	if (r < 0)
		return r;
	(void)snprintf(comm, sizeof(comm), "%.*s", (int)length, (const char *)bytes);
	refusal = fake_refuse(k, path, by_path, comm);
	if (!refusal)
		return no_cgroup(error, path);
	if (!silently)
		k->handlers->refused(refusal, k->userdata);
	return done(call);
}

/* So many refusals, of so many processes, that the daemon reads as they come. */
static int method_flood(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *path, *by_path;
	uint32_t n, processes;
	int r;

	r = sd_bus_message_read(call, "ssuu", &path, &by_path, &n, &processes);
	if (r < 0)
		return r;
	fake_flood(userdata, path, by_path, n, processes);
	return done(call);
}

/* The module is loaded anew beneath a flood that goes on. */
static int method_load_in_flood(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	const char *path, *by_path;
	uint32_t n;
	int r;

	r = sd_bus_message_read(call, "ssu", &path, &by_path, &n);
	if (r < 0)
		return r;
	fake_reset(k, true);
	for (int i = 0; i < FAKE_REFUSALS; i++)
		(void)fake_refuse(k, path, by_path, "early");
	fake_flood(k, path, by_path, n, 100);
	fake_arrive(k);
	return done(call);
}

/* How much of the flood was handed out before the first quota was set, and how much waited. */
static int method_flooded(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	return sd_bus_reply_method_return(call, "tt", k->before_quota,
					  k->after_quota);
}

static int method_high(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_group_info *group;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	group = fake_group(k, path);
	if (!group)
		return no_cgroup(error, path);
	k->handlers->high(group, k->userdata);
	return done(call);
}

/* The books are off by so many pins, which the accounts hold too many; 0: they close. */
static int method_books(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	int64_t difference;
	int silently;
	int r;

	r = sd_bus_message_read(call, "xb", &difference, &silently);
	if (r < 0)
		return r;
	k->books.difference = difference;
	k->books.account_pins = k->books.ledger_pins + difference;
	k->books.under_way = 0;
	if (!silently)
		k->handlers->books(&k->books, k->userdata);
	return done(call);
}

/* Processes of other users than root are in this group from now on. */
static int method_processes(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	(void)snprintf(k->processes_in, sizeof(k->processes_in), "%s", path);
	return done(call);
}

/* So many bytes stay pinned, which is told as the module tells it. */
static int method_lasting(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	struct pind_lasting lasting;
	int r = sd_bus_message_read_basic(call, 't', &k->lasting);

	if (r < 0)
		return r;
	lasting = fake_lasting(k);
	if (k->lasting >= PIND_LASTING_MUCH)
		k->handlers->lasting(&lasting, k->userdata);
	return done(call);
}

/* A rule is broken at one place more. */
static int method_misuse(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	k->misuse++;
	k->handlers->misuse(&fake_misuse, k->userdata);
	return done(call);
}

/* So much memory comes or goes; no event tells. */
static int method_memory(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	int r = sd_bus_message_read_basic(call, 't', &k->total_ram);

	return r < 0 ? r : done(call);
}

static int method_look(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	return fake_look() < 0 ? -EIO : done(call);
}

static int method_hook(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	int r;

	r = sd_bus_message_read(call, "u", &k->hook_state);
	return r < 0 ? r : done(call);
}

static int method_grow_old(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	k->old = true;
	for (size_t i = 0; i < k->n_groups; i++)
		k->groups[i].charge = 0;
	return done(call);
}

/* Audits take until "EndAudit". */
static int method_hold_audits(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	k->audit_held = true;
	return done(call);
}

static int method_end_audit(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	if (!k->audit_handler)
		return sd_bus_error_set(error, SD_BUS_ERROR_FAILED, "no audit is under way");
	fake_audit_end(k, 0);
	return done(call);
}

static int method_overrun(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;

	k->kernel.overruns++;
	k->handlers->stale(k->userdata);
	return done(call);
}

/*
 * So many dumps of groups end when half of them is handed out: "error" with -EIO, "overtaken" by a
 * change; "reload", "reload-unseen": the module is another one then, and the dump says so or not.
 */
static int method_tear(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	const char *tear;
	int r;

	r = sd_bus_message_read(call, "su", &tear, &k->tears);
	if (r < 0)
		return r;
	(void)snprintf(k->tear, sizeof(k->tear), "%s", tear);
	return done(call);
}

static int request_of(const char *name, sd_bus_error *error)
{
	for (int i = 0; i < FAKE_REQUESTS; i++)
		if (!strcmp(name, fake_request_names[i]))
			return i;
	return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "no request %s", name);
}

static int method_fail(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	const char *request, *text;
	int32_t number;
	int r;

	r = sd_bus_message_read(call, "sis", &request, &number, &text);
	if (r < 0)
		return r;
	r = request_of(request, error);
	if (r < 0)
		return r;
	k->fail[r] = number;
	(void)snprintf(k->fail_text, sizeof(k->fail_text), "%s", text);
	return done(call);
}

static int method_searched(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const struct fake_kernel *k = userdata;

	return sd_bus_reply_method_return(call, "t", k->searched);
}

/* All requests so far, and those of one kind. */
static int method_requests(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	uint64_t all = 0;
	const char *request;
	int r;

	r = sd_bus_message_read(call, "s", &request);
	if (r < 0)
		return r;
	r = request_of(request, error);
	if (r < 0)
		return r;
	for (int i = 0; i < FAKE_REQUESTS; i++)
		all += k->requests[i];
	return sd_bus_reply_method_return(call, "tt", all, k->requests[r]);
}

/* Whether a rule is for the path, and its max, high and mode; how many rules there are. */
static int method_rule(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct fake_kernel *k = userdata;
	const struct pind_rule *rule;
	const char *path;
	int r;

	r = sd_bus_message_read(call, "s", &path);
	if (r < 0)
		return r;
	rule = fake_rule_find(k, path);
	return sd_bus_reply_method_return(
		call, "bttut", rule != NULL,
		rule && rule->limits.set_max ? rule->limits.max : PIND_UNLIMITED,
		rule && rule->limits.set_high ? rule->limits.high : PIND_UNLIMITED,
		rule && rule->limits.set_mode ? rule->limits.mode : PIND_MODE_ENFORCE,
		(uint64_t)k->n_rules);
}

static const sd_bus_vtable fake_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Load", NULL, NULL, method_load, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Unload", NULL, NULL, method_unload, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Vanish", NULL, NULL, method_vanish, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ReloadSilently", NULL, NULL, method_reload_silently,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Born", "sb", NULL, method_born, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Died", "st", NULL, method_died, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Churn", "u", NULL, method_churn, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Gone", "s", NULL, method_gone, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Forget", "s", NULL, method_forget, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Use", "sttt", NULL, method_use, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Set", "sttu", NULL, method_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Charge", "su", NULL, method_charge, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Get", "s", "ttu", method_get, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Account", "susss", NULL, method_account, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Refuse", "ssayb", NULL, method_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Flood", "ssuu", NULL, method_flood, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("LoadInFlood", "ssu", NULL, method_load_in_flood, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Flooded", NULL, "tt", method_flooded, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("High", "s", NULL, method_high, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Books", "xb", NULL, method_books, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Misuse", NULL, NULL, method_misuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Lasting", "t", NULL, method_lasting, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Processes", "s", NULL, method_processes, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Memory", "t", NULL, method_memory, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Look", NULL, NULL, method_look, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Hook", "u", NULL, method_hook, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GrowOld", NULL, NULL, method_grow_old, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("HoldAudits", NULL, NULL, method_hold_audits, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("EndAudit", NULL, NULL, method_end_audit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Overrun", NULL, NULL, method_overrun, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Tear", "su", NULL, method_tear, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Fail", "sis", NULL, method_fail, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Rule", "s", "bttut", method_rule, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Searched", NULL, "t", method_searched, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Requests", "s", "tt", method_requests, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int fake_bus_open(struct fake_kernel *k, sd_event *event)
{
	int r;

	r = sd_bus_open_system(&k->bus);
	r = r < 0 ? r : sd_bus_add_object_vtable(k->bus, NULL, FAKE_OBJECT, FAKE_INTERFACE,
						 fake_vtable, k);
	r = r < 0 ? r : sd_bus_attach_event(k->bus, event, SD_EVENT_PRIORITY_NORMAL);
	r = r < 0 ? r : fake_systemd_open(k);
	return r < 0 ? r : sd_bus_request_name(k->bus, FAKE_BUS_NAME, 0);
}
