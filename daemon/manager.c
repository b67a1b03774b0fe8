// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "manager-internal.h"
#include "order.h"

DEFINE_CLEANUP(struct pind_manager, pind_manager_free, manager_freep)

const char *manager_state(const struct pind_manager *m)
{
	if (!m->present && !m->troubles[TROUBLE_MODULE])
		return "no-module";
	for (int i = 0; i < TROUBLES; i++)
		if (m->troubles[i])
			return "degraded";
	return "healthy";
}

static char *manager_new_reason(const struct pind_manager *m)
{
	_cleanup_free_ char *reason = NULL;
	const char *between = "";
	size_t size = 0;
	FILE *file = open_memstream(&reason, &size);

	if (!file)
		return NULL;
	if (!strcmp(manager_state(m), "no-module")) {
		(void)fputs("the pind kernel module is not loaded; load it with 'modprobe pind'",
			    file);
		between = "; ";
	}
	for (int i = 0; i < TROUBLES; i++) {
		if (!m->troubles[i])
			continue;
		(void)fprintf(file, "%s%s", between, m->troubles[i]);
		between = "; ";
	}
	return fclose(file) == 0 ? TAKE_PTR(reason) : NULL;
}

void manager_replace_trouble(struct pind_manager *m, enum trouble trouble, char *sentence)
{
	free(m->troubles[trouble]);
	m->troubles[trouble] = sentence;
}

void manager_set_trouble(struct pind_manager *m, enum trouble trouble, char *sentence)
{
	if (sentence && (!m->troubles[trouble] || strcmp(sentence, m->troubles[trouble])))
		pind_log(LOG_ERR, "%s", sentence);
	manager_replace_trouble(m, trouble, sentence);
}

void manager_renew_reason(struct pind_manager *m)
{
	free(m->reason);
	m->reason = manager_new_reason(m);
}

void manager_settle_state(struct pind_manager *m)
{
	char *told;

	manager_renew_reason(m);
	if (asprintf(&told, "%s%s%s", manager_state(m), m->reason && m->reason[0] ? ": " : "",
		     m->reason ?: "") < 0)
		return;
	if (m->told && !strcmp(told, m->told) && m->told_load_id == m->info.load_id) {
		free(told);
		return;
	}
	free(m->told);
	m->told = told;
	m->told_load_id = m->info.load_id;
	(void)sd_notifyf(false, "STATUS=%s", told);
	if (!m->bus)
		return;
	m->signalling = true;
	pind_bus_emit_status_changed(m->bus);
	m->signalling = false;
}

void manager_later(struct pind_manager *m)
{
	(void)sd_event_source_set_enabled(m->later, SD_EVENT_ONESHOT);
}

void manager_signal(struct pind_manager *m, manager_signal_t signal,
		    const struct pind_group *group)
{
	if (!m->bus)
		return;
	m->signalling = true;
	signal(m->bus, group);
	m->signalling = false;
}

void manager_group_changed(struct pind_manager *m, struct pind_group *group)
{
	manager_later(m);
	if (group->changed)
		return;
	group->changed = true;
	if (m->n_changed < CHANGED_MAX)
		m->changed[m->n_changed++] = group->info.id;
	else
		m->changed_all = true;
}

static int emit_if_changed(struct pind_group *group, void *userdata)
{
	struct pind_manager *m = userdata;

	if (group->changed && pind_groups_by_path(m->groups, group->info.path) == group)
		manager_signal(m, pind_bus_emit_group_changed, group);
	group->changed = false;
	return 0;
}

static void emit_changed(struct pind_manager *m)
{
	if (m->changed_all)
		(void)pind_groups_visit(m->groups, emit_if_changed, m);
	for (size_t i = 0; i < m->n_changed; i++) {
		struct pind_group *group = pind_groups_by_id(m->groups, m->changed[i]);

		if (group)
			(void)emit_if_changed(group, m);
	}
	m->n_changed = 0;
	m->changed_all = false;
}

static void apply_births(struct pind_manager *m)
{
	while (m->n_births) {
		_cleanup_free_ char *path = m->births[--m->n_births];

		manager_apply_below(m, path);
	}
}

static int on_later(sd_event_source *source, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	apply_births(m);
	emit_changed(m);
	manager_settle_state(m);
	return 0;
}

static void on_birth(const char *path, void *userdata)
{
	struct pind_manager *m = userdata;
	char *copy;

	manager_later(m);
	for (size_t i = 0; i < m->n_births; i++)
		if (!strcmp(m->births[i], path))
			return;
	copy = strdup(m->n_births < BIRTHS_MAX - 1 ? path : "");
	if (!copy || m->n_births == BIRTHS_MAX) {
		/* no room: what there is says all */
		free(copy);
		if (m->n_births)
			m->births[0][0] = '\0';
		return;
	}
	m->births[m->n_births++] = copy;
}

static const struct pind_watch_calls watch_calls = {
	.is_waited = manager_is_waited,
	.birth = on_birth,
};

void manager_tell_refusal(struct pind_manager *m, const struct pind_refusal *refusal)
{
	bool told = refusal->seq <= m->refusal_since;
	bool again = refusal->seq <= m->refusal_last;

	if (pind_refusals_add(m->refusals, refusal, told, again) < 0)
		pind_log(LOG_ERR, "out of memory: a refusal is not told");
	if (!again)
		m->refusal_last = refusal->seq;
}

static void on_refusal_signal(const struct pind_refusal *refusal, void *userdata)
{
	struct pind_manager *m = userdata;

	if (m->bus)
		pind_bus_emit_refused(m->bus, refusal);
}

static void on_refusal_journal(const struct pind_refusal *refusal, void *userdata)
{
	pind_journal_refusal(refusal);
}

static void on_refusals_begin(void *userdata)
{
	struct pind_manager *m = userdata;

	if (m->present && m->refusal_last > pind_reported_last(m->reported))
		pind_reported_set(m->reported, m->info.load_id, m->refusal_last);
}

static const struct pind_refusals_handlers refusals_handlers = {
	.signal = on_refusal_signal,
	.journal = on_refusal_journal,
	.begin = on_refusals_begin,
};

static void on_arrived(void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	(void)manager_sync(m);
}

static void on_left(void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	manager_module_gone(m);
}

static void on_stale(void *userdata)
{
	struct pind_manager *m = userdata;

	m->stale = true;
	manager_sync_soon(m, 0);
}

static void on_refused(const struct pind_refusal *refusal, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	if (!m->present)
		return;
	manager_tell_refusal(m, refusal);
}

static void on_high(const struct pind_group_info *group, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	pind_journal_high(group);
	if (m->bus)
		pind_bus_emit_high(m->bus, group);
}

static void on_group_new(const struct pind_group_info *info, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	if (!m->present)
		return;
	/* what is in the table was read later than this was written; its quota was not set then */
	if (!pind_groups_by_id(m->groups, info->id) && manager_take_group(info, m) < 0) {
		on_stale(m);
		return;
	}
	if (manager_has_stored(m, info->path))
		manager_apply_quota(m, info->path);
}

static void on_group_dead(const struct pind_group_info *info, void *userdata)
{
	struct pind_manager *m = userdata;
	struct pind_group *group = pind_groups_by_id(m->groups, info->id);
	bool had_quota = manager_has_stored(m, info->path);

	m->epoch++;
	if (group && (!info->dead || (info->current == 0 && info->pins == 0)))
		manager_drop_group(m, group);
	else if (group)
		(void)manager_take_group(info, m);
	/* a runtime quota is forgotten now; for a kept one the cgroup may be there again */
	if (had_quota)
		manager_apply_quota(m, info->path);
}

static void on_books(const struct pind_books *books, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	if (!m->present)
		return;
	manager_take_books(m, books);
	manager_settle_state(m);
}

static void on_misuse(const struct pind_misuse *misuse, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	pind_journal_misuse(misuse);
	if (m->bus)
		pind_bus_emit_misuse(m->bus, misuse);
}

static const struct pind_kernel_handlers kernel_handlers = {
	.arrived = on_arrived,
	.left = on_left,
	.stale = on_stale,
	.refused = on_refused,
	.high = on_high,
	.group_new = on_group_new,
	.group_dead = on_group_dead,
	.books = on_books,
	.misuse = on_misuse,
};

static int on_sync_timer(sd_event_source *source, uint64_t time, void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
	(void)manager_sync(m);
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	pind_log(LOG_INFO, "stopping; the kernel goes on enforcing the quotas it has");
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* It is obeyed before all else. */
static int add_signal(struct pind_manager *m, int number)
{
	_cleanup_(sd_event_source_unrefp) sd_event_source *source = NULL;
	int r;

	r = sd_event_add_signal(m->event, &source, number, on_signal, m);
	r = r < 0 ? r : sd_event_source_set_priority(source, PIND_ORDER_STOP);
	return r < 0 ? r : sd_event_source_set_floating(source, true);
}

static int manager_add_sources(struct pind_manager *m)
{
	_cleanup_(sd_event_source_unrefp) sd_event_source *timer = NULL, *later = NULL;
	int r;

	r = sd_event_add_time(m->event, &timer, CLOCK_MONOTONIC, UINT64_MAX, 10 * 1000,
			      on_sync_timer, m);
	r = r < 0 ? r : sd_event_source_set_enabled(timer, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_exit_on_failure(timer, true);
	r = r < 0 ? r : sd_event_source_set_description(timer, "pind-sync");
	r = r < 0 ? r : sd_event_add_defer(m->event, &later, on_later, m);
	r = r < 0 ? r : sd_event_source_set_enabled(later, SD_EVENT_OFF);
	/* it does what a birth asks for */
	r = r < 0 ? r : sd_event_source_set_priority(later, PIND_ORDER_BIRTH);
	r = r < 0 ? r : sd_event_source_set_exit_on_failure(later, true);
	r = r < 0 ? r : sd_event_source_set_description(later, "pind-later");
	r = r < 0 ? r : add_signal(m, SIGTERM);
	r = r < 0 ? r : add_signal(m, SIGINT);
	if (r < 0)
		return r;
	m->sync_timer = TAKE_PTR(timer);
	m->later = TAKE_PTR(later);
	return 0;
}

int pind_manager_new(sd_event *event, struct pind_kernel *kernel, const struct pind_places *places,
		     struct pind_manager **ret)
{
	_cleanup_(manager_freep) struct pind_manager *m = calloc(1, sizeof(*m));
	int r;

	if (!m) {
		(void)pind_kernel_free(kernel);
		return -ENOMEM;
	}
	m->kernel = kernel;
	m->event = sd_event_ref(event);
	m->epoch = 1;
	m->cgroup_mount = strdup(places->cgroup_mount);
	m->state_directory = strdup(places->state_directory);
	m->runtime_directory = strdup(places->runtime_directory);
	m->groups = pind_groups_new();
	if (!m->cgroup_mount || !m->state_directory || !m->runtime_directory || !m->groups)
		return -ENOMEM;
	r = manager_add_sources(m);
	if (r < 0)
		return r;
	r = pind_refusals_new(event, &refusals_handlers, m, &m->refusals);
	if (r < 0)
		return r;
	r = pind_watch_new(event, m->cgroup_mount, &watch_calls, m, &m->watch);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(m);
	return 0;
}

struct pind_manager *pind_manager_free(struct pind_manager *m)
{
	if (!m)
		return NULL;
	if (m->reported)
		pind_refusals_flush(m->refusals);
	(void)pind_bus_free(m->bus);
	(void)pind_kernel_free(m->kernel);
	(void)pind_watch_free(m->watch);
	(void)sd_event_source_disable_unref(m->sync_timer);
	(void)sd_event_source_disable_unref(m->later);
	(void)pind_groups_free(m->groups);
	(void)pind_store_free(m->kept);
	(void)pind_store_free(m->runtime);
	(void)pind_refusals_free(m->refusals);
	(void)pind_reported_free(m->reported);
	for (int i = 0; i < TROUBLES; i++)
		free(m->troubles[i]);
	free(m->reason);
	free(m->told);
	while (m->n_births)
		free(m->births[--m->n_births]);
	free((char *)m->stray.info.path);
	free(m->cgroup_mount);
	free(m->state_directory);
	free(m->runtime_directory);
	(void)sd_event_unref(m->event);
	free(m);
	return NULL;
}

/* @trouble: told for as long as we run, if there is any */
static int manager_open_store(struct pind_manager *m, const char *directory, enum trouble trouble,
			      struct pind_store **ret)
{
	_cleanup_(pind_store_report_clear) struct pind_store_report report = {};
	char *sentence = NULL;
	int r;

	r = pind_store_open(directory, ret, &report);
	if (r < 0 || !report.why)
		return r;
	if (report.kept_as)
		r = asprintf(&sentence,
			     "%s/" PIND_STORE_FILE " was damaged (%s); it is kept as %s, and the "
			     "%zu quotas in it that made sense are in force; when you have "
			     "looked at it, restart pind.service",
			     directory, report.why, report.kept_as, report.quotas);
	else
		r = asprintf(&sentence,
			     "%s/" PIND_STORE_FILE " is of no use (%s) and cannot be kept aside: "
			     "no quota can be set until it can be read or moved",
			     directory, report.why);
	if (r < 0)
		return -ENOMEM;
	pind_journal_damage(PIND_STORE_FILE, report.kept_as, sentence);
	manager_set_trouble(m, trouble, sentence);
	return 0;
}

static int manager_open_stores(struct pind_manager *m)
{
	int r;

	r = manager_open_store(m, m->state_directory, TROUBLE_KEPT, &m->kept);
	r = r < 0 ? r :
		    manager_open_store(m, m->runtime_directory, TROUBLE_RUNTIME, &m->runtime);
	return r < 0 ? r : pind_reported_open(m->runtime_directory, &m->reported);
}

int pind_manager_start(struct pind_manager *m)
{
	int r;

	r = manager_open_stores(m);
	if (r < 0) {
		pind_log(LOG_ERR, "the quotas cannot be read: %s", strerror(-r));
		return r;
	}
	r = m->kernel->ops->start(m->kernel, m->event, &kernel_handlers, m);
	if (r < 0) {
		pind_log(LOG_ERR, "netlink cannot be used: %s", strerror(-r));
		return r;
	}
	/* before the bus: nobody shall see a daemon that does not know its groups yet */
	r = manager_sync(m);
	if (r == -ENODEV)
		pind_log(LOG_WARNING, "the pind kernel module is not loaded; waiting for it");
	r = pind_bus_open(m->event, &manager_calls, m, &m->bus);
	if (r < 0) {
		pind_log(LOG_ERR, "the system bus cannot be used: %s", strerror(-r));
		return r;
	}
	r = pind_bus_request_name(m->bus);
	if (r < 0) {
		pind_log(LOG_ERR, "the name " PIND_BUS_NAME " cannot be had on the bus: %s",
			 r == -EEXIST ? "another daemon has it" : strerror(-r));
		return r;
	}
	(void)sd_notify(false, "READY=1");
	return 0;
}

static int run(struct pind_kernel *kernel, const struct pind_places *places)
{
	_cleanup_(manager_freep) struct pind_manager *m = NULL;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	sigset_t signals;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);

	r = sd_event_default(&event);
	if (r < 0) {
		(void)pind_kernel_free(kernel);
		return r;
	}
	(void)sd_event_set_watchdog(event, true);
	r = pind_manager_new(event, kernel, places, &m);
	if (r < 0)
		return r;
	r = pind_manager_start(m);
	if (r < 0)
		return r;
	r = sd_event_loop(event);
	(void)sd_notify(false, "STOPPING=1");
	return r;
}

int pind_run(struct pind_kernel *kernel, const struct pind_places *places)
{
	int r = run(kernel, places);

	if (r < 0)
		pind_log(LOG_ERR, "ends with a failure: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : r;
}
